"""What a printed paper says: minutes of a meeting (会议纪要), the agreement (协商纪要 or 人民调解协议书), the story of
a case (办结单). Pure: a case as one reader sees it becomes a view.

Residents' names are in full on what staff print to be signed, and 张* on the papers of parties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.case.reading import Lens
from chalicelib.case.state import Meeting, Obligation
from chalicelib.case.telling import story as story_of
from chalicelib.core import ids
from chalicelib.core.chain import Event, verify
from chalicelib.core.errors import NotFound
from chalicelib.core.times import parse_iso
from chalicelib.guest import cards
from chalicelib.guest.screens import entry, owner_of, rating_card
from chalicelib.web import case_labels, labels
from chalicelib.web import guest_views as v
from chalicelib.web.filters import readable_phone
from chalicelib.web.i18n import N_, translate
from chalicelib.web.paper_views import (
    AgreementPaper,
    CasePaper,
    MinutesPaper,
    PaperDuty,
    PaperEntry,
    PaperSignature,
    PartyRow,
    Resolution,
)
from chalicelib.web.views import Person

Paper = MinutesPaper | AgreementPaper | CasePaper
TEMPLATES: dict[type, str] = {
    MinutesPaper: "paper_minutes.html",
    AgreementPaper: "paper_agreement.html",
    CasePaper: "paper_case.html",
}
STORY = "case"
"""The name of the paper that is signed by nobody."""
# Left out of the story: what the clock and the post did, not people.
_UNTOLD = frozenset({"notified", "reminded", "rearmed", "lapsed", "messaged", "overdue"})


def paper(
    lens: Lens, name: str, back: str, verify_at: str, earlier: Callable[[], tuple[v.Entry, ...]] = tuple
) -> Paper:
    """The paper of that name: `minutes-<n>`, `agreement` or `case`; raises NotFound when there is none (yet).

    `earlier` finds what happened to the bell before there was a case, for the story alone.
    """
    kind, _, number = name.partition("-")
    if kind == "minutes" and number.isdecimal() and len(number) < 4:
        return minutes(lens, int(number), back)
    if name == "agreement":
        return agreement(lens, back)
    if name == STORY and lens.viewer.side != "party":
        return story(lens, back, verify_at, earlier())
    raise NotFound("not_found")


def minutes(lens: Lens, number: int, back: str = "") -> MinutesPaper:
    """The minutes of a meeting that was held; for those who were invited or there, and for staff."""
    found = next((m for m in lens.case.meetings if m.number == number and m.status == "held"), None)
    held, called = cards.numbered(lens, "held", number), cards.numbered(lens, "scheduled", number)
    if found is None or held is None or called is None or not _was_there(lens, found):
        raise NotFound("not_found")
    place, _, agenda = lens.words(called.data["agenda"]).partition("\n")
    return MinutesPaper(
        number=ids.number(lens.case.id),
        meeting=number,
        at=_moment(lens, found.at),
        online=found.online,
        place=place,
        host=_person(held),
        attended=tuple(_with_kind(lens, who) for who in found.attended),
        absent=tuple(_with_kind(lens, who) for who in found.invited if who not in found.attended),
        agenda=agenda,
        words=lens.words(held.data["minutes"]),
        resolutions=tuple(Resolution(r["number"], lens.words(r["text"])) for r in held.data["resolutions"]),
        recorded_by=lens.actor(held),
        recorded=_day(lens, parse_iso(held.at)),
        back=back,
    )


def _was_there(lens: Lens, meeting: Meeting) -> bool:
    invited = bool(lens.mine & {*meeting.invited, *meeting.attended})
    return invited or lens.viewer.side != "party"


def _person(event: Event) -> Person | None:
    by = event.actor
    return Person(by["name"], by.get("role", "")) if by.get("name") else None


def _with_kind(lens: Lens, who: str) -> str:
    """运河物业（物业公司）: the name with what they are, so that a stranger can read the list."""
    party = lens.file.parties.get(who)
    if party is None:
        return lens.name(who)
    kind = case_labels.party_kind(party.kind, lens.language)
    return translate(lens.language, N_("%(name)s (%(kind)s)"), name=lens.name(who), kind=kind)


def agreement(lens: Lens, back: str = "") -> AgreementPaper:
    """The agreement that was drafted, signed or not yet; for its signatories, the residents and staff. What binds them
    is the same on everybody's: where no facts were drafted there are lines to write on."""
    lens = replace(lens, paper=True)
    found, drafted = lens.case.agreement, lens.last("drafted")
    if found is None or drafted is None or not _may_print(lens, found.signatories):
        raise NotFound("not_found")
    court = lens.case.deadline("court")
    numbers = {o["number"] for o in drafted.data["obligations"]}
    bound = [o for o in lens.case.obligations if o.number in numbers]
    people = tuple(_rows(lens, found.signatories))
    return AgreementPaper(
        form=found.form,
        number=ids.number(lens.case.id),
        year=_local_year(lens, found.effective_at or parse_iso(drafted.at)),
        place=_place(lens),
        category=lens.case.category,
        committee=lens.directory.committee if found.form == "mediation" else "",
        parties=people,
        facts=lens.words(drafted.data.get("facts")),
        responsibility=tuple(_responsibility(lens)),
        terms=tuple(lens.words(term["text"]) for term in drafted.data["terms"]),
        duties=tuple(_duty(lens, o) for o in bound),
        copies=len(people) + 1,
        signatures=tuple(_signature(lens, line) for line in cards.signatures(lens)),
        recorder=_person_name(drafted),
        effective=_day(lens, found.effective_at),
        court_until=_day(lens, court.due_at if court else None),
        confirmed=found.confirmed,
        masked=lens.viewer.side == "party",
        back=back,
    )


