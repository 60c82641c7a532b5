"""What is held of somebody as they see it: as a document for programs, and what the page is made of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib.bell.changes import subject_of
from chalicelib.bell.screens import place_name
from chalicelib.case.present import photo
from chalicelib.case.shapes import CaseFile
from chalicelib.core import ids, links
from chalicelib.core import text as texts
from chalicelib.core.chain import Event
from chalicelib.core.links import Purpose
from chalicelib.core.times import iso, parse_iso
from chalicelib.mydata import rules, wire
from chalicelib.mydata.guests import GuestHolding
from chalicelib.mydata.service import Cleared, Erased, Everything, Holding
from chalicelib.notice.casework_people import party_id, resident_id
from chalicelib.notice.types import RESIDENT, Dispatch
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact, Ports
from chalicelib.session.service import Member
from chalicelib.web import case_labels, labels, my_data_labels
from chalicelib.web import my_data_views as v
from chalicelib.web.case_sentences import Teller, case_sentence
from chalicelib.web.edge import CONTACT
from chalicelib.web.problems import message
from chalicelib.wechat.rules import Binding

SHAPE, SHAPE_OF_ALL, SHAPE_OF_GUESTS = "my-data/1", "all-my-data/1", "my-data-as-guest/1"


def body(ports: Ports, held: Holding, language: str, *, signed_in: bool = False) -> wire.DataBody:
    """Everything that is held, whole: it is the reader's own."""
    bell, contact = held.bell, held.file.contact if signed_in else _by_link(held)
    code, _ = held.obstacle
    return wire.DataBody(
        shape=SHAPE,
        made_at=iso(ports.clock.now()),
        id=bell.id,
        number=ids.number(bell.id),
        status=bell.status,
        rung_at=iso(bell.rung_at),
        desk=bell.desk,
        category=bell.category,
        neighbourhood=bell.neighbourhood,
        erased_at=iso(bell.erased_at) if bell.erased_at else None,
        contact=wire.DataContact(
            contact.name,
            contact.phone,
            contact.text,
            contact.where,
            contact.building,
            contact.unit,
            contact.language,
        )
        if contact
        else None,
        consent=wire.DataConsent(contact.consent_version, iso(bell.rung_at)) if contact else None,
        cases=[_case(file, held) for file in held.cases],
        written=[text for file in held.cases for text in _written(ports, file, bell.id)],
        messages=[
            wire.DataMessage(iso(d.at), ids.number(about), d.template, d.channel, d.fate)
            for about, d in _messages(held)
        ],
        shown_to=[wire.DataReader(iso(at), name, role, why) for at, name, role, why in _readers(held)],
        obstacle=code,
        explained=refusal(held, language),
        kept=[wire.DataKept(*my_data_labels.kept(what, language, CONTACT)) for what in kept(held)],
    )


def erased_by_link(done: Erased) -> wire.ErasedBody:
    """The same for the holder of a link, who need not own the number: whether it has other bells is not theirs to
    know."""
    return erased(replace(done, wechat=False))


def erased(done: Erased) -> wire.ErasedBody:
    """What became of it."""
    bell = done.bell
    at = iso(bell.erased_at) if bell.erased_at else ""
    return wire.ErasedBody(bell.id, ids.number(bell.id), bell.status, at, done.texts, done.files, done.wechat)


def everything(ports: Ports, found: Everything, member: Member, language: str) -> wire.MyDataBody:
    """All bells of whoever has signed in."""
    staff = member.staff
    return wire.MyDataBody(
        shape=SHAPE_OF_ALL,
        made_at=iso(ports.clock.now()),
        bells=[body(ports, held, language, signed_in=True) for held in found.bells],
        wechat=_wechat(found.binding),
        staff=wire.DataStaff(staff.id, staff.name, staff.role, staff.phone, staff.mail) if staff else None,
    )


def cleared(done: Cleared, language: str) -> wire.ClearedBody:
    """What is erased, and what is not yet."""
    left = [
        wire.LeftBody(held.bell.id, ids.number(held.bell.id), held.obstacle[0], refusal(held, language))
        for held in done.left
    ]
    return wire.ClearedBody([erased(one) for one in done.erased], left)


def refusal(held: Holding, language: str) -> str:
    """Why nothing can be erased yet, with a way out; empty when it can."""
    code, case_id = held.obstacle
    return message(language, code, {"case": ids.number(case_id) if case_id else ""}) if code else ""


def kept(held: Holding) -> tuple[str, ...]:
    """What stays, as `web.my_data_labels` names it."""
    of_cases = ("others",) if held.cases else ()
    signed = (w for file in held.cases for w in rules.written(file, held.bell.id))
    signature = ("signature",) if any(w.event.kind == "signed" for w in signed) else ()
    return ("record", *of_cases, *signature, "polls", "wish", "copies")


