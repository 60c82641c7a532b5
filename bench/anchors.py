"""The day's anchor over many records: processor time for each, against `json.loads` of the same answers of DynamoDB,
and memory, which must not grow with their number. In processes of their own; DynamoDB's answers and the vault are
played here, so nothing waits."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from infra.package.project import ROOT

SIZES = (100_000, 400_000)
MEGABYTES = 256
_PAGE = 8_700
"""So many entries of the index are a megabyte, as DynamoDB counts."""
_AT = datetime(2026, 11, 1, tzinfo=UTC)


def report() -> None:
    """Measure in fresh processes and print."""
    print(
        "The day's anchor                  processor, each    of json.loads    most memory, Python included"
    )
    found = {size: _child(size) for size in SIZES}
    for size, (whole, floor, megabytes) in found.items():
        each, ratio = whole / size * 1e6, whole / floor
        print(f"  {size:>9,} records {each:25.1f} µs {ratio:11.1f} times {megabytes:15.0f} MB")
    kept = max(megabytes for _, _, megabytes in found.values())
    print(
        f"\n  promised: under {MEGABYTES} MB however many there are: {'kept' if kept < MEGABYTES else 'MISSED'}"
    )


def _child(size: int) -> tuple[float, float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.anchors", str(size)],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "eu-central-1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    whole, floor, megabytes = json.loads(done.stdout)
    return whole, floor, megabytes


def _measured(size: int) -> tuple[float, float, float]:
    """Seconds for the anchor, seconds for reading its pages as JSON, the process's peak. Making the pages is in neither
    of the first two."""
    from botocore import handlers

    from chalicelib.anchor import service
    from chalicelib.store import DynamoStore

    played = _Played(size)
    handlers.BUILTIN_HANDLERS.insert(0, ("before-send.dynamodb", played.answer, handlers.REGISTER_FIRST))
    store = DynamoStore("bench", "eu-central-1", lambda _: None)
    ports: Any = SimpleNamespace(
        store=store, vault=_Vault(), clock=SimpleNamespace(now=lambda: _AT), policy=None
    )
    start = time.process_time()
    anchor, _ = service.take(ports)
    whole = time.process_time() - start - played.making
    if anchor.size != size:
        raise RuntimeError(f"{anchor.size} leaves")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    floor = 0.0
    for shard in range(_Played.shards):
        for page in range(played.pages):
            text = played.page(shard, page)
            start = time.process_time()
            json.loads(text)
            floor += time.process_time() - start
    return whole, floor, peak


class _Vault:
    """Takes everything and keeps nothing."""

    def put(self, name: str, text: str) -> str:
        return text

    def names(self, folder: str) -> tuple[str, ...]:
        return ()


class _Played:
    """DynamoDB as it answers queries of the index; a page is made when it is asked for, so that none is in memory."""

    shards = 4

    def __init__(self, size: int) -> None:
        self._each = size // self.shards
        self.pages = -(-self._each // _PAGE)
        self.making = 0.0

    def answer(self, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        start = time.process_time()
        body = json.loads(request.body)
        shard = re.search(r"TIP#(\d)", request.body.decode())
        number = int(body.get("ExclusiveStartKey", {}).get("pk", {}).get("S", "0"))
        text = self.page(int(shard[1]) if shard else 0, number)
        self.making += time.process_time() - start
        headers: Any = {"x-amzn-requestid": "bench"}
        return AWSResponse(request.url, 200, headers, _Raw(text))

    def page(self, shard: int, number: int) -> bytes:
        numbers = range(number * _PAGE, min((number + 1) * _PAGE, self._each))
        items = [
            {
                "pk": {"S": f"BELL#MX{n:07d}{shard}"},
                "sk": {"S": "HEAD"},
                "tip_shard": {"S": f"TIP#{shard}"},
                "tip_seq": {"N": str(n % 90 + 1)},
                "tip_hash": {"S": hashlib.sha256(f"{shard} {n}".encode()).hexdigest()},
            }
            for n in numbers
        ]
        found: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        if number + 1 < self.pages:
            found["LastEvaluatedKey"] = {
                "pk": {"S": str(number + 1)},
                "sk": {"S": "HEAD"},
                "tip_shard": {"S": f"TIP#{shard}"},
            }
        return json.dumps(found).encode()


class _Raw(BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.getvalue()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_measured(int(sys.argv[1]))))
    else:
        report()
