"""Traces say which bell or case a call was about and nothing of whom; a stage that does not trace pays nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.observability.personal import PERSONAL

ROOT = Path(__file__).parents[2]
CHOSEN, PASSED_OVER = (
    f"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}"
    for sampled in (1, 0)
)


@dataclass
class Traced:
    """What a process left with X-Ray's daemon, and what it said of itself."""

    imported: bool
    number: str
    token: str
    text: str
    spans: list[dict[str, Any]] = field(default_factory=list)

    def about(self, name: str) -> list[dict[str, Any]]:
        """The annotations of the subsegments of that name."""
        return [span.get("annotations", {}) for span in self.spans if span["name"] == name]


def run(header: str, traces: str = "on") -> Traced:
    """Live through a bell on Lambda, with a daemon that listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        environment = {
            **os.environ,
            "LAMBDA_TASK_ROOT": str(ROOT),
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "_X_AMZN_TRACE_ID": header,
            "TRACES": traces,
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.observability.traced"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        imported, number, token = done.stdout.splitlines()[-1].split()
        heard = list(_heard(daemon))
    spans = [json.loads(datagram.partition("\n")[2]) for datagram in heard]
    return Traced(imported == "True", number, token, "\n".join(heard), spans)


def _heard(daemon: socket.socket) -> Any:
    daemon.setblocking(False)
    while True:
        try:
            yield daemon.recv(1 << 16).decode()
        except BlockingIOError:
            return


@pytest.fixture(scope="module")
def traced() -> Traced:
    return run(CHOSEN)


def test_every_entry_point_is_traced_by_the_number_of_its_bell(traced: Traced) -> None:
    number = {"number": traced.number}
    assert number | {"route": "POST /v1/bells"} in traced.about("http")
    assert number | {"route": "GET /t/{token}"} in traced.about("http")
    assert number | {"route": "POST /a/{token}"} in traced.about("http")
    assert number in traced.about("record")
    assert traced.about("advance") == [number]
    assert {span["trace_id"] for span in traced.spans} == {"1-5759e988-bd862e3fe1be46a994272793"}


def test_what_breaks_is_a_fault_of_that_type(traced: Traced) -> None:
    faults = [span for span in traced.spans if span.get("fault")]
    assert [(s["name"], s["annotations"]["error"]) for s in faults] == [
        ("record", "ValueError"),
        ("sweep", "ValueError"),
    ]
    assert not any("cause" in span for span in traced.spans)


def test_no_trace_holds_anything_personal_nor_a_link(traced: Traced) -> None:
    spoken = traced.text + json.dumps(traced.spans, ensure_ascii=False)
    assert [value for value in PERSONAL if value in spoken] == []
    assert traced.token not in spoken
    allowed = {"number", "route", "error"}
    assert all(set(span.get("annotations", {})) <= allowed for span in traced.spans)
    assert not any(span.get("metadata") for span in traced.spans)


@pytest.mark.parametrize(("header", "traces"), [(CHOSEN, ""), (PASSED_OVER, "on")])
def test_who_is_not_traced_does_not_even_import_it(header: str, traces: str) -> None:
    found = run(header, traces)
    assert (found.imported, found.spans) == (False, [])
