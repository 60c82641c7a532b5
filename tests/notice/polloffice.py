"""A poll in the whole platform on fakes: its owners, their phones and what they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core import ids
from chalicelib.core.chain import Actor, Event
from chalicelib.poll import changes, commands, rules
from chalicelib.poll.ballots import Ballot
from chalicelib.poll.roll import Unit
from chalicelib.poll.shapes import Cast
from chalicelib.poll.state import Poll, Sight
from tests.fakes.world import World
from tests.poll import samples

BY = Actor("staff", "wang", "王丽芬", "community")


class PollOffice:
    """`poll`: the id of a poll on which people vote. `does`: somebody does something to it and everybody reacts."""

    def __init__(
        self,
        units: int | Sequence[Unit] = 6,
        *,
        matter: int = 0,
        days: int = 7,
        officials: Sight = Sight.TURNOUT,
        world: World | None = None,
    ) -> None:
        self.world = world or World()
        self.units = samples.roll(units) if isinstance(units, int) else tuple(units)
        now = self.world.clock.now()
        about = {"neighbourhood": "yiqing", "community": "changqing", "case": ""}
        draft = samples.draft(matter)
        draft = replace(draft, terms=replace(draft.terms, officials=officials))
        happening = rules.drafted(about, draft)
        drafted = changes.beginning(ids.new_id("MX", now, 5), (happening,), BY, now)
        self.world.store.commit(drafted)
        self.poll = drafted.after.id
        self.world.store.freeze(self.poll, self.units)
        self.world.store.commit(samples.announced(drafted.after, self.units, now=now, days=days))
        self.world.settle()
        self.world.pass_time(days=drafted.after.notice_days, seconds=1)

    @property
    def head(self) -> Poll:
        """The poll as it stands."""
        file = self.world.store.poll(self.poll)
        assert file is not None
        return file.poll

    def kinds(self) -> list[str]:
        """The kinds of its events, leaving out what became of notices."""
        return [event.kind for event in self.events() if event.kind != "notified"]

    def events(self) -> tuple[Event, ...]:
        """Its record."""
        file = self.world.store.poll(self.poll)
        assert file is not None
        return file.events

    def does(self, command: commands.Command) -> tuple[Event, ...]:
        """Somebody does it; nothing reacts before `world.settle`."""
        now = self.world.clock.now()
        change = changes.following(self.head, rules.decide(self.head, command, now), BY, now)
        self.world.store.commit(change)
        return change.events

    def votes(self, *units: int, choice: str = "for") -> None:
        """A ballot for each of these units."""
        for unit in units:
            at = self.world.clock.now()
            answer = self.world.store.cast(Cast(self.poll, unit, samples.ballot(unit, choice, at=at)))
            assert isinstance(answer, Ballot), answer

    def phones(self) -> list[str]:
        """Who was sent something, sorted."""
        return sorted(sent.to for sent in self.world.sent)
