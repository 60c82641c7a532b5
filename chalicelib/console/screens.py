"""Cases as the staff console shows them: view models out of what the services read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from chalicelib.bell.screens import place_name
from chalicelib.case import access, deadlines
from chalicelib.case.due import RANK
from chalicelib.case.reading import Lens
from chalicelib.case.shapes import CaseLine
from chalicelib.case.stages import Stage
from chalicelib.case.state import Case, Deadline
from chalicelib.console.form_screens import UNTOUCHED, Typed, offered
from chalicelib.console.stories import gathered, since, told
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.guest import cards
from chalicelib.guest.screens import owner_of, papers, rating_card, record_panel, road
from chalicelib.place.casework import calendar_for
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact
from chalicelib.web import case_labels as say
from chalicelib.web import console_views as v
from chalicelib.web import guest_views
from chalicelib.web.filters import day_time
from chalicelib.web.i18n import N_, translate


@dataclass(frozen=True)
class Visit:
    """What belongs to this visit and not to the case: what is being typed, what was done, what went wrong."""

    typed: Typed = UNTOUCHED
    flash: str = ""
    problem: str = ""
    seen: int = 0
    similar: tuple[v.SimilarCase, ...] | None = None
    uploader: v.Uploader | None = None


# Who drafts polls, as `poll.access.manages` has it.
_ASKERS = frozenset({"community", "subdistrict"})


def case(lens: Lens, visit: Visit) -> v.CasePage:
    """The page of a case."""
    found, path = lens.case, path_of(lens.case.id)
    verbs = possible(lens)
    entries = tuple(told(lens))
    likely, others = offered(lens, verbs, visit.typed)
    return v.CasePage(
        id=found.id,
        path=path,
        number=ids.number(found.id),
        subject=lens.file.subject,
        version=found.version,
        category=found.category,
        urgency=found.urgency,
        neighbourhood=place_name(lens.directory, found.neighbourhood, lens.language),
        stage=found.stage,
        road=tuple(replace(stop, stage=say.stage(stop.stage, lens.language)) for stop in _road(lens)),
        opened_at=found.opened_at,
        dues=dues(lens),
        entries=tuple(gathered(lens, reversed(entries))),
        likely=likely,
        others=others,
        bells=tuple(_bell(lens, bell) for bell in found.bells),
        record=record_panel(lens),
        owner=owner_of(lens),
        pause=_pause(lens),
        extension=_extension(lens),
        parties=tuple(_party(lens, p.id, p.kind, active=p.active) for p in found.parties),
        meetings=cards.meetings(lens, path, ()),
        plans=cards.plans(lens, ()),
        offers=cards.offers(lens, ()),
        agreement=cards.agreement(lens, (), False, ""),
        duties=cards.duties(lens, verbs),
        similar=visit.similar,
        rating=rating_card(lens),
        papers=papers(lens, path),
        verbs=verbs,
        poll=poll_path(lens),
        ask=f"/polls/new?case={found.id}" if "consult" in verbs and lens.viewer.role in _ASKERS else "",
        merged_into=ids.number(found.merged_into) if found.merged_into else "",
        merged_path=path_of(found.merged_into) if found.merged_into else "",
        since=since(lens, entries, visit.seen),
        uploader=visit.uploader,
        flash=visit.flash,
        problem=visit.problem,
        kept=_kept(verbs, visit.typed),
    )


def poll_path(lens: Lens) -> str:
    """Where the poll of the case is; empty when the neighbours were not asked here."""
    asked = [event.data.get("poll", "") for event in lens.file.events if event.kind == "consulted"]
    named = ids.parse(asked[-1]) if asked and asked[-1] else None
    return f"/polls/{named}" if named else ""


def _kept(verbs: Sequence[str], typed: Typed) -> tuple[str, ...]:
    """The words that were typed into a form that is no longer offered: nothing typed is lost."""
    return tuple(filter(str.strip, typed.values.values())) if typed.verb and typed.verb not in verbs else ()


def path_of(case_id: str) -> str:
    """Where a case is shown."""
    return f"/c/{case_id}"


def _road(lens: Lens) -> Iterator[guest_views.Stop]:
    """As residents see it, and the archive at its end."""
    yield from road(lens)
    yield guest_views.Stop(Stage.CLOSED, "now" if lens.case.stage is Stage.CLOSED else "next")


def possible(lens: Lens) -> tuple[str, ...]:
    """What this member of staff can do to the case now, as the forms call it."""
    found, rank = lens.case, RANK.get(lens.viewer.role, -1)
    verbs = [*access.open_to(found, lens.viewer)]
    if {"agree", "reject"} & {*verbs} and found.consulting == "poll":
        verbs.append("conclude")
    if rank <= RANK.get(found.owner_role, 0):
        verbs = [verb for verb in verbs if verb != "press"]
    if found.extension and rank <= RANK.get(found.extension.role, 0):
        verbs = [verb for verb in verbs if verb != "decide_extension"]
    if all(d.fixed for d in found.deadlines):
        verbs = [verb for verb in verbs if verb != "extend"]
    return tuple(verbs)


def dues(lens: Lens) -> tuple[v.Due, ...]:
    """Every deadline, the next one first; those that a pause stopped last."""
    found = lens.case
    drawn = [due_of(found, d, lens.directory, lens.language, lens.now) for d in found.deadlines]
    return tuple(sorted(drawn, key=lambda due: (due.stopped, due.at)))


def due_of(found: Case, deadline: Deadline, directory: Directory, language: str, now: datetime) -> v.Due:
    """A deadline as it is shown."""
    stopped = found.paused and not deadline.fixed
    left = deadlines.remaining(found, deadline.key, calendar_for(directory), now) if stopped else None
    return v.Due(
        label=say.deadline(deadline.key, language, found.stage),
        at=deadline.due_at,
        late=not stopped and deadline.due_at < now,
        stopped=stopped,
        left=int(left.total_seconds()) if left else 0,
    )


def _bell(lens: Lens, bell: str) -> v.ResidentBell:
    """Whoever works on the case reads the number and may call; colleagues see it masked until they say why."""
    contact = lens.residents.get(bell)
    mine = lens.case.owner == lens.viewer.id or bell in lens.unmasked
    number, path, first = ids.number(bell), f"/a/{bell}", bell == lens.case.bells[0]
    if contact is None:
        return v.ResidentBell(bell, number, path, first=first, erased=True)
    return v.ResidentBell(
        id=bell,
        number=number,
        path=path,
        name=contact.name if mine else texts.mask_name(contact.name),
        phone=contact.phone if mine else texts.mask_phone(contact.phone),
        dial=contact.phone if mine else "",
        address=_address(contact),
        text=contact.text,
        first=first,
    )


def _address(contact: Contact) -> str:
    return " ".join(filter(None, (contact.building, contact.unit, contact.where)))


def _pause(lens: Lens) -> v.PauseBanner | None:
    pause, asked = lens.case.pause, lens.last("asked")
    if pause is None:
        return None
    question = lens.words(asked.data["text"]) if pause.question and asked else ""
    reason = say.pause_reason(pause.reason, lens.language)
    return v.PauseBanner(reason, lens.name(pause.waits_for), pause.since, pause.until, question)


def _extension(lens: Lens) -> str:
    """Who asks for more time, for what and until when; a superior decides."""
    asked = lens.case.extension
    if asked is None:
        return ""
    return translate(
        lens.language,
        N_("%(who)s asks for more time for “%(what)s”: until %(until)s."),
        who=lens.name(asked.by),
        what=say.deadline(asked.key, lens.language, lens.case.stage),
        until=day_time(asked.until, lens.directory.subdistrict.timezone, lens.language),
    )


def _party(lens: Lens, party_id: str, kind: str, *, active: bool) -> v.PartyCard:
    known, listed = lens.file.parties.get(party_id), lens.directory.organisation(party_id)
    label = say.party_kind(kind, lens.language)
    if known is None:
        return v.PartyCard(party_id, label, lens.name(party_id), active=active)
    phone, person = (listed.phone, listed.person) if listed else (known.phone, known.person)
    mail = listed.mail if listed else known.mail
    return v.PartyCard(party_id, label, known.name, person, phone, phone, mail, active)


def row(
    line: CaseLine, directory: Directory, reader: str, language: str, now: datetime, *, chosen: bool = False
) -> v.CaseRow:
    """A line of the worklist: what is due next is what people are asked to do, not the engine's next look."""
    found = line.case
    running = min(found.running, key=lambda d: d.due_at, default=None)
    owner = directory.member(found.owner)
    return v.CaseRow(
        id=found.id,
        path=path_of(found.id),
        number=ids.number(found.id),
        subject=line.subject,
        neighbourhood=place_name(directory, found.neighbourhood, language),
        category=found.category,
        urgency=found.urgency,
        stage=say.stage(found.stage, language),
        owner=owner.name if owner else found.owner,
        mine=found.owner == reader,
        due=due_of(found, running, directory, language, now) if running else None,
        paused=found.paused,
        bells=len(found.bells),
        chosen=chosen,
    )


def similar(lines: Iterable[CaseLine], directory: Directory, language: str) -> tuple[v.SimilarCase, ...]:
    """Open cases that may be about the same, for `_similar_cases.html`."""
    return tuple(
        v.SimilarCase(
            id=line.case.id,
            path=path_of(line.case.id),
            number=ids.number(line.case.id),
            subject=line.subject,
            stage=say.stage(line.case.stage, language),
            neighbourhood=place_name(directory, line.case.neighbourhood, language),
            opened_at=line.case.opened_at,
            bells=len(line.case.bells),
        )
        for line in lines
    )
