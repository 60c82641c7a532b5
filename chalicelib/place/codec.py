"""A directory as the store keeps it: compact JSON, read back into the same frozen dataclasses.

Apart from `place.file`, because every request that looks somebody up decodes one and needs nothing else.
"""

from __future__ import annotations

import msgspec

from chalicelib.place.rules import Directory

_DECODER = msgspec.json.Decoder(Directory)


def encode(directory: Directory) -> bytes:
    """The directory as JSON of this program's version; `decode` gives an equal one."""
    return msgspec.json.encode(directory)


def decode(document: bytes | str) -> Directory:
    """The directory that was encoded; raises ValueError when the document is none.

    Fields that an older version did not write take their defaults, those of a newer one are passed over.
    """
    return _DECODER.decode(document)