def _may_print(lens: Lens, signatories: tuple[str, ...]) -> bool:
    return lens.viewer.side != "party" or bool(lens.mine & set(signatories))


def _local_year(lens: Lens, at: datetime) -> int:
    return at.astimezone(lens.directory.subdistrict.zone).year


def _rows(lens: Lens, signatories: tuple[str, ...]) -> Iterator[PartyRow]:
    """Who is bound; what we do not know of them is written by hand."""
    for who in signatories:
        if who in {"mediator", "committee"}:
            continue
        known = lens.file.parties.get(who)
        if known:
            kind = case_labels.party_kind(known.kind, lens.language)
            phone = known.phone if lens.viewer.side == "staff" else ""
            yield PartyRow(known.name, kind, known.person, readable_phone(phone), True)
        else:
            yield PartyRow(lens.name(who), _role(lens, who))


def _role(lens: Lens, who: str) -> str:
    resident = who == "resident" or who in lens.case.bells
    return labels.role("resident" if resident else who, lens.language)


def _responsibility(lens: Lens) -> Iterator[str]:
    """What the meetings found; empty: lines to write on."""
    for event in lens.each("held"):
        for resolution in event.data["resolutions"]:
            yield lens.words(resolution["text"])


def _person_name(event: Event) -> str:
    return event.actor.get("name", "")


def _duty(lens: Lens, duty: Obligation) -> PaperDuty:
    met = [e for e in lens.each("accepted") if e.data["obligation"] == duty.number]
    done = _day(lens, parse_iso(met[-1].at)) if met else ""
    who, words = lens.name(duty.who), lens.words(duty.what)
    return PaperDuty(duty.number, who, words, _moment(lens, duty.due_at), duty.status, done)


def _signature(lens: Lens, line: v.SignatureLine) -> PaperSignature:
    return PaperSignature(line.who, line.role, line.kind, _moment(lens, line.at))


def _day(lens: Lens, at: datetime | None) -> str:
    """2026年11月24日, on the place's calendar; empty for none."""
    if at is None:
        return ""
    local = at.astimezone(lens.directory.subdistrict.zone)
    if lens.language == "en":
        return f"{local.day} {local:%B %Y}"
    return f"{local.year}年{local.month}月{local.day}日"


def _moment(lens: Lens, at: datetime | None) -> str:
    """The same with the time of day."""
    if at is None:
        return ""
    time = f"{at.astimezone(lens.directory.subdistrict.zone):%H:%M}"
    return f"{_day(lens, at)}, {time}" if lens.language == "en" else f"{_day(lens, at)} {time}"


def story(lens: Lens, back: str = "", verify_at: str = "", earlier: tuple[v.Entry, ...] = ()) -> CasePaper:
    """The story of a case from the bell to the rating, with the record's seal and where to verify it."""
    case, told = lens.case, story_of(lens)
    contact = lens.residents.get(case.bells[0])
    finished = lens.last("finished", "failed")
    verdict = verify(lens.events, case.tip, case.thing)
    return CasePaper(
        number=ids.number(case.id),
        bells=tuple(map(ids.number, case.bells)),
        category=case.category,
        place=_place(lens),
        resident=lens.name("resident"),
        wrote=contact.text if contact else "",
        opened=_moment(lens, case.opened_at),
        ended=_moment(lens, case.ended_at),
        stage=case.stage,
        owner=owner_of(lens),
        parties=tuple(_with_kind(lens, p.id) for p in case.parties),
        story=tuple(_line(lens, shown) for shown in (*earlier, *_entries(lens, told))),
        duties=tuple(_duty(lens, o) for o in case.obligations if o.status not in {"drafted", "void"}),
        rating=rating_card(lens),
        summary=lens.words(finished.data.get("summary", finished.data.get("text"))) if finished else "",
        events=verdict.events,
        head_hash=case.tip.hash,
        intact=verdict.intact,
        verify=verify_at,
        back=back,
    )


def _entries(lens: Lens, told: Mapping[int, str]) -> Iterator[v.Entry]:
    return (entry(lens, e, told[e.seq]) for e in lens.told() if e.kind not in _UNTOLD)


def _line(lens: Lens, shown: v.Entry) -> PaperEntry:
    return PaperEntry(_moment(lens, shown.at), shown.text, shown.words)


def _place(lens: Lens) -> str:
    found = lens.directory.neighbourhood(lens.case.neighbourhood)
    if found is None:
        return lens.case.neighbourhood
    return found.name_en if lens.language == "en" and found.name_en else found.name
