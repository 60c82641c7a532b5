"""Who tells a case's record to whom: what an event's data alone does not say, and the words made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal

from chalicelib.core.ids import number
from chalicelib.core.times import parse_iso
from chalicelib.web import case_labels
from chalicelib.web.filters import day_time, local, plain
from chalicelib.web.i18n import N_, translate

Data = Mapping[str, Any]
VoiceName = Literal["staff", "plain"]
_ISOLATE: Final = "\u2068%s\u2069"
_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Known:
    """What the whole record says about things that later events only number.

    `meetings`: when; `duties`: (who, due); `prices`: of an offer's options in their order; `form`: of the agreement.
    """

    meetings: Mapping[int, str] = field(default_factory=lambda: _NOTHING)
    duties: Mapping[int, tuple[str, str]] = field(default_factory=lambda: _NOTHING)
    prices: Mapping[int, tuple[tuple[str, int | None], ...]] = field(default_factory=lambda: _NOTHING)
    form: str = "minutes"
    kinds: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @classmethod
    def of(cls, record: Iterable[tuple[str, Data]]) -> Known:
        """Everything that (kind, data) of these events say."""
        known = cls()
        for kind, data in record:
            known = known.after(kind, data)
        return known

    def after(self, kind: str, data: Data) -> Known:
        """With what one more event says."""
        learn = _LEARN.get(kind)
        return learn(self, data) if learn else self


def _meeting(known: Known, data: Data) -> Known:
    return replace(known, meetings={**known.meetings, data["meeting"]: data["at"]})


def _drafted(known: Known, data: Data) -> Known:
    duties = {o["number"]: (o["who"], o["due_at"]) for o in data["obligations"]}
    return replace(known, form=data["form"], duties={**known.duties, **duties})


def _promised(known: Known, data: Data) -> Known:
    bound = data["obligation"]
    return replace(known, duties={**known.duties, bound["number"]: (bound["who"], bound["due_at"])})


def _offered(known: Known, data: Data) -> Known:
    prices = tuple((option["id"], option["price"]) for option in data["options"])
    return replace(known, prices={**known.prices, data["offer"]: prices})


def _invited(known: Known, data: Data) -> Known:
    return replace(known, kinds={**known.kinds, data["party"]: data["as"]})


_LEARN: Final[Mapping[str, Callable[[Known, Data], Known]]] = {
    "scheduled": _meeting,
    "drafted": _drafted,
    "promised": _promised,
    "offered": _offered,
    "invited": _invited,
}


@dataclass(frozen=True)
class Teller:
    """One event's circumstances and its reader.

    `voice`: `staff` for the console, `plain` for residents and parties. `me`: the ids under which the case knows the
    reader (a bell, a party, `resident`), who is then addressed as "you". `names`: of parties, staff and residents by
    id. `actor` … `role`: who did it. `stage`: of the case just before the event. `now`: the reader's, for "today" and
    "tomorrow"; None on paper.
    """

    zone: str = "Asia/Shanghai"
    voice: VoiceName = "staff"
    me: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    known: Known = Known()
    actor: str = "system"
    actor_id: str = ""
    name: str = ""
    role: str = ""
    stage: str = ""
    now: datetime | None = None

    def of(self, actor: Mapping[str, str], stage: str = "") -> Teller:
        """The same for another event: its `actor` as the record holds it, and the stage before it."""
        return replace(
            self,
            actor=actor.get("kind", "system"),
            actor_id=actor.get("id", ""),
            name=actor.get("name", ""),
            role=actor.get("role", ""),
            stage=stage or self.stage,
        )


@dataclass(frozen=True)
class Voice:
    """A teller who speaks a language."""

    teller: Teller
    language: str

    def say(self, exact: str, simple: str = "", **parameters: object) -> str:
        """A sentence: `exact` for staff, `simple` (if given) for everybody else. English begins with a capital."""
        message = simple if simple and self.plain else exact
        said = translate(self.language, message, **parameters) if "%(" in message else self.word(message)
        return said[:1].upper() + said[1:] if self.language == "en" else said

    def word(self, message: str) -> str:
        """A marked message without places."""
        return translate(self.language, message)

    def join(self, *sentences: str) -> str:
        """Sentences one after the other; empty ones are left out."""
        return (" " if self.language == "en" else "").join(sentence for sentence in sentences if sentence)

    @property
    def plain(self) -> bool:
        """Whether the reader is no member of staff."""
        return self.teller.voice == "plain"

    def mine(self, who: str) -> bool:
        """Whether that is the reader."""
        return who in self.teller.me

    @property
    def who(self) -> str:
        """Whoever did it."""
        teller = self.teller
        if teller.actor == "staff":
            return self.member(teller.name or teller.names.get(teller.actor_id, ""), teller.role)
        if teller.actor == "resident":
            return self.person(teller.actor_id or "resident", "resident")
        return self.person(teller.actor_id if teller.actor == "party" else "system")

    def member(self, name: str, role: str) -> str:
        """A member of staff by name and role, by the role alone when the name is not known."""
        if not name:
            return case_labels.person(role or "staff", self.language)
        if not role:
            return typed(name)
        message = N_("%(role)s %(name)s") if self.plain else N_("%(name)s (%(role)s)")
        role = case_labels.role(role, self.language)
        return translate(self.language, message, name=typed(name), role=role)

    def person(self, who: str, otherwise: str = "") -> str:
        """Somebody by id: you, their name, what they are; `otherwise` when the id says nothing to anybody."""
        if self.mine(who):
            return self.word(N_("you"))
        if who in self.teller.names:
            return typed(self.teller.names[who])
        known = who if who in case_labels.PERSONS else self._kind(who) or otherwise
        return (
            case_labels.person(known, self.language) if known in case_labels.PERSONS else typed(known or who)
        )

    def _kind(self, who: str) -> str:
        kind = self.teller.known.kinds.get(who, "")
        return case_labels.party_kind(kind, self.language) if kind else ""

    def people(self, ids: Iterable[str]) -> str:
        """Several, as the language joins them."""
        return self.row(dict.fromkeys(map(self.person, ids)))

    def row(self, words: Iterable[str]) -> str:
        """Words in a row."""
        return self.word(N_(", ")).join(words)

    def at(self, when: str) -> str:
        """An instant of the record on the place's clock: 11月24日 14:00; near `now`, 明天 14:00."""
        moment = parse_iso(when)
        near = _DAYS.get(self._days_from_now(moment), "") if self.plain else ""
        if not near:
            return day_time(moment, self.teller.zone, self.language)
        time = f"{local(moment, self.teller.zone):%H:%M}"
        return translate(self.language, near, time=time)

    def _days_from_now(self, moment: datetime) -> int | None:
        now = self.teller.now
        # What is past has a date: read again tomorrow, "yesterday" would be told of another day.
        if now is None or moment < now:
            return None
        gap = local(moment, self.teller.zone).date() - local(now, self.teller.zone).date()
        return gap // timedelta(days=1)

    def due(self, data: Data, key: str) -> str:
        """When that deadline, which the event sets, is due; empty when it sets none."""
        found = next((d for d in data.get("set", ()) if d["key"] == key), None)
        return self.at(found["due_at"]) if found else ""

    def clock(self, data: Data, stage: str = "") -> str:
        """For staff: every deadline that the event sets, in a sentence of its own."""
        if self.plain or not data.get("set"):
            return ""
        named = (
            self.say(N_("%(what)s by %(at)s"), what=self.deadline(d["key"], stage), at=self.at(d["due_at"]))
            for d in sorted(data["set"], key=lambda d: str(d["due_at"]))
        )
        return self.say(N_("Deadlines: %(list)s."), list=self.word(N_("; ")).join(named))

    def deadline(self, key: str, stage: str = "") -> str:
        """What is due."""
        return case_labels.deadline(key, self.language, stage or self.teller.stage)

    def meeting(self, meeting: int) -> str:
        """When that meeting is, in words that can stand in a sentence; its number when nobody knows."""
        when = self.teller.known.meetings.get(meeting)
        return self.at(when) if when else translate(self.language, N_("no. %(number)s"), number=meeting)

    def bound(self, obligation: int) -> str:
        """Who is bound by that obligation; empty when nobody knows."""
        who, _ = self.teller.known.duties.get(obligation, ("", ""))
        return self.person(who) if who else ""

    def case(self, case_id: str) -> str:
        """A case's or bell's number as people see it."""
        return number(case_id) if len(case_id) > 6 else typed(case_id)

    @property
    def form(self) -> str:
        """What the agreement is called."""
        return case_labels.form(self.teller.known.form, self.language)


Told = Callable[[Data, Voice], str]
_DAYS: Final[Mapping[int | None, str]] = {
    0: N_("today at %(time)s"),
    1: N_("tomorrow at %(time)s"),
}


def typed(text: Any) -> str:
    """What a person typed, isolated: it cannot turn the sentence round."""
    return _ISOLATE % plain(str(text))
