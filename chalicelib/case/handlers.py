"""Cases over JSON: parse, one service call, answer. The routes are declared in `case.api`."""

from __future__ import annotations

from typing import Any, Literal, cast

from chalicelib.case import bodies, lists, pairs, present, service, signing, wire
from chalicelib.case.access import open_to
from chalicelib.case.orders import ORDERS
from chalicelib.case.shapes import Upload
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.chain import verify
from chalicelib.core.times import iso
from chalicelib.http import Call, Reply

_VIEWS = ("mine", "community", "all")


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


def worklist_of_cases(call: Call) -> bodies.CaseList:
    """One page, one Query."""
    staff, directory = call.staff
    community, cursor = call.query.get("community", ""), call.query.get("cursor", "")
    page = lists.worklist(
        call.ports, directory, staff, view_of(call), wanted(call), community=community, cursor=cursor
    )
    return bodies.CaseList([present.line(found, directory) for found in page.items], page.cursor)


def search_cases(call: Call) -> bodies.CaseList:
    """Within the caller's sight."""
    staff, directory = call.staff
    found = lists.search(call.ports, directory, staff, call.query.get("q", ""), call.query.get("cursor", ""))
    items = [present.line(line, directory) for line in found.cases]
    return bodies.CaseList(items, found.cursor, [bell.id for bell in found.bells])


def read_case(call: Call, case_id: str) -> bodies.CaseBody:
    """For staff of its places (session), a resident of its bells (tracking token), a party (its token)."""
    reading = service.read(call.ports, call.credential, case_id)
    return present.body(call.ports, reading, call.language)


def record_of_case(call: Call, case_id: str) -> bodies.CaseRecordBody:
    """Every event as it was hashed; nothing personal is in it."""
    reading = service.read(call.ports, call.credential, case_id)
    return present.record(reading, verify(reading.file.events, reading.case.tip, reading.case.thing))


def upload_to_case(call: Call, case_id: str) -> Reply:
    """The file goes straight to the file store; name its id in the command that it belongs to, within a day."""
    body, problems = call.read(wire.UploadRequest)
    asked = service.Wanted(body.kind, body.bytes)
    whole, small = service.upload(call.ports, call.credential, case_id, asked, known=problems)
    return Reply(upload_answer(whole, small), 201)


def upload_answer(whole: Upload, small: Upload) -> bodies.UploadAnswer:
    """The forms as clients get them."""
    drawn = bodies.UploadForm(small.id, small.url, dict(small.fields), small.most_bytes, iso(small.until))
    return bodies.UploadAnswer(
        whole.id, whole.url, dict(whole.fields), whole.most_bytes, iso(whole.until), drawn
    )


def signature_code(call: Call, case_id: str) -> Reply:
    """Parties and residents, whose phone the case knows."""
    code = signing.ask_code(call.ports, call.credential, case_id, call.language)
    sent_to = texts.mask_phone(code.phone)
    return Reply(bodies.SignatureCodeAnswer(sent_to, iso(code.until), iso(code.again_at)), 202)


def merge_case(call: Call, case_id: str) -> bodies.CaseAnswer:
    """Answers the case it goes on in."""
    body, problems = call.read(wire.MergeRequest)
    session, version = call.signed_in.session, body.version
    case = pairs.merge(call.ports, session, case_id, body.case, seen=version, known=problems)
    return present.answer(case, open_to(case, service.viewer_of(call.ports, session, case)))


def split_case(call: Call, case_id: str) -> Reply:
    """Answers the new case."""
    body, problems = call.read(wire.SplitRequest)
    bells = tuple(ids.parse(bell) or bell for bell in body.bells)
    second = pairs.Second(body.category, body.subject, bells)
    session, version = call.signed_in.session, body.version
    case = pairs.split(call.ports, session, case_id, second, seen=version, known=problems)
    viewer = service.viewer_of(call.ports, session, case)
    return Reply(present.answer(case, open_to(case, viewer)), 201)


def order(call: Call, case_id: str, verb: str) -> bodies.CaseAnswer:
    """Do what the table of orders has under that verb."""
    order = ORDERS[verb]
    shape: type[Any] = order.shape
    body, problems = call.read(shape)
    by, seen = call.credential, getattr(body, "version", 0)
    if order.verb == "sign" and isinstance(by, str):
        case = signing.sign(call.ports, by, case_id, getattr(body, "code", ""), seen, problems)
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
