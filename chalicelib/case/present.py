"""Cases as clients see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.case import access, bodies, deadlines
from chalicelib.case.access import Side
from chalicelib.case.reading import Lens
from chalicelib.case.service import Reading
from chalicelib.case.shapes import Attachment, CaseLine, PartyContact
from chalicelib.case.state import Agreement, Case, Deadline, Meeting, Obligation, Offer, Ref
from chalicelib.case.telling import story
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.chain import Event, Verdict
from chalicelib.core.times import iso
from chalicelib.core.uploads import SHOW_SECONDS, small
from chalicelib.place.casework import calendar_for
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact, Ports
from chalicelib.web import case_labels
from chalicelib.web.guest_views import Photo

_SECOND = timedelta(seconds=1)


def lens_of(ports: Ports, reading: Reading, language: str, *, paper: bool = False) -> Lens:
    """The case as the reader sees it, with links to its files. Only a `paper` names residents whole to staff who do
    not own the case: a signature stands under it."""

    def show(file: Attachment) -> Photo:
        return photo(ports, reading.case.id, file)

    return Lens(
        reading.file,
        reading.viewer,
        reading.residents if paper else _named(reading),
        reading.directory,
        language,
        ports.clock.now(),
        show,
        unmasked=reading.unmasked,
    )


def _named(reading: Reading) -> Mapping[str, Contact]:
    if reading.viewer.side is not Side.STAFF:
        return reading.residents
    return {bell: replace(c, name=shown_to(reading, bell, c)[0]) for bell, c in reading.residents.items()}


def photo(ports: Ports, case_id: str, file: Attachment) -> Photo:
    """Signed links to a file and its thumbnail; a picture without one is its own."""
    image = file.kind.startswith("image/")
    whole = ports.files.url(case_id, file.id, SHOW_SECONDS)
    drawn = ports.files.url(case_id, small(file.id), SHOW_SECONDS) if file.small else ""
    return Photo(whole, drawn or (whole if image else ""), file.name, image)


def body(ports: Ports, reading: Reading, language: str) -> bodies.CaseBody:
    """The case for whoever reads it."""
    lens, case = lens_of(ports, reading, language), reading.case
    staff = reading.viewer.side is Side.STAFF
    return bodies.CaseBody(
        id=case.id,
        number=ids.number(case.id),
        subject=reading.file.subject if staff else "",
        stage=case.stage,
        category=case.category,
        urgency=case.urgency,
        neighbourhood=case.neighbourhood,
        community=case.community,
        owner=owner(case, reading.directory),
        opened_at=iso(case.opened_at),
        stage_since=iso(case.stage_since or case.opened_at),
        version=case.version,
        pause=_pause(case),
        deadlines=[_deadline(case, d, reading.directory, lens.now, language) for d in case.deadlines],
        bells=[_bell(reading, bell) for bell in case.bells] if staff else [],
        parties=[_party(lens, party.id, party.active) for party in case.parties],
        meetings=[_meeting(ports, lens, m) for m in case.meetings if _concerns(lens, m.invited)],
        offers=[_offer(lens, offer) for offer in case.offers if reading.viewer.side is not Side.PARTY],
        plans=[_plan(ports, lens, event) for event in lens.each("proposed")],
        agreement=_agreement(lens, case.agreement) if case.agreement and _theirs(lens, case) else None,
        obligations=[_obligation(ports, lens, o) for o in case.obligations if _concerns(lens, (o.who,))],
        extension=_extension(case) if staff else None,
        rating=_rating(case) if reading.viewer.side is not Side.PARTY else None,
        merged_into=case.merged_into or None,
        possible=[verb.replace("_", "-") for verb in access.asked_for(access.open_to(case, reading.viewer))],
        now=iso(lens.now),
        timeline=timeline(ports, lens),
    )


def timeline(ports: Ports, lens: Lens) -> list[bodies.EntryBody]:
    """What the reader is told, oldest first."""
    said = story(lens)
    return [_entry(ports, lens, event, said[event.seq]) for event in lens.events if event.seq in said]


def _entry(ports: Ports, lens: Lens, event: Event, text: str) -> bodies.EntryBody:
    readable = access.readable(event, lens.viewer, lens.case)
    refs = [{"id": ref} for ref in access.refs_in(event.data)] if readable else []
    words = "\n".join(filter(None, map(lens.words, refs)))
    files = [file for ref in refs for file in _files(ports, lens, ref)]
    return bodies.EntryBody(event.seq, event.at, event.kind, lens.actor(event), _bare(text), words, files)


def _bare(text: str) -> str:
    """Without the marks that keep names apart on a page; a program would find them in its strings."""
    return text.translate(dict.fromkeys((0x2068, 0x2069)))


def _files(ports: Ports, lens: Lens, ref: Ref | Mapping[str, Any] | None) -> list[bodies.FileBody]:
    named = ref.id if isinstance(ref, Ref) else str((ref or {}).get("id", ""))
    written = lens.file.texts.get(named)
    return [_file(ports, lens.case.id, file) for file in written.files] if written else []


def _file(ports: Ports, case_id: str, file: Attachment) -> bodies.FileBody:
    shown = photo(ports, case_id, file)
    return bodies.FileBody(file.id, file.kind, shown.url, shown.small)


def owner(case: Case, directory: Directory) -> bodies.OwnerBody:
    """Who works on it, by the name of today."""
    member = directory.member(case.owner)
    return bodies.OwnerBody(case.owner, member.name if member else case.owner, case.owner_role)


def _pause(case: Case) -> bodies.PauseBody | None:
    pause = case.pause
    return (
        bodies.PauseBody(pause.reason, pause.waits_for, iso(pause.since), iso(pause.until)) if pause else None
    )


def _deadline(
    case: Case, deadline: Deadline, directory: Directory, now: datetime, language: str
) -> bodies.DeadlineBody:
    left = deadlines.remaining(case, deadline.key, calendar_for(directory), now)
    return bodies.DeadlineBody(
        deadline.key,
        case_labels.deadline(deadline.key, language, case.stage),
        iso(deadline.due_at),
        left // _SECOND,
        deadline.overdue,
        deadline.working,
        case.paused and not deadline.fixed,
    )


def _bell(reading: Reading, bell: str) -> bodies.CaseBellBody:
    """Whoever owns the case sees how to reach the resident; to take it over, or to look, is on the record."""
    contact = reading.residents.get(bell)
    if contact is None:
        return bodies.CaseBellBody(bell, ids.number(bell))
    name, phone = shown_to(reading, bell, contact)
    return bodies.CaseBellBody(
        bell,
        ids.number(bell),
        name,
        phone,
        contact.text,
        contact.where,
        contact.building,
        contact.unit,
    )


def shown_to(reading: Reading, bell: str, contact: Contact) -> tuple[str, str]:
    """A resident's name and phone: whole for the owner of the case and for who gave a reason, else masked."""
    if reading.case.owner == reading.viewer.id or bell in reading.unmasked:
        return contact.name, contact.phone
    return texts.mask_name(contact.name), texts.mask_phone(contact.phone)


