"""What may be uploaded, how large, and the ids of files. Pure.

A file's id is 16 hexadecimal digits and the ending of its type (`9f86d081884c7d65.jpg`), so that nothing has to be
looked up to know what it is; its thumbnail has the same id with `-s` (`9f86d081884c7d65.jpg-s`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
MOST_BYTES = 10_000_000
SMALL_BYTES = 200_000
UPLOAD_SECONDS = 15 * 60
SHOW_SECONDS = 15 * 60
CHANCE_BITS = 64
_KINDS = {ending: kind for kind, ending in ENDINGS.items()}
_ID = re.compile(rf"[0-9a-f]{{16}}\.({'|'.join(_KINDS)})")


def file_id(kind: str, chance: int) -> str:
    """The id of a new file of that type; raises KeyError for a type that is not taken."""
    return f"{chance:016x}.{ENDINGS[kind]}"


def kind_of(text: str) -> str | None:
    """The media type of the file of that id, None when it cannot be one."""
    found = _ID.fullmatch(text)
    return _KINDS[found[1]] if found else None


def small(text: str) -> str:
    """The id of a file's thumbnail."""
    return f"{text}-s"
