"""Whatever people, the clock and bad luck do to a case in whatever order: what it promises still holds."""

from __future__ import annotations

from datetime import time, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.case import commands as do
from chalicelib.case.deadlines import Policy, Term, TermRule
from chalicelib.case.decisions import DECISIONS
from chalicelib.case.rules import Case, Stage, apply, fold, possible, verb_of
from chalicelib.case.stages import MOVES, STAYS, TRANSITIONS
from chalicelib.case.state import Option
from chalicelib.core.calendar import Calendar
from chalicelib.core.chain import Actor
from chalicelib.core.errors import Conflict, DomainError
from chalicelib.place.ladder import Urgency
from tests.case.lives import CALENDAR, LI, SHANGHAI, START, WANG, ZHAO, Life, text

T = text()
WORKING = Policy(
    stages=(
        TermRule(Stage.LOOKING_INTO, Term(days=1, working=True)),
        TermRule(Stage.NEGOTIATING, Term(days=5, working=True)),
    ),
    targets={u: Term(days=7, working=True) for u in (*Urgency, "hard")},
)
ROAD = {"negotiate", "consult", "agree", "sign", "carry_out", "finish", "reopen"}
Step = tuple[int, int, bool, Actor, timedelta]


def _dated(hours: int) -> list[object]:
    at = START + timedelta(hours=hours)
    duty = do.Duty("community", T, at)
    return [
        do.Hold("weather", "wuye", at),
        do.Schedule(at, ("resident",), T),
        do.Draft("minutes", (T,), (duty,), ("resident",)),
        do.Draft("mediation", (T,), (duty, duty), ("resident",)),
        do.Promise(duty),
        do.Consult("poll", at, "P"),
        do.Consult("parties", at),
        do.Extend("target", at, "weather", T),
        do.Extend("obligation:1", at, "weather", T),
        *(do.Perform(n, T) for n in (1, 2, 3)),
        *(do.AcceptWork(n) for n in (1, 2, 3)),
        *(do.SendBack(n, T, at) for n in (1, 2, 3)),
    ]


PLAIN: list[object] = [
    do.Assign("wang", "community"),
    do.Visit(T),
    do.Message(T, "resident"),
    do.Ask(T, 3),
    do.Reply(T),
    do.Resume(),
    do.OfferOptions((Option("a", T), Option("b", T, 100))),
    do.Choose(1, "a"),
    do.Choose(1, "b"),
    do.Invite("wuye", "property_company"),
    do.Remove("wuye"),
    do.RecordMeeting(1, ("resident",), T, (T,)),
    do.CancelMeeting(1),
    do.Respond(1, "resident", "yes"),
    do.Propose(T),
    do.Comment(1, T),
    do.Sign("resident", "code", T),
    do.Sign("mediator", "paper", T),
    do.Sign("committee", "paper", T),
    do.ConfirmInCourt(T),
    do.Negotiate(),
    do.Conclude(True, T),
    do.Conclude(False, T),
    do.CarryOut(),
    do.BreakOff("new_facts", T),
    do.Finish(T),
    do.Fail("no_agreement", T),
    do.Close(),
    do.Rate(True, True, True),
    do.Rate(True, False, False, ("not_fixed",)),
    do.Reopen(T),
    do.DecideExtension(True),
    do.DecideExtension(False),
    do.Press(T),
    do.Report(T),
    do.Unmask("MX00000000", "safety"),
    do.Join("MX11111111"),
    do.Absorb("MX99999999", ("MX22222222",)),
    do.MergeInto("MX99999999"),
    do.Split("MX88888888", ("MX11111111",)),
]
ACTORS = st.sampled_from([ZHAO, WANG, LI])
TIME = st.sampled_from(
    [timedelta(0), timedelta(minutes=7), timedelta(hours=5), timedelta(days=2), timedelta(days=40)]
)
STEPS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 2_000), st.integers(0, 4).map(bool), ACTORS, TIME),
    min_size=10,
    max_size=60,
)
POLICIES = st.sampled_from([Policy(), WORKING])
TELLING = {"reminded", "overdue"}


