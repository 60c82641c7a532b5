"""Cases over JSON: parse, one service call, answer. The commands' routes are made from the table of orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from chalice import Blueprint

from chalicelib.case import bodies, lists, pairs, present, service, signing, wire
from chalicelib.case.access import open_to
from chalicelib.case.guard import possible
from chalicelib.case.orders import ORDERS, Order
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.chain import verify
from chalicelib.core.errors import Forbidden, Invalid
from chalicelib.core.times import iso
from chalicelib.http import Call, Reply, operation
from chalicelib.people.staff import Staff
from chalicelib.place.rules import Directory
from chalicelib.ports import Upload
from chalicelib.session.rules import CASE_READERS, STAFF, TABLE

blueprint = Blueprint(__name__)
_PROBLEMS = (401, 403, 404, 410)
_VIEWS = ("mine", "community", "all")
_QUERY = {
    "view": "mine, community or all (what is in the caller's sight)",
    "cursor": "the cursor of the page before",
    "stage": "only this stage",
    "category": "only this category",
    "urgency": "only this urgency",
    "neighbourhood": "only this neighbourhood",
    "community": "with view=community: which one",
    "overdue": "1: only what is late",
    "paused": "1: only what stands still",
}


def member(call: Call) -> tuple[Staff, Directory]:
    """The member of staff who asks, and their directory."""
    found = call.signed_in
    if found.staff is None or found.directory is None:
        raise Forbidden("role_not_for_this")
    return found.staff, found.directory


def wanted(call: Call) -> lists.Filter:
    """The filter of a query."""
    names = ("stage", "category", "urgency", "neighbourhood")
    chosen = {name: call.query.get(name, "") for name in names}
    return lists.Filter(
        **chosen, overdue=call.query.get("overdue") == "1", paused=call.query.get("paused") == "1"
    )


def view_of(call: Call, usual: lists.View = "mine") -> lists.View:
    """Which worklist a query asks for."""
    asked = call.query.get("view", usual)
    return cast(Literal["mine", "community", "all"], asked) if asked in _VIEWS else usual


@operation(
    blueprint,
    "GET",
    "/v1/cases",
    audience=STAFF,
    summary="The open cases, what is due first first",
    answers={200: bodies.CaseList},
    problems=(400, 401, 403),
    query=_QUERY,
)
def worklist_of_cases(call: Call) -> bodies.CaseList:
    """One page, one Query."""
    staff, directory = member(call)
    community, cursor = call.query.get("community", ""), call.query.get("cursor", "")
    page = lists.worklist(
        call.ports, directory, staff, view_of(call), wanted(call), community=community, cursor=cursor
    )
    return bodies.CaseList([present.line(found, directory) for found in page.items], page.cursor)


@operation(
    blueprint,
    "GET",
    "/v1/cases/search",
    audience=STAFF,
    summary="Find cases by number, by the phone of whoever rang, or by words",
    answers={200: bodies.CaseList},
    problems=(400, 401, 403),
    query={"q": "a number, a phone, or words of the subject", "cursor": "the cursor of the page before"},
)
def search_cases(call: Call) -> bodies.CaseList:
    """Within the caller's sight."""
    staff, directory = member(call)
    found = lists.search(call.ports, directory, staff, call.query.get("q", ""), call.query.get("cursor", ""))
    items = [present.line(line, directory) for line in found.cases]
    return bodies.CaseList(items, found.cursor, [bell.id for bell in found.bells])


@operation(
    blueprint,
    "GET",
    "/v1/cases/{case_id}",
    audience=CASE_READERS,
    summary="A case: everything of it that the caller may see",
    answers={200: bodies.CaseBody},
    problems=_PROBLEMS,
)
def read_case(call: Call, case_id: str) -> bodies.CaseBody:
    """For staff of its places (session), a resident of its bells (tracking token), a party (its token)."""
    reading = service.read(call.ports, call.credential, case_id)
    return present.body(call.ports, reading, call.language)


@operation(
    blueprint,
    "GET",
    "/v1/cases/{case_id}/record",
    audience=CASE_READERS,
    summary="The hash-chained record of a case",
    answers={200: bodies.CaseRecordBody},
    problems=_PROBLEMS,
)
def record_of_case(call: Call, case_id: str) -> bodies.CaseRecordBody:
    """Every event as it was hashed; nothing personal is in it."""
    reading = service.read(call.ports, call.credential, case_id)
    return present.record(reading, verify(reading.file.events, reading.case.tip, reading.case.thing))


