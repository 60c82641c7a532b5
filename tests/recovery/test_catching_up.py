"""The stream stood still for a day and delivers everything at once: nobody gets a day's messages in a minute, and
whoever was called and not told is told."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.service import Rung
from chalicelib.record.service import verify_all
from tests.fakes.world import World

TEXTS = [f"第 {number} 件事" for number in range(1, 21)]


class Paused(World):
    """A world whose stream can stand still; timers and the sweeper go on."""

    paused = False

    def settle(self) -> None:
        """As ever, but while the stream stands still nothing reacts."""
        if not self.paused:
            super().settle()
            return
        while self._due():
            self.engine.run_due()


@pytest.fixture
def world() -> Paused:
    return Paused()


def rings(world: Paused, number: int) -> Rung:
    """One of many residents rings."""
    return world.ring(f"203.0.113.{number}", text=TEXTS[number - 1], phone=f"139000001{number:02d}")


def fates(world: Paused, rung: Rung) -> dict[tuple[str, str], str]:
    """What the record says became of each notice: `{(to, template): fate}`."""
    told = [event.data["notices"] for event in world.file(rung).events if event.kind == "notified"]
    return {(one["to"], one["template"]): one["fate"] for notices in told for one in notices}


def intact(world: Paused) -> bool:
    """Whether every record verifies."""
    return all(found.intact for _, found in verify_all(world.ports))


def test_a_days_bells_make_no_burst_and_each_person_who_is_needed_is_called(world: Paused) -> None:
    world.paused = True
    rung = []
    for number in range(1, 21):
        rung.append(rings(world, number))
        world.pass_time(hours=1)
    for bell in rung[:5]:
        token = answer_token(world.ports.policy.key, bell.bell, "zhao")
        bells.answer(world.ports, token)  # seen on the board: no message was needed
    for bell in rung[5:8]:
        bells.withdraw(world.ports, bell.token)
    world.pass_time(hours=4)
    assert world.sent == []
    world.paused = False
    world.pass_time(minutes=4)
    by_staff = Counter(world.who(sent) for sent in world.sent if world.who(sent) != "resident")
    # One at once and one bundle each: whoever is on the second level has been reached by the sweeper's new timers.
    assert by_staff["zhao"] <= 3
    assert max(by_staff.values()) <= 3
    to_residents = Counter(sent.to for sent in world.sent if world.who(sent) == "resident")
    assert set(to_residents.values()) == {1}, "no resident gets two"
    assert len(to_residents) == 17, "who took it back is told nothing"
    assert intact(world)
    assert world.failures == []


def test_every_bell_that_still_rings_is_told_to_somebody(world: Paused) -> None:
    world.paused = True
    rung = [rings(world, number) for number in range(1, 4)]
    world.pass_time(hours=24)
    world.paused = False
    world.pass_time(minutes=4)
    for bell in rung:
        assert fates(world, bell)["zhao", "alert"] in ("sent", "held")
        assert fates(world, bell)["resident", "rung"] == "sent"
    first = world.sent[0]
    assert first.at == world.clock.now().replace(minute=0)


def test_levels_that_are_over_are_passed_by_and_the_last_is_told(world: Paused) -> None:
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao")
    world.paused = True
    world.pass_time(hours=24)
    assert world.file(rung).bell.round > 5
    world.paused = False
    world.pass_time(minutes=1)
    world.expect("exhausted", to="he")
    world.no_other_message()
    became = fates(world, rung)
    assert became["wang", "escalated"] == became["li", "escalated"] == "superseded"
    assert intact(world)


def test_a_resident_hears_the_newest_news_only(world: Paused) -> None:
    world.paused = True
    rung = world.ring()
    token = answer_token(world.ports.policy.key, rung.bell, "zhao")
    bells.answer(world.ports, token)
    world.pass_time(minutes=1)
    bells.accept(world.ports, token)
    world.pass_time(minutes=20)
    world.paused = False
    world.settle()
    world.expect("accepted", to="resident")
    assert (fates(world, rung)["resident", "rung"], fates(world, rung)["resident", "answered"]) == (
        "superseded",
        "superseded",
    )
    assert "taken" not in {sent.template for sent in world.sent}


def test_what_is_a_few_minutes_late_is_sent_as_ever(world: Paused) -> None:
    world.paused = True
    rung = world.ring()
    bells.answer(world.ports, answer_token(world.ports.policy.key, rung.bell, "zhao"))
    world.pass_time(minutes=14)
    world.paused = False
    world.settle()
    world.expect("rung", to="resident")
    world.expect("answered", to="resident")
    world.no_other_message()


def test_a_records_second_delivery_repeats_nothing(world: Paused) -> None:
    rung = world.ring()
    world.settle()
    world.paused = True
    world.pass_time(hours=6)
    records = world.take_stream()
    world.deliver(records)
    before = len(world.sent)
    world.deliver(records)
    assert len(world.sent) == before
    assert [e.kind for e in world.file(rung).events].count("notified") < 40
    assert intact(world)


def test_reminders_of_a_case_that_say_the_same_are_told_once(world: Paused) -> None:
    rung = world.ring()
    world.settle()
    case_id = world.accept(rung)
    world.paused = True
    world.pass_time(days=3)
    repeated = Counter(world.case_kinds(case_id))
    assert repeated["overdue"] + repeated["reminded"] > 2, "the story needs several reminders"
    known = len(world.sent)
    world.paused = False
    world.pass_time(minutes=10)
    late = Counter((world.who(s), s.template) for s in world.sent[known:])
    assert all(count <= 2 for count in late.values()), late
    told = [e.data["notices"] for e in world.case_file(case_id).events if e.kind == "notified"]
    assert "superseded" in {one["fate"] for notices in told for one in notices}
    assert intact(world)
