"""Polls and rolls as rows and back, apart from `store.codec` because bells do without."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.core import ids
from chalicelib.core.chain import Tip
from chalicelib.core.times import iso
from chalicelib.poll.ballots import Ballot, Box, Ruling
from chalicelib.poll.roll import Roll, Unit, of_json, to_json
from chalicelib.poll.shapes import GATES, PART, Gate
from chalicelib.poll.state import Poll
from chalicelib.store import codec, keys
from chalicelib.store.poll_models import BoxRow, GateRow, PartRow, PollHead, RollHead
from chalicelib.store.upgrade import schema_of

PIECE = 200_000
"""So many bytes of a published file are in one row, whose limit is 400 KB."""


def poll_head(poll: Poll) -> PollHead:
    """The head of a poll that comes into being now."""
    pk, sk = keys.head(poll.thing)
    prefix = ids.prefix_of(poll.id)
    at = f"{iso(poll.created_at)}#{poll.id}"
    return PollHead(
        pk, sk, **poll_state(poll), by_timeline=False, public_scope=keys.polls(prefix), public_at=at
    )


def poll_state(poll: Poll) -> dict[str, Any]:
    """The attributes of a head that change with the poll; None: the row has no such attribute."""
    return {
        "schema": schema_of("POLL"),
        "version": poll.version,
        "generation": poll.generation,
        "hops": poll.hops,
        "tip_seq": poll.tip.seq,
        "tip_hash": poll.tip.hash,
        "tip_shard": keys.tips_of(poll.thing),
        "poll": codec.encode(replace(poll, version=1, generation=1, hops=0, tip=Tip())),
        "due_at": iso(poll.due_at) if poll.due_at else None,
        "due_shard": keys.shard_of(poll.thing) if poll.due_at else None,
    }


def poll_of(row: PollHead) -> Poll:
    """The poll that a head describes."""
    return replace(
        codec.decode(Poll, row.poll),
        version=int(row.version),
        generation=int(row.generation),
        hops=int(row.hops),
        tip=Tip(int(row.tip_seq), row.tip_hash),
    )


def gate_rows(poll_id: str, gate: Gate) -> list[GateRow]:
    """The rows that let votes pass, all alike."""
    return [
        GateRow(
            *keys.gate(poll_id, number),
            opens_at=iso(gate.opens_at),
            closes_at=iso(gate.closes_at),
            entry_until=iso(gate.entry_until),
            choices=set(gate.choices),
        )
        for number in range(GATES)
    ]


def box_of(row: BoxRow) -> Box:
    """The box of a unit."""
    sealed: list[str] = list(row.ballots or ())  # type: ignore[arg-type]  # pynamodb's own type is the attribute's
    return Box(
        unit=int(row.sk.removeprefix(keys.BOXES)),
        ballots=tuple(codec.decode(Ballot, text) for text in sealed),
        round=int(row.round or 0),
        ruling=codec.decode(Ruling, row.ruling) if row.ruling else None,
    )


def part_text(units: Iterable[Unit]) -> str:
    """A page of a roll."""
    return json.dumps([to_json(unit) for unit in units], ensure_ascii=False, separators=(",", ":"))


def units_of(row: PartRow) -> tuple[Unit, ...]:
    """The units of a page."""
    return tuple(map(of_json, json.loads(row.units)))


def parts_of(units: Sequence[Unit]) -> list[tuple[int, str]]:
    """The pages of a roll by their numbers, from 1."""
    starts = range(0, len(units), PART)
    return [(number, part_text(units[start : start + PART])) for number, start in enumerate(starts, 1)]


def pieces_of(document: str) -> list[str]:
    """A published file in pieces that fit a row; cut between characters."""
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    for line in document.splitlines(keepends=True):
        length = len(line.encode())
        if current and size + length > PIECE:
            pieces.append("".join(current))
            current, size = [], 0
        current.append(line)
        size += length
    return [*pieces, "".join(current)]


def roll_head(roll: Roll) -> RollHead:
    """The head of a roll, as a whole: nothing else writes to it."""
    return RollHead(
        *keys.head(roll.thing),
        schema=schema_of("ROLL"),
        version=roll.version,
        tip_seq=roll.tip.seq,
        tip_hash=roll.tip.hash,
        tip_shard=keys.tips_of(roll.thing),
        roll=codec.encode(replace(roll, version=0, tip=Tip())),
    )


def roll_of(row: RollHead) -> Roll:
    """The roll that a head describes."""
    tip = Tip(int(row.tip_seq), row.tip_hash)
    return replace(codec.decode(Roll, row.roll), version=int(row.version), tip=tip)
