"""The worklist of the staff console: see what is due, find, hand over several at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from chalice import Response

from chalicelib.bell.rules import Bell
from chalicelib.bell.screens import place_name
from chalicelib.case import lists, service, wire
from chalicelib.case.handlers import view_of, wanted
from chalicelib.case.orders import ORDERS
from chalicelib.case.shapes import CaseLine
from chalicelib.case.stages import OPEN
from chalicelib.console import screens
from chalicelib.console.choices import member_label
from chalicelib.core import ids, text
from chalicelib.core.errors import DomainError
from chalicelib.http import BadRequest, Call, explain
from chalicelib.people.staff import Staff
from chalicelib.place.categories import CATEGORIES
from chalicelib.place.ladder import Role, Urgency
from chalicelib.place.rules import Directory
from chalicelib.web import case_labels, labels
from chalicelib.web import console_views as v
from chalicelib.web.edge import name_of, see_other, show
from chalicelib.web.i18n import N_, translate
from chalicelib.web.problems import field_message
from chalicelib.web.views import FieldError

_FILTERS = ("stage", "category", "urgency", "overdue", "paused")
_PREFIX = "case."


def list_cases(call: Call) -> Response:
    """One page of a worklist, one Query; or what was searched for."""
    if typed := call.query.get("q", "").strip():
        return _found(call, typed, call.query.get("cursor", ""))
    return _listed(call)


def change_cases(call: Call) -> Response:
    """Search, or hand over what was selected."""
    form = call.form()
    match form.get("action"):
        case "search":
            return _search(call, form.get("q", "").strip(), form.get("cursor", ""), form.get("view", "mine"))
        case "assign":
            return _assign(call, form)
    raise BadRequest("unknown_action")


def _search(call: Call, typed: str, cursor: str, view: str) -> Response:
    """A telephone stays in the form: addresses hold no personal data. Everything else gets an address of its own."""
    _, directory = call.staff
    if not typed:
        return see_other(call, f"/cases?{urlencode({'view': view})}")
    if text.phone(typed, directory.subdistrict.country_code) and not ids.parse(typed):
        return _found(call, typed, cursor)
    return see_other(call, f"/cases?{urlencode({'view': view, 'q': typed})}")


def _assign(call: Call, form: dict[str, str]) -> Response:
    """Each case on its own: what succeeded stays done, whatever became of the others."""
    chosen = [name.removeprefix(_PREFIX) for name in form if name.startswith(_PREFIX)]
    _, directory = call.staff
    to = directory.member(form.get("staff", ""))
    if not chosen or to is None:
        said = _missing(call, chosen=bool(chosen))
        return _listed(call, errors=said, chosen=frozenset(chosen), staff=form.get("staff", ""), status=400)
    outcomes = tuple(_assigned(call, case_id, to) for case_id in chosen)
    return _listed(call, outcomes=outcomes)


def _missing(call: Call, *, chosen: bool) -> tuple[FieldError, ...]:
    if not chosen:
        return (FieldError("cases", translate(call.language, N_("Please select a case first."))),)
    return (FieldError("staff", field_message(call.language, "staff", "required", {})),)


def _assigned(call: Call, case_id: str, to: Staff) -> v.Outcome:
    order, body = ORDERS["assign"], wire.AssignRequest(staff=to.id)
    known = ids.parse(case_id)
    number = ids.number(known) if known else case_id
    try:
        session = call.signed_in.session
        service.act(call.ports, session, case_id, "assign", lambda desk: order.make(body, desk))
    except DomainError as error:
        _, told, _ = explain(error, call.language)
        return v.Outcome(number, screens.path_of(case_id), False, told.message)
    label = member_label(to.name, str(to.role), call.language)
    return v.Outcome(
        number, screens.path_of(case_id), True, translate(call.language, N_("Now with %(who)s."), who=label)
    )


def _listed(call: Call, status: int = 200, **more: Any) -> Response:
    staff, directory = call.staff
    view, filtered = _view(call, directory, staff), wanted(call)
    page = lists.worklist(
        call.ports, directory, staff, view, filtered, cursor=call.query.get("cursor", ""), limit=lists.PAGE
    )
    following = {**_kept(call, view), "cursor": page.cursor}
    shown = _page(
        call,
        view,
        rows=_rows(call, page.items, more.pop("chosen", frozenset())),
        more=f"/cases?{urlencode(following)}" if page.cursor else "",
        staff=_staff(call, directory, more.pop("staff", "")),
        **more,
    )
    return show(call, "console.html", shown, directory=directory, status=status)


def _found(call: Call, typed: str, cursor: str) -> Response:
    staff, directory = call.staff
    found = lists.search(call.ports, directory, staff, typed, cursor)
    shown = _page(
        call,
        _view(call, directory, staff),
        rows=_rows(call, found.cases, frozenset()),
        bells=tuple(_bell(call, bell) for bell in found.bells),
        query=typed,
        cursor=found.cursor,
    )
    return show(call, "console.html", shown, directory=directory)


def _view(call: Call, directory: Directory, staff: Staff) -> lists.View:
    """Specialists begin with their own cases, whoever looks after more places with theirs."""
    offered = _views(directory, staff)
    usual = offered[0] if staff.role is Role.SPECIALIST else offered[:2][-1]
    view = view_of(call, usual)
    return view if view in offered else usual


def _views(directory: Directory, staff: Staff) -> tuple[lists.View, ...]:
    if staff.role in {Role.LAWYER, Role.POLICE}:
        return ("mine",)
    return ("mine", "community", "all") if lists.community_of(directory, staff) else ("mine", "all")


def _page(call: Call, view: lists.View, rows: tuple[v.CaseRow, ...], **more: Any) -> v.WorklistView:
    staff, directory = call.staff
    filtered, language = wanted(call), call.language
    stages = ((str(stage), case_labels.stage(stage, language)) for stage in OPEN)
    categories = ((c.id, labels.category(c.id, language)) for c in CATEGORIES)
    urgencies = ((str(u), labels.urgency(u, language)) for u in Urgency)
    return v.WorklistView(
        title=translate(language, N_("Cases")),
        tabs=tuple(_tabs(call, directory, staff, view)),
        stages=_choices(stages, filtered.stage),
        categories=_choices(categories, filtered.category),
        urgencies=_choices(urgencies, filtered.urgency),
        rows=rows,
        view=view,
        overdue=filtered.overdue,
        paused=filtered.paused,
        narrowed=filtered != lists.Filter(),
        name=staff.name,
        role=str(staff.role),
        **more,
    )


def _choices(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[v.Choice, ...]:
    return tuple(v.Choice(value, label, value == chosen) for value, label in pairs)


def _tabs(call: Call, directory: Directory, staff: Staff, view: lists.View) -> Iterable[v.Choice]:
    own = lists.community_of(directory, staff)
    community = next((c for c in directory.communities if c.id == own), None)
    named = {
        "mine": translate(call.language, N_("Mine")),
        "community": name_of(community, call.language) if community else "",
        "all": translate(call.language, N_("All")),
    }
    for name in _views(directory, staff):
        yield v.Choice(name, named[name], name == view, f"/cases?{urlencode(_kept(call, name))}")


def _kept(call: Call, view: str) -> dict[str, str]:
    """What an address keeps of this one: the view and the filters."""
    return {"view": view} | {name: call.query[name] for name in _FILTERS if call.query.get(name)}


def _rows(call: Call, lines: Iterable[CaseLine], chosen: frozenset[str]) -> tuple[v.CaseRow, ...]:
    staff, directory = call.staff
    now = call.ports.clock.now()
    return tuple(
        screens.row(line, directory, staff.id, call.language, now, chosen=line.case.id in chosen)
        for line in lines
    )


def _staff(call: Call, directory: Directory, chosen: str) -> tuple[v.Choice, ...]:
    people = ((m.id, member_label(m.name, str(m.role), call.language)) for m in directory.staff)
    return _choices(people, chosen)


def _bell(call: Call, bell: Bell) -> v.BellLine:
    directory = call.ports.directories.of(ids.prefix_of(bell.id))
    place = place_name(directory, bell.neighbourhood, call.language)
    return v.BellLine(f"/a/{bell.id}", ids.number(bell.id), bell.category, place, bell.status, bell.rung_at)
