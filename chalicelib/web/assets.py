"""The static files of the pages: style, modules, icons. All are text in one folder; nothing else is served."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent / "static"
CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
CACHE_CONTROL: Final = "public, max-age=86400"


class Asset(msgspec.Struct, frozen=True):
    """A static file: its text, its content type and a short hash of it that goes into links and the ETag."""

    body: str
    content_type: str
    version: str


@lru_cache(maxsize=32)
def asset(name: str) -> Asset | None:
    """The static file called `name`, or None. Only names found in the folder exist, so no path can lead out of it."""
    if name not in names():
        return None
    path = FOLDER / name
    body = path.read_text(encoding="utf-8")
    return Asset(body, CONTENT_TYPES[path.suffix], sha256(body.encode()).hexdigest()[:10])


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names that are served at /static/<name>."""
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in CONTENT_TYPES)
