"""A file store in memory, with a browser's way in."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from chalicelib.case.shapes import Upload
from chalicelib.core.times import iso
from chalicelib.core.uploads import kind_of
from chalicelib.ports import Clock

ADDRESS = "https://files.example.org"


@dataclass(frozen=True)
class Stored:
    """A file as it lies there."""

    kind: str
    content: bytes


class FakeFiles:
    """The Files port. `stored`: everything there is, by `incoming/<owner>/<id>` and `kept/<owner>/<id>`.

    `post` and `fetch` do what a browser does with a form and with a link.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stored: dict[str, Stored] = {}

    def upload(
        self, owner: str, file_id: str, kind: str, most_bytes: int, seconds: int, back_to: str = ""
    ) -> Upload:
        """A form that this store's `post` takes."""
        until = self._clock.now() + timedelta(seconds=seconds)
        fields = {"key": f"incoming/{owner}/{file_id}", "Content-Type": kind}
        if back_to:
            fields["success_action_redirect"] = back_to
        terms = {"fields": fields, "most": most_bytes, "until": iso(until)}
        policy = b64encode(json.dumps(terms).encode()).decode()
        return Upload(file_id, f"{ADDRESS}/", {**fields, "policy": policy}, most_bytes, until)

    def keep(self, owner: str, file_id: str) -> bool:
        """What has come stays, as it was when it was kept first."""
        incoming, kept = (self.stored.get(f"{where}/{owner}/{file_id}") for where in ("incoming", "kept"))
        if kept is None and incoming is not None:
            self.stored[f"kept/{owner}/{file_id}"] = incoming
        return bool(kept or incoming)

    def remove(self, owner: str, file_id: str) -> None:
        """It lies there no more."""
        self.stored.pop(f"kept/{owner}/{file_id}", None)

    def url(self, owner: str, file_id: str, seconds: int) -> str:
        """A link that this store's `fetch` opens; the same for a while, as the real one's."""
        now = self._clock.now()
        until = now + timedelta(seconds=2 * seconds - now.timestamp() % seconds)
        return f"{ADDRESS}/kept/{owner}/{file_id}?{urlencode({'until': iso(until)})}"

    # -- what browsers do

    def arrive(self, owner: str, file_id: str, content: bytes = b"a picture") -> None:
        """Somebody has uploaded that file."""
        self.stored[f"incoming/{owner}/{file_id}"] = Stored(kind_of(file_id) or "image/jpeg", content)

    def post(self, url: str, fields: Mapping[str, str], content: bytes) -> int:
        """Send a form with a file: the status."""
        sent = dict(fields)
        terms = json.loads(b64decode(sent.pop("policy", "")) or "{}")
        if url != f"{ADDRESS}/" or terms.get("fields") != sent or not self._before(terms["until"]):
            return 403
        if not 1 <= len(content) <= terms["most"]:
            return 400
        self.stored[sent["key"]] = Stored(sent["Content-Type"], content)
        return 303 if "success_action_redirect" in sent else 204

    def fetch(self, url: str) -> tuple[int, str, bytes]:
        """Open a link: status, media type, content."""
        parts = urlsplit(url)
        if not self._before(dict(parse_qsl(parts.query)).get("until", "")):
            return 403, "", b""
        found = self.stored.get(parts.path.lstrip("/"))
        if found is None:
            return 404, "", b""
        return 200, kind_of(parts.path.rpartition("/")[2]) or "image/jpeg", found.content

    def _before(self, instant: str) -> bool:
        return bool(instant) and self._clock.now() < datetime.fromisoformat(instant)
