"""What an operator can rely on who was asked by letter or telephone: `make erase` shows, asks, and may be repeated."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.core.ids import number
from chalicelib.ports import Ports
from infra import erase as command
from infra.connect import NotConnected
from infra.deploy.telling import Teller
from tests.case.house import NAME, PHONE, House
from tests.mydata.ended import TRACES, ends, traces, writes


class Operator(Teller):
    """Somebody who runs the command and types `answers`. `said`: all that was written."""

    def __init__(self, *answers: str) -> None:
        self._typed = list(answers)
        self._paper = io.StringIO()
        super().__init__(self._paper)

    def ask(self, question: str) -> str:
        self.line(question)
        return self._typed.pop(0) if self._typed else ""

    @property
    def said(self) -> str:
        return self._paper.getvalue()


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on the house's platform: its exit status and all that it said."""

    @contextmanager
    def readable() -> Iterator[Ports]:
        yield house.world.ports

    monkeypatch.setattr(command, "connected", lambda: house.world.ports)
    monkeypatch.setattr(command, "readable", readable)

    def once(*arguments: str, types: tuple[str, ...] = ("erase",)) -> tuple[int, str]:
        operator = Operator(*types)
        status = command.main([*arguments, "--actor", "li.na"], operator)
        house.world.settle()
        return status, operator.said

    return once


def test_it_shows_what_would_go_masked_and_erases_nothing_without_the_word(house: House, run: Run) -> None:
    writes(house)
    ends(house)
    with house.web.nothing_written():
        status, said = run("--bell", number(house.bell), types=("yes",))
    assert status == 2
    assert "Nothing was erased" in said
    assert "name, number, words, 1 text and 2 files of the case" in said
    assert "139****0077" in said
    assert not [trace for trace in TRACES if trace in said]


def test_by_the_number_of_a_bell(house: House, run: Run) -> None:
    writes(house)
    ends(house)
    typed = number(house.bell).lower().replace("-", " - ")
    status, said = run("--bell", typed.replace(" ", ""))
    assert status == 0, said
    assert traces(house) == []
    assert house.world.file(house.bell).events[-1].actor == {
        "kind": "staff",
        "id": "li.na",
        "role": "operator",
    }


def test_again_is_nothing_more(house: House, run: Run) -> None:
    ends(house)
    run("--bell", house.bell)
    with house.web.nothing_written():
        status, said = run("--bell", house.bell, types=())
    assert (status, "Nothing is left to erase" in said) == (0, True)


def test_by_a_telephone_number_every_bell_goes_that_can(house: House, run: Run) -> None:
    waiting = house.web.ring(phone=PHONE, name=NAME, text="又来了").json["id"]
    house.world.settle()
    status, said = run("--phone", PHONE)
    assert status == 1, "the case goes on"
    assert number(house.case) in said
    assert house.world.file(waiting).bell.status == "withdrawn"
    assert house.world.file(waiting).contact is None
    assert house.world.file(house.bell).contact is not None
    ends(house)
    assert run("--phone", "-", types=(PHONE, "erase"))[0] == 0
    assert traces(house) == []
    status, said = run("--phone", PHONE)
    assert (status, "Nothing is held of this number" in said) == (2, True)


def test_a_case_that_goes_on_is_not_even_asked_about(house: House, run: Run) -> None:
    with house.web.nothing_written():
        status, said = run("--bell", house.bell)
    assert status == 1
    assert "Nothing of it can be erased yet" in said
    assert "let whoever looks after it end it" in said


def test_whoever_was_invited_to_a_case_is_found_and_erased_when_they_have_left_it(
    house: House, run: Run
) -> None:
    body = {"kind": "person", "name": "诸葛孔明", "phone": "13900000099"}
    invited = house.act("zhao", "invite", body)
    party = house.stored().parties[-1].id
    token = house.token(party)
    house.act(party, "message", {"text": "我明天来"})
    status, said = run("--phone", "13900000099")
    assert (status, "remove them from it first" in said) == (1, True), said
    house.act("zhao", "remove", {"party": party})
    status, said = run("--phone", "13900000099")
    assert status == 0, said
    assert invited
    everything = repr(house.web.stored())
    assert not [trace for trace in ("诸葛孔明", "13900000099", "我明天来") if trace in everything]
    assert house.web.get(f"/v1/cases/{house.case}", token=token).code == "party_gone"
    assert house.world.case_file(house.case).events[-1].data["party"] == party
    assert house.read("zhao").status == 200
    assert house.web.get(f"/c/{house.case}", Cookie=f"session={house.token('zhao')}").status == 200


