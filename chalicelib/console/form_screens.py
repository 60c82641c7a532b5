"""The forms of a case as they stand now: the table of `console.forms`, its choices, what was typed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalicelib.case.promises import MEDIATION_SIGNATORIES
from chalicelib.case.reading import Lens
from chalicelib.console.choices import SOURCES, people
from chalicelib.console.forms import FORMS, LIKELY, MOST_ROWS, PRESSING, Input, Plan
from chalicelib.console.posted import Posted, written
from chalicelib.web.console_views import Choice, Field, Form
from chalicelib.web.filters import local
from chalicelib.web.i18n import translate
from chalicelib.web.views import FieldError

_MANY: Final = 3


@dataclass(frozen=True)
class Typed:
    """A form that is being filled in: its verb, what was typed and what is wrong with it; `sure`: ask once more.
    `posted`: it came back, so what is not in `values` was left empty."""

    verb: str = ""
    values: Posted = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    sure: bool = False
    posted: bool = True


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
    said = typed.values if mine and typed.posted else {**_start(lens, verb), **(typed.values if mine else {})}
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
    pairs = tuple(SOURCES[part.of](lens))
    if part.kind == "checkboxes":
        return tuple(Choice(v, text, bool(said.get(f"{name}.{v}"))) for v, text in pairs)
    only = len(pairs) == 1 and part.required
    return tuple(Choice(v, text, only or said.get(name) == v) for v, text in pairs)


def _start(lens: Lens, verb: str) -> dict[str, str]:
    """What a form that nobody has touched begins with, as if it had been typed."""
    begin = _STARTS.get(verb)
    return dict(begin(lens)) if begin else {}


def _invited(lens: Lens) -> Iterator[tuple[str, str]]:
    return ((f"invited.{who}", "yes") for who, _ in people(lens))


def _attended(lens: Lens) -> Iterator[tuple[str, str]]:
    """Everybody who was invited to the next meeting: it is easier to strike out who did not come."""
    called = [meeting for meeting in lens.case.meetings if meeting.status == "scheduled"]
    return ((f"attended.{who}", "yes") for who in (called[0].invited if called else ()))


def _drafted(lens: Lens) -> Iterator[tuple[str, str]]:
    """The draft before, so that a word can be changed without writing everything anew."""
    event, found = lens.last("drafted"), lens.case.agreement
    if event is None or found is None:
        yield from ((f"signatories.{who}", "yes") for who, _ in people(lens))
        return
    yield "form", found.form
    yield "facts", lens.words(event.data.get("facts"))
    yield "terms", "\n".join(" ".join(lens.words(term["text"]).split()) for term in event.data["terms"])
    yield from (
        (f"signatories.{who}", "yes") for who in found.signatories if who not in MEDIATION_SIGNATORIES
    )
    zone = lens.directory.subdistrict.timezone
    for n, duty in enumerate(o for o in lens.case.obligations if o.status == "drafted"):
        yield f"duties-{n}-who", duty.who
        yield f"duties-{n}-text", " ".join(lens.words(duty.what).split())
        yield f"duties-{n}-due_at", f"{local(duty.due_at, zone):%Y-%m-%dT%H:%M}"


_STARTS: Final[Mapping[str, Callable[[Lens], Iterator[tuple[str, str]]]]] = {
    "schedule": _invited,
    "hold": _attended,
    "draft": _drafted,
}
