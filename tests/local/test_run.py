"""The local run as a process of its own: it answers, it is polite, and it survives being killed."""

import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.session import Session

from chalicelib.core.times import parse_iso
from infra.demo.client import Client
from infra.local.options import Options
from infra.local.surroundings import attach
from tests.local.running import Run, start
from tests.ports import two_free_ports

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    made = start(tmp_path_factory.mktemp("data"), two_free_ports())
    yield made
    made.http.close()
    made.process.send_signal(signal.SIGTERM)
    assert made.process.wait(timeout=60) == 0, "SIGTERM ends it cleanly"
    assert made.process.stdout is not None
    made.process.stdout.close()


def test_pages_and_data_are_served(run: Run) -> None:
    assert run.http.get("/").text == "<h1>铃</h1>"
    assert run.http.post("/v1/bells", json={"id": "BELL#1", "text": "漏水 💧"}).json() == {"id": "BELL#1"}
    found = run.http.get("/v1/bells/BELL%231").json()
    assert found["name"] == "BELL#1", "path parameters arrive decoded"
    assert found["item"]["text"] == {"S": "漏水 💧"}
    assert found["source"] == "127.0.0.1"


def test_a_new_row_sends_an_sms_that_the_outbox_shows(run: Run) -> None:
    run.http.post("/v1/bells", json={"id": "BELL#2", "text": "a"})
    sent = run.until("/_local/outbox.json", lambda box: any("BELL#2" in m["text"] for m in box))
    assert {"channel", "to", "text", "at"} <= set(sent[-1])
    page = run.http.get("/_local/outbox")
    assert page.headers["content-type"].startswith("text/html")
    assert f'href="http://127.0.0.1:{run.port}/a/abc"' in page.text


def test_what_is_published_can_be_overheard(run: Run) -> None:
    run.http.post("/v1/bells", json={"id": "BELL#4", "text": "a"})
    told = {"source": "fake", "detail-type": "row", "detail": {"row": "BELL#4"}}
    assert told in run.until("/_local/events.json", lambda events: told in events)


def test_a_day_passes_when_asked_for(run: Run) -> None:
    before = run.http.get("/_local/clock").json()
    assert before["speed"] == 60
    after = run.http.post("/_local/clock", json={"seconds": 86_400}).json()
    assert (
        timedelta(days=1) <= parse_iso(after["now"]) - parse_iso(before["now"]) < timedelta(days=1, minutes=5)
    )


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"seconds": -1}', '{"seconds": "x"}', '{"seconds": 1e400}']
)
def test_time_does_not_pass_for_whoever_asks_for_nonsense_or_from_another_sites_page(
    run: Run, body: str
) -> None:
    json_type = {"Content-Type": "application/json"}
    assert run.http.post("/_local/clock", content=body, headers=json_type).status_code == 400
    simple = {"Content-Type": "text/plain"}
    assert run.http.post("/_local/clock", content='{"seconds": 9}', headers=simple).status_code == 400


@pytest.mark.parametrize("path", ["/nothing", "/v1/nothing/at/all", "/_local/nothing", "/%00"])
def test_an_unknown_address_is_a_404(run: Run, path: str) -> None:
    answer = run.http.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"code", "message", "details"}


def test_who_asks_for_what_is_not_there_reads_why_and_leaves_no_connection_open(run: Run) -> None:
    client = Client(f"http://127.0.0.1:{run.port}")
    with pytest.raises(HTTPError) as refused:
        client.get("/v1/nowhere")
    assert json.loads(refused.value.read())["code"] == "not_found"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(HTTPError) as refused:
            client.get("/v1/nowhere")
        # As where a traceback is kept: only the collector of garbage ends it.
        kept: list[Any] = [refused.value]
        kept.append(kept)
        del refused, kept
        gc.collect()
    assert [str(one.message) for one in warned] == []


