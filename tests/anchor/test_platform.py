"""The whole platform on the emulator: a bell is rung, a day passes, its record is anchored, and a forger is found."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib import wiring
from chalicelib.anchor import check, service
from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
from infra.demo.client import Client
from infra.local.__main__ import _prepare
from infra.local.options import Options
from infra.local.run import Running, running
from tests.ports import two_free_ports

DAY = 24 * 3600


@contextmanager
def platform(folder: Path) -> Iterator[tuple[Running, Client]]:
    """`make run` on a folder, in this process."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(patch.object(service, "_kept", None))
        stack.callback(wiring.use_clock, None)
        stack.callback(wiring.install, None)
        wiring.install(None)
        options = Options(port=two_free_ports(), data=folder, speed=60)
        run = stack.enter_context(running(options, lambda: importlib.import_module("app"), _prepare))
        yield run, Client(run.options.url)


@pytest.mark.slow
def test_a_bell_is_anchored_proved_and_verified_and_a_forger_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with platform(data) as (_, client):
        rung = _ring(client)
        # One that is not answered rings on for a day, level by level, and each takes its second.
        client.post(f"/v1/bells/{rung['id']}/withdraw", token=rung["tracking_token"])
        assert _proof(client, rung) is None
        client.let_pass(DAY)
        first = client.get("/v1/anchors")["anchors"]
        client.let_pass(DAY)
        proof = _proof(client, rung)
        assert client.get("/v1/anchors")["anchors"][1:] == first
        assert proof["anchor"]["previous"] == first[0]["hash"]
        assert first[0]["root"][:4] in client.text("/anchors")
        _checked(tmp_path, client, rung)
    assert _verify(data).returncode == 0, "at rest, from the journal and the folder"
    with platform(data) as (run, client):
        assert client.get("/v1/anchors")["anchors"][1:] == first, "a restart forgets nothing"
        assert _proof(client, rung) == proof
        _forge(run, f"BELL#{rung['id']}")
        forged = _proof(client, rung)
        assert not forged["fits"]
    done = _verify(data)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"BROKEN BELL#{rung['id']}: event {proof['seq']} is another one than the anchor of" in done.stdout
    assert "1 BROKEN" in done.stdout
    assert "altered" not in done.stdout, "by itself the forged chain is whole: the anchors alone give it away"


def _forge(run: Running, thing: str) -> None:
    """Somebody with the table in hand rewrites a record from its beginning, every hash and its head with it."""
    client, table = run.aws.client("dynamodb"), run.aws.table_name
    rows = [row for row in client.scan(TableName=table)["Items"] if row["pk"]["S"] == thing]
    events = sorted((r for r in rows if r["sk"]["S"].startswith("EVENT#")), key=lambda r: r["sk"]["S"])
    happenings = [Happening(row["what"]["S"], {"level": 1}) for row in events]
    forged = extend(thing, Tip(), run.clock.now(), SYSTEM, happenings)
    for row, event in zip(events, forged, strict=True):
        changed = {"at": event.at, "prev": event.prev, "hash": event.hash}
        texts = {"actor": json.dumps(dict(event.actor)), "data": json.dumps(dict(event.data))}
        put = {**row, **{name: {"S": text} for name, text in {**changed, **texts}.items()}}
        client.put_item(TableName=table, Item=put)
    (head,) = (row for row in rows if row["sk"]["S"] == "HEAD")
    client.update_item(
        TableName=table,
        Key={"pk": head["pk"], "sk": head["sk"]},
        UpdateExpression="SET tip_hash = :tip",
        ExpressionAttributeValues={":tip": {"S": forged[-1].hash}},
    )


def _ring(client: Client) -> Any:
    words = {"desk": "community", "category": "noise", "neighbourhood": "yiqing", "text": "楼上半夜装修"}
    who = {"name": "张三", "phone": "13900000001"}
    consent = client.get("/v1/privacy-notice")["version"]
    return client.post("/v1/bells", {**words, **who, "consent_version": consent})


def _proof(client: Client, rung: Any) -> Any:
    return client.get(f"/v1/bells/{rung['id']}/proof", rung["tracking_token"])["proof"]


def _checked(folder: Path, client: Client, rung: Any) -> None:
    """What a resident saves passes the program that needs nothing of ours."""
    names = {}
    for what in ("proof", "record"):
        names[what] = folder / f"{what}.json"
        answer = client.get(f"/v1/bells/{rung['id']}/{what}", rung["tracking_token"])
        names[what].write_text(json.dumps(answer), "utf-8")
    assert check.main([str(names["proof"]), "--record", str(names["record"])]) == 0


def _verify(data: Path) -> subprocess.CompletedProcess[str]:
    """`make verify` over the folder."""
    leading_elsewhere = {"AWS_ENDPOINT_URL", "TABLE_NAME", "STAGE"}
    env = {name: value for name, value in os.environ.items() if name not in leading_elsewhere}
    command = [sys.executable, "-m", "infra.verify"]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, cwd=root, env={**env, "DATA": str(data)}, capture_output=True, text=True, check=False
    )
