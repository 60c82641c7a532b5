"""Who is asked when, step by step, in a place small enough to know by heart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bell.rules import Answer, Bell, Decline
from chalicelib.core.chain import Happening
from chalicelib.core.errors import Conflict
from chalicelib.core.timers import MAX_AGE, MAX_HOPS
from chalicelib.core.times import QuietHours, parse_iso
from chalicelib.escalation import rules
from chalicelib.escalation.rules import due, remaining
from chalicelib.place.ladder import Ladder, LadderRule, Level, Role
from chalicelib.place.rules import Directory
from tests.bell.lives import LI, WANG, ZHAO, Life
from tests.fakes import places


def said(happenings: tuple[Happening, ...]) -> list[tuple[str, list[str]]]:
    """What happened, and whom it asks."""
    return [(h.kind, [person["id"] for person in h.data.get("staff", [])]) for h in happenings]


def without(*staff_ids: str) -> Directory:
    place = places.directory()
    return replace(place, staff=tuple(member for member in place.staff if member.id not in staff_ids))


def ladders(*levels: Level, **more: object) -> Directory:
    return replace(places.directory(), ladders=(LadderRule(Ladder(levels, **more)),))  # type: ignore[arg-type]


def test_nothing_is_due_a_moment_too_early() -> None:
    life = Life()
    assert life.later(seconds=299.999).falls_due() == ()
    assert remaining(life.bell, life.now) == 1
    assert said(life.later(seconds=0.001).falls_due()) == [("alerted", ["wang"])]


def test_the_ladder_in_full() -> None:
    life = Life()
    steps = [said(life.later(minutes=5).falls_due()) for _ in range(3)]
    assert steps == [[("alerted", ["wang"])], [("alerted", ["li"])], [("exhausted", ["he"])]]
    assert life.later(minutes=5).falls_due() == ()
    assert said(life.later(minutes=10).falls_due()) == [("exhausted", ["he"])]
    assert (life.bell.round, life.bell.level) == (2, 2)


def test_however_late_it_is_one_step_is_made_with_its_full_time() -> None:
    life = Life().later(hours=40)
    assert said(life.falls_due()) == [("alerted", ["wang"])]
    assert remaining(life.bell, life.now) == 300
    assert life.falls_due() == ()


def test_empty_levels_are_skipped_in_the_same_step_and_named() -> None:
    life = Life()
    life.directory = without("wang")
    skipped, asked = life.later(minutes=5).falls_due()
    assert skipped.data == {"level": 1, "roles": ["community"], "reason": "nobody_on_duty"}
    assert (asked.kind, asked.data["level"]) == ("alerted", 2)
    assert life.bell.level == 2


def test_with_no_supervisor_all_levels_are_asked_again_when_the_last_stays_silent() -> None:
    life = Life()
    life.directory = without("he")
    for _ in range(2):
        life.later(minutes=5).falls_due()
    assert said(life.later(minutes=5).falls_due()) == [("exhausted", ["zhao", "wang", "li"])]


def test_a_place_without_any_staff_keeps_looking() -> None:
    life = Life()
    life.directory = replace(places.directory(), staff=())
    kinds = [kind for kind, _ in said(life.later(minutes=5).falls_due())]
    assert kinds == ["level_skipped", "level_skipped", "exhausted"]
    assert remaining(life.bell, life.now) == 900
    life.directory = places.directory()
    assert said(life.later(minutes=15).falls_due()) == [("exhausted", ["he"])]


def test_a_level_that_repeats_has_its_time_each_time() -> None:
    life = Life(directory=ladders(Level((Role.SPECIALIST,), 60, repeats=2), Level((Role.LAWYER,), 60)))
    steps = [life.later(minutes=1).falls_due()[0].data for _ in range(3)]
    assert [(step["level"], step["repeat"]) for step in steps] == [(0, 1), (0, 2), (1, 0)]


def test_a_repeating_level_that_empties_goes_on_to_the_next_from_its_beginning() -> None:
    life = Life(
        directory=ladders(Level((Role.SPECIALIST,), 60, repeats=5), Level((Role.LAWYER,), 60, repeats=1))
    )
    life.directory = replace(life.directory, staff=without("zhao").staff)
    skipped, asked = life.later(minutes=1).falls_due()
    assert (skipped.data["level"], asked.data["level"], asked.data["repeat"]) == (0, 1, 0)
    assert life.later(minutes=1).falls_due()[0].data["repeat"] == 1


def test_an_emergency_asks_all_levels_and_again_every_two_minutes() -> None:
    life = Life("gas")
    assert {person.id for person in life.bell.alerted} == {"zhao", "wang", "li"}
    for _ in range(5):
        assert life.later(seconds=119).falls_due() == ()
        assert said(life.later(seconds=1).falls_due()) == [("exhausted", ["zhao", "wang", "li", "he"])]


def _night(hour: int, **changes: object) -> Life:
    place = ladders(Level((Role.SPECIALIST,)), Level((Role.COMMUNITY,)), **changes)
    return Life(directory=place, now=datetime(2026, 11, 23, hour, 58, tzinfo=UTC))


def test_a_ladder_that_holds_in_quiet_hours_gives_until_the_morning() -> None:
    life = _night(13, holds_in_quiet_hours=True)  # 21:58
    assert life.bell.due_at == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert _night(13).bell.due_at == datetime(2026, 11, 23, 14, 3, tzinfo=UTC)
    assert _night(1, holds_in_quiet_hours=True).bell.due_at == datetime(2026, 11, 23, 2, 3, tzinfo=UTC)


def test_an_answerer_is_reminded_alone_once_and_then_with_the_next_level() -> None:
    life = Life("elevator")
    life.does(Answer(ZHAO))
    steps = [said(life.later(hours=2).falls_due()) for _ in range(3)]
    both = [("decision_overdue", ["zhao", "wang"])]
    assert steps == [[("decision_overdue", ["zhao"])], both, both]
    assert life.bell.reminders == 3


def test_past_the_last_level_the_last_is_reminded() -> None:
    life = Life("elevator")
    for _ in range(2):
        life.later(minutes=5).falls_due()
    life.does(Answer(LI))
    life.later(hours=2).falls_due()
    assert said(life.later(hours=2).falls_due()) == [("decision_overdue", ["li"])]


def test_an_answerer_who_left_is_not_asked_and_nobody_is_asked_twice() -> None:
    life = Life("elevator")
    life.does(Answer(WANG))
    life.directory = without("wang")
    assert said(life.later(hours=2).falls_due()) == [("decision_overdue", [])]
    life.directory = places.directory()
    assert said(life.later(hours=2).falls_due()) == [("decision_overdue", ["wang"])]


def test_an_ordinary_reminder_is_planned_outside_quiet_hours() -> None:
    life = Life(now=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 23:00
    life.does(Answer(ZHAO))
    life.later(hours=24).falls_due()
    assert life.bell.due_at == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)


def test_an_appeal_begins_one_level_higher_and_never_above_the_last() -> None:
    for level, asked in ((0, "wang"), (1, "li"), (2, "li")):
        life = Life()
        for _ in range(level):
            life.later(minutes=5).falls_due()
        life.does(Answer(ZHAO))
        life.does(Decline(ZHAO, "not_in_scope", "归城管", "12345"))
        again, step = life.appeals()
        assert (again.kind, said((step,))) == ("appealed", [("alerted", [asked])])
        assert (life.bell.epoch, life.bell.generation, life.bell.round) == (2, 2, 0)
        assert (life.bell.answered_by, life.bell.ringing_since) == (None, life.now)
        assert [person.id for person in life.bell.alerted] == [asked]


@pytest.mark.parametrize("before", ["ringing", "answered"])
def test_only_what_was_declined_can_be_appealed(before: str) -> None:
    life = Life()
    if before == "answered":
        life.does(Answer(ZHAO))
    with pytest.raises(Conflict) as refused:
        life.appeals()
    assert refused.value.code == "no_appeal"


@pytest.mark.parametrize(
    ("change", "renewed"),
    [
        ({"hops": MAX_HOPS - 1}, False),
        ({"hops": MAX_HOPS}, True),
        ({"generation_at": Life().now - MAX_AGE + timedelta(hours=1)}, False),
        ({"generation_at": Life().now - MAX_AGE}, True),
    ],
)
def test_an_old_timer_is_renewed_with_its_next_step(change: dict[str, object], renewed: bool) -> None:
    life = Life()
    bell: Bell = replace(life.bell, **change)  # type: ignore[arg-type]  # fields by name, for brevity
    happened = due(bell, life.directory, life.now + timedelta(minutes=5))
    assert [h.kind for h in happened] == ["alerted", *(["rearmed"] if renewed else [])]


def test_nothing_left_to_wait_for_is_nothing_due() -> None:
    life = Life()
    closed = replace(life.bell, due_at=None)
    assert due(closed, life.directory, life.now + timedelta(days=1)) == ()
    assert remaining(closed, life.now) == 0


@given(
    st.lists(st.sampled_from(["zhao", "wang", "li", "he"]), unique=True),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["noise", "elevator", "gas"]),
    st.booleans(),
)
def test_whoever_is_missing_a_ring_asks_somebody_or_says_that_nobody_is_there(
    missing: list[str], now: datetime, category: str, holds: bool
) -> None:
    place = without(*missing)
    quiet = replace(place.subdistrict, quiet=QuietHours(time(22), time(7)))
    ladder = place.ladder(Life(category).bell.urgency, Life(category).bell.desk)
    held = replace(ladder, holds_in_quiet_hours=holds)
    *skipped, last = rules.first_step(held, replace(place, subdistrict=quiet), "yiqing", now)
    assert {h.kind for h in skipped} <= {"level_skipped"}
    assert last.kind in {"alerted", "exhausted"}
    assert bool(last.data["staff"]) == bool({"zhao", "wang", "li", "he"} - set(missing))
    assert parse_iso(last.data["due_at"]) > now - timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("repeat_seconds", "round_", "minutes"),
    [
        (900, 4, 15),
        (900, 5, 60),
        (900, 27, 60),
        (900, 28, 24 * 60),
        (120, 30, 2),
        (120, 31, 60),
        (7200, 1, 120),
    ],
)
def test_calling_goes_on_for_ever_but_not_for_ever_so_often(
    repeat_seconds: int, round_: int, minutes: int
) -> None:
    ladder = Ladder((Level((Role.SPECIALIST,)),), repeat_seconds=repeat_seconds)
    assert rules._pause(ladder, round_) == timedelta(minutes=minutes)