def _party(lens: Lens, party_id: str, active: bool) -> bodies.PartyBody:
    """How staff reach a party is shown to them; never its link, with which they would speak in its name."""
    contact = reachable(lens.file.parties.get(party_id), lens.directory)
    kind = next(party.kind for party in lens.case.parties if party.id == party_id)
    name = lens.name(party_id)
    if lens.viewer.side is not Side.STAFF or contact is None:
        return bodies.PartyBody(party_id, kind, name, "", active)
    return bodies.PartyBody(party_id, kind, name, contact.person, active, contact.phone, contact.mail)


def reachable(contact: PartyContact | None, directory: Directory) -> PartyContact | None:
    """How to reach a party now: as the directory has its organisation today."""
    known = next((o for o in directory.organisations if contact and o.id == contact.organisation), None)
    if contact is None or known is None:
        return contact
    return PartyContact(
        contact.id, known.kind, known.name, known.person, known.phone, known.mail, known.language, known.id
    )


def _concerns(lens: Lens, names: Iterable[str]) -> bool:
    return lens.viewer.side is not Side.PARTY or lens.viewer.id in names


def _theirs(lens: Lens, case: Case) -> bool:
    return case.agreement is not None and _concerns(lens, case.agreement.signatories)


def _meeting(ports: Ports, lens: Lens, meeting: Meeting) -> bodies.MeetingBody:
    called = _numbered(lens, "scheduled", "meeting", meeting.number)
    held = _numbered(lens, "held", "meeting", meeting.number)
    said = [bodies.ResponseBody(r.party, r.answer, iso(r.at) if r.at else None) for r in meeting.responses]
    return bodies.MeetingBody(
        meeting.number,
        iso(meeting.at),
        meeting.online,
        meeting.status,
        list(meeting.invited),
        said,
        list(meeting.attended),
        lens.words(called.get("agenda")),
        lens.words(held.get("minutes")),
        [lens.words(r["text"]) for r in held.get("resolutions", ())],
        _files(ports, lens, held.get("minutes")),
    )


