"""Signing in over JSON, and who and what one sees then."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.bell.rules import Bell
from chalicelib.core import ids, links
from chalicelib.core.errors import Invalid
from chalicelib.core.links import Purpose
from chalicelib.core.times import iso
from chalicelib.http import Call, Reply, operation
from chalicelib.ports import Policy
from chalicelib.session import service, wire
from chalicelib.session.rules import EVERYBODY, SIGNED_IN, STAFF
from chalicelib.session.service import Member, SignedIn
from chalicelib.web.i18n import N_, translate

blueprint = Blueprint(__name__)
SENT = N_("If a message can reach this number, a code is on its way.")
_CURSOR = {"cursor": "the cursor of the page before"}


@operation(
    blueprint,
    "POST",
    "/v1/session/code",
    summary="Ask for a one-time code by SMS",
    body=wire.CodeRequest,
    answers={202: wire.CodeAnswer},
    problems=(400, 429),
    audience=EVERYBODY,
)
def ask_code(call: Call) -> Reply:
    """The same answer for every phone: it does not tell who is known here."""
    body, problems = call.read(wire.CodeRequest)
    if problems:
        raise Invalid(*problems)
    code = service.ask(call.ports, body.phone, call.address, call.language, body.device)
    answer = wire.CodeAnswer(translate(call.language, SENT), iso(code.until), iso(code.again_at))
    return Reply(answer, 202)


@operation(
    blueprint,
    "POST",
    "/v1/session",
    summary="Sign in with the code",
    body=wire.SessionRequest,
    answers={200: wire.SessionAnswer},
    problems=(400, 401, 410),
    audience=EVERYBODY,
)
def sign_in(call: Call) -> wire.SessionAnswer:
    """Staff are recognised by their phone; everybody else is a resident. X-Tries-Left counts after a wrong code."""
    body, problems = call.read(wire.SessionRequest)
    if problems:
        raise Invalid(*problems)
    return _begun(call, service.enter(call.ports, body.phone, body.code, body.device))


@operation(
    blueprint,
    "POST",
    "/v1/session/wechat",
    summary="Sign in as a resident with the number that WeChat knows",
    body=wire.WechatSessionRequest,
    answers={200: wire.SessionAnswer},
    problems=(400, 403, 404, 410, 429),
    audience=EVERYBODY,
)
def sign_in_by_wechat(call: Call) -> wire.SessionAnswer:
    """A resident's session, also for staff: they sign in to their work with a code by SMS."""
    body, problems = call.read(wire.WechatSessionRequest)
    if problems:
        raise Invalid(*problems)
    return _begun(call, service.enter_by_wechat(call.ports, body.code, call.address))


@operation(
    blueprint,
    "DELETE",
    "/v1/session",
    summary="Sign out",
    answers={200: wire.SignedOut},
    problems=(401,),
    query={"everywhere": "1: end every session of this member of staff; residents' end one by one"},
    audience=SIGNED_IN,
)
def sign_out(call: Call) -> wire.SignedOut:
    """The client forgets its token, which is kept nowhere else and dies by itself."""
    member = call.signed_in
    everywhere = call.query.get("everywhere") == "1" and service.end_everywhere(call.ports, member)
    return wire.SignedOut(everywhere=everywhere)


@operation(
    blueprint,
    "GET",
    "/v1/me",
    summary="Who has signed in",
    answers={200: wire.PersonBody},
    problems=(401,),
    audience=SIGNED_IN,
)
def me(call: Call) -> wire.PersonBody:
    """As the directory has them now."""
    return person(call.signed_in)


@operation(
    blueprint,
    "GET",
    "/v1/me/bells",
    summary="The bells that I rang",
    answers={200: wire.MyBells},
    problems=(400, 401),
    query=_CURSOR,
    audience=SIGNED_IN,
)
def my_bells(call: Call) -> wire.MyBells:
    """Newest first, each with its tracking token."""
    page = service.my_bells(call.ports, call.signed_in, call.query.get("cursor", ""))
    policy = call.ports.policy
    return wire.MyBells([_rung(bell, policy) for bell in page.items], page.cursor)


@operation(
    blueprint,
    "GET",
    "/v1/me/worklist",
    summary="The open bells of my places",
    answers={200: wire.MyBells},
    problems=(400, 401, 403),
    query=_CURSOR,
    audience=STAFF,
)
def my_worklist(call: Call) -> wire.MyBells:
    """Most pressing first. A page may hold few bells, or none, and still have a next."""
    page = service.worklist(call.ports, call.signed_in, call.query.get("cursor", ""))
    url = call.ports.policy.public_url
    return wire.MyBells([_bell(bell, f"{url}/a/{bell.id}") for bell in page.items], page.cursor)


def _begun(call: Call, found: SignedIn) -> wire.SessionAnswer:
    member = service.resume(call.ports, found.token)
    return wire.SessionAnswer(found.token, iso(found.session.expires_at), person(member), found.device)


def person(member: Member) -> wire.PersonBody:
    """Somebody who has signed in, to themselves."""
    if staff := member.staff:
        return wire.PersonBody("staff", staff.id, staff.name, staff.role, list(staff.places))
    return wire.PersonBody("resident", member.session.person, "", "resident", [])


def _rung(bell: Bell, policy: Policy) -> wire.MyBell:
    token = links.token(policy.key, bell.id, Purpose.TRACK)
    return _bell(bell, f"{policy.public_url}/t/{token}", token)


def _bell(bell: Bell, url: str, token: str | None = None) -> wire.MyBell:
    return wire.MyBell(
        bell.id,
        ids.number(bell.id),
        bell.status,
        bell.category,
        bell.urgency,
        bell.neighbourhood,
        bell.level + 1,
        iso(bell.rung_at),
        iso(bell.due_at) if bell.due_at else None,
        url,
        token,
    )
