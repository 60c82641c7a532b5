"""The forms of a case as they stand now: the table of `case.forms`, the choices of this case, what was typed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalicelib.case import course, parties, promises, work
from chalicelib.case.forms import FORMS, LIKELY, MOST_ROWS, PRESSING, Input, Plan
from chalicelib.case.guest_reading import Lens
from chalicelib.case.posted import Posted, written
from chalicelib.case.state import Meeting, Obligation
from chalicelib.core import ids
from chalicelib.place.categories import CATEGORIES
from chalicelib.web import case_labels as say
from chalicelib.web import labels
from chalicelib.web.console_views import Choice, Field, Form
from chalicelib.web.filters import day_time, plain
from chalicelib.web.i18n import N_, translate
from chalicelib.web.views import FieldError

Pairs = Iterable[tuple[str, str]]
_MANY: Final = 3
_SHORT: Final = 40
_OFFICES: Final = ("specialist", "community", "subdistrict")
_NOBODY: Final[Posted] = {}


@dataclass(frozen=True)
class Typed:
    """A form that is being filled in: its verb, what was typed and what is wrong with it; `sure`: ask once more."""

    verb: str = ""
    values: Posted = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    sure: bool = False


UNTOUCHED: Final = Typed()


def offered(
    lens: Lens, verbs: Sequence[str], typed: Typed = UNTOUCHED
) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """The forms of what can be done now: the few that are likeliest, and the others."""
    known = [verb for verb in FORMS if verb in verbs]
    wanted = (*PRESSING, *LIKELY.get(lens.case.stage, ()))
    first = tuple(dict.fromkeys(verb for verb in wanted if verb in known))[:_MANY]
    rest = tuple(verb for verb in known if verb not in first)
    return tuple(drawn(lens, v, typed) for v in first), tuple(drawn(lens, v, typed) for v in rest)


def drawn(lens: Lens, verb: str, typed: Typed = UNTOUCHED) -> Form:
    """The form of one verb; with what was typed when it is the one that is being filled in."""
    plan, mine = FORMS[verb], typed.verb == verb
    said = typed.values if mine else _NOBODY
    word = _translator(lens.language)
    return Form(
        verb=verb,
        title=word(plan.title),
        button=word(plan.button),
        fields=tuple(_field(lens, verb, part, said) for part in plan.inputs),
        hint=word(plan.hint),
        confirm=word(plan.confirm) if mine and typed.sure else "",
        danger=plan.danger,
        open=mine,
        errors=_anchored(plan, verb, typed.errors) if mine else (),
    )


def _anchored(plan: Plan, verb: str, errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """The errors at the fields of this form; what has no field of its own goes to the first."""
    names = [part.name for part in plan.inputs if part.kind != "hidden"]
    first = names[0] if names else verb
    return tuple(
        FieldError(f"{verb}-{e.field if e.field in names else _NEAR.get((verb, e.field), first)}", e.message)
        for e in errors
    )


# Where the rules name a field otherwise than the form does.
_NEAR: Final[Mapping[tuple[str, str], str]] = {
    ("draft", "obligations"): "duties",
    ("draft", "who"): "duties",
    ("draft", "due_at"): "duties",
    ("draft", "what"): "duties",
    ("promise", "who"): "duty",
    ("promise", "due_at"): "duty",
    ("promise", "what"): "duty",
    ("offer", "price"): "options",
    ("visit", "notes"): "text",
    ("hold", "minutes"): "text",
    ("schedule", "agenda"): "text",
    ("invite", "party"): "organisation",
}


def _translator(language: str) -> Callable[[str], str]:
    return lambda message: translate(language, message) if message else ""


def _field(lens: Lens, verb: str, part: Input, said: Posted, name: str = "") -> Field:
    name, word = name or part.name, _translator(lens.language)
    choices = _choices(lens, part, said, name)
    return Field(
        id=f"{verb}-{name}",
        name=name,
        kind=part.kind,
        label=word(part.label),
        hint=word(part.hint),
        value=_value(part, said, name, choices),
        required=part.required,
        choices=choices,
        rows=_rows(lens, verb, part, said) if part.rows else (),
        least=part.least,
        most=part.most,
    )


def _value(part: Input, said: Posted, name: str, choices: tuple[Choice, ...]) -> str:
    if name in said or part.kind != "hidden":
        return said.get(name, part.start)
    return choices[-1].value if choices else ""


def _rows(lens: Lens, verb: str, part: Input, said: Posted) -> tuple[tuple[Field, ...], ...]:
    """The rows in which something was written, and some empty ones."""
    used = [*written(part, said)]
    last = max(used, default=-1) + 1
    blank = range(last, min(last + (part.blank if not used or part.blank > 1 else 0), MOST_ROWS))
    return tuple(
        tuple(_field(lens, verb, inner, said, f"{part.name}-{n}-{inner.name}") for inner in part.rows)
        for n in (*used, *blank)
    )


def _choices(lens: Lens, part: Input, said: Posted, name: str) -> tuple[Choice, ...]:
    if not part.of:
        return ()
    pairs = tuple(_SOURCES[part.of](lens))
    if part.kind == "checkboxes":
        all_of = not said and part.required
        return tuple(Choice(v, text, all_of or bool(said.get(f"{name}.{v}"))) for v, text in pairs)
    only = len(pairs) == 1 and part.required
    return tuple(Choice(v, text, only or said.get(name) == v) for v, text in pairs)


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


def _people(lens: Lens) -> Pairs:
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
    yield from _people(lens)
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


_SOURCES: Final[Mapping[str, Callable[[Lens], Pairs]]] = {
    "people": _people,
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
    "extensions": _named(work.EXTENSION_REASONS, say.extension_reason),
    "breaks": _named(course.BREAK_REASONS, say.break_reason),
    "failures": _named(course.FAIL_REASONS, say.fail_reason),
    "signatures": _named(("paper", "oral"), say.signature),
    "answers": _named(("yes", "no", "other"), say.answer),
    "categories": _named([c.id for c in CATEGORIES], labels.category),
    "decisions": _said(yes=N_("Grant it"), no=N_("Refuse it")),
    "results": _said(yes=N_("agreed"), no=N_("did not agree")),
}
