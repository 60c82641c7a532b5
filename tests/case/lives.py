"""A case and its record, moved by decisions and the clock alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.case import deadlines
from chalicelib.case.deadlines import DEFAULT, Moment, Policy
from chalicelib.case.due import due
from chalicelib.case.rules import Case, decide, fold, opened
from chalicelib.case.state import Ref
from chalicelib.core.calendar import Calendar
from chalicelib.core.chain import RESIDENT, SYSTEM, Actor, Event, Happening, Tip, extend, verify
from chalicelib.core.times import tick
from chalicelib.place.ladder import Urgency

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(SHANGHAI)
# A Tuesday, ten in the morning.
START = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI).astimezone(UTC)
ZHAO = Actor("staff", "zhao", "赵虹", "specialist")
WANG = Actor("staff", "wang", "王芳", "community")
LI = Actor("staff", "li", "李强", "subdistrict")


def text(name: str = "t1") -> Ref:
    """Something written that lives elsewhere."""
    return Ref(name, "ab" * 32)


@dataclass
class Life:
    """One case as time passes."""

    urgency: Urgency = Urgency.ORDINARY
    category: str = "noise"
    calendar: Calendar = CALENDAR
    policy: Policy = DEFAULT
    now: datetime = START
    events: tuple[Event, ...] = ()
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        owner = {"id": ZHAO.id, "name": ZHAO.name, "role": ZHAO.role}
        moment = Moment(ZHAO, self.now, self.calendar, self.policy)
        clock = deadlines.opening(self.urgency, self.category, moment)
        first = opened("MX00000000", "midu", "bandaohong", self.category, self.urgency, owner, clock)
        self.events = extend("CASE#MX7F3K92QD", Tip(), self.now, ZHAO, (first,))
        self.case = fold(self.events)

    def does(self, command: object, by: Actor = ZHAO) -> tuple[Happening, ...]:
        """Somebody does something; what happened. Raises as the rules do, and then nothing did."""
        return self._happen(decide(self.case, command, by, self.calendar, self.now, self.policy), by)

    def resident(self, command: object) -> tuple[Happening, ...]:
        """The resident does something."""
        return self.does(command, RESIDENT)

    def falls_due(self) -> tuple[Happening, ...]:
        """The engine looks."""
        return self._happen(due(self.case, self.calendar, self.now, self.policy), SYSTEM)

    def until(self, at: datetime) -> tuple[Happening, ...]:
        """The engine looks whenever something is due up to then; what happened."""
        happened: tuple[Happening, ...] = ()
        while self.case.due_at is not None and self.case.due_at <= at:
            self.now = max(self.now, self.case.due_at)
            happened += self.falls_due()
        self.now = at
        return happened

    def pass_time(self, **span: float) -> tuple[Happening, ...]:
        """Time passes with the engine running."""
        return self.until(self.now + timedelta(**span))

    def later(self, **span: float) -> Life:
        """Time passes and nobody looks."""
        self.now = tick(self.now + timedelta(**span))
        return self

    def left(self, key: str) -> timedelta:
        """What is left of a deadline now."""
        return deadlines.remaining(self.case, key, self.calendar, self.now)

    def intact(self) -> bool:
        """Whether the record verifies, and folding it gives the case that lived it."""
        return verify(self.events, self.case.tip, self.case.thing).intact and fold(self.events) == self.case

    def _happen(self, happenings: tuple[Happening, ...], by: Actor) -> tuple[Happening, ...]:
        new = extend(self.case.thing, self.case.tip, self.now, by, happenings)
        self.events += new
        self.case = fold(new, self.case) if new else self.case
        return happenings


def kinds(happenings: tuple[Happening, ...]) -> list[str]:
    """What happened, by name."""
    return [h.kind for h in happenings]
