"""Bells over JSON: parse, one service call, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.bell import present, service, wire
from chalicelib.bell.ringing import Draft
from chalicelib.core import ids
from chalicelib.core.chain import verify
from chalicelib.core.errors import Invalid
from chalicelib.core.times import iso
from chalicelib.http import Call, Reply, operation
from chalicelib.session.rules import ANSWERERS, BELL_READERS, EVERYBODY, RESIDENTS_LINK

if TYPE_CHECKING:
    from chalicelib.ports import Ports

blueprint = Blueprint(__name__)
_TOKEN = (401, 403, 404, 410)
_KEY = {"Idempotency-Key": "any text of the client's own; the same key is the same bell for 24 hours"}


@operation(
    blueprint,
    "POST",
    "/v1/bells",
    audience=EVERYBODY,
    summary="Ring a bell",
    body=wire.RingRequest,
    answers={201: wire.RingAnswer, 200: wire.RingAnswer},
    problems=(400, 409, 429),
    headers=_KEY,
)
def ring(call: Call) -> Reply:
    """A new bell (201), or the one that was rung before (200)."""
    body, problems = call.read(wire.RingRequest)
    draft = Draft(**{name: getattr(body, name) for name in body.__struct_fields__}, language=call.language)
    caller = service.Caller(call.address, call.header("idempotency-key"))
    rung = service.ring(_ports(call, draft), draft, caller, problems)
    url = f"{call.ports.policy.public_url}/t/{rung.token}"
    answer = wire.RingAnswer(
        rung.bell.id, ids.number(rung.bell.id), rung.bell.status, rung.token, url, rung.repeated
    )
    return Reply(answer, 200 if rung.repeated else 201, {"Location": url})


def _ports(call: Call, draft: Draft) -> Ports:
    """The platform's own trial bell rings in a place of its own, where nobody is alerted."""
    proof = call.header("x-canary")
    if not proof:
        return call.ports
    from chalicelib.canary import door

    return door.opened(call.ports, proof, draft.text)


@operation(
    blueprint,
    "GET",
    "/v1/bells",
    audience=EVERYBODY,
    summary="What is ringing now, without personal data",
    answers={200: wire.BellList},
    problems=(400, 404),
    query={"cursor": "the cursor of the page before", "prefix": "the subdistrict's prefix"},
)
def board(call: Call) -> wire.BellList:
    """Open bells, most pressing first."""
    page = service.ringing_now(call.ports, call.prefix, call.query.get("cursor", ""))
    return wire.BellList([present.summary(bell) for bell in page.items], page.cursor)


@operation(
    blueprint,
    "GET",
    "/v1/bells/{bell_id}",
    audience=BELL_READERS,
    summary="A bell with its timeline",
    answers={200: wire.BellBody},
    problems=_TOKEN,
)
def read(call: Call, bell_id: str) -> wire.BellBody:
    """As the resident (tracking token), the person asked (link's token) or staff of its places (session) see it."""
    reading = present.current(service.read(call.ports, call.credential, bell_id))
    return present.body(reading, call.language, iso(call.ports.clock.now()))


@operation(
    blueprint,
    "GET",
    "/v1/bells/{bell_id}/record",
    audience=BELL_READERS,
    summary="The hash-chained record of a bell",
    answers={200: wire.RecordBody},
    problems=_TOKEN,
)
def record(call: Call, bell_id: str) -> wire.RecordBody:
    """Every event as it was hashed, and the server's verdict."""
    reading = present.current(service.read(call.ports, call.credential, bell_id))
    return present.record(
        reading, verify(reading.file.events, reading.file.bell.tip, reading.file.bell.thing)
    )


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/answer",
    audience=ANSWERERS,
    summary="Take the bell",
    answers={200: wire.ActionAnswer},
    problems=(*_TOKEN, 409),
)
def answer(call: Call, bell_id: str) -> wire.ActionAnswer:
    """The person asked, or staff of its places, answers; again by the same person: the same answer."""
    return present.action(service.answer(call.ports, call.credential, bell_id))


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/accept",
    audience=ANSWERERS,
    summary="Take the matter on: a case is opened, or the bell joins one that is open",
    body=wire.AcceptRequest,
    optional=True,
    answers={200: wire.ActionAnswer},
    problems=(400, *_TOKEN, 409),
)
def accept(call: Call, bell_id: str) -> wire.ActionAnswer:
    """Only by the person who answered; whoever rang a bell that joins a case becomes a co-signer of it."""
    body, known = call.read(wire.AcceptRequest, optional=True)
    if known:
        raise Invalid(*known)
    return present.action(service.accept(call.ports, call.credential, bell_id, body.case))


@operation(
    blueprint,
    "GET",
    "/v1/bells/{bell_id}/similar-cases",
    audience=ANSWERERS,
    summary="Open cases that the bell may belong to",
    answers={200: "chalicelib.case.bodies:CaseList"},
    problems=_TOKEN,
)
def similar_cases(call: Call, bell_id: str) -> Any:
    """Likeliest first, of the bell's neighbourhood and in the caller's sight; by category and words."""
    from chalicelib.case import bodies
    from chalicelib.case import present as cases

    lines, directory = service.similar(call.ports, call.credential, bell_id)
    return bodies.CaseList([cases.line(found, directory) for found in lines], "")


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/transfer",
    audience=ANSWERERS,
    summary="Let others look after it: it rings at another neighbourhood or desk",
    body=wire.TransferRequest,
    answers={200: wire.ActionAnswer},
    problems=(400, *_TOKEN, 409),
)
def transfer(call: Call, bell_id: str) -> wire.ActionAnswer:
    """While it rings by whoever may answer it, then only by the person who answered; a few times at most."""
    body, known = call.read(wire.TransferRequest)
    where = {"neighbourhood": body.neighbourhood, "desk": body.desk}
    return present.action(
        service.transfer(call.ports, call.credential, body.reason, bell_id, **where, known=known)
    )


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/decline",
    audience=ANSWERERS,
    summary="Refuse the matter, with a reason and a place to go instead",
    body=wire.DeclineRequest,
    answers={200: wire.ActionAnswer},
    problems=(400, *_TOKEN, 409),
)
def decline(call: Call, bell_id: str) -> wire.ActionAnswer:
    """Only by the person who answered."""
    by, (body, known) = call.credential, call.read(wire.DeclineRequest)
    words = (body.reason_code, body.reason, body.go_to)
    try:
        bell = service.decline(call.ports, by, *words, bell_id)
    except Invalid as error:
        raise Invalid(*{wrong.field: wrong for wrong in (*error.errors, *known)}.values()) from None
    if known:  # declined before, so that the rules looked at nothing
        raise Invalid(*known)
    return present.action(bell)


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/withdraw",
    audience=RESIDENTS_LINK,
    summary="Take the bell back",
    answers={200: wire.ActionAnswer},
    problems=(*_TOKEN, 409),
)
def withdraw(call: Call, bell_id: str) -> wire.ActionAnswer:
    """Only by the resident."""
    return present.action(service.withdraw(call.ports, call.bearer, bell_id))


@operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/appeal",
    audience=RESIDENTS_LINK,
    summary="Let a declined bell ring once more, one level higher",
    answers={200: wire.ActionAnswer},
    problems=(*_TOKEN, 409),
)
def appeal(call: Call, bell_id: str) -> wire.ActionAnswer:
    """Only by the resident, once."""
    return present.action(service.appeal(call.ports, call.bearer, bell_id))
