"""The rehearsal's visit, against an API that answers what it is told to; the emulator itself needs the network once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.telling import Failed, Teller
from infra.rehearse import environment
from infra.rehearse.course import Visit, denied, neighbourhood

PLACES = {"subdistricts": [{"kind": "subdistrict", "children": [{"kind": "neighbourhood", "id": "yiqing"}]}]}


class Api:
    """The routes of a visit; `answers` replaces what one of them says."""

    def __init__(self, **answers: tuple[int, dict[str, Any]]) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self._answers = answers

    def __call__(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, path, headers.get("Authorization", "")))
        step = self._step(method, path)
        if step == "ring" and body is not None:
            assert (body["neighbourhood"], body["consent_version"]) == ("yiqing", "7")
        usual: dict[str, tuple[int, dict[str, Any]]] = {
            "health": (200, {}),
            "notice": (200, {"version": "7"}),
            "places": (200, PLACES),
            "ring": (201, {"id": "MX1", "number": "MX-1", "tracking_token": "mine"}),
            "answer": (200, {}),
            "read": (200, {"status": "answered", "timeline": [{"kind": "rung"}, {"kind": "answered"}]}),
        }
        return self._answers.get(step, usual[step])

    @staticmethod
    def _step(method: str, path: str) -> str:
        if method == "POST":
            return "answer" if path.endswith("/answer") else "ring"
        return {"/v1/health": "health", "/v1/privacy-notice": "notice", "/v1/places": "places"}.get(
            path, "read"
        )


def _visit(
    api: Api,
    sms: tuple[str, ...] = ("有铃 https://b.example.org/a/tok_en-1",),
    timers: tuple[str, ...] = ("AwaitSignal",) * 2,
    heard: tuple[str, ...] = ("bell.rung MX-1", "bell.answered MX-1"),
) -> Visit:
    return Visit(api, lambda: list(sms), lambda: list(timers), lambda: list(heard), Teller(), lambda _: None)


def test_a_bus_on_which_nobody_hears_anything_is_a_failure() -> None:
    with pytest.raises(Failed, match=r"Nobody who listens to the bus heard"):
        _visit(Api(), heard=("bell.rung MX-1",)).run()


def test_answers_with_the_link_of_the_sms_and_reads_with_the_residents_own() -> None:
    api = Api()
    _visit(api).run()
    assert api.asked[-2:] == [
        ("POST", "/v1/bells/MX1/answer", "Bearer tok_en-1"),
        ("GET", "/v1/bells/MX1", "Bearer mine"),
    ]


@pytest.mark.parametrize("step", ["health", "notice", "places", "ring", "answer", "read"])
def test_a_refused_step_ends_it_and_says_where_to_look(step: str) -> None:
    with pytest.raises(Failed, match="403") as failed:
        _visit(Api(**{step: (403, {"code": "denied"})})).run()
    assert "ministack.log" in failed.value.advice


def test_an_alert_that_never_comes_ends_it() -> None:
    with pytest.raises(Failed, match="Nobody was alerted"):
        _visit(Api(), sms=("验证码 123456",)).run()


def test_a_timer_that_takes_no_signal_ends_it() -> None:
    with pytest.raises(Failed, match="AwaitSignal"):
        _visit(Api(), timers=("AwaitSignal",)).run()


def test_a_bell_that_is_not_shown_as_answered_ends_it() -> None:
    with pytest.raises(Failed, match="ringing"):
        _visit(Api(read=(200, {"status": "ringing", "timeline": []}))).run()


def test_refusals_and_faults_in_the_log_are_found_once_each() -> None:
    log = "\n".join(
        [
            '2026-11-24 INFO {"level":"ERROR","entry":"react","error":"ClientError","said":"Publish: AccessDenied"}',
            '{"level":"ERROR","entry":"react","error":"ClientError","said":"Publish: AccessDenied"}',
            '{"level":"INFO","message":"AccessDenied is only spoken of"}',
            "ImportError: cannot import name 'x'",
            "2026-11-24 INFO all is well",
        ]
    )
    assert denied(log) == ["react: ClientError Publish: AccessDenied", "ImportError: cannot import name 'x'"]


def test_a_place_without_neighbourhoods_is_told() -> None:
    assert neighbourhood(PLACES) == "yiqing"
    with pytest.raises(Failed):
        neighbourhood({"subdistricts": []})


def test_every_requirement_of_its_environment_is_pinned_and_ministack_is_among_them() -> None:
    lines = [line for line in environment.REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert all("==" in line for line in lines)
    assert {"ministack", "aws-sam-translator"} <= {line.split("==")[0] for line in lines}


def test_an_environment_that_is_ready_is_not_made_again(tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    (tmp_path / "requirements.sha256").write_text(
        hashlib.sha256(environment.REQUIREMENTS.read_bytes()).hexdigest()
    )
    assert environment.ready(tmp_path, Teller()) == tmp_path / "bin/python"
