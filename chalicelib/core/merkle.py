"""The Merkle tree of RFC 9162 section 2.1 (RFC 6962's, with SHA-256): one root for many leaves, and short proofs that a
leaf is under it. Pure. Hashes are 32 bytes.

A leaf's hash begins with a byte 0 and a node's with a byte 1, so that neither can be passed off as the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf that holds this."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes; of none it is the hash of nothing. Keeps one hash for each level."""
    stack: list[bytes] = []
    for count, leaf in enumerate(leaves):
        grown = leaf
        # Every full pair of equal subtrees becomes one: as many as `count` ends in binary ones.
        for _ in range((~count & (count + 1)).bit_length() - 1):
            grown = node_hash(stack.pop(), grown)
        stack.append(grown)
    if not stack:
        return hashlib.sha256().digest()
    found = stack.pop()
    while stack:
        found = node_hash(stack.pop(), found)
    return found


def proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes with which the leaf hash at `index` leads to the root, lowest first; raises IndexError when there is
    no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level = _above(level)
        index >>= 1
    return tuple(path)


def root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads in a tree of `size` leaves (RFC 9162 section 2.1.3.2); None when it cannot be a
    proof for such a tree."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; a last one without a neighbour goes up as it is."""
    pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
