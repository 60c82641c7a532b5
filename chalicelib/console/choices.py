"""Where the choices of a form's fields come from, by the names that `console.forms` gives them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from chalicelib.case import course, parties, promises, work
from chalicelib.case.reading import Lens
from chalicelib.case.state import Meeting, Obligation
from chalicelib.core import ids
from chalicelib.place.categories import CATEGORIES
from chalicelib.web import case_labels as say
from chalicelib.web import labels
from chalicelib.web.filters import day_time, plain
from chalicelib.web.i18n import N_, translate

Pairs = Iterable[tuple[str, str]]
_SHORT: Final = 40
_OFFICES: Final = ("specialist", "community", "subdistrict")


def _parties(lens: Lens) -> Pairs:
    return ((party.id, lens.name(party.id)) for party in lens.case.parties if party.active)


def _residents(lens: Lens) -> Pairs:
    """The one who rang, and the co-signers each by their bell."""
    yield "resident", _rang(lens, lens.case.bells[0])
    yield from ((bell, _rang(lens, bell)) for bell in lens.case.bells[1:])


def _rang(lens: Lens, bell: str) -> str:
    label, name = labels.role("resident", lens.language), lens.name(bell)
    return (
        label if name == label else translate(lens.language, N_("%(name)s (%(who)s)"), name=name, who=label)
    )


def people(lens: Lens) -> Pairs:
    yield "resident", _rang(lens, lens.case.bells[0])
    yield from _parties(lens)


def _bound(lens: Lens) -> Pairs:
    yield from _parties(lens)
    yield from ((role, labels.role(role, lens.language)) for role in _OFFICES)
    yield "resident", _rang(lens, lens.case.bells[0])


def _signatories(lens: Lens) -> Pairs:
    yield from _residents(lens)
    yield from _parties(lens)
    yield from ((role, labels.role(role, lens.language)) for role in ("community", "subdistrict"))


def _addressees(lens: Lens) -> Pairs:
    yield "resident", _rang(lens, lens.case.bells[0])
    yield "staff", translate(lens.language, N_("Internal note (staff only)"))
    yield from _parties(lens)


def _awaited(lens: Lens) -> Pairs:
    yield from people(lens)
    yield from (
        (role, labels.role(role, lens.language)) for role in ("community", "subdistrict", "police", "lawyer")
    )


def _staff(lens: Lens) -> Pairs:
    """Who could work on it, the nearest first."""
    lineage = lens.directory.lineage(lens.case.neighbourhood)
    return staff_choices(lens, lineage)


def staff_choices(lens: Lens, lineage: Sequence[str]) -> Pairs:
    """Members of staff who work for these places, the nearest place's first."""
    near = sorted(
        (m for m in lens.directory.staff if any(p in lineage for p in m.places)),
        key=lambda m: min(lineage.index(p) for p in m.places if p in lineage),
    )
    return ((m.id, member_label(m.name, str(m.role), lens.language)) for m in near if m.id != lens.case.owner)


def member_label(name: str, role: str, language: str) -> str:
    """赵虹（小区专员）."""
    return translate(language, N_("%(name)s (%(who)s)"), name=plain(name), who=labels.role(role, language))


def _organisations(lens: Lens) -> Pairs:
    inside = {party.id for party in lens.case.parties if party.active}
    listed = lens.directory.organisations_of(lens.case.neighbourhood)
    for known in listed:
        if known.id not in inside:
            name = known.name_en if lens.language == "en" and known.name_en else known.name
            kind = say.party_kind(known.kind, lens.language)
            yield known.id, translate(lens.language, N_("%(name)s (%(who)s)"), name=name, who=kind)


def _meetings(lens: Lens) -> Pairs:
    return ((str(m.number), _meeting(lens, m)) for m in lens.case.meetings if m.status == "scheduled")


def _meeting(lens: Lens, meeting: Meeting) -> str:
    when = day_time(meeting.at, lens.directory.subdistrict.timezone, lens.language)
    return translate(lens.language, N_("Meeting %(number)s, %(when)s"), number=meeting.number, when=when)


