"""How anchors and proofs look on the wire."""

from __future__ import annotations

from msgspec import Struct


class AnchorBody(Struct, frozen=True):
    """The anchor of a day (UTC): `size` records under the Merkle root `root`, read at `at`. `previous` is the hash of
    the anchor before, 64 zeros for the first; `hash` is SHA-256 over the canonical JSON (RFC 8785) of all else."""

    date: str
    at: str
    size: int
    root: str
    previous: str
    hash: str
    format: str


class AnchorList(Struct, frozen=True):
    """Anchors, the newest first. `cursor`: ask again with it for older ones; empty when there are none."""

    anchors: list[AnchorBody]
    cursor: str = ""


class ProofBody(Struct, frozen=True):
    """That a record, up to event `seq` with this `hash`, is under an anchor: the leaf is SHA-256 over a byte 0 and the
    canonical JSON of `{thing, seq, hash}`, and leads with `path` to the anchor's root (RFC 9162, 2.1.3.2). `fits`:
    whether that event of the record still has this hash, as the server sees it; see for yourself."""

    seq: int
    hash: str
    index: int
    path: list[str]
    anchor: AnchorBody
    fits: bool


class ProofAnswer(Struct, frozen=True):
    """`proof` is null while the record is younger than the anchor."""

    thing: str
    proof: ProofBody | None
