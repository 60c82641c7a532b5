"""What can be done to a bell, when, and by whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bell.rules import (
    DECLINE_REASONS,
    REASON_LIMIT,
    TRANSITIONS,
    Accept,
    Answer,
    Command,
    Decline,
    Person,
    Status,
    Withdraw,
    fold,
    ladder_json,
    ladder_of,
    possible,
)
from chalicelib.core.chain import SYSTEM, Happening, Tip, extend, verify
from chalicelib.core.errors import Conflict, Invalid
from chalicelib.escalation.rules import remaining
from chalicelib.place.ladder import Desk, Urgency, default_ladder
from tests.bell.lives import HE, LI, WANG, ZHAO, Life

CASE = "MX00000000"


def decline(
    by: Person = ZHAO, code: str = "not_in_scope", reason: str = "归城管", go_to: str = "12345"
) -> Decline:
    return Decline(by, code, reason, go_to)


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def answered(life: Life) -> Life:
    life.later(seconds=90).does(Answer(ZHAO))
    return life


def test_a_fresh_bell_rings_at_its_first_level(life: Life) -> None:
    bell = life.bell
    assert (bell.status, bell.level, bell.epoch, bell.alerted) == (Status.RINGING, 0, 1, (ZHAO,))
    assert remaining(bell, life.now) == 300
    assert possible(bell) == ("answer", "withdraw", "transfer")


def test_an_answer_says_by_whom_and_after_how_long_and_begins_the_time_to_decide(answered: Life) -> None:
    (event,) = answered.events[-1:]
    assert (event.kind, event.actor["id"], event.data["after_seconds"]) == ("answered", "zhao", 90)
    assert (answered.bell.answered_by, answered.bell.answered_at) == (ZHAO, answered.now)
    assert remaining(answered.bell, answered.now) == 24 * 3600
    assert possible(answered.bell) == ("withdraw", "accept", "decline", "transfer")


def test_anybody_of_the_staff_may_answer_even_before_they_were_asked(life: Life) -> None:
    life.does(Answer(HE))
    assert life.bell.answered_by == HE


@pytest.mark.parametrize(
    "again", [Answer(ZHAO), Withdraw(), Accept(ZHAO, CASE), decline()], ids=lambda c: type(c).__name__
)
def test_doing_it_again_is_no_error_and_no_event(answered: Life, again: Command) -> None:
    if not isinstance(again, Answer):
        answered.does(again)
    count = len(answered.events)
    assert answered.does(again) == ()
    assert len(answered.events) == count


def test_somebody_elses_answer_is_refused_by_the_name_of_who_was_first(answered: Life) -> None:
    at = answered.now
    with pytest.raises(Conflict) as refused:
        answered.later(minutes=3).does(Answer(WANG))
    assert refused.value.code == "already_answered"
    assert refused.value.params == {
        "status": Status.ANSWERED,
        "by": "赵虹",
        "at": at,
        "possible": ["withdraw", "accept", "decline", "transfer"],
    }


@pytest.mark.parametrize("command", [Accept(WANG, CASE), decline(WANG)])
def test_only_the_answerer_decides(answered: Life, command: Accept | Decline) -> None:
    with pytest.raises(Conflict) as refused:
        answered.does(command)
    assert (refused.value.code, refused.value.params["by"]) == ("already_answered", "赵虹")


@pytest.mark.parametrize("command", [Accept(ZHAO, CASE), decline()])
def test_nothing_is_decided_before_it_is_answered(life: Life, command: Accept | Decline) -> None:
    with pytest.raises(Conflict) as refused:
        life.does(command)
    assert refused.value.code == "not_possible_now"


@pytest.mark.parametrize(
    ("close", "code"),
    [
        ([Answer(ZHAO), Accept(ZHAO, CASE)], "already_accepted"),
        ([Answer(ZHAO), decline()], "already_declined"),
        ([Withdraw()], "already_withdrawn"),
    ],
)
def test_a_closed_bell_has_no_deadline_and_says_what_happened_to_it(
    life: Life, close: list[Command], code: str
) -> None:
    for command in close:
        life.does(command)
    assert (life.bell.open, life.bell.due_at) == (False, None)
    assert life.later(days=30).falls_due() == ()
    with pytest.raises(Conflict) as refused:
        life.does(Answer(WANG))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("spoilt", "field", "code"),
    [
        (decline(code="because"), "reason_code", "unknown"),
        (decline(reason=" \n"), "reason", "required"),
        (decline(go_to=""), "go_to", "required"),
        (decline(reason="长" * (REASON_LIMIT + 1)), "reason", "too_long"),
        (decline(go_to="长" * (REASON_LIMIT + 1)), "go_to", "too_long"),
    ],
)
def test_a_refusal_without_reason_or_place_to_go_is_none(
    answered: Life, spoilt: Decline, field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answered.does(spoilt)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]
    assert answered.bell.status is Status.ANSWERED


def test_every_wrong_field_of_a_refusal_is_named_at_once(answered: Life) -> None:
    with pytest.raises(Invalid) as refused:
        answered.does(decline(code="", reason="", go_to=""))
    assert [error.field for error in refused.value.errors] == ["reason_code", "reason", "go_to"]


@pytest.mark.parametrize("code", DECLINE_REASONS)
def test_every_listed_reason_is_accepted_at_its_longest(code: str) -> None:
    life = Life()
    life.does(Answer(ZHAO))
    life.does(decline(code=code, reason="长" * REASON_LIMIT, go_to="长" * REASON_LIMIT))
    assert life.bell.status is Status.DECLINED


def test_a_word_about_notices_moves_the_record_and_not_the_bell(life: Life) -> None:
    told = extend(life.bell.thing, life.bell.tip, life.now, SYSTEM, (Happening("notified", {"of": 1}),))
    after = fold(told, life.bell)
    assert (after.version, after.status) == (life.bell.version, life.bell.status)
    assert after.tip == Tip(3, told[0].hash)


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("desk", Desk)
def test_a_ladder_survives_the_record(urgency: Urgency, desk: Desk) -> None:
    ladder = default_ladder(urgency, desk)
    assert ladder_of(ladder_json(ladder)) == ladder


def test_the_staffs_own_words_are_the_only_text_in_the_record(answered: Life) -> None:
    answered.does(decline())
    text = repr([event.data for event in answered.events])
    assert "13900000001" not in text
    assert "张三" not in text
    assert "半夜" not in text


def test_after_an_appeal_waiting_and_reminding_begin_anew() -> None:
    life = Life("elevator")
    life.does(Answer(ZHAO))
    for _ in range(3):
        life.later(hours=2).falls_due()
    life.does(decline())
    life.later(hours=5).appeals()
    life.later(seconds=30).does(Answer(WANG))
    assert life.events[-1].data["after_seconds"] == 30
    assert life.bell.reminders == 0
    assert [p["id"] for p in life.later(hours=2).falls_due()[0].data["staff"]] == ["wang"]


# -- whatever anybody does in whatever order

_PEOPLE = st.sampled_from([ZHAO, WANG, LI])
_ACTS = st.one_of(
    st.builds(Answer, _PEOPLE),
    st.builds(Accept, _PEOPLE, st.just(CASE)),
    st.builds(decline, _PEOPLE),
    st.just(Withdraw()),
    st.just("due"),
    st.just("appeal"),
    st.sampled_from([0.5, 120, 299.999, 300, 86_400, 40 * 86_400]),
)


def _act(life: Life, act: object) -> None:
    if isinstance(act, float | int):
        life.later(seconds=act)
    elif act == "due":
        life.falls_due()
    elif act == "appeal":
        life.appeals()
    else:
        life.does(act)


@given(
    category=st.sampled_from(["noise", "elevator", "gas"]),
    acts=st.lists(_ACTS, max_size=40),
)
def test_no_sequence_of_acts_leaves_the_table_breaks_the_record_or_wakes_a_closed_bell(
    category: str, acts: list[object]
) -> None:
    life = Life(category)
    for act in acts:
        before, known = life.bell, len(life.events)
        try:
            _act(life, act)
        except Conflict:
            assert (life.bell, len(life.events)) == (before, known), "a refusal changes nothing"
        after, kinds = life.bell, {event.kind for event in life.events[known:]}
        assert after.status is before.status or after.status in {
            to for (status, _), to in TRANSITIONS.items() if status is before.status
        }
        assert fold(life.events) == after
        assert verify(life.events, after.tip).intact
        assert remaining(after, life.now) >= 0
        assert after.open == (after.due_at is not None)
        assert after.epoch <= 2
        assert after.version - before.version == len(life.events) - known
        if not before.open:
            assert kinds <= {"appealed", "alerted", "level_skipped", "exhausted"}
            assert not kinds or "appealed" in kinds, "a closed bell alerts nobody unless it is appealed"
        if before.status is Status.ANSWERED:
            assert not kinds & {"alerted", "exhausted", "level_skipped"}, "an answer stops the ladder"


@given(st.lists(st.sampled_from([1, 299, 300, 301, 2_400]), max_size=25))
def test_while_it_rings_the_ladder_only_goes_up_and_each_step_has_its_full_time(waits: list[int]) -> None:
    life = Life()
    for wait in waits:
        before = life.bell
        happened = life.later(seconds=wait).falls_due()
        asked = [h for h in happened if h.kind in {"alerted", "exhausted"}]
        assert len(asked) <= 1, "one step, however late"
        assert (life.bell.round, life.bell.level) >= (before.round, before.level)
        if asked:
            assert remaining(life.bell, life.now) == (900 if asked[0].kind == "exhausted" else 300)
        else:
            assert before.due_at is not None
            assert life.now < before.due_at
