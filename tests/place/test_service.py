"""Applying a place file, and the command behind `make place`."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.core.chain import Actor, verify
from chalicelib.core.errors import Stale
from chalicelib.place.file import parse
from chalicelib.place.service import apply, plan
from chalicelib.ports import Ports
from infra import place
from tests.fakes.clock import FakeClock
from tests.fakes.directories import FakeDirectories
from tests.fakes.store import FakeStore
from tests.place.sample import MISHIXIANG, mishixiang, small

OPERATOR = Actor("staff", "ops", "Ops", "operator")


def ports_on(store: FakeStore) -> Ports:
    served = FakeDirectories(store)
    return cast("Ports", SimpleNamespace(store=store, clock=FakeClock(), directories=served))


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def ports(store: FakeStore) -> Ports:
    return ports_on(store)


class TestApplying:
    def test_a_plan_writes_nothing(self, store: FakeStore, ports: Ports) -> None:
        assert plan(ports, mishixiang()).changes
        assert store.places == {}

    def test_what_is_applied_is_there(self, store: FakeStore, ports: Ports) -> None:
        apply(ports, plan(ports, mishixiang()), OPERATOR)
        stored = store.directory("MX")
        assert stored is not None
        assert stored.version == 1
        assert plan(ports, mishixiang()).changes == ()

    def test_applying_the_same_again_writes_nothing(self, store: FakeStore, ports: Ports) -> None:
        first = apply(ports, plan(ports, mishixiang()), OPERATOR)
        assert apply(ports, plan(ports, mishixiang()), OPERATOR) == first
        assert len(store.events("PLACE#MX")) == 1

    def test_each_change_is_on_the_record_with_who_made_it(self, store: FakeStore, ports: Ports) -> None:
        apply(ports, plan(ports, parse(small())), OPERATOR)
        after = small()
        after["staff"][0]["name"] = "Anna"
        apply(ports, plan(ports, parse(after)), OPERATOR)
        chain = store.events("PLACE#TN")
        assert verify(chain, store.tip("PLACE#TN")).intact
        assert [event.kind for event in chain] == ["directory_changed"] * 2
        assert chain[1].data["changes"][0]["fields"] == {"name": ["Ann", "Anna"]}
        assert chain[1].actor == {"kind": "staff", "id": "ops", "name": "Ops", "role": "operator"}

    def test_somebody_who_applied_meanwhile_is_not_overwritten(self, store: FakeStore, ports: Ports) -> None:
        mine = plan(ports, parse(small()))
        theirs = small()
        theirs["staff"][0]["name"] = "Anna"
        apply(ports, plan(ports, parse(theirs)), OPERATOR)
        with pytest.raises(Stale):
            apply(ports, mine, OPERATOR)
        stored = store.directory("TN")
        assert stored is not None
        assert stored.staff[0].name == "Anna"


class TestCommand:
    @pytest.fixture(autouse=True)
    def local(self, monkeypatch: pytest.MonkeyPatch, store: FakeStore) -> None:
        monkeypatch.setattr(place, "_ports", lambda apply: nullcontext(ports_on(store)))

    def test_it_is_a_dry_run_unless_told_to_apply(
        self, store: FakeStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert place.main([str(MISHIXIANG)]) == 0
        said = capsys.readouterr().out
        assert "+ added neighbourhood midu-bridge 密渡桥路小区\n    name_en Midu Bridge Road\n" in said
        assert "Nothing was written" in said
        assert store.places == {}

    def test_told_to_apply_it_writes_and_says_so(
        self, store: FakeStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert place.main([str(MISHIXIANG), "--apply", "--actor", "ops"]) == 0
        assert "Applied, version 1." in capsys.readouterr().out
        assert place.main([str(MISHIXIANG), "--apply"]) == 0
        assert capsys.readouterr().out == "Nothing would change.\n"

    def test_it_does_not_colour_what_is_no_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        place.main([str(MISHIXIANG)])
        assert "\033" not in capsys.readouterr().out

    def test_every_problem_is_listed_with_its_line_and_the_status_is_2(
        self, store: FakeStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = MISHIXIANG.read_text("utf-8")
        bad = tmp_path / "bad.yaml"
        bad.write_text(
            text.replace("prefix: MX", "prefix: MI").replace("role: lawyer", "role: layer"), "utf-8"
        )
        lines = bad.read_text("utf-8").splitlines()
        assert place.main([str(bad), "--apply"]) == 2
        said = capsys.readouterr().err.splitlines()
        assert [line.split(": ")[1:3] for line in said] == [
            ["error", "subdistrict.prefix"],
            ["error", "staff[13].role"],
        ]
        numbers = [int(line.split(":")[1]) - 1 for line in said]
        assert "prefix: MI" in lines[numbers[0]]
        assert "role: layer" in lines[numbers[1]]
        assert store.places == {}

    def test_an_id_that_another_subdistrict_of_the_stage_has_is_a_problem(
        self, store: FakeStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert place.main([str(MISHIXIANG), "--apply"]) == 0
        text = json.dumps(small()).replace('"lane"', '"yiqing"').replace('"ann"', '"zhao-hong"')
        (tmp_path / "copied.json").write_text(text, "utf-8")
        capsys.readouterr()
        assert place.main([str(tmp_path / "copied.json"), "--apply"]) == 2
        said = capsys.readouterr().err
        assert "communities[0].neighbourhoods[0].id: yiqing" in said
        assert "staff[0].id: zhao-hong" in said
        assert list(store.places) == ["MX"]
        assert place.main([str(MISHIXIANG), "--apply"]) == 0

    def test_a_key_written_twice_is_a_problem(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bad = tmp_path / "twice.yaml"
        bad.write_text(MISHIXIANG.read_text("utf-8") + "\nstaff: []\n", "utf-8")
        assert place.main([str(bad)]) == 2
        assert "staff: is written twice, again in line" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("gone.yaml", None),
            ("broken.yaml", b"staff: [1"),
            ("empty.yaml", b""),
            ("text.yaml", b"hello"),
            ("latin.yaml", b"name: \xff"),
            ("broken.json", b"{"),
            ("deep.yaml", b"[" * 5000),
            ("round.yaml", b"staff: &a [*a]"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_status_2_with_a_sentence(
        self, name: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert place.main([str(tmp_path / name)]) == 2
        assert f"{name}" in capsys.readouterr().err

    def test_warnings_are_said_and_stop_nothing(
        self, store: FakeStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file: dict[str, Any] = small()
        file["staff"][2]["role"] = "subdistrict"
        (tmp_path / "small.json").write_text(json.dumps(file), "utf-8")
        assert place.main([str(tmp_path / "small.json"), "--apply"]) == 0
        assert "warning: communities[0].neighbourhoods[0]: 小区 has no lawyer" in capsys.readouterr().err
        assert "TN" in store.places

    def test_a_check_reaches_for_no_table(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*, apply: bool) -> Ports:
            raise AssertionError("reached for the table")

        monkeypatch.setattr(place, "_ports", fail)
        assert place.main([str(MISHIXIANG), "--check"]) == 0

    def test_without_any_table_it_compares_with_nothing_and_cannot_apply(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.undo()
        monkeypatch.delenv("TABLE_NAME", raising=False)
        monkeypatch.setenv("DATA", str(tmp_path))
        assert place.main([str(MISHIXIANG)]) == 0
        said = capsys.readouterr()
        assert "make run" in said.err
        assert "compares with nothing" in said.err
        monkeypatch.setenv("STAGE", "prod")
        assert place.main([str(MISHIXIANG)]) == 0
        said = capsys.readouterr()
        assert "`make deploy STAGE=prod` first" in said.err
        assert f"make place STAGE=prod FILE={MISHIXIANG} APPLY=1" in said.out, "else it would go elsewhere"
        monkeypatch.delenv("STAGE")
        assert place.main([str(MISHIXIANG), "--apply"]) == 1
        assert "make run" in capsys.readouterr().err

    def test_a_file_applied_by_somebody_else_meanwhile_is_status_1(
        self, store: FakeStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def lose(*_: object) -> None:
            raise Stale

        monkeypatch.setattr(store, "save_directory", lose)
        assert place.main([str(MISHIXIANG), "--apply"]) == 1
        assert "Run this again" in capsys.readouterr().err
