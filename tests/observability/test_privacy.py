"""No line of any log holds what a resident typed, a name or a telephone number: not while all goes well, and not when
something breaks in the middle of it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

import app
from chalicelib import steps, wiring
from chalicelib.bell.changes import answer_token
from chalicelib.config import Settings
from chalicelib.core import ids
from chalicelib.core.errors import Conflict
from chalicelib.observability import safe
from chalicelib.observability.watch import Faulted
from chalicelib.store import codec
from tests.contract.client import Web
from tests.fakes.world import World
from tests.observability.logs import Log
from tests.observability.personal import NAME, PERSONAL, PHONE, TEXT, WHERE


@pytest.fixture
def web(log: Log) -> Iterator[Web]:
    """A deployed stage on fakes."""
    world = World()
    found = Web(world)
    settings = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
    wiring.install(world.ports, settings)
    yield found
    wiring.install(None)


def ring(web: Web, **changes: object) -> Any:
    """Somebody who can be recognised rings."""
    typed = {"name": NAME, "phone": PHONE, "text": TEXT, "where": WHERE} | changes
    return web.ring(**typed)


def react(web: Web, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Whatever is in the stream is delivered to the function."""
    records = web.world.take_stream()
    monkeypatch.setattr(
        wiring, "stream_records", lambda _: iter([(str(n), r) for n, r in enumerate(records)])
    )
    return app.react({"Records": []}, None)


