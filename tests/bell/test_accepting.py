"""What accepting a bell begins: a case with a clock, a subject and its own record."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from chalicelib.bell import service
from chalicelib.bell.changes import SUBJECT, answer_token, subject_of
from chalicelib.bell.service import Rung
from chalicelib.case.shapes import CaseFile
from chalicelib.core.chain import verify
from chalicelib.ports import Contact
from tests.fakes import places
from tests.fakes.world import World

CONTACT = Contact("张三", "+8613900000001", "楼上半夜装修")


def accepted(world: World, **draft: str) -> tuple[Rung, CaseFile]:
    """A bell that was rung, answered and accepted."""
    rung = world.ring(**draft)
    world.settle()
    return rung, world.case_file(world.accept(rung))


def test_a_case_begins_with_the_deadlines_of_its_place() -> None:
    world = World()
    _, file = accepted(world)
    assert [deadline.key for deadline in file.case.deadlines] == ["target", "stage"]
    assert file.case.due_at is not None
    assert file.events[0].data["set"]
    assert verify(file.events, file.case.tip, file.case.thing).intact


def test_a_place_may_give_its_cases_other_terms() -> None:
    usual, other = World(), World()
    directory = places.directory(2)
    other.place(replace(directory, casework={"targets": {"ordinary": "3 days"}}))
    target = [accepted(world)[1].case.deadline("target") for world in (usual, other)]
    assert target[0] is not None
    assert target[1] is not None
    assert (target[0].due_at - target[1].due_at).days == 4


def test_the_subject_is_the_residents_words_on_one_line() -> None:
    _, file = accepted(World(), text="楼上\n半夜   装修\t太吵")
    assert file.subject == "楼上 半夜 装修 太吵"
    assert "装修" not in str(file.events)


@pytest.mark.parametrize("length", [SUBJECT - 1, SUBJECT, SUBJECT + 1, 2_000])
def test_a_subject_is_cut_to_sixty_characters(length: int) -> None:
    subject = subject_of(replace(CONTACT, text="吵" * length))
    assert len(subject) == min(length, SUBJECT)
    assert subject.endswith("…") == (length > SUBJECT)


def test_words_that_were_erased_leave_the_subject_empty() -> None:
    assert subject_of(None) == ""


def test_accepting_is_two_calls() -> None:
    world = World()
    rung = world.ring()
    token = answer_token(world.ports.policy.key, world.file(rung).bell, "zhao")
    service.answer(world.ports, token)
    world.store.calls.clear()
    service.accept(world.ports, token)
    assert world.store.calls == {"opening": 1, "commit": 1}


def test_ringing_and_answering_import_nothing_that_only_a_case_a_poll_or_a_message_needs() -> None:
    program = """
import sys
from chalicelib.bell import service
from chalicelib.store import DynamoStore
from tests.fakes import places
names = ("chalicelib.case.deadlines", "chalicelib.case.folding", "chalicelib.place.casework", "chinese_calendar",
         "chalicelib.case.shapes", "chalicelib.notice", "chalicelib.poll", "chalicelib.record.shapes",
         "chalicelib.session.shapes")
print([name for name in sys.modules if name.startswith(names)])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]", run.stdout