def _duties(status: str) -> Callable[[Lens], Pairs]:
    return lambda lens: ((str(o.number), _duty(lens, o)) for o in lens.case.obligations if o.status == status)


def _duty(lens: Lens, duty: Obligation) -> str:
    words = " ".join(lens.words(duty.what).split())
    short = words if len(words) <= _SHORT else f"{words[:_SHORT]}…"
    return f"{duty.number} · {lens.name(duty.who)} · {short}"


def _missing(lens: Lens) -> Pairs:
    found = lens.case.agreement
    return ((who, lens.name(who)) for who in (found.missing if found else ()))


def _offer(lens: Lens) -> Pairs:
    return ((str(o.number), str(o.number)) for o in lens.case.offers if not o.chosen)


def _options(lens: Lens) -> Pairs:
    """Of the latest offer that waits for a choice: that is what the hidden field names."""
    waiting = [offer for offer in lens.case.offers if not offer.chosen]
    for option in waiting[-1].options if waiting else ():
        words = " ".join(lens.words(option.what).split())
        yield option.id, f"{words[:_SHORT]} {say.price(option.price)}".strip()


def _plan(lens: Lens) -> Pairs:
    return ((str(lens.case.plan), str(lens.case.plan)),) if lens.case.plan else ()


def _deadlines(lens: Lens) -> Pairs:
    running = (d for d in lens.case.deadlines if not d.fixed)
    return ((d.key, say.deadline(d.key, lens.language, lens.case.stage)) for d in running)


def _bells(lens: Lens) -> Pairs:
    return ((bell, f"{ids.number(bell)} · {lens.name(bell)}") for bell in lens.case.bells)


def _named(codes: Sequence[str], label: Callable[[str, str], str]) -> Callable[[Lens], Pairs]:
    """The first letter is large, as an entry of a list has it."""

    def pairs(lens: Lens) -> Pairs:
        said = ((code, label(code, lens.language)) for code in codes)
        return ((code, text[:1].upper() + text[1:]) for code, text in said)

    return pairs


def _said(**words: str) -> Callable[[Lens], Pairs]:
    return lambda lens: ((value, translate(lens.language, text)) for value, text in words.items())


def _agreements(lens: Lens) -> Pairs:
    """Only a committee can draw up a mediation agreement."""
    forms = promises.FORMS if lens.directory.committee else ("minutes",)
    return ((form, say.form(form, lens.language)) for form in forms)


def _consultations(lens: Lens) -> Pairs:
    hows = ("parties", "poll") if lens.case.agreement else ("poll",)
    return ((how, say.consultation(how, lens.language)) for how in hows)


SOURCES: Final[Mapping[str, Callable[[Lens], Pairs]]] = {
    "people": people,
    "parties": _parties,
    "bound": _bound,
    "signatories": _signatories,
    "addressees": _addressees,
    "awaited": _awaited,
    "staff": _staff,
    "organisations": _organisations,
    "meetings": _meetings,
    "open_duties": _duties("open"),
    "done_duties": _duties("performed"),
    "missing": _missing,
    "offer": _offer,
    "options": _options,
    "plan": _plan,
    "deadlines": _deadlines,
    "bells": _bells,
    "agreements": _agreements,
    "consultations": _consultations,
    "kinds": _named(parties.KINDS, say.party_kind),
    "pauses": _named([r for r in work.PAUSE_REASONS if r != "resident_asked"], say.pause_reason),
    "unmaskings": _named(work.UNMASK_REASONS, say.unmask_reason),
    "extensions": _named(work.EXTENSION_REASONS, say.extension_reason),
    "breaks": _named(course.BREAK_REASONS, say.break_reason),
    "failures": _named(course.FAIL_REASONS, say.fail_reason),
    "signatures": _named(("paper", "oral"), say.signature),
    "answers": _named(("yes", "no", "other"), say.answer),
    "categories": _named([c.id for c in CATEGORIES], labels.category),
    "decisions": _said(yes=N_("Grant it"), no=N_("Refuse it")),
    "results": _said(yes=N_("agreed"), no=N_("did not agree")),
}
"""What can be chosen: values and their labels, for the case as it stands."""
