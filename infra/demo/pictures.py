"""The pictures that people of the demo take: small coloured cards, drawn here, real PNG files."""

from __future__ import annotations

import struct
import zlib
from hashlib import sha256

WIDTH, HEIGHT = 320, 240
_EDGE, _PALE = 16, 236


def card(what: str) -> bytes:
    """A card in a colour of its own for each `what`: a framed field with stripes, as a PNG."""
    colour, paper = _colour(what), bytes((_PALE, _PALE, _PALE))
    plain = colour * WIDTH
    framed = colour * _EDGE + paper * (WIDTH - 2 * _EDGE) + colour * _EDGE
    rows = [plain if _is_edge(y) or y // _EDGE % 4 == 0 else framed for y in range(HEIGHT)]
    # Each row begins with its filter: none.
    return _png(b"".join(b"\0" + row for row in rows))


def _is_edge(y: int) -> bool:
    return y < _EDGE or y >= HEIGHT - _EDGE


def _colour(what: str) -> bytes:
    """Neither too pale for the paper nor too dark for the eye."""
    return bytes(48 + byte % 128 for byte in sha256(what.encode()).digest()[:3])


def _png(pixels: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
