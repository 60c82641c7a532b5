"""Whatever residents, staff, the clock and bad luck do in whatever order: what a bell promises still holds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.rules import MOST_TRANSFERS, OPEN, TRANSITIONS, Status, fold
from chalicelib.bell.service import Rung
from chalicelib.core.chain import verify
from chalicelib.core.errors import DomainError
from chalicelib.escalation.rules import remaining
from chalicelib.notice.rules import RINGING
from chalicelib.people.staff import Channel
from chalicelib.ports import PermanentFailure, Ports, UnknownOutcome
from tests.fakes.world import World

PEOPLE = st.sampled_from(["zhao", "wang", "li", "he", "lin"])
# Mostly somebody who can do it: a machine of refusals would show little.
STAFF = st.sampled_from(["answerer", "answerer", "asked", "asked", "wang", "lin"])
_KINDS = {
    "rung": Status.RINGING,
    "answered": Status.ANSWERED,
    "accepted": Status.ACCEPTED,
    "declined": Status.DECLINED,
    "withdrawn": Status.WITHDRAWN,
    "appealed": Status.RINGING,
    "transferred": Status.RINGING,
}


class Lives(RuleBasedStateMachine):
    """One bell in the whole platform on fakes."""

    world: World
    rung: Rung

    @initialize(category=st.sampled_from(["noise", "elevator", "gas"]))
    def begin(self, category: str) -> None:
        self.world = World()
        self.open = self.world.accept(self.world.ring(phone="13900000099", text="对面的事"))
        self.rung = self.world.ring(category=category)
        self.seen = 0

    def _token(self, staff: str) -> str:
        bell = self.world.file(self.rung).bell
        asked = bell.alerted[-1].id if bell.alerted else "zhao"
        answerer = bell.answered_by.id if bell.answered_by else asked
        meant = {"answerer": answerer, "asked": asked}.get(staff, staff)
        return answer_token(self.world.ports.policy.key, bell, meant)

    def _try(self, act: object, *args: str) -> None:
        before = self.world.file(self.rung)
        try:
            act(self.world.ports, *args)  # type: ignore[operator]
        except DomainError:
            assert self.world.file(self.rung) == before, "a refusal changes nothing"

    @rule(staff=STAFF)
    def answer(self, staff: str) -> None:
        self._try(bells.answer, self._token(staff))

    @rule(staff=STAFF)
    def accept(self, staff: str) -> None:
        self._try(bells.accept, self._token(staff))

    @rule(staff=STAFF)
    def join(self, staff: str) -> None:
        self._try(bells.accept, self._token(staff), "", self.open)

    @rule(
        staff=STAFF,
        place=st.sampled_from(["", "wenyi", "yiqing"]),
        desk=st.sampled_from(["", "lawyer", "community"]),
    )
    def transfer(self, staff: str, place: str, desk: str) -> None:
        def move(ports: Ports, token: str) -> None:
            bells.transfer(ports, token, "wrong_desk", neighbourhood=place, desk=desk)

        self._try(move, self._token(staff))

    @rule(staff=STAFF)
    def decline(self, staff: str) -> None:
        self._try(bells.decline, self._token(staff), "not_in_scope", "归城管", "12345")

    @rule()
    def withdraw(self) -> None:
        self._try(bells.withdraw, self.rung.token)

    @rule()
    def appeal(self) -> None:
        self._try(bells.appeal, self.rung.token)

    @rule(minutes=st.sampled_from([0, 1, 4.99, 5, 16, 45]))
    def time_passes(self, minutes: float) -> None:
        self.world.pass_time(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 6, 40, 1_500]))
    def the_engine_is_down(self, minutes: float) -> None:
        self.world.outage(minutes=minutes)

    @rule()
    def the_execution_is_lost(self) -> None:
        self.world.engine.kill(self.rung.bell.thing)

    @rule(again=st.booleans())
    def the_stream_stammers(self, again: bool) -> None:
        records = self.world.take_stream()
        self.world.deliver([*records, *(reversed(records) if again else records)])

    @rule(staff=PEOPLE, error=st.sampled_from([PermanentFailure("gone"), UnknownOutcome("lost")]))
    def an_sms_fails(self, staff: str, error: Exception) -> None:
        member = self.world.store.places["MX"].member(staff)
        assert member is not None
        self.world.senders[Channel.SMS].fail(error, to=member.phone)

    @invariant()
    def the_record_is_whole_and_the_bell_its_fold(self) -> None:
        file = self.world.file(self.rung)
        assert verify(file.events, file.bell.tip).intact
        folded = fold(file.events)
        for name in (
            "status",
            "version",
            "level",
            "repeat",
            "round",
            "epoch",
            "transfers",
            "neighbourhood",
            "community",
            "desk",
            "ladder",
            "due_at",
            "answered_by",
            "case",
        ):
            assert getattr(folded, name) == getattr(file.bell, name), name
        assert folded.alerted == file.bell.alerted
        assert folded.generation == file.bell.generation

    @invariant()
    def every_change_is_in_the_table(self) -> None:
        events = self.world.file(self.rung).events
        path = [_KINDS[event.kind] for event in events if event.kind in _KINDS]
        allowed = {(before, after) for (before, _), after in TRANSITIONS.items()}
        assert path[0] is Status.RINGING
        assert set(pairwise(path)) <= allowed

    @invariant()
    def the_deadline_is_that_of_an_open_bell_and_never_negative(self) -> None:
        bell = self.world.file(self.rung).bell
        assert (bell.status in OPEN) == (bell.due_at is not None)
        assert remaining(bell, self.world.clock.now()) >= 0

    @invariant()
    def nobody_is_asked_to_answer_what_does_not_ring(self) -> None:
        # Statuses change only between the platform's reactions here, so what was sent since must fit the present one.
        fresh, self.seen = self.world.sent[self.seen :], len(self.world.sent)
        if self.world.file(self.rung).bell.status is not Status.RINGING:
            assert not [sent for sent in fresh if sent.template in RINGING]

    @invariant()
    def nobody_is_told_the_same_thing_of_the_same_event_twice_on_a_channel(self) -> None:
        file = self.world.file(self.rung)
        told = [
            (event.data["of"], notice["to"], notice["channel"], notice["fate"])
            for event in file.events
            if event.kind == "notified"
            for notice in event.data["notices"]
            if notice["fate"] == "sent"
        ]
        assert len(told) == len(set(told))

    @invariant()
    def every_ringing_is_the_first_an_appeal_or_one_of_a_few_transfers(self) -> None:
        bell = self.world.file(self.rung).bell
        assert bell.epoch == 1 + bell.appeals + bell.transfers
        assert bell.appeals in (0, 1)
        assert bell.transfers <= MOST_TRANSFERS

    @invariant()
    def an_accepted_bell_is_in_one_case_that_it_opened_or_joined(self) -> None:
        bell = self.world.file(self.rung).bell
        holding = [case.id for case in self.world.store.all_cases() if bell.id in case.bells]
        assert holding == ([bell.case] if bell.status is Status.ACCEPTED else [])
        assert len(self.world.store.all_cases()) == 1 + (bell.case not in ("", self.open))

    def teardown(self) -> None:
        """Left alone, an open bell moves on by itself and a closed one stays silent."""
        before = self.world.file(self.rung).bell
        self.world.settle()
        count = len(self.world.sent)
        self.world.pass_time(hours=1)
        if before.due_at:
            self.world.outage(minutes=max(0, (before.due_at - self.world.clock.now()).total_seconds() / 60))
            self.world.pass_time(minutes=3)
        after = self.world.file(self.rung).bell
        if before.open:
            assert after.version > before.version
        else:
            assert after.version == before.version
            assert not [sent for sent in self.world.sent[count:] if sent.template in RINGING]


Lives.TestCase.settings = settings(max_examples=100, stateful_step_count=15, deadline=None, derandomize=True)
TestLives = Lives.TestCase