def test_a_bells_whole_life_leaves_its_number_and_nothing_else(
    web: Web, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ring(web)
    number = answer.json["number"]
    react(web, monkeypatch)
    bell = web.world.file(answer.json["id"]).bell
    token = answer_token(web.world.ports.policy.key, bell, "zhao")
    assert web.form(f"/a/{token}").status == 303
    web.get(f"/v1/bells/{bell.id}", token=answer.json["tracking_token"])
    react(web, monkeypatch)
    app.advance({"id": bell.thing, "version": 1, "seconds": 1}, None)
    steps.sweep({})
    log.holds_nothing_personal()
    assert token not in log.text
    assert answer.json["tracking_token"] not in log.text
    about = [line for line in log.lines() if line.get("number") == number]
    assert {line["entry"] for line in about} == {"http", "react", "advance"}
    kinds = [line["kind"] for line in about if line["message"] == "event"]
    assert kinds[:2] == ["rung", "alerted"]
    assert "answered" in kinds


def test_every_request_leaves_a_line_that_names_route_status_and_bell(web: Web, log: Log) -> None:
    rung = ring(web)
    web.get(f"/t/{rung.json['tracking_token']}")
    unknown = ids.new_id("MX", web.world.start, 1)
    web.get(f"/v1/bells/{unknown}")
    web.ring(phone=PHONE, name="")
    found = [(line["route"], line["status"], line.get("number", "")) for line in log.lines()]
    number = rung.json["number"]
    assert found == [
        ("POST /v1/bells", 201, number),
        ("GET /t/{token}", 200, number),
        ("GET /v1/bells/{bell_id}", 401, ids.number(unknown)),
        ("POST /v1/bells", 400, ""),
    ]
    log.holds_nothing_personal()


def broken(kind: str) -> Exception:
    """Exceptions that quote what they stumbled over, as libraries raise them."""
    if kind == "msgspec":
        return msgspec.ValidationError(f"Expected `int`, got `{PHONE}`")
    if kind == "aws":
        answer = {"Error": {"Code": "ValidationException", "Message": f"bad item {NAME} {TEXT}"}}
        return ClientError(answer, "PutItem")
    error = KeyError(PHONE) if kind == "key" else ValueError(f"{NAME} {PHONE} {TEXT} {WHERE}")
    error.add_note(f"while writing to {NAME}")
    error.__cause__ = UnicodeDecodeError("utf-8", TEXT.encode(), 0, 1, f"near {NAME}")
    return error


KINDS = ["msgspec", "aws", "key", "value"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_breaks_says_where_and_not_on_what(web: Web, log: Log, kind: str) -> None:
    web.world.store.fail("ring", error=broken(kind))
    assert ring(web).status == 503
    log.holds_nothing_personal()
    (fault,) = (line for line in log.lines() if line.get("message") == "fault")
    assert fault["error"] == type(broken(kind)).__name__
    assert any(place.startswith("chalicelib/bell/service.py:") for place in fault["trace"])
    assert fault["route"] == "POST /v1/bells"
    assert any("HttpFaults" in line for line in log.lines())


@pytest.mark.parametrize("kind", KINDS)
def test_a_reaction_that_breaks_names_its_record_and_bell(
    web: Web, log: Log, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    number = ring(web).json["number"]
    web.world.store.fail("bell", error=broken(kind))
    assert react(web, monkeypatch)["batchItemFailures"]
    log.holds_nothing_personal()
    (fault,) = (line for line in log.lines() if line.get("message") == "fault")
    assert (fault["number"], fault["entry"]) == (number, "react")
    assert fault["sequence"]


def raised(call: Callable[[], object]) -> str:
    """What Lambda would print of an exception that a function lets out: the whole traceback."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - as Lambda does
        return "".join(traceback.format_exception(error))
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_function_lets_out_says_nothing_of_what_it_stumbled_over(
    web: Web, log: Log, kind: str
) -> None:
    bell = ring(web).json["id"]
    web.world.store.fail("opening", error=broken(kind))
    event = {"id": f"BELL#{bell}", "version": 1, "seconds": 1}
    out = raised(lambda: app.advance(event, None))
    web.world.store.fail("overdue", error=broken(kind))
    out += raised(lambda: steps.sweep({}))
    assert out.count(f"{Faulted.__name__}: {type(broken(kind)).__name__}") == 2
    assert not [value for value in PERSONAL if value in out]
    log.holds_nothing_personal()
    faults = {name for line in log.lines() for name in ("AdvanceFaults", "SweepFaults") if name in line}
    assert faults == {"AdvanceFaults", "SweepFaults"}


def test_a_row_that_cannot_be_read_is_not_quoted(web: Web, log: Log) -> None:
    web.world.store.fail("ring", error=_unreadable())
    assert ring(web).status == 503
    log.holds_nothing_personal()


def _unreadable() -> Exception:
    from chalicelib.ports import Contact

    try:
        codec.decode(Contact, json.dumps({"name": NAME, "phone": [PHONE], "text": TEXT}))
    except Exception as error:  # noqa: BLE001 - whatever the decoder raises
        return error
    raise AssertionError("it could be read")


def test_what_is_safe_to_say_is_said() -> None:
    assert safe.described(Conflict("already_answered"))["said"] == "already_answered"
    assert safe.described(AttributeError("no attribute 'x'"))["said"] == "no attribute 'x'"
    aws = safe.described(broken("aws"))
    assert aws["said"] == "PutItem: ValidationException"
    assert safe.described(broken("value"))["because"] == ["UnicodeDecodeError"]
    assert "said" not in safe.described(broken("value"))


def test_a_link_is_known_by_its_bell_and_never_by_its_secret() -> None:
    world = World()
    rung = world.ring()
    found = safe.number_in({"token": rung.token})
    assert found == {"number": f"{rung.bell.id[:2]}-{rung.bell.id[2:6]}-{rung.bell.id[6:]}"}
    assert safe.number_in({"token": "x" * 19 + "!"}) == {}
    assert safe.identity("STAFF#zhao") == {}


def test_powertools_writes_the_lines_that_are_not_written_by_hand_and_both_look_alike(
    web: Web, log: Log
) -> None:
    ring(web)
    web.world.store.fail("ring", error=ValueError("x"))
    ring(web, text="another")
    by_hand, by_powertools = (
        next(line for line in log.lines() if line.get("message") == message)
        for message in ("request", "fault")
    )
    assert {"level", "message", "timestamp", "service", "entry", "route"} <= set(by_hand) & set(by_powertools)
    assert by_hand["service"] == by_powertools["service"]