def test_what_broke_off_is_finished_by_running_it_again(house: House, run: Run) -> None:
    first = house.web.ring(phone=PHONE, text="一").json["id"]
    second = house.web.ring(phone=PHONE, text="二").json["id"]
    house.world.settle()
    ends(house)
    original, count = house.world.store.commit, []

    def breaks(*changes: object) -> None:
        count.append(1)
        if len(count) == 2:
            house.world.store.fail("commit", times=1)
        original(*changes)  # type: ignore[arg-type]

    house.world.store.commit = breaks  # type: ignore[method-assign]
    status, said = run("--phone", PHONE)
    assert status == 1
    assert "Run this again" in said
    assert run("--phone", PHONE)[0] == 0
    assert all(house.world.file(bell).contact is None for bell in (first, second, house.bell))


def test_a_list_of_what_was_erased_erases_it_again_in_a_restored_table(
    house: House, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends(house)
    run("--bell", house.bell)
    assert command.main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert listed == f"{number(house.bell)}\n"
    numbers = tmp_path / "erased.txt"
    numbers.write_text(listed + "\n", "utf-8")
    assert run("--file", str(numbers), "--yes", types=())[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--bell", "MX-0000-0000"), "There is no bell"),
        (("--bell", "nonsense"), "There is no bell"),
        (("--phone", "123"), "is no telephone number"),
        (("--file", "/nowhere/at/all"), "cannot be read"),
    ],
)
def test_what_names_nobody_says_what_to_do(run: Run, arguments: tuple[str, ...], says: str) -> None:
    status, said = run(*arguments)
    assert (status, says in said) == (2, True), said


def test_without_a_platform_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Ports:
        raise NotConnected("No run was found")

    monkeypatch.setattr(command, "connected", nobody)
    operator = Operator()
    assert command.main(["--bell", "MX-0000-0000"], operator) == 2
    assert "No run was found" in operator.said


def test_what_was_settled_long_ago_goes_by_itself_and_nothing_else(house: House, run: Run) -> None:
    house.act("zhao", "invite", {"kind": "person", "name": "诸葛孔明", "phone": "13900000099"})
    writes(house)
    ends(house)
    house.act("zhao", "close")
    house.world.pass_time(days=50)
    recent = house.web.ring(phone="13900000066", name="司马相如", text="刚撤回").json
    assert house.web.post(f"/v1/bells/{recent['id']}/withdraw", token=recent["tracking_token"]).status == 200
    waiting = house.web.ring(phone="13900000067", text="还在响").json["id"]
    house.world.settle()
    status, said = run("--over", "60", types=())
    assert (status, "Nothing is left to erase" in said) == (0, True), "neither is so long ago"
    house.world.pass_time(days=20)
    status, said = run("--over", "60")
    assert status == 0, said
    assert "Make sure that whoever asked" not in said
    assert traces(house) == []
    assert "诸葛孔明" not in repr(house.web.stored())
    assert house.world.file(house.bell).events[-1].data["asked"] == "time"
    assert house.world.file(recent["id"]).contact is not None
    assert house.world.file(waiting).contact is not None
    house.world.pass_time(days=50)
    assert run("--over", "60")[0] == 0
    assert house.world.file(recent["id"]).contact is None
    assert house.world.file(waiting).contact is not None, "it is not decided, however old"


def test_so_soon_that_it_may_be_opened_again_nothing_goes(run: Run) -> None:
    status, said = run("--over", "30")
    assert (status, "may be opened again" in said) == (2, True)


def test_a_case_that_is_not_filed_keeps_its_resident(house: House, run: Run) -> None:
    ends(house)
    house.world.pass_time(days=30)
    assert house.world.case(house.case).stage == "failed"
    assert run("--over", "60", types=())[0] == 0
    assert house.world.file(house.bell).contact is not None