def view(ports: Ports, held: Holding, token: str, language: str) -> v.MyDataView:
    """The page, without anything that was typed into its form."""
    bell, contact = held.bell, _by_link(held)
    code, case_id = held.obstacle
    return v.MyDataView(
        path=f"/t/{token}/data",
        track=f"/t/{token}",
        number=ids.number(bell.id),
        status=bell.status,
        rung_at=bell.rung_at,
        name=contact.name if contact else "",
        phone=contact.phone if contact else "",
        in_part=contact is not None and _is_corrected(held),
        text=contact.text if contact else "",
        where=contact.where if contact else "",
        building=contact.building if contact else "",
        unit=contact.unit if contact else "",
        neighbourhood=place_name(held.directory, bell.neighbourhood, language),
        consent_version=contact.consent_version if contact else "",
        case_numbers=tuple(ids.number(file.case.id) for file in held.cases),
        wrote=tuple(_wrote(ports, held, language)),
        sent=tuple(
            v.Sent(
                d.at, ids.number(about), labels.channel(d.channel, language), labels.fate(d.fate, language)
            )
            for about, d in _messages(held)
        ),
        readers=tuple(
            v.Reader(at, name, labels.role(role, language), _why(why, language))
            for at, name, role, why in _readers(held)
        ),
        kept=tuple(v.Kept(*my_data_labels.kept(what, language, CONTACT)) for what in kept(held)),
        erased_at=bell.erased_at,
        left_over=bool(held.left_over),
        waits=code == "bell_still_open",
        refused=refusal(held, language) if case_id else "",
    )


def overview(ports: Ports, found: Everything, language: str) -> v.AllMyDataView:
    """The page of all bells, without anything that was typed into its form."""
    rows = tuple(_row(ports, held, language) for held in found.bells)
    return v.AllMyDataView(
        rows=rows,
        wechat_at=found.binding.bound_at if found.binding else None,
        waits=any(held.obstacle[0] == "bell_still_open" for held in found.bells),
    )


def _row(ports: Ports, held: Holding, language: str) -> v.MyDataRow:
    bell, token = held.bell, links.token(ports.policy.key, held.bell.id, Purpose.TRACK)
    contact = held.file.contact
    code, case_id = held.obstacle
    return v.MyDataRow(
        path=f"/t/{token}/data",
        number=ids.number(bell.id),
        status=bell.status,
        rung_at=bell.rung_at,
        neighbourhood=place_name(held.directory, bell.neighbourhood, language),
        name=contact.name if contact else "",
        phone=contact.phone if contact else "",
        waits=code == "bell_still_open",
        case_number=ids.number(case_id) if case_id else "",
    )


def _by_link(held: Holding) -> Contact | None:
    """The contact as the holder of the bell's link may see it. A bell is rung without a proof that the number is one's
    own; whoever proved it and corrected what stood there need not be the one who rang and has the link."""
    contact = held.file.contact
    if contact is None or not _is_corrected(held):
        return contact
    return replace(contact, name=texts.mask_name(contact.name), phone=texts.mask_phone(contact.phone))


def _is_corrected(held: Holding) -> bool:
    return any(event.kind == "corrected" for event in held.file.events)


def _wechat(binding: Binding | None) -> wire.DataWechat | None:
    if binding is None:
        return None
    grants = {template: count for template, count in binding.grants.items() if count}
    return wire.DataWechat(binding.openid, binding.consent_version, iso(binding.bound_at), grants)


def _case(file: CaseFile, held: Holding) -> wire.DataCase:
    case = file.case
    # What staff call a matter that was split off is theirs; the first words of a bell are the resident's.
    own = file.subject if file.subject == subject_of(held.file.contact) else ""
    return wire.DataCase(case.id, ids.number(case.id), case.stage, own)


def _written(ports: Ports, file: CaseFile, bell_id: str) -> Iterator[wire.DataText]:
    erasable = {text.id for text in rules.erasable(file, bell_id)}
    return _texts(ports, file, rules.written(file, bell_id), erasable)


def _texts(
    ports: Ports, file: CaseFile, written: Iterable[rules.Written], erasable: Container[str]
) -> Iterator[wire.DataText]:
    for one in written:
        files = [
            wire.DataFile(f.id, f.kind, f.name, photo(ports, file.case.id, f).url) for f in one.text.files
        ]
        yield wire.DataText(
            ids.number(file.case.id),
            one.event.at,
            one.event.kind,
            one.text.words,
            files,
            one.text.id not in erasable,
        )


def _wrote(ports: Ports, held: Holding, language: str) -> Iterator[v.Wrote]:
    me = frozenset({held.bell.id, "resident"})
    for file in held.cases:
        yield from _said(ports, file, rules.written(file, held.bell.id), me, held.directory, language)


def _said(
    ports: Ports,
    file: CaseFile,
    written: Iterable[rules.Written],
    me: frozenset[str],
    directory: Directory,
    language: str,
) -> Iterator[v.Wrote]:
    teller = Teller(zone=directory.subdistrict.timezone, voice="plain", me=me)
    for one in written:
        event = one.event
        said = case_sentence(event.kind, event.data, teller.of(event.actor), language)
        photos = tuple(photo(ports, file.case.id, f) for f in one.text.files)
        yield v.Wrote(parse_iso(event.at), said, one.text.words, photos)


