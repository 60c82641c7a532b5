"""A bell and its record, moved by decisions alone: no store, no clock, nobody to alert."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.bell.changes import plan_change
from chalicelib.bell.ringing import rung, urgency_of
from chalicelib.bell.rules import Bell, Command, Person, Post, Transfer, decide, fold, ladder_json, people
from chalicelib.core.chain import RESIDENT, SYSTEM, Event, Happening, Tip, extend
from chalicelib.escalation import rules as escalation
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Desk
from chalicelib.place.rules import Directory
from chalicelib.ports import Change
from tests.fakes import places
from tests.fakes.clock import START
from tests.fakes.world import draft

KEY = b"a key that only tests know"


def person(member: Staff) -> Person:
    """A member of staff as events remember them."""
    return Person(member.id, member.name, member.role)


ZHAO, WANG, LI, HE = map(person, places.STAFF[:4])


@dataclass
class Life:
    """One bell as time passes. `changes`: what each decision would have written."""

    category: str = "noise"
    directory: Directory = field(default_factory=places.directory)
    now: datetime = START
    events: tuple[Event, ...] = ()
    changes: list[Change] = field(default_factory=list)
    bell: Bell = field(init=False)

    def __post_init__(self) -> None:
        typed = draft(category=self.category)
        ladder = self.directory.ladder(urgency_of(self.category), Desk(typed.desk))
        first = rung(typed, self.directory, ladder_json(ladder), "0" * 64)
        self.events = extend("BELL#MX00000000", Tip(), self.now, RESIDENT, (first,))
        tip = Tip(1, self.events[0].hash)
        step = escalation.first_step(ladder, self.directory, typed.neighbourhood, self.now)
        self.events += extend("BELL#MX00000000", tip, self.now, SYSTEM, step)
        self.bell = fold(self.events)

    def does(self, command: Command) -> tuple[Happening, ...]:
        """Somebody does something; what happened. Raises as the rules do, and then nothing did."""
        return self._happen(decide(self.bell, command, self.now))

    def falls_due(self) -> tuple[Happening, ...]:
        """The engine looks."""
        return self._happen(escalation.due(self.bell, self.directory, self.now))

    def appeals(self) -> tuple[Happening, ...]:
        """The resident asks the next level to look again."""
        return self._happen(escalation.appeal(self.bell, self.directory, self.now))

    def moves(
        self, by: Person, desk: str = "", place: str = "", reason: str = "wrong_desk"
    ) -> tuple[Happening, ...]:
        """Somebody hands the bell on to another desk or neighbourhood of the same community."""
        bell = self.bell
        post = Post(place or bell.neighbourhood, bell.community, Desk(desk) if desk else bell.desk)
        ladder = self.directory.ladder(bell.urgency, post.desk)
        step = escalation.first_step(ladder, self.directory, post.neighbourhood, self.now)
        asked = tuple(p for happening in step for p in people(happening.data.get("staff", ())))
        transfer = Transfer(by, post, reason, ladder, asked)
        return self._happen((*decide(bell, transfer, self.now), *step))

    def later(self, **span: float) -> Life:
        """Time passes and nobody looks."""
        self.now += timedelta(**span)
        return self

    def _happen(self, happenings: tuple[Happening, ...]) -> tuple[Happening, ...]:
        if happenings:
            change = plan_change(KEY, self.bell, happenings, self.now)
            self.changes.append(change)
            self.events += change.events
            self.bell = change.after
        return happenings
