"""The parts of a case that residents and parties work with: meetings, plans, promises, offers, whose turn. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.case.reading import Lens
from chalicelib.case.stages import OPEN, Stage
from chalicelib.case.state import Meeting, Obligation, Offer, Option
from chalicelib.core import text as texts
from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.web import guest_views as v

_DAY = timedelta(days=1)
_SIGNABLE = (Stage.CONSULTING, Stage.AGREED)


def meetings(lens: Lens, path: str, verbs: tuple[str, ...]) -> tuple[v.MeetingCard, ...]:
    """The meetings to which the reader is invited, all of them for staff, the next one first."""
    shown = [m for m in lens.case.meetings if not lens.masked or _invited(lens, m)]
    return tuple(_meeting(lens, m, path, verbs) for m in reversed(shown))


def _invited(lens: Lens, meeting: Meeting) -> bool:
    return bool(lens.mine & {*meeting.invited, *meeting.attended})


def _meeting(lens: Lens, meeting: Meeting, path: str, verbs: tuple[str, ...]) -> v.MeetingCard:
    called, held = numbered(lens, "scheduled", meeting.number), numbered(lens, "held", meeting.number)
    mine = next((r.answer for r in meeting.responses if r.party in lens.mine), "")
    to_come = meeting.status == "scheduled"
    return v.MeetingCard(
        number=meeting.number,
        at=meeting.at,
        online=meeting.online,
        status=meeting.status,
        agenda=lens.words(called.data["agenda"]) if called else "",
        replies=_replies(lens, meeting),
        mine=mine,
        invited=bool(lens.mine & set(meeting.invited)),
        can_reply="respond" in verbs and to_come and bool(lens.mine & set(meeting.invited)),
        minutes=lens.words(held.data["minutes"]) if held else "",
        resolutions=tuple(lens.words(r["text"]) for r in held.data["resolutions"]) if held else (),
        attended=lens.names(meeting.attended),
        calendar=f"{path}/meeting/{meeting.number}" if to_come else "",
        paper=f"{path}/print/minutes-{meeting.number}" if meeting.status == "held" else "",
    )


def numbered(lens: Lens, kind: str, number: int) -> Event | None:
    """The event of that kind about the meeting of that number."""
    return next((e for e in lens.each(kind) if e.data["meeting"] == number), None)


def _replies(lens: Lens, meeting: Meeting) -> tuple[v.Reply, ...]:
    said = {r.party: r for r in meeting.responses}
    return tuple(
        v.Reply(
            lens.name(who),
            said[who].answer if who in said else "",
            said[who].at if who in said else None,
            who in lens.mine,
        )
        for who in meeting.invited
    )


def plans(lens: Lens, verbs: tuple[str, ...]) -> tuple[v.PlanCard, ...]:
    """The versions of the plan, the newest first; only the newest is still commented on."""
    found = [_plan(lens, event, "comment" in verbs) for event in lens.each("proposed")]
    return tuple(reversed(found))


def _plan(lens: Lens, event: Event, commenting: bool) -> v.PlanCard:
    number = event.data["plan"]
    remarks = (e for e in lens.each("commented") if e.data["plan"] == number)
    return v.PlanCard(
        number=number,
        at=parse_iso(event.at),
        words=lens.words(event.data["text"]),
        files=lens.files(event.data["text"]),
        remarks=tuple(v.Remark(lens.actor(e), parse_iso(e.at), lens.words(e.data["text"])) for e in remarks),
        can_comment=commenting and number == lens.case.plan,
    )


def duties(lens: Lens, verbs: tuple[str, ...]) -> tuple[v.DutyCard, ...]:
    """The obligations that bind or bound; a party sees its own, and all of them in the agreement."""
    party = lens.viewer.side == "party"
    shown = (o for o in lens.case.obligations if o.status not in {"drafted", "void"})
    return tuple(_duty(lens, o, verbs) for o in shown if not party or o.who in lens.mine)


def _duty(lens: Lens, duty: Obligation, verbs: tuple[str, ...]) -> v.DutyCard:
    mine = duty.who in lens.mine
    done, back = _about(lens, "performed", duty), _about(lens, "sent_back", duty)
    proof = done.data["proof"] if done and (back is None or back.seq < done.seq) else None
    return v.DutyCard(
        number=duty.number,
        who=lens.name(duty.who),
        words=lens.words(duty.what),
        due_at=duty.due_at,
        status=duty.status,
        mine=mine,
        late=duty.status == "open" and duty.due_at < lens.now,
        proof=lens.words(proof),
        files=lens.files(proof),
        sent_back=lens.words(back.data["reason"]) if back and duty.status == "open" else "",
        can_perform="perform" in verbs and mine and duty.status == "open",
        can_judge="accept" in verbs and duty.status == "performed" and not mine,
    )


def _about(lens: Lens, kind: str, duty: Obligation) -> Event | None:
    found = [e for e in lens.each(kind) if e.data["obligation"] == duty.number]
    return found[-1] if found else None


def agreement(lens: Lens, verbs: tuple[str, ...], asked: bool, phone: str) -> v.AgreementCard | None:
    """What is to be signed or was; parties who are not in it do not see it."""
    found, drafted = lens.case.agreement, lens.last("drafted")
    concerned = (
        not lens.masked
        or lens.viewer.side == "resident"
        or (found is not None and bool(lens.mine & set(found.signatories)))
    )
    if found is None or drafted is None or not concerned:
        return None
    court = lens.case.deadline("court")
    numbers = {o["number"] for o in drafted.data["obligations"]}
    return v.AgreementCard(
        version=found.version,
        form=found.form,
        terms=tuple(lens.words(term["text"]) for term in drafted.data["terms"]),
        duties=tuple(_duty(lens, o, ()) for o in lens.case.obligations if o.number in numbers),
        signatures=signatures(lens),
        effective_at=found.effective_at,
        can_sign="sign" in verbs and bool(lens.mine & set(found.missing)),
        asked=asked,
        phone=texts.mask_phone(phone) if phone else "",
        court_until=court.due_at if court else None,
        can_confirm="confirm" in verbs,
        confirmed=found.confirmed,
    )


def signatures(lens: Lens) -> tuple[v.SignatureLine, ...]:
    """Who must sign, in the agreement's order, and who has."""
    if (found := lens.case.agreement) is None:
        return ()
    signed = {s.signatory: s for s in found.signatures}
    return tuple(
        v.SignatureLine(
            lens.name(who),
            who if who in {"mediator", "committee"} else "",
            signed[who].kind if who in signed else "",
            signed[who].at if who in signed else None,
            who in lens.mine,
        )
        for who in found.signatories
    )


