"""The desk and the pen: what people write about a case, bound to the record by a salted commitment and kept beside
it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.case.access import Viewer
from chalicelib.case.shapes import Attachment, PartyContact, Text
from chalicelib.case.state import Case, Ref
from chalicelib.core import text as words_of
from chalicelib.core.chain import commitment
from chalicelib.core.errors import FieldError
from chalicelib.core.times import parse_iso
from chalicelib.place.rules import Directory

WORDS_LIMIT = 4_000
FILES_LIMIT = 9
# One command is one transaction, which holds a hundred rows; the head, events and links are among them.
TEXTS_LIMIT = 60
FARTHEST = timedelta(days=3653)
CHANCE_BITS = 128
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Pen:
    """Collects what one command writes, and every field in which it is wrong. `chance(bits)` makes ids and salts."""

    chance: Callable[[int], int]
    texts: list[Text] = field(default_factory=list)
    problems: list[FieldError] = field(default_factory=list)

    def write(
        self, name: str, words: str, files: Iterable[Attachment] = (), *, limit: int = WORDS_LIMIT
    ) -> Ref:
        """What was written under that field, which must say something, or show it."""
        attached = tuple(dict.fromkeys(files))
        if not words_of.visible(words) and not attached:
            self.problems.append(FieldError(name, "required"))
        if words_of.has_control(words):
            self.problems.append(FieldError(name, "control_characters"))
        if len(words) > limit:
            self.problems.append(FieldError(name, "too_long", {"limit": limit}))
        if len(self.texts) >= TEXTS_LIMIT:
            self.problems.append(FieldError(name, "too_many", {"limit": TEXTS_LIMIT}))
        if len(attached) > FILES_LIMIT:
            self.problems.append(FieldError("files", "too_many", {"limit": FILES_LIMIT}))
        return self._keep(words, attached)

    def maybe(self, name: str, words: str, files: Iterable[Attachment] = ()) -> Ref | None:
        """The same where nothing may be written."""
        attached = tuple(files)
        return self.write(name, words, attached) if words.strip() or attached else None

    def _keep(self, words: str, files: tuple[Attachment, ...]) -> Ref:
        text = Text(f"{self.chance(64):016x}", words, f"{self.chance(CHANCE_BITS):032x}", files)
        self.texts.append(text)
        return Ref(text.id, committed(text))


def committed(text: Text) -> str:
    """What an event holds of a text: it binds the words and the files, and tells nothing of them."""
    return commitment(text.salt, {"words": text.words, "files": [file.id for file in text.files]})


@dataclass
class Desk:
    """Where a command is written: the case as it is, who writes, the pen, and the people one can name."""

    case: Case
    viewer: Viewer
    directory: Directory
    pen: Pen
    parties: list[PartyContact]
    now: datetime

    def wrong(self, field: str, code: str = "unknown", **params: object) -> None:
        """Note a wrong field; everything else is looked at all the same."""
        self.pen.problems.append(FieldError(field, code, params))

    def line(self, field: str, typed: str, limit: int) -> str:
        """A short line as it was typed, without the space around it; one too long or unreadable is noted."""
        if len(typed.strip()) > limit:
            self.wrong(field, "too_long", limit=limit)
        if words_of.has_control(typed):
            self.wrong(field, "control_characters")
        return typed.strip()

    def time(self, field: str, value: str) -> datetime:
        """The instant that was written; a wrong one is noted and is long past."""
        try:
            at = parse_iso(value)
        except (ValueError, OverflowError):
            self.wrong(field, "not_a_time" if value else "required")
            return _NEVER
        if at - self.now > FARTHEST:
            self.wrong(field, "too_far")
            return _NEVER
        return at
