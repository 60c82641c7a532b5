"""What people ask for, as commands of the rules: shapes of the wire in, `case.commands` out. One table for programs
and for forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.case import commands as do
from chalicelib.case import wire
from chalicelib.case.access import Side, names_of
from chalicelib.case.shapes import Attachment, PartyContact
from chalicelib.case.state import Option, Ref
from chalicelib.case.writing import FARTHEST, Desk
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.uploads import kind_of
from chalicelib.place.ladder import Role

PLACE_LIMIT, NAME_LIMIT, PERSON_LIMIT, MAIL_LIMIT, POLL_LIMIT = 200, 80, 50, 200, 100
PRICE_LIMIT = 10**12


class Order(NamedTuple):
    """A verb that a client can ask for: the shape of its body, and how it becomes a command."""

    verb: str
    shape: type
    make: Callable[[Any, Desk], object]

    @property
    def path(self) -> str:
        """As addresses write it."""
        return self.verb.replace("_", "-")


def files_of(ids: Iterable[str]) -> tuple[Attachment, ...]:
    """The files that a body names by their ids; what is no id is found out when they are to be kept."""
    return tuple(Attachment(file_id, kind_of(file_id) or "") for file_id in dict.fromkeys(ids))


def _write(body: Any, desk: Desk) -> Ref:
    """The words and files of a body."""
    return desk.pen.write("text", getattr(body, "text", ""), files_of(getattr(body, "files", ())))


def _assign(body: wire.AssignRequest, desk: Desk) -> do.Assign:
    member = desk.directory.member(body.staff)
    if member is None:
        desk.wrong("staff")
    return do.Assign(body.staff, str(member.role) if member else "specialist")


def _message(body: wire.MessageRequest, desk: Desk) -> do.Message:
    known = {"resident", "staff"} | {party.id for party in desk.case.parties if party.active}
    if desk.viewer.side is not Side.STAFF:
        known = {"staff"}
    if body.to not in known:
        desk.wrong("to")
    return do.Message(_write(body, desk), body.to)


def _offer(body: wire.OfferRequest, desk: Desk) -> do.OfferOptions:
    write = desk.pen.write
    if any(option.price is not None and option.price > PRICE_LIMIT for option in body.options):
        desk.wrong("price", "out_of_range")
    return do.OfferOptions(
        tuple(
            Option(chr(ord("a") + n) if n < 26 else f"o{n}", write("options", option.text), option.price)
            for n, option in enumerate(body.options)
        )
    )


def _invite(body: wire.InviteRequest, desk: Desk) -> do.Invite:
    """Somebody of the directory by id; anybody else by name, reachable somehow, under an id of this case."""
    known = next((o for o in desk.directory.organisations if o.id == body.organisation), None)
    if body.organisation:
        if known is None:
            desk.wrong("organisation")
            return do.Invite(body.organisation, "other")
        contact = PartyContact(known.id, known.kind, known.name, organisation=known.id)
    else:
        contact = _stranger(body, desk)
    desk.parties.append(contact)
    return do.Invite(contact.id, contact.kind)


def _stranger(body: wire.InviteRequest, desk: Desk) -> PartyContact:
    phone = texts.phone(body.phone, desk.directory.subdistrict.country_code) if body.phone.strip() else ""
    if phone is None:
        desk.wrong("phone", "not_a_phone")
    if not texts.visible(body.name):
        desk.wrong("name", "required")
    if not phone and not body.mail.strip():
        desk.wrong("phone", "phone_or_mail")
    if body.mail.strip() and not texts.MAIL.fullmatch(body.mail.strip()):
        desk.wrong("mail", "not_a_mail")
    number = sum(party.id.startswith("p-") for party in desk.case.parties) + 1
    name, person = desk.line("name", body.name, NAME_LIMIT), desk.line("person", body.person, PERSON_LIMIT)
    mail = desk.line("mail", body.mail, MAIL_LIMIT)
    return PartyContact(f"p-{number}", body.kind, name, person, phone or "", mail)


def _schedule(body: wire.ScheduleRequest, desk: Desk) -> do.Schedule:
    if not texts.visible(body.place):
        desk.wrong("place", "required")
    # Where it is may be a private door or a secret address of a conference: it is kept with the agenda's words.
    place = desk.line("place", body.place, PLACE_LIMIT)
    agenda = desk.pen.write("text", f"{place}\n{body.text}" if texts.visible(body.text) else "")
    return do.Schedule(desk.time("at", body.at), tuple(body.invited), agenda, body.online)


def _respond(body: wire.RespondRequest, desk: Desk) -> do.Respond:
    party = body.party
    if desk.viewer.side is not Side.STAFF:
        invited = next((m.invited for m in desk.case.meetings if m.number == body.meeting), ())
        party = next((n for n in sorted(names_of(desk.case, desk.viewer)) if n in invited), desk.viewer.id)
    other = desk.time("at", body.at) if body.answer == "other" else None
    return do.Respond(body.meeting, party, body.answer, other)


def _people(desk: Desk) -> frozenset[str]:
    """Whom an event may name: nobody's name is typed into the record."""
    case = desk.case
    return frozenset({"resident", *case.bells, *(party.id for party in case.parties)})


