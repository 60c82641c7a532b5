"""The pages of a bell: ring it, follow it, answer it. The same use cases as the API, for a browser."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from chalice import Blueprint, Response
from msgspec.structs import replace

from chalicelib.bell import present, screens, service
from chalicelib.bell.ringing import Draft
from chalicelib.bell.rules import Status
from chalicelib.core import ids
from chalicelib.core.errors import Conflict, Forbidden, Gone, Invalid, TooMany, Unavailable
from chalicelib.core.links import Purpose
from chalicelib.http import BadRequest, Call, explain
from chalicelib.session.rules import ANSWERERS, BUNDLE, EVERYBODY, RESIDENTS_LINK
from chalicelib.statistics import service as statistics
from chalicelib.web import views
from chalicelib.web.edge import page, require_csrf, see_other, show
from chalicelib.web.problems import field_message

blueprint = Blueprint(__name__)
_ROWS = 100
# What a use case calls a field, and what the form does.
_FIELDS = {"consent_version": "consent", "case": "join"}
_REFUSAL = ("reason_code", "reason", "go_to")
_MOVED = {"reason": "transfer_reason", "neighbourhood": "transfer_neighbourhood", "desk": "transfer_desk"}
_TRANSFERRED = "transferred"
_DRAFT = ("desk", "category", "neighbourhood", "building", "unit", "where", "text", "name", "phone")


@page(blueprint, "GET", "/", audience=EVERYBODY)
def ring_form(call: Call) -> Response:
    """The form; a link may choose desk, category and neighbourhood beforehand (a QR code on the notice board)."""
    chosen: dict[str, Any] = {
        name: call.query[name] for name in ("desk", "category", "neighbourhood") if name in call.query
    }
    key = f"{call.ports.entropy.number(96):024x}"
    return _form(call, replace(views.RingForm(), **chosen), key)


@page(blueprint, "POST", "/", audience=EVERYBODY)
def ring(call: Call) -> Response:
    """Ring, then show the tracking page; what was typed is kept when something is wrong."""
    form = call.form()
    typed = {name: form.get(name, "").replace("\r\n", "\n") for name in _DRAFT}
    consent = form.get("consent_version", "") if form.get("consent") else ""
    draft = Draft(**typed, consent_version=consent, language=call.language)
    key = form.get("idempotency_key", "")
    try:
        rung = _ring(call, draft, key)
    except (Invalid, TooMany, Unavailable) as error:
        kept = views.RingForm(**typed, consent=bool(form.get("consent")))
        return _form_again(call, kept, key, error)
    return see_other(call, f"/t/{rung.token}?told={'duplicate' if rung.repeated else 'rung'}")


def _ring(call: Call, draft: Draft, key: str) -> service.Rung:
    try:
        return service.ring(call.ports, draft, service.Caller(call.address, key))
    except Conflict:  # went back to the form and wrote about something else: that is another bell
        return service.ring(call.ports, draft, service.Caller(call.address))


def _form_again(call: Call, kept: views.RingForm, key: str, error: Exception) -> Response:
    """The form with everything that was typed and what is wrong with it, or why it could not be rung."""
    status, body, headers = explain(error, call.language)
    told = errors_of(call, error) if isinstance(error, Invalid) else (views.FieldError("text", body.message),)
    answer = _form(call, kept, key, told, status)
    answer.headers.update(headers)
    return answer


def _form(
    call: Call,
    form: views.RingForm,
    key: str,
    errors: tuple[views.FieldError, ...] = (),
    status: int = 200,
) -> Response:
    view = screens.ring(call.ports.directories.all(), call.ports.policy, call.language, form, key, errors)
    return show(call, "ring.html", view, status=status)


def errors_of(call: Call, error: Invalid, names: Mapping[str, str] = _FIELDS) -> tuple[views.FieldError, ...]:
    """The wrong fields as the form shows them, which has its own `names` for some."""
    return tuple(
        views.FieldError(
            names.get(e.field, e.field),
            field_message(call.language, e.field, e.code, e.params),
        )
        for e in error.errors
    )


@page(blueprint, "GET", "/t/{token}", audience=RESIDENTS_LINK)
def track(call: Call, token: str) -> Response:
    """What has happened to the bell, in plain words."""
    reading = service.read(call.ports, token)
    if reading.link.purpose is not Purpose.TRACK:
        raise Forbidden("link_not_for_this")
    if reading.file.bell.case and (page_of_case := _guests().of_bell(call, token, reading)):
        return cast(Response, page_of_case)
    view = screens.track(reading, token, call.language, call.query.get("told", ""))
    return show(call, "track.html", view, directory=reading.directory)


@page(blueprint, "POST", "/t/{token}", audience=RESIDENTS_LINK)
def resident_acts(call: Call, token: str) -> Response:
    """The resident withdraws or appeals; everything else is about the case that the bell has led to."""
    match call.form().get("action"):
        case "appeal":
            service.appeal(call.ports, token)
            return see_other(call, f"/t/{token}?told=appealed")
        case "withdraw":
            service.withdraw(call.ports, token)
            return see_other(call, f"/t/{token}?told=withdrawn")
    return cast(Response, _guests().resident_acts(call, token))


def _guests() -> Any:
    """The pages of a case; a process that only rings does not pay for them."""
    return importlib.import_module("chalicelib.guest.visits")


@page(blueprint, "GET", "/a/{token}", audience=ANSWERERS)
def one_tap(call: Call, token: str) -> Response:
    """What the bell is, and one large button. Looking changes nothing: scanners and previews look too.

    Staff who have signed in open a bell of their places by its id in the token's place.
    """
    return _answer_page(call, token)


@page(blueprint, "POST", "/a/{token}", audience=ANSWERERS)
def staff_acts(call: Call, token: str) -> Response:
    """Answer, accept, decline or hand on."""
    form, by = call.form(), _credential(call, token)
    if by is not token:
        require_csrf(call)
    try:
        told = _act(call, token, by, form)
    except Invalid as error:
        return _answer_again(call, token, form, error)
    except Gone:
        return _answer_page(call, token)
    except Conflict as error:
        if join := form.get("join", ""):
            why = views.FieldError("join", explain(error, call.language)[1].message)
            return _answer_page(call, token, _Typed((why,), join=join), 409)
        if error.code != "not_possible_now":
            return _answer_page(call, token, status=409)
        told = ""
    return see_other(call, f"/a/{token}{told}")


def _credential(call: Call, token: str) -> service.Credential:
    """The link's token itself; where a bell's id stands in its place, the session of whoever has signed in."""
    return call.signed_in.session if ids.parse(token) else token


def _act(call: Call, token: str, by: service.Credential, form: Mapping[str, str]) -> str:
    """Do it; the query that says so on the page that follows."""
    bell_id = "" if by is token else token
    match form.get("action"):
        case "accept":
            service.accept(call.ports, by, bell_id, form.get("join", ""))
        case "decline":
            words = [form.get(name, "") for name in _REFUSAL]
            service.decline(call.ports, by, words[0], words[1], words[2], bell_id)
        case "transfer":
            reason, place, desk = (form.get(name, "") for name in _MOVED.values())
            service.transfer(call.ports, by, reason, bell_id, neighbourhood=place, desk=desk)
            return f"?told={_TRANSFERRED}"
        case "answer" | None:
            service.answer(call.ports, by, bell_id)
        case _:
            raise BadRequest("unknown_action")
    return ""


class _Typed(NamedTuple):
    """What came back with something wrong in it."""

    errors: tuple[views.FieldError, ...] = ()
    decline: views.DeclineForm = views.DeclineForm()
    join: str = ""
    transfer: Mapping[str, str] | None = None


_UNTOUCHED = _Typed()


def _answer_again(call: Call, token: str, form: dict[str, str], error: Invalid) -> Response:
    """The page with everything that was typed and what is wrong with it."""
    if form.get("action") == "transfer":
        typed = _Typed(errors_of(call, error, _MOVED), transfer=form)
    else:
        refusal = views.DeclineForm(*(form.get(name, "") for name in _REFUSAL))
        typed = _Typed(errors_of(call, error), refusal, form.get("join", ""))
    return _answer_page(call, token, typed, 400)


def _answer_page(call: Call, token: str, typed: _Typed = _UNTOUCHED, status: int = 200) -> Response:
    try:
        reading = _reading(call, token)
    except (Gone, Forbidden) as error:
        return _nothing_to_answer(call, token, error)
    alike = _similar(call, reading)
    transfer = screens.transfer(reading.directory, call.language, typed.transfer)
    view = screens.answer(
        reading, token, call.language, typed.decline, typed.errors, alike, typed.join, transfer
    )
    return show(call, "answer.html", view, directory=reading.directory, status=status)


def _reading(call: Call, token: str) -> service.Reading:
    """The bell for whoever may answer it."""
    by = _credential(call, token)
    reading = present.current(service.read(call.ports, by, "" if by is token else token))
    if reading.link.purpose is not Purpose.ANSWER:
        raise Forbidden("link_not_for_this")
    return reading


def _nothing_to_answer(call: Call, token: str, error: Gone | Forbidden) -> Response:
    """Why the bell is not, or no longer, this reader's."""
    if call.query.get("told") == _TRANSFERRED and error.code in {"link_superseded", "not_your_place"}:
        return show(call, "answer.html", screens.transferred(token))
    if isinstance(error, Forbidden):
        raise error
    return show(call, "answer.html", screens.dead_link(token, error), status=410)


def _similar(call: Call, reading: service.Reading) -> tuple[object, ...]:
    """Open cases that may be about the same, for whoever is to decide about the bell; one AWS call for them alone."""
    if reading.file.bell.status is not Status.ANSWERED or not present.is_answerer(reading):
        return ()
    from chalicelib.console.screens import similar

    return similar(service.alike(call.ports, reading), reading.directory, call.language)


@page(blueprint, "GET", "/s/{token}", audience=BUNDLE)
def waiting_bells(call: Call, token: str) -> Response:
    """The bells behind one bundled message."""
    waiting = service.waiting(call.ports, token)
    view = screens.bells(waiting, call.ports.policy.key, call.language)
    return show(call, "bells.html", view, directory=waiting.directory)


@page(blueprint, "GET", "/board", audience=EVERYBODY)
def board(call: Call) -> Response:
    """What is ringing now, without personal data; two AWS calls."""
    directory = call.ports.directories.of(call.prefix)
    rows = service.ringing_now(call.ports, call.prefix, limit=_ROWS).items
    figures = statistics.of_day(call.ports, call.prefix)
    view = screens.board(
        rows, directory, figures["answered"], figures["mean_seconds_to_answer"], call.language
    )
    return show(call, "board.html", view, directory=directory)