def test_an_unknown_address_is_a_404_whoever_asks(run: Run) -> None:
    assert run.http.get("/nothing", headers={"Authorization": "Bearer x"}).status_code == 404
    page = run.http.get("/nothing", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 404
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/"), ("POST", "/"), ("GET", "/v1/bells"), ("PUT", "/_local/outbox")]
)
def test_a_wrong_method_is_a_405_that_says_which_are_right(run: Run, method: str, path: str) -> None:
    answer = run.http.request(method, path, content=b"ignored")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.headers["allow"]
    assert run.http.get("/").status_code == 200, "the connection is still good"


def test_head_is_get_without_a_body(run: Run) -> None:
    answer = run.http.head("/")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len("<h1>铃</h1>".encode()))
    assert answer.content == b""


def test_a_request_that_is_too_large_or_has_no_length_is_refused(run: Run) -> None:
    with socket.create_connection(("127.0.0.1", run.port)) as line:
        line.sendall(b"POST /v1/bells HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert line.recv(64).startswith(b"HTTP/1.1 413")
    with socket.create_connection(("127.0.0.1", run.port)) as line:
        line.sendall(b"POST /v1/bells HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")
        assert line.recv(64).startswith(b"HTTP/1.1 411")


def test_tools_find_the_same_aws_on_the_next_port(run: Run) -> None:
    run.http.post("/v1/bells", json={"id": "BELL#3", "text": "a"})
    session = Session()
    session.set_credentials("local", "local")
    database = session.create_client(
        "dynamodb", region_name="eu-central-1", endpoint_url=f"http://127.0.0.1:{run.port + 1}"
    )
    key = {"pk": {"S": "BELL#3"}, "sk": {"S": "HEAD"}}
    assert database.get_item(TableName="consultation-bell-local", Key=key)["Item"]["text"] == {"S": "a"}
    database.put_item(TableName="consultation-bell-local", Item={**key, "text": {"S": "b"}})
    assert run.http.get("/v1/bells/BELL%233").json()["item"]["text"] == {"S": "b"}
    database.close()


def test_after_kill_everything_that_was_answered_is_still_there(tmp_path: Path) -> None:
    port = two_free_ports()
    first = start(tmp_path, port)
    for number in range(20):
        first.http.post(
            "/v1/bells", json={"id": f"BELL#{number}", "text": f"文字 {number}"}
        ).raise_for_status()
    first.kill()
    assert not attach(tmp_path), "who is dead is not attached to"

    second = start(tmp_path, port)
    for number in range(20):
        found = second.http.get(f"/v1/bells/BELL%23{number}").json()
        assert found["item"]["text"] == {"S": f"文字 {number}"}
    sent = second.until("/_local/outbox.json", lambda box: len({m["text"] for m in box}) == 20)
    assert [m["at"] for m in sent] == sorted(m["at"] for m in sent), "time never went back"
    second.kill()
    for run in (first, second):
        assert run.process.stdout is not None
        run.process.stdout.close()


def refused(folder: Path, port: int) -> str:
    """What a run says that cannot begin."""
    environment = {**os.environ, "PORT": str(port), "DATA": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.local.serve"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    return done.stderr


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    port = two_free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said = refused(tmp_path, port)
    assert f"127.0.0.1:{port}" in said
    assert "choose another with PORT=" in said


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    port = two_free_ports()
    first = start(tmp_path, port)
    assert "another run uses" in refused(tmp_path, port + 2)
    first.kill()
    assert first.process.stdout is not None
    first.process.stdout.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "http"), ("PORT", "65535"), ("SPEED", "0"), ("SPEED", "fast"), ("SPEED", "nan")],
)
def test_a_setting_that_makes_no_sense_is_explained(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Options.of({name: value})


def test_sigterm_ends_it_whichever_of_its_threads_is_handed_the_signal(tmp_path: Path) -> None:
    made = start(tmp_path, two_free_ports())
    threads = [int(path.name) for path in Path(f"/proc/{made.process.pid}/task").iterdir()]
    other = next(thread for thread in threads if thread != made.process.pid)
    assert ctypes.CDLL(None).tgkill(made.process.pid, other, signal.SIGTERM) == 0
    try:
        assert made.process.wait(timeout=60) == 0
    finally:
        made.kill()
        assert made.process.stdout is not None
        made.process.stdout.close()
