"""The trial bell of a deployment, on a platform that really runs: HTTP, a stream, timers."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib import wiring
from chalicelib.canary import door, place
from chalicelib.core import ids
from infra.deploy.smoke import Smoke, over_https
from infra.deploy.telling import Failed, Teller
from infra.local.__main__ import _prepare
from infra.local.options import Options
from infra.local.run import Running, running
from tests.ports import two_free_ports


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    options = Options(port=two_free_ports(), data=tmp_path_factory.mktemp("platform"))
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        run = stack.enter_context(running(options, lambda: importlib.import_module("app"), _prepare))
        stack.callback(wiring.use_clock, None)
        stack.callback(wiring.install, None)
        yield run


def _smoke(platform: Running, ask: Any = None) -> tuple[Smoke, io.StringIO]:
    out = io.StringIO()
    smoke = Smoke(wiring.ports(), ask or over_https(platform.options.url), Teller(out))
    return smoke, out


def _keys(platform: Running) -> list[str]:
    rows = platform.aws.client("dynamodb").scan(TableName=platform.aws.table_name)["Items"]
    return [row["pk"]["S"] for row in rows]


def test_a_bell_is_rung_answered_and_closed_and_nobody_hears_of_it(platform: Running) -> None:
    told = len(platform.aws.outbox.as_json())
    smoke, out = _smoke(platform)
    smoke.run()
    said = out.getvalue()
    order = ["The API answers", "Rung: ZZ-", "a timer started", "its record is intact", "Closed", "deleted"]
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)
    assert not [key for key in _keys(platform) if key.startswith("BELL#ZZ")], "it leaves no bell behind"
    assert len(platform.aws.outbox.as_json()) == told, "and no other message was sent"


def test_again_it_is_another_bell(platform: Running) -> None:
    for _ in range(2):
        smoke, out = _smoke(platform)
        smoke.run()
        assert "deleted" in out.getvalue()


def test_nobody_rings_the_canary_without_the_key(platform: Running) -> None:
    ask = over_https(platform.options.url)
    fields = dict(place.draft_fields(wiring.ports().policy, "somebody else"))
    fields.pop("language")
    for proof in ("", "x", door.opening(b"another key", "somebody else")):
        status, answer = ask("POST", "/v1/bells", fields, {door.HEADER: proof} if proof else {})
        assert status == 400
        assert [detail["field"] for detail in answer["details"]] == ["neighbourhood"]


def test_a_proof_is_good_for_its_own_words_alone(platform: Running) -> None:
    ask = over_https(platform.options.url)
    key = wiring.ports().policy.key
    fields = dict(place.draft_fields(wiring.ports().policy, "other words"))
    fields.pop("language")
    status, _ = ask("POST", "/v1/bells", fields, {door.HEADER: door.opening(key, "these words")})
    assert status == 400


def test_an_api_that_refuses_is_named_and_the_traces_go_all_the_same(platform: Running) -> None:
    real = over_https(platform.options.url)

    def ask(method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:
        return (
            (503, {"code": "unavailable"}) if path.endswith("/answer") else real(method, path, body, headers)
        )

    smoke, out = _smoke(platform, ask)
    with pytest.raises(Failed, match="answers 503") as failure:
        smoke.run()
    assert "log" in failure.value.advice
    assert "deleted" in out.getvalue()
    assert not [key for key in _keys(platform) if key.startswith("BELL#ZZ")]


def test_a_stream_that_is_not_connected_is_found_out(platform: Running) -> None:
    smoke, out = _smoke(platform)
    smoke.sleep = lambda _: None
    with (
        patch.dict(platform.aws.functions, {"app.react": lambda *_: {"batchItemFailures": []}}),
        pytest.raises(Failed, match="no timer was started"),
    ):
        smoke.run()
    assert "Rung" in out.getvalue()


def test_an_address_that_does_not_answer_is_said_so(platform: Running) -> None:
    smoke, _ = _smoke(platform, over_https(f"http://127.0.0.1:{two_free_ports()}"))
    with pytest.raises(Failed, match="does not answer"):
        smoke.run()


def test_the_canary_has_a_prefix_of_its_own(platform: Running) -> None:
    assert ids.CANARY not in wiring.ports().policy.prefixes