def _command(case: Case, pick: int, hours: int, sensible: bool) -> object:
    """One of all commands, or of those whose verb is possible now (most are not at any time)."""
    every = [*PLAIN, *_dated(hours)]
    fitting = [c for c in every if verb_of(c) in possible(case)] if sensible else every
    road = [c for c in fitting if verb_of(c) in ROAD] if pick % 3 == 0 else []
    choice = road or fitting or every
    return choice[pick // 3 % len(choice)]


def _live(policy: Policy, urgency: Urgency, steps: list[Step]) -> Life:
    life = Life(urgency, policy=policy)
    for pick, hours, sensible, by, span in steps:
        _step(life, _command(life.case, pick, hours, sensible), by)
        alerts = [h.kind for h in life.pass_time(seconds=span.total_seconds())]
        if life.case.stage is Stage.CLOSED:
            assert life.case.due_at is None, "nothing is due any more"
            assert life.pass_time(days=400) == (), "nobody is alerted after closing"
        assert all(life.left(d.key) >= timedelta(0) for d in life.case.deadlines)
        assert len(alerts) < 500, "the clock always waits"
    return life


def _step(life: Life, command: object, by: Actor) -> None:
    before, verb = life.case, verb_of(command)
    may = possible(before)
    if verb not in may:
        with pytest.raises(Conflict) as refused:
            life.does(command, by)
        assert refused.value.params["possible"] == list(may)
        return
    try:
        happened = life.does(command, by)
    except DomainError:
        assert life.case == before, "a refusal changes nothing"
        return
    last = life.case.stage
    if not {"agreed", "closed"} & {h.kind for h in happened}:
        assert last is TRANSITIONS[before.stage, verb]
    else:
        assert (before.stage, last) in {(a, b) for (a, _), b in MOVES.items()}


@settings(max_examples=40)
@given(POLICIES, st.sampled_from(list(Urgency)), STEPS)
def test_no_sequence_of_commands_leaves_the_table_or_breaks_the_record(
    policy: Policy, urgency: Urgency, steps: list[Step]
) -> None:
    life = _live(policy, urgency, steps)
    assert life.intact()
    moves = {(a, b) for (a, _), b in MOVES.items()}
    case: Case | None = None
    for event in life.events:
        after = apply(case, event)
        assert case is None or after.stage is case.stage or (case.stage, after.stage) in moves
        assert not (case and case.stage is Stage.CLOSED and event.kind in TELLING)
        case = after


@settings(max_examples=40)
@given(POLICIES, STEPS)
def test_a_case_comes_back_from_the_store_as_it_was_and_no_text_is_in_its_record(
    policy: Policy, steps: list[Step]
) -> None:
    life = _live(policy, Urgency.ORDINARY, steps)
    assert msgspec.json.decode(msgspec.json.encode(life.case), type=Case) == life.case
    half = len(life.events) // 2
    assert fold(life.events[half:], fold(life.events[: half or 1])) == life.case if half else True


@given(
    st.booleans(),
    st.integers(0, 9 * 86_400_000),
    st.integers(1, 25 * 86_400_000),
    st.sampled_from([CALENDAR, Calendar(SHANGHAI, ((time(8), time(0)),))]),
)
def test_a_pause_keeps_what_is_left_of_everything_to_the_millisecond(
    working: bool, before: int, long: int, calendar: Calendar
) -> None:
    life = Life(policy=WORKING if working else Policy(), calendar=calendar)
    life.does(do.Negotiate())
    life.pass_time(milliseconds=before)
    keys = [d.key for d in life.case.deadlines]
    left = {key: life.left(key) for key in keys}
    life.does(do.Hold("weather", "wuye", life.now + timedelta(days=30)))
    assert life.pass_time(milliseconds=long) == (), "a pause is quiet"
    assert {key: life.left(key) for key in keys} == left
    life.does(do.Resume())
    assert {key: life.left(key) for key in keys} == left


def test_every_verb_of_the_table_has_a_command_and_back() -> None:
    verbs = {verb for _, verb in TRANSITIONS}
    decided = {verb for verb, _ in DECISIONS.values()} - {"conclude"}
    assert decided | {"agree", "reject"} == verbs
    assert set(STAYS).isdisjoint({verb for _, verb in MOVES})


def test_the_random_commands_reach_every_stage() -> None:
    reached: set[Stage] = set()

    @settings(max_examples=60, database=None)
    @given(STEPS)
    def wander(steps: list[Step]) -> None:
        life = Life()
        for pick, hours, _, by, _ in steps:
            try:
                life.does(_command(life.case, pick, hours, True), by)
            except DomainError:
                continue
            reached.add(life.case.stage)

    wander()
    assert reached == set(Stage)
