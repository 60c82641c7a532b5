"""Bells as pages show them: view models out of what the services read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from chalicelib.bell import present, wire
from chalicelib.bell.changes import answer_token
from chalicelib.bell.ringing import TEXT_LIMIT
from chalicelib.bell.rules import Bell, Status
from chalicelib.bell.service import Reading, Waiting
from chalicelib.core import ids, links, text
from chalicelib.core.chain import Event, verify
from chalicelib.core.errors import Gone
from chalicelib.core.times import parse_iso
from chalicelib.place.categories import CATEGORIES
from chalicelib.place.ladder import Desk
from chalicelib.place.rules import Community, Directory
from chalicelib.ports import Policy
from chalicelib.web import views
from chalicelib.web.edge import name_of

_CHINA = (("fire", "119"), ("police", "110"), ("ambulance", "120"))
StepState = Literal["past", "now", "next", "skipped", "answered"]
_TOLD = frozenset({"rung", "duplicate", "withdrawn", "appealed"})


def ring(
    directories: Iterable[Directory],
    policy: Policy,
    language: str,
    form: views.RingForm,
    key: str,
    errors: tuple[views.FieldError, ...],
) -> views.RingView:
    """The form."""
    found = tuple(directories)
    return views.RingView(
        desks=tuple(str(desk) for desk in Desk),
        categories=tuple(views.CategoryTile(c.id, c.urgency) for c in CATEGORIES),
        communities=tuple(_group(c, language) for directory in found for c in directory.communities),
        hotlines=hotlines(found[0]) if found else (),
        consent_version=policy.consent_version,
        form=form,
        errors=errors,
        idempotency_key=key,
        text_limit=TEXT_LIMIT,
    )


def _group(community: Community, language: str) -> views.CommunityGroup:
    options = tuple(views.NeighbourhoodOption(n.id, name_of(n, language)) for n in community.neighbourhoods)
    return views.CommunityGroup(name_of(community, language), options)


def hotlines(directory: Directory) -> tuple[views.Hotline, ...]:
    """119, 110, 120 and the place's own, such as the gas company's."""
    own = tuple(views.Hotline(h.id, h.phone) for h in directory.subdistrict.hotlines)
    named = {h.kind for h in own}
    return (*(views.Hotline(kind, number) for kind, number in _CHINA if kind not in named), *own)


def track(reading: Reading, token: str, language: str, told: str) -> views.TrackView:
    """The resident's page."""
    file, bell = reading.file, reading.file.bell
    contact, verdict = file.contact, verify(file.events, bell.tip, bell.thing)
    open_to = present.open_to(reading)
    declined = present.declined(file.events)
    return views.TrackView(
        token=token,
        bell_id=bell.id,
        number=ids.number(bell.id),
        status=bell.status,
        urgency=bell.urgency,
        desk=bell.desk,
        category=bell.category,
        neighbourhood=place_name(reading.directory, bell.neighbourhood, language),
        text=contact.text if contact else "",
        name_masked=text.mask_name(contact.name) if contact else "",
        phone_masked=text.mask_phone(contact.phone) if contact else "",
        where=contact.where if contact else "",
        building=contact.building if contact else "",
        unit=contact.unit if contact else "",
        rung_at=bell.rung_at,
        levels=levels(bell, file.events),
        events=_events(file.events, language, reading.directory),
        record=views.RecordPanel(verdict.events, bell.tip.hash, verdict.intact),
        due_at=bell.due_at,
        step_at=step_at(bell, file.events),
        answered_by=_person(bell),
        answered_at=bell.answered_at,
        case_number=ids.number(bell.case) if bell.case else "",
        decline=_decline(declined),
        exhausted=bell.round > 0,
        can_withdraw="withdraw" in open_to,
        can_appeal="appeal" in open_to,
        hotlines=hotlines(reading.directory),
        flash=told if told in _TOLD else "",
    )


def answer(
    reading: Reading,
    token: str,
    language: str,
    form: views.DeclineForm,
    errors: tuple[views.FieldError, ...],
    similar: tuple[object, ...] = (),
    join: str = "",
    transfer: views.TransferForm | None = None,
) -> views.AnswerView:
    """The page behind a one-tap link; `similar`: open cases that may be about the same."""
    bell, events = reading.file.bell, reading.file.events
    return views.AnswerView(
        state=_state(reading),
        token=token,
        number=ids.number(bell.id),
        neighbourhood=place_name(reading.directory, bell.neighbourhood, language),
        category=bell.category,
        urgency=bell.urgency,
        desk=bell.desk,
        level=bell.level + 1,
        rung_at=bell.rung_at,
        due_at=bell.due_at,
        step_at=step_at(bell, events),
        answered_by=_person(bell),
        answered_at=bell.answered_at,
        detail=_detail(reading),
        case_number=ids.number(bell.case) if bell.case else "",
        case_path=f"/c/{bell.case}" if bell.case else "",
        similar=similar,
        join=join,
        decline=_decline(present.declined(events)),
        form=form,
        errors=errors,
        hotlines=hotlines(reading.directory),
        transfer=transfer if "transfer" in present.open_to(reading) else None,
    )


