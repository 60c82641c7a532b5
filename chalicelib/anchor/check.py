"""核对存证 · Check a record against an anchor from saved answers alone: `python -m chalicelib.anchor.check PROOF`.

PROOF is what `GET /v1/bells/{id}/proof` (or a case's or poll's) answered. `--record` is what `…/record` answered: its
chain is computed anew, too, and must hold the anchored event. `--root` is the root that you know from elsewhere, such
as the day's mail. Nothing but Python's standard library, and not a line of the platform's own tree, so that a mistake
there shows here. Ends with 1 when anything does not fit, with 2 when a file is no such answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
_OTHER = """\
读不懂：要的是 /v1/bells/…/proof（铃录则是 …/record）返回的原文，请原样保存
not such an answer: save what /v1/bells/…/proof (for the record, …/record) answers, just as it is"""
_ZEROS = "0" * 64


class _NoWay(Exception):
    """No proof for such a tree."""


def differences(answer: Json, record: Json | None = None, root: str = "") -> Iterator[str]:
    """What does not fit, in sentences; raises KeyError, TypeError or ValueError for what is no such answer."""
    proof = answer["proof"]
    anchor = proof["anchor"]
    if _hash({name: value for name, value in anchor.items() if name != "hash"}) != anchor["hash"]:
        yield "存证与它自己的指纹不符 the anchor does not hash to its hash"
    leaf = {"thing": answer["thing"], "seq": proof["seq"], "hash": proof["hash"]}
    if not _leads(leaf, proof, anchor):
        yield "通不到根 the way does not lead to the root"
    if root and root.lower().replace(" ", "") != anchor["root"]:
        yield "根与给出的不同 the root is not the one that was given"
    if record is not None:
        yield from _of_record(record["events"], leaf)


def _of_record(events: list[Json], leaf: Json) -> Iterator[str]:
    prev = _ZEROS
    for place, event in enumerate(events, 1):
        whole = _hash({name: value for name, value in event.items() if name != "hash"}) == event["hash"]
        if not whole or (event["thing"], event["seq"], event["prev"]) != (leaf["thing"], place, prev):
            yield f"铃录第 {place} 条不符 event {place} of the record does not fit"
        prev = event["hash"]
    if len(events) < leaf["seq"] or events[leaf["seq"] - 1]["hash"] != leaf["hash"]:
        yield f"铃录里没有存证的第 {leaf['seq']} 条 event {leaf['seq']} is not the anchored one"


def _leads(leaf: Json, proof: Json, anchor: Json) -> bool:
    """Whether the way is one for a tree of that size, and ends at the anchor's root."""
    path = [bytes.fromhex(step) for step in proof["path"]]
    try:
        return bool(_top(leaf, proof["index"], anchor["size"], path).hex() == anchor["root"])
    except _NoWay:
        return False


def _top(leaf: Json, index: int, size: int, path: list[bytes]) -> bytes:
    """Down from the root: the left part of a tree holds the largest power of two that is less than its size. Raises
    _NoWay at once when that cannot be: nothing must take the place of a hash that is missing."""
    if not 0 <= index < size or (size == 1) is bool(path):
        raise _NoWay
    if size == 1:
        return _sha(b"\0" + _canonical(leaf))
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return _sha(b"\1" + _top(leaf, index, half, path[:-1]) + path[-1])
    return _sha(b"\1" + path[-1] + _top(leaf, index - half, size - half, path[:-1]))


def _sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _hash(value: object) -> str:
    return _sha(_canonical(value)).hex()


def main(arguments: list[str]) -> int:
    """Check and say what was found."""
    parser = argparse.ArgumentParser(prog="check", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("proof", type=Path)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--root", default="")
    asked = parser.parse_args(arguments)
    try:
        answer = json.loads(asked.proof.read_text("utf-8"))
        record = json.loads(asked.record.read_text("utf-8")) if asked.record else None
        if answer["proof"] is None:
            return _say(
                2, "还没有存证，一天之内会有，请到时再存一次 not under an anchor yet: save it again in a day"
            )
        wrong = list(differences(answer, record, asked.root))
    except OSError as error:
        return _say(2, f"无法读取 {error.filename} cannot be read: {error.strerror}")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return _say(2, _OTHER)
    for sentence in wrong:
        _say(1, sentence)
    return 1 if wrong else _say(0, _good(answer, with_record=record is not None, with_root=bool(asked.root)))


def _good(answer: Json, *, with_record: bool, with_root: bool) -> str:
    anchor, seq = answer["proof"]["anchor"], answer["proof"]["seq"]
    hints = [] if with_record else ["连同铃录一起核对 check the record, too: RECORD=… (--record …)"]
    hints += (
        []
        if with_root
        else [f"根，请与网页或邮件里的比较 compare the root with the page's or the mail's: {anchor['root']}"]
    )
    fits = f"{answer['thing']} 到第 {seq} 条为止在 {anchor['date']} 的存证之下 is under that anchor up to event {seq}"
    return "\n".join([fits, *hints])


def _say(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