@operation(
    blueprint,
    "POST",
    "/v1/cases/{case_id}/files",
    audience=CASE_READERS,
    summary="Forms to upload a photo or a paper, and its thumbnail",
    body=wire.UploadRequest,
    answers={201: bodies.UploadAnswer},
    problems=(400, *_PROBLEMS),
)
def upload_to_case(call: Call, case_id: str) -> Reply:
    """The file goes straight to the file store; name its id in the command that it belongs to, within a day."""
    body, problems = call.read(wire.UploadRequest)
    if problems:
        raise Invalid(*problems)
    whole, small = service.upload(call.ports, call.credential, case_id, body.kind, body.bytes)
    return Reply(upload_answer(whole, small), 201)


def upload_answer(whole: Upload, small: Upload) -> bodies.UploadAnswer:
    """The forms as clients get them."""
    drawn = bodies.UploadForm(small.id, small.url, dict(small.fields), small.most_bytes, iso(small.until))
    return bodies.UploadAnswer(
        whole.id, whole.url, dict(whole.fields), whole.most_bytes, iso(whole.until), drawn
    )


@operation(
    blueprint,
    "POST",
    "/v1/cases/{case_id}/signature-code",
    audience=TABLE["POST /v1/cases/{case_id}/signature-code"],
    summary="Have a one-time code texted to the signatory's phone",
    answers={202: bodies.SignatureCodeAnswer},
    problems=(400, *_PROBLEMS, 409, 429),
)
def signature_code(call: Call, case_id: str) -> Reply:
    """Parties and residents, whose phone the case knows."""
    code = signing.ask_code(call.ports, call.credential, case_id, call.language)
    sent_to = texts.mask_phone(code.phone)
    return Reply(bodies.SignatureCodeAnswer(sent_to, iso(code.until), iso(code.again_at)), 202)


@operation(
    blueprint,
    "POST",
    "/v1/cases/{case_id}/merge",
    audience=STAFF,
    summary="The matter goes on in another case",
    body=wire.MergeRequest,
    answers={200: bodies.CaseAnswer},
    problems=(400, *_PROBLEMS, 409),
)
def merge_case(call: Call, case_id: str) -> bodies.CaseAnswer:
    """Answers the case it goes on in."""
    body, problems = call.read(wire.MergeRequest)
    if problems:
        raise Invalid(*problems)
    case = pairs.merge(call.ports, call.signed_in.session, case_id, body.case, body.version)
    return present.answer(case, possible(case))


@operation(
    blueprint,
    "POST",
    "/v1/cases/{case_id}/split",
    audience=STAFF,
    summary="A second matter becomes a case of its own",
    body=wire.SplitRequest,
    answers={201: bodies.CaseAnswer},
    problems=(400, *_PROBLEMS, 409),
)
def split_case(call: Call, case_id: str) -> Reply:
    """Answers the new case."""
    body, problems = call.read(wire.SplitRequest)
    if problems:
        raise Invalid(*problems)
    bells = tuple(ids.parse(bell) or bell for bell in body.bells)
    session, version = call.signed_in.session, body.version
    case = pairs.split(call.ports, session, case_id, body.category, body.subject, bells, version)
    return Reply(present.answer(case, possible(case)), 201)


def _declare(order: Order) -> None:
    """The route of a command."""

    def handler(call: Call, case_id: str) -> bodies.CaseAnswer:
        return _ordered(call, case_id, order)

    handler.__name__ = f"{order.verb}_case"
    handler.__doc__ = order.summary
    route = f"/v1/cases/{{case_id}}/{order.path}"
    declare: Callable[[Any], Any] = operation(
        blueprint,
        "POST",
        route,
        audience=TABLE[f"POST {route}"],
        summary=order.summary,
        body=order.shape,
        answers={200: bodies.CaseAnswer},
        problems=(400, *_PROBLEMS, 409),
    )
    declare(handler)


def _ordered(call: Call, case_id: str, order: Order) -> bodies.CaseAnswer:
    body, problems = call.read(order.shape)
    by, seen = call.credential, getattr(body, "version", 0)
    if order.verb == "sign" and isinstance(by, str):
        case = signing.sign(call.ports, by, case_id, getattr(body, "code", ""), seen)
    else:
        case = service.act(
            call.ports,
            by,
            case_id,
            order.verb,
            lambda desk: order.make(body, desk),
            seen=seen,
            known=problems,
        )
    viewer = service.viewer_of(call.ports, by, case)
    return present.answer(case, open_to(case, viewer))


for _order in ORDERS.values():
    _declare(_order)