def transfer(
    directory: Directory, language: str, chosen: Mapping[str, str] | None = None
) -> views.TransferForm:
    """To whom a bell of this subdistrict can be handed on; `chosen`: a form in which something is wrong."""
    typed = chosen or {}
    return views.TransferForm(
        communities=tuple(_group(c, language) for c in directory.communities),
        desks=tuple(str(desk) for desk in Desk),
        reason=typed.get("transfer_reason", ""),
        neighbourhood=typed.get("transfer_neighbourhood", ""),
        desk=typed.get("transfer_desk", ""),
        open=chosen is not None,
    )


def transferred(token: str) -> views.AnswerView:
    """Whoever handed the bell on has nothing more to do with it."""
    named = ids.parse(token) or links.thing_id_of(token)
    return views.AnswerView("transferred", token, ids.number(named) if named else "")


def dead_link(token: str, error: Gone) -> views.AnswerView:
    """A link that was good once."""
    named = links.thing_id_of(token)
    state: views.AnswerState = "expired" if error.code == "link_expired" else "superseded"
    return views.AnswerView(state, token, ids.number(named) if named else "")


def bells(waiting: Waiting, key: bytes, language: str) -> views.BellsView:
    """The bells of one bundled message that still ring."""
    cards = tuple(
        views.BellCard(
            answer_token(key, bell, waiting.staff.id),
            ids.number(bell.id),
            place_name(waiting.directory, bell.neighbourhood, language),
            bell.category,
            bell.urgency,
            bell.rung_at,
            bell.due_at,
        )
        for bell in waiting.bells
    )
    return views.BellsView(waiting.staff.name, cards)


def board(
    rows: Iterable[Bell], directory: Directory, answered: int, seconds: int | None, language: str
) -> views.BoardView:
    """What is ringing now."""
    shown = tuple(
        views.BoardRow(
            ids.number(bell.id),
            place_name(directory, bell.neighbourhood, language),
            bell.category,
            bell.urgency,
            tuple(str(role) for role in bell.ladder.level(bell.level).roles),
            bell.level + 1,
            bell.rung_at,
            bell.due_at,
        )
        for bell in rows
        if bell.status is Status.RINGING
    )
    return views.BoardView(shown, answered, seconds)


def place_name(directory: Directory, neighbourhood: str, language: str) -> str:
    """A neighbourhood's name; its id when it has left the directory."""
    found = directory.neighbourhood(neighbourhood)
    return name_of(found, language) if found else neighbourhood


def levels(bell: Bell, events: tuple[Event, ...]) -> tuple[views.LevelStep, ...]:
    """The bell's ladder and how far it has been climbed."""
    skipped = _skipped(events)
    return tuple(
        views.LevelStep(i + 1, tuple(str(r) for r in level.roles), _step(bell, i, skipped))
        for i, level in enumerate(bell.ladder.levels)
    )


def _step(bell: Bell, index: int, skipped: frozenset[int]) -> StepState:
    if index in skipped:
        return "skipped"
    if index > bell.level:
        return "next"
    if index < bell.level:
        return "past"
    return "now" if bell.status is Status.RINGING else "answered"


def _skipped(events: tuple[Event, ...]) -> frozenset[int]:
    skipped: set[int] = set()
    for event in events:
        if event.kind in {"appealed", "transferred"}:
            skipped.clear()
        elif event.kind == "level_skipped":
            skipped.add(event.data["level"])
        elif event.kind == "alerted":
            skipped.discard(event.data["level"])
    return frozenset(skipped)


def step_at(bell: Bell, events: tuple[Event, ...]) -> datetime | None:
    """When the span that ends at `due_at` began: the last event that set a deadline."""
    timed = (parse_iso(event.at) for event in reversed(events) if "due_at" in event.data)
    return next(timed, None) if bell.due_at else None


def _events(
    events: tuple[Event, ...], language: str, directory: Directory
) -> tuple[views.TimelineEvent, ...]:
    return tuple(
        views.TimelineEvent(e.seq, e.kind, parse_iso(e.at), present.say(e, language, directory))
        for e in present.public(events)
    )


def _person(bell: Bell) -> views.Person | None:
    return views.Person(bell.answered_by.name, bell.answered_by.role) if bell.answered_by else None


def _decline(body: wire.DeclineBody | None) -> views.Decline | None:
    return views.Decline(body.reason_code, body.reason, body.go_to) if body else None


def _state(reading: Reading) -> views.AnswerState:
    bell = reading.file.bell
    if bell.status is Status.RINGING:
        return "waiting"
    if bell.status is Status.WITHDRAWN:
        return "withdrawn"
    if not present.is_answerer(reading):
        return "taken"
    states: dict[Status, views.AnswerState] = {
        Status.ANSWERED: "mine",
        Status.ACCEPTED: "accepted",
        Status.DECLINED: "declined",
    }
    return states[bell.status]


def _detail(reading: Reading) -> views.AnswerDetail | None:
    contact = reading.file.contact
    if contact is None or not present.is_answerer(reading):
        return None
    return views.AnswerDetail(
        contact.name, contact.phone, contact.text, contact.where, contact.building, contact.unit
    )