def _pause(body: wire.PauseRequest, desk: Desk) -> do.Hold:
    if body.waits_for and body.waits_for not in _people(desk) | frozenset(map(str, Role)):
        desk.wrong("waits_for")
    return do.Hold(body.reason, body.waits_for, desk.time("until", body.until))


def _consult(body: wire.ConsultRequest, desk: Desk) -> do.Consult:
    return do.Consult(body.how, desk.time("until", body.until), desk.line("poll", body.poll, POLL_LIMIT))


def _hold(body: wire.HoldRequest, desk: Desk) -> do.RecordMeeting:
    if not set(body.attended) <= _people(desk) | {member.id for member in desk.directory.staff}:
        desk.wrong("attended")
    minutes = _write(body, desk)
    resolutions = tuple(desk.pen.write("resolutions", words) for words in body.resolutions)
    return do.RecordMeeting(body.meeting, tuple(body.attended), minutes, resolutions)


def _duty(body: wire.DutyBody, desk: Desk, field: str) -> do.Duty:
    what, due_at = desk.pen.write(field, body.text), desk.time(field, body.due_at)
    most = int(FARTHEST.total_seconds())
    if body.remind_before > most:
        desk.wrong("remind_before", "out_of_range")
    return do.Duty(body.who, what, due_at, min(body.remind_before, most))


def _draft(body: wire.DraftRequest, desk: Desk) -> do.Draft:
    if body.form == "mediation" and not desk.directory.committee:
        desk.wrong("form", "no_committee")
    terms = tuple(desk.pen.write("terms", term) for term in body.terms)
    duties = tuple(_duty(duty, desk, "duties") for duty in body.duties)
    facts = desk.pen.maybe("facts", body.facts)
    return do.Draft(body.form, terms, duties, tuple(body.signatories), facts)


def _sign(body: wire.SignRequest, desk: Desk) -> do.Sign:
    """On paper or orally, as staff record it; by code is a use case of its own."""
    if body.kind not in {"paper", "oral"}:
        desk.wrong("kind")
    return do.Sign(body.signatory, body.kind, _write(body, desk))


def _perform(body: wire.PerformRequest, desk: Desk) -> do.Perform:
    if _is_theirs(body.obligation, desk) is False:
        desk.wrong("obligation", "not_yours")
    return do.Perform(body.obligation, _write(body, desk))


def _accept(body: wire.ObligationRequest, desk: Desk) -> do.AcceptWork:
    if _is_theirs(body.obligation, desk):
        desk.wrong("obligation", "own_work")
    return do.AcceptWork(body.obligation)


def _is_theirs(number: int, desk: Desk) -> bool | None:
    """Whether the obligation binds the resident or party at the desk; None for staff, who act for everybody."""
    bound = next((o for o in desk.case.obligations if o.number == number), None)
    if desk.viewer.side is Side.STAFF or bound is None:
        return None
    return bound.who in names_of(desk.case, desk.viewer)