def offers(lens: Lens, verbs: tuple[str, ...]) -> tuple[v.OfferCard, ...]:
    """What there is to choose from; the newest first."""
    if lens.viewer.side == "party":
        return ()
    return tuple(_offer(lens, offer, "choose" in verbs) for offer in reversed(lens.case.offers))


def _offer(lens: Lens, offer: Offer, choosing: bool) -> v.OfferCard:
    choices = tuple(_choice(lens, option, offer.chosen) for option in offer.options)
    return v.OfferCard(offer.number, choices, choosing and not offer.chosen)


def _choice(lens: Lens, option: Option, chosen: str) -> v.Choice:
    words, files = lens.words(option.what), lens.files(option.what)
    return v.Choice(option.id, words, price(option.price), files, option.id == chosen)


def price(cents: int | None) -> str:
    """In yuan: ¥23.80."""
    return "" if cents is None else f"¥{cents // 100:,}.{cents % 100:02d}"


def question(lens: Lens, verbs: tuple[str, ...]) -> v.Question | None:
    """What the resident is asked."""
    pause, asked = lens.case.pause, lens.last("asked")
    if "reply" not in verbs or pause is None or asked is None:
        return None
    return v.Question(lens.words(asked.data["text"]), pause.until, lens.files(asked.data["text"]))


def turn(lens: Lens, view: v.GuestView) -> v.Turn:
    """Whose turn it is: the reader's whenever anything is awaited of them."""
    if asks := tuple(_asks(lens, view)):
        return v.Turn("you", asks[0].what, until=asks[0].until, asks=asks)
    return _others(lens)


def _asks(lens: Lens, view: v.GuestView) -> list[v.Ask]:
    asks: list[v.Ask] = []
    if view.question:
        asks.append(v.Ask("answer", until=view.question.until))
    if view.agreement and view.agreement.can_sign:
        asks.append(v.Ask("sign", until=_due(lens, "stage")))
    asks += (v.Ask("choose", offer.number) for offer in view.offers if offer.open)
    asks += (v.Ask("perform", d.number, d.due_at) for d in view.duties if d.can_perform)
    asks += (
        v.Ask("judge", d.number, _due(lens, f"acceptance:{d.number}")) for d in view.duties if d.can_judge
    )
    asks += (v.Ask("respond", m.number, m.at) for m in view.meetings if m.can_reply and not m.mine)
    if view.can_rate:
        asks.append(v.Ask("rate", until=view.rate_until))
    if view.can_reopen and view.rating and not view.rating.content:
        asks.append(v.Ask("reopen"))
    return asks


def _due(lens: Lens, key: str) -> datetime | None:
    deadline = lens.case.deadline(key)
    return deadline.due_at if deadline else None


def _others(lens: Lens) -> v.Turn:
    case = lens.case
    if case.stage not in OPEN:
        return v.Turn("nobody", str(case.stage))
    if case.pause:
        return _waiting(lens, case.pause.waits_for, case.pause.until)
    if case.stage in _SIGNABLE and case.agreement and (left := _outside(lens, case.agreement.missing)):
        return v.Turn("party", "sign", left, _due(lens, "stage"))
    bound = [o for o in case.obligations if o.status == "open" and o.who in lens.file.parties]
    if bound:
        first = min(bound, key=lambda o: o.due_at)
        return v.Turn("party", "perform", (lens.name(first.who),), first.due_at, first.due_at < lens.now)
    return _community(lens)


def _outside(lens: Lens, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(lens.name(n) for n in names if n in lens.file.parties and n not in lens.mine)


def _waiting(lens: Lens, who: str, until: datetime) -> v.Turn:
    if who == "resident":
        return v.Turn("party", "answer", (lens.name(who),), until)
    return v.Turn("party", "pause", (lens.name(who),), until)


def _community(lens: Lens) -> v.Turn:
    case = lens.case
    due = min((d.due_at for d in case.deadlines if d.key.partition(":")[0] in _STAFFS), default=None)
    return v.Turn("community", str(case.stage), (lens.name(case.owner),), due, bool(due and due < lens.now))


_STAFFS = frozenset({"stage", "obligation", "acceptance", "target", "press"})