def guests_body(ports: Ports, held: GuestHolding, language: str) -> wire.GuestDataBody:
    """All that is held of a guest."""
    file, party = held.file, held.party
    erasable = {text.id for known in held.known_as for text in rules.guests_words(file, known)}
    written = _guests_written(held)
    return wire.GuestDataBody(
        shape=SHAPE_OF_GUESTS,
        made_at=iso(ports.clock.now()),
        id=file.case.id,
        number=ids.number(file.case.id),
        stage=file.case.stage,
        guest=wire.DataGuest(
            party.kind,
            party.name,
            party.person,
            party.phone,
            party.mail,
            party.language,
            bool(party.organisation),
        )
        if party
        else None,
        written=list(_texts(ports, file, written, erasable)),
        messages=[
            wire.DataMessage(iso(d.at), ids.number(file.case.id), d.template, d.channel, d.fate)
            for d in _guests_messages(held)
        ],
        obstacle=held.obstacle[0],
        explained=guests_refusal(held, language),
        kept=[wire.DataKept(*my_data_labels.kept(what, language, CONTACT)) for what in _guests_kept(held)],
    )


def guests_view(ports: Ports, held: GuestHolding, token: str, language: str) -> v.GuestDataView:
    """The page of a guest, without anything that was typed into its form."""
    file, party = held.file, held.party
    me = frozenset(held.known_as)
    written = _guests_written(held)
    return v.GuestDataView(
        path=f"/p/{token}/data",
        back=f"/p/{token}",
        number=ids.number(file.case.id),
        kind=case_labels.party_kind(party.kind, language) if party else "",
        name=party.name if party else "",
        person=party.person if party else "",
        phone=party.phone if party else "",
        mail=party.mail if party else "",
        wrote=tuple(_said(ports, file, written, me, held.directory, language)),
        sent=tuple(
            v.Sent(
                d.at,
                ids.number(file.case.id),
                labels.channel(d.channel, language),
                labels.fate(d.fate, language),
            )
            for d in _guests_messages(held)
        ),
        kept=tuple(v.Kept(*my_data_labels.kept(what, language, CONTACT)) for what in _guests_kept(held)),
        erased=party is None,
        refused=guests_refusal(held, language),
    )


def guests_refusal(held: GuestHolding, language: str) -> str:
    """Why a guest's data cannot be erased here, with a way out; empty when it can."""
    code, case_id = held.obstacle
    return message(language, code, {"case": ids.number(case_id) if case_id else ""}) if code else ""


def _guests_kept(held: GuestHolding) -> tuple[str, ...]:
    signed = any(w.event.kind == "signed" for w in _guests_written(held))
    return ("record", "others", *(("signature",) if signed else ()), "wish", "copies")


def _guests_messages(held: GuestHolding) -> tuple[Dispatch, ...]:
    mine = {party_id(known) for known in held.known_as}
    return tuple(sorted((d for d in held.file.dispatches if d.recipient in mine), key=lambda d: d.at))


def _guests_written(held: GuestHolding) -> list[rules.Written]:
    found = (w for known in held.known_as for w in rules.guests_written(held.file, known))
    return sorted(found, key=lambda w: w.event.seq)


def _messages(held: Holding) -> tuple[tuple[str, Dispatch], ...]:
    """What was sent to the resident, oldest first, and about which bell or case."""
    found = [(held.bell.id, d) for d in held.file.dispatches if d.recipient == RESIDENT]
    for file in held.cases:
        if held.bell.id in file.case.bells:
            mine = resident_id(file.case, held.bell.id)
            found += [(file.case.id, d) for d in file.dispatches if d.recipient == mine]
    return tuple(sorted(found, key=lambda pair: pair[1].at))


def _readers(held: Holding) -> tuple[tuple[datetime, str, str, str], ...]:
    """Who answered the bell, who was put in charge of its case, and who gave a reason to be shown name and number."""
    found = [_reader(e, "answered") for e in held.file.events if e.kind == "answered"]
    for file in held.cases:
        for event in file.events:
            if event.kind == "assigned":
                member = held.directory.member(event.data["staff"])
                name = member.name if member else event.data["staff"]
                found.append((parse_iso(event.at), name, event.data["role"], "assigned"))
        found += [_reader(e, e.data["reason"]) for e in rules.seen_by(file, held.bell.id)]
    return tuple(sorted(found))


def _reader(event: Event, why: str) -> tuple[datetime, str, str, str]:
    return parse_iso(event.at), event.actor.get("name", ""), event.actor.get("role", ""), why


def _why(why: str, language: str) -> str:
    if why in my_data_labels.SHOWN:
        return my_data_labels.shown(why, language)
    return case_labels.unmask_reason(why, language)