def _send_back(body: wire.SendBackRequest, desk: Desk) -> do.SendBack:
    if _is_theirs(body.obligation, desk):
        desk.wrong("obligation", "own_work")
    return do.SendBack(body.obligation, _write(body, desk), desk.time("due_at", body.due_at))


def _extend(body: wire.ExtendRequest, desk: Desk) -> do.Extend:
    return do.Extend(body.key, desk.time("until", body.until), body.reason, _write(body, desk))


def _rate(body: wire.RateRequest, desk: Desk) -> do.Rate:
    text = desk.pen.maybe("text", body.text)
    return do.Rate(body.answered, body.solved, body.satisfied, tuple(body.reasons), text)


_TEXT, _PLAIN = wire.TextRequest, wire.Plain
_ALL: tuple[Order, ...] = (
    Order("assign", wire.AssignRequest, _assign),
    Order("visit", _TEXT, lambda b, d: do.Visit(_write(b, d), len(b.files))),
    Order("message", wire.MessageRequest, _message),
    Order("ask", wire.AskRequest, lambda b, d: do.Ask(_write(b, d), b.days)),
    Order("reply", _TEXT, lambda b, d: do.Reply(_write(b, d))),
    Order("pause", wire.PauseRequest, _pause),
    Order("resume", _PLAIN, lambda b, d: do.Resume()),
    Order("offer", wire.OfferRequest, _offer),
    Order("choose", wire.ChooseRequest, lambda b, d: do.Choose(b.offer, b.option)),
    Order("invite", wire.InviteRequest, _invite),
    Order("remove", wire.PartyRequest, lambda b, d: do.Remove(b.party)),
    Order("schedule", wire.ScheduleRequest, _schedule),
    Order("respond", wire.RespondRequest, _respond),
    Order("hold", wire.HoldRequest, _hold),
    Order("cancel", wire.MeetingRequest, lambda b, d: do.CancelMeeting(b.meeting)),
    Order("propose", _TEXT, lambda b, d: do.Propose(_write(b, d))),
    Order("comment", wire.CommentRequest, lambda b, d: do.Comment(b.plan, _write(b, d))),
    Order("draft", wire.DraftRequest, _draft),
    Order("sign", wire.SignRequest, _sign),
    Order("promise", wire.PromiseRequest, lambda b, d: do.Promise(_duty(b.duty, d, "duty"))),
    Order("perform", wire.PerformRequest, _perform),
    Order("accept", wire.ObligationRequest, _accept),
    Order("send_back", wire.SendBackRequest, _send_back),
    Order("confirm", _TEXT, lambda b, d: do.ConfirmInCourt(_write(b, d))),
    Order("negotiate", _PLAIN, lambda b, d: do.Negotiate()),
    Order("consult", wire.ConsultRequest, _consult),
    Order("conclude", wire.ConcludeRequest, lambda b, d: do.Conclude(b.carried, _write(b, d))),
    Order("carry_out", _PLAIN, lambda b, d: do.CarryOut()),
    Order("break_off", wire.ReasonRequest, lambda b, d: do.BreakOff(b.reason, _write(b, d))),
    Order("finish", _TEXT, lambda b, d: do.Finish(_write(b, d))),
    Order("fail", wire.ReasonRequest, lambda b, d: do.Fail(b.reason, _write(b, d))),
    Order("close", _PLAIN, lambda b, d: do.Close()),
    Order("rate", wire.RateRequest, _rate),
    Order("reopen", _TEXT, lambda b, d: do.Reopen(_write(b, d))),
    Order("extend", wire.ExtendRequest, _extend),
    Order(
        "decide_extension",
        wire.DecideExtensionRequest,
        lambda b, d: do.DecideExtension(b.granted, d.pen.maybe("text", b.text)),
    ),
    Order("press", _TEXT, lambda b, d: do.Press(_write(b, d))),
    Order("unmask", wire.UnmaskRequest, lambda b, d: do.Unmask(ids.parse(b.bell) or b.bell, b.reason)),
    Order("report", _TEXT, lambda b, d: do.Report(_write(b, d))),
)
ORDERS: Mapping[str, Order] = {order.verb: order for order in _ALL}
"""By verb. Joining, merging and splitting concern two cases and have use cases of their own."""
