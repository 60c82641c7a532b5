"""HTML routes: what every page needs, and errors as pages. The JSON side is `chalicelib.http`."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from chalice import Blueprint, Response

from chalicelib.core.errors import Forbidden, TooMany, Unauthorized
from chalicelib.http import AUDIENCES, MAX_BODY, SESSION_COOKIE, Call, explain
from chalicelib.place.rules import Directory
from chalicelib.session.rules import SIGNED_IN, Audience, csrf_of
from chalicelib.web.headers import page_headers
from chalicelib.web.views import ErrorView, Frame

_COOKIE = "Path={path}; Max-Age=31536000; SameSite=Lax"
_HOUR = 3_600
_MANNERS = frozenset({"lang", "elder"})
_SIGN_IN = frozenset({"sign_in_first", "session_over", "session_unknown"})
CONTACT = "12345"


def page(
    blueprint: Blueprint, method: str, path: str, *, audience: Audience, most: int = MAX_BODY
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an HTML route: the handler gets a `Call` and the path's parameters and answers a Response.

    Whoever must sign in first is led there; the forms of signed-in pages are held to their CSRF token. `most`: so many
    bytes a form may have.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        AUDIENCES[f"{method} {path}"] = audience

        @functools.wraps(handler)
        def view(**params: str) -> Response:
            call = Call(blueprint.current_request, browser=True)
            try:
                call.admit(audience)
                if method == "POST" and audience <= SIGNED_IN:
                    require_csrf(call, most)
                answer: Response = handler(call, **params)
            except Unauthorized as error:
                answer = _sign_in(call) if error.code in _SIGN_IN else error_page(call, error)
            except Exception as error:  # noqa: BLE001 - the edge turns every error into a page
                answer = error_page(call, error)
            return _remembering(call, answer)

        # A wrong type is refused by `Call.form`, as a page; a press of a button without fields may name none.
        blueprint.route(path, methods=[method], content_types=["*/*"], name=handler.__name__)(view)
        return handler

    return declare


def require_csrf(call: Call, most: int = MAX_BODY) -> None:
    """Raise Forbidden unless the form was one of ours, made for this session."""
    if not hmac.compare_digest(_csrf(call).encode(), call.form(most).get("csrf", "").encode()):
        raise Forbidden("form_not_ours")


def _csrf(call: Call) -> str:
    return csrf_of(call.ports.policy.key, call.session_token) if call.session_token else ""


def _sign_in(call: Call) -> Response:
    """To the sign-in page, without the session that is over."""
    answer = see_other(call, "/sign-in")
    if call.session_token:
        set_session(call, answer, "", 0)
    return answer


def set_session(call: Call, answer: Response, token: str, seconds: int) -> None:
    """Let the browser keep a session for so long."""
    set_cookie(call, answer, SESSION_COOKIE, token, seconds)


def set_cookie(call: Call, answer: Response, name: str, value: str, seconds: int, path: str = "") -> None:
    """Let the browser keep a value for so long and send it to what lies under `path`; no script can read it, no foreign
    page can send it in a form."""
    cookie = (
        f"{name}={value}; Path={base_path(call) + path or '/'}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    )
    secure = "; Secure" if call.ports.policy.public_url.startswith("https:") else ""
    answer.headers["Set-Cookie"] = [*answer.headers.get("Set-Cookie", ()), cookie + secure]


def show(
    call: Call, template: str, view: object, *, directory: Directory | None = None, status: int = 200
) -> Response:
    """The page, in the caller's language."""
    from chalicelib.web.render import render

    html = render(template, call.language, frame=frame(call, directory), view=view)
    policy = call.ports.policy
    headers = page_headers(policy.files_origin, policy.public_url)
    return Response(html, status_code=status, headers=headers)


def see_other(call: Call, path: str) -> Response:
    """After a form has done its work the browser reads the result, so that a reload repeats nothing."""
    return Response(
        "", status_code=303, headers={"Location": base_path(call) + path, "Cache-Control": "no-store"}
    )


def frame(call: Call, directory: Directory | None = None) -> Frame:
    """What every page needs to know."""
    found = directory or next(iter(call.ports.directories.all()), None)
    root = found.subdistrict if found else None
    clock = call.ports.clock
    return Frame(
        path=call.path,
        subdistrict=name_of(root, call.language) if root else "",
        timezone=root.timezone if root else "UTC",
        now=clock.now(),
        base_path=base_path(call),
        elder=(call.query.get("elder") or call.cookies.get("elder")) == "1",
        speed=_HOUR / clock.real(_HOUR),
        csrf=_csrf(call),
        contact=CONTACT,
        rest=_rest(call),
    )


def _rest(call: Call) -> str:
    kept = {name: value for name, value in call.query.items() if name not in _MANNERS}
    return "&" + urlencode(kept) if kept else ""


def name_of(place: Any, language: str) -> str:
    """A place's name in the reader's language, the Chinese one when it has no other."""
    return str(place.name_en if language == "en" and place.name_en else place.name)


def base_path(call: Call) -> str:
    """The path under which the pages are served, such as API Gateway's stage."""
    _, _, rest = call.ports.policy.public_url.partition("://")
    _, slash, path = rest.partition("/")
    return f"/{path}".rstrip("/") if slash else ""


def error_page(call: Call, error: Exception) -> Response:
    """The error as a page that says what to do next."""
    status, body, headers = explain(error, call.language)
    again = error.again_at if isinstance(error, TooMany) else None
    view = ErrorView(status, body.message, tuple(d.message for d in body.details), again)
    try:
        answer = show(call, "error.html", view, status=status)
    except Exception as fault:  # noqa: BLE001 - the store may be what failed, and a frame needs it
        answer = Response(
            explain(fault, call.language)[1].message,
            status_code=503,
            headers={**page_headers(), "Content-Type": "text/plain; charset=utf-8"},
        )
    answer.headers.update(headers)
    return answer


def _remembering(call: Call, answer: Response) -> Response:
    """What was chosen by a link (language, large type) is remembered in a cookie."""
    chosen: Mapping[str, str] = {
        name: value
        for name, value, known in (
            ("lang", call.query.get("lang", ""), ("zh-CN", "en")),
            ("elder", call.query.get("elder", ""), ("0", "1")),
        )
        if value in known
    }
    attributes = _COOKIE.format(path=base_path(call) or "/")
    cookies = [f"{name}={value}; {attributes}" for name, value in chosen.items()]
    if cookies:
        answer.headers["Set-Cookie"] = [*answer.headers.get("Set-Cookie", ()), *cookies]
    return answer