def _numbered(lens: Lens, kind: str, name: str, number: int) -> Mapping[str, Any]:
    """The data of the latest event of that kind about that number; empty when there is none."""
    found = [event.data for event in lens.each(kind) if event.data.get(name) == number]
    return found[-1] if found else {}


def _offer(lens: Lens, offer: Offer) -> bodies.OfferBody:
    options = [bodies.OptionBody(o.id, lens.words(o.what), o.price) for o in offer.options]
    return bodies.OfferBody(offer.number, options, offer.chosen)


def _plan(ports: Ports, lens: Lens, event: Event) -> bodies.PlanBody:
    number = event.data["plan"]
    comments = [
        bodies.CommentBody(lens.actor(e), e.at, lens.words(e.data["text"]))
        for e in lens.each("commented")
        if e.data["plan"] == number
    ]
    text = event.data["text"]
    return bodies.PlanBody(number, event.at, lens.words(text), _files(ports, lens, text), comments)


def _agreement(lens: Lens, agreement: Agreement) -> bodies.AgreementBody:
    drafted = lens.last("drafted")
    data = drafted.data if drafted else {}
    given = {s.signatory: s for s in agreement.signatures}
    signatures = [
        bodies.SignatureBody(
            name,
            lens.name(name),
            given[name].kind if name in given else "",
            iso(given[name].at) if name in given else None,
        )
        for name in agreement.signatories
    ]
    return bodies.AgreementBody(
        agreement.version,
        agreement.form,
        lens.words(data.get("facts")),
        [lens.words(term["text"]) for term in data.get("terms", ())],
        signatures,
        iso(agreement.effective_at) if agreement.effective_at else None,
        agreement.confirmed,
    )


def _obligation(ports: Ports, lens: Lens, bound: Obligation) -> bodies.ObligationBody:
    proof = _numbered(lens, "performed", "obligation", bound.number).get("proof")
    return bodies.ObligationBody(
        bound.number,
        bound.who,
        lens.name(bound.who),
        lens.words(bound.what),
        iso(bound.due_at),
        bound.status,
        lens.words(proof),
        _files(ports, lens, proof),
    )


def _extension(case: Case) -> bodies.ExtensionBody | None:
    asked = case.extension
    return bodies.ExtensionBody(asked.key, iso(asked.until), asked.by) if asked else None


def _rating(case: Case) -> bodies.RatingBody | None:
    rating = case.rating
    return bodies.RatingBody(rating.answered, rating.solved, rating.satisfied) if rating else None


def line(found: CaseLine, directory: Directory) -> bodies.CaseLineBody:
    """A case in a list."""
    case = found.case
    following = min(case.running, key=lambda d: d.due_at, default=None)
    return bodies.CaseLineBody(
        case.id,
        ids.number(case.id),
        found.subject,
        case.stage,
        case.category,
        case.urgency,
        case.neighbourhood,
        owner(case, directory),
        following.key if following else None,
        iso(following.due_at) if following else None,
        case.paused,
        iso(case.opened_at),
        case.version,
    )


def answer(case: Case, verbs: Iterable[str]) -> bodies.CaseAnswer:
    """The case after something was done."""
    possible = [verb.replace("_", "-") for verb in access.asked_for(verbs)]
    return bodies.CaseAnswer(case.id, ids.number(case.id), case.stage, case.version, case.paused, possible)


def record(reading: Reading, verdict: Verdict) -> bodies.CaseRecordBody:
    """The record as it was hashed."""
    events = [
        bodies.CaseEventBody(e.thing, e.seq, e.at, dict(e.actor), e.kind, dict(e.data), e.prev, e.hash)
        for e in reading.file.events
    ]
    tip = reading.case.tip
    return bodies.CaseRecordBody(
        reading.case.thing, events, tip.seq, tip.hash, verdict.intact, verdict.broken_at
    )
