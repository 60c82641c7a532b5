"""`make verify`: what was changed behind the platform's back is named, even when every hash was made anew."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from chalicelib.anchor import service
from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
from chalicelib.core.errors import Unavailable
from infra import verify
from infra.connect import to_stage
from tests.fakes.world import World


@pytest.fixture
def grown() -> tuple[World, str, str]:
    """Two bells, two days, two anchors."""
    world = World()
    first, second = world.ring(), world.ring(phone="13900000002", text="楼道灯坏了")
    service.take(world.ports)
    world.settle()
    world.clock.go_to(world.clock.now() + timedelta(days=1))
    world.settle()
    service.take(world.ports)
    return world, first.bell.thing, second.bell.thing


def test_what_only_grew_is_intact(grown: tuple[World, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert verify._verified(grown[0].ports) == 0
    out = capsys.readouterr().out
    assert "2 anchors, the newest of 2026-11-24 over 2 records: each follows the one before" in out
    assert "all intact" in out
    assert "BROKEN" not in out


def test_before_the_first_anchor_the_chains_are_checked_all_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    world.ring()
    assert verify._verified(world.ports) == 0
    assert "No anchor yet" in capsys.readouterr().out


def test_a_record_forged_from_its_beginning_is_found_by_the_anchors_alone(
    grown: tuple[World, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    world, first, _ = grown
    kept = world.store.events(first)
    forged = extend(
        first, Tip(), world.start, SYSTEM, [Happening(e.kind, {"nothing": "happened"}) for e in kept]
    )
    tip = Tip(forged[-1].seq, forged[-1].hash)
    others = [chain for chain in world.store.chains() if chain[0] != first]
    world.store.chains = lambda: iter([*others, (first, forged, tip)])  # type: ignore[method-assign]
    assert verify._verified(world.ports) == 1
    out = capsys.readouterr().out
    assert f"BROKEN {first}: event 2 is another one than the anchor of 2026-11-23 has" in out
    assert "1 BROKEN" in out


def test_a_record_that_was_removed_altogether_is_named(
    grown: tuple[World, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    world, _, second = grown
    others = [chain for chain in world.store.chains() if chain[0] != second]
    world.store.chains = lambda: iter(others)  # type: ignore[method-assign]
    assert verify._verified(world.ports) == 1
    assert f"BROKEN {second}: event 1 is gone; the anchor of 2026-11-23 has it" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["", "anchors-of-the-stage-before"])
def test_a_restored_stage_can_be_held_to_the_anchors_of_the_one_before(tmp_path: Path, named: str) -> None:
    machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:x"
    settings = {"TABLE_NAME": "t2", "STATE_MACHINE_ARN": machine, "ANCHORS_BUCKET": "its-own"}
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"stages": {"prod2": {"environment_variables": settings}}}), "utf-8")
    given = {"STAGE": "prod2", **({"ANCHORS_BUCKET": named} if named else {})}
    with patch.dict(os.environ, given, clear=True):
        assert to_stage(file)
        assert os.environ["ANCHORS_BUCKET"] == (named or "its-own")
        assert os.environ["TABLE_NAME"] == "t2"


def test_an_anchor_that_was_altered_is_named(
    grown: tuple[World, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    files = grown[0].ports.vault.files  # type: ignore[attr-defined]
    files["roots/2026-11-23.json"] = files["roots/2026-11-23.json"].replace('"size":2', '"size":1')
    assert verify._verified(grown[0].ports) == 1
    assert "BROKEN anchor 2026-11-23: it was altered" in capsys.readouterr().out


def test_a_table_that_does_not_answer_is_no_broken_record(
    grown: tuple[World, str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy() -> None:
        raise Unavailable("ReadTimeoutError")

    grown[0].store.chains = busy  # type: ignore[assignment]
    monkeypatch.setattr(verify, "readable", lambda: nullcontext(grown[0].ports))
    assert verify.main() == 2
    said = capsys.readouterr()
    assert "run it again" in said.err
    assert "BROKEN" not in said.out
