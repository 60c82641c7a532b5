"""The page of a roll: its versions, looking at a file before it is taken, adopting, handing it out."""

from __future__ import annotations

from chalice import Response

from chalicelib.ballot.screens import area
from chalicelib.core.errors import DomainError, FieldError, Invalid
from chalicelib.http import BadRequest, Call, explain
from chalicelib.place.rules import Directory
from chalicelib.poll import access, bodies, roll_handlers, rolls
from chalicelib.poll.roll import Roll
from chalicelib.poll.roll_preview import Preview
from chalicelib.web import poll_labels
from chalicelib.web import roll_views as views
from chalicelib.web.edge import name_of, see_other, show
from chalicelib.web.views import FieldError as Shown


def roll_page(call: Call, neighbourhood: str) -> Response:
    """The versions, and a form for a file."""
    return _page(call, neighbourhood)


def roll_acts(call: Call, neighbourhood: str) -> Response:
    """Look at a file, take it, or adopt a version."""
    form, (member, directory) = call.form(roll_handlers.MOST_BODY), call.staff
    content = form.get("content", "")
    rolls.read(call.ports, directory, member, neighbourhood)
    try:
        match form.get("action"):
            case "preview":
                seen = rolls.preview(call.ports, directory, member, neighbourhood, _bytes(form))
                return _page(call, neighbourhood, seen=seen, content=content, pasted=form.get("pasted", ""))
            case "import":
                roll, _ = rolls.take(call.ports, directory, member, neighbourhood, _bytes(form))
                number = roll.versions[-1].number
                return see_other(call, f"/rolls/{neighbourhood}?told=imported&version={number}")
            case "adopt":
                number = _number(form.get("number", ""))
                rolls.adopt(call.ports, directory, member, neighbourhood, number)
                return see_other(call, f"/rolls/{neighbourhood}?told=adopted")
    except Invalid as error:
        return _page(call, neighbourhood, error=error, pasted=form.get("pasted", ""))
    raise BadRequest("unknown_action")


def export(call: Call, neighbourhood: str) -> Response:
    """The current roll as CSV."""
    return roll_handlers.file_answer(call, neighbourhood)


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _bytes(form: dict[str, str]) -> bytes:
    """A file that a script read, or a table that was pasted."""
    if pasted := form.get("pasted", "").strip():
        return pasted.encode()
    if not form.get("content"):
        raise Invalid(FieldError("content", "required"))
    return roll_handlers.decoded(form["content"])


def _page(
    call: Call,
    neighbourhood: str,
    *,
    seen: Preview | None = None,
    content: str = "",
    pasted: str = "",
    error: DomainError | None = None,
) -> Response:
    member, directory = call.staff
    roll = rolls.read(call.ports, directory, member, neighbourhood)
    place = directory.neighbourhood(neighbourhood)
    errors: tuple[Shown, ...] = ()
    status = 200
    if error:
        status, body, _ = explain(error, call.language)
        errors = tuple(Shown(d.field, d.message) for d in body.details)
    view = views.RollPage(
        neighbourhood=neighbourhood,
        name=name_of(place, call.language) if place else neighbourhood,
        current=roll.current,
        versions=_versions(roll, directory),
        manages=access.manages(member),
        preview=_preview(seen, call.language) if seen else None,
        content=content,
        pasted=pasted,
        told=call.query.get("told", ""),
        fresh=_number(call.query.get("version", "")),
        errors=errors,
    )
    return show(call, "roll.html", view, directory=directory, status=status)


def _versions(roll: Roll, directory: Directory) -> tuple[views.RollVersion, ...]:
    names = {member.id: member.name for member in directory.staff}
    return tuple(
        views.RollVersion(
            number=v.number,
            units=v.units,
            area=area(v.area),
            at=v.at,
            by=names.get(v.by, v.by),
            adopted=v.adopted,
            current=v.number == roll.current,
        )
        for v in reversed(roll.versions)
    )


def _problem(found: bodies.RowProblem, language: str) -> views.RowProblem:
    return views.RowProblem(found.row, poll_labels.column(found.column, language), found.value, found.message)


def _preview(seen: Preview, language: str) -> views.RollPreview:
    body = roll_handlers.preview_body(seen, language)
    return views.RollPreview(
        units=body.units,
        heads=body.heads,
        area=area(body.area),
        buildings=body.buildings,
        added=body.added,
        removed=body.removed,
        changed=body.changed,
        errors=tuple(_problem(found, language) for found in body.errors),
        warnings=tuple(_problem(found, language) for found in body.warnings),
        ignored=tuple(body.ignored),
        more=body.more,
    )
