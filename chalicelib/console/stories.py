"""The timeline of a case as staff read it: the record in sentences, with words and photos under them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from chalicelib.case import access
from chalicelib.case.reading import Lens
from chalicelib.case.telling import story
from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.web import console_views as v
from chalicelib.web.i18n import N_, translate

_NOTES: Final = frozenset(
    {"extension_asked", "extension_refused", "extended", "pressed", "reported", "assigned", "unmasked"}
)
_CLOCK: Final = frozenset({"reminded", "overdue", "lapsed", "rearmed"})
_REPEATED: Final = 2
# Numbered and with who is bound by them, these words stand in their own cards.
_ELSEWHERE: Final = frozenset({"drafted", "offered", "promised"})


def told(lens: Lens) -> Iterator[v.Entry]:
    """The whole record in sentences, oldest first."""
    said = story(lens)
    for event in lens.events:
        refs = [{"id": ref} for ref in access.refs_in(event.data)] if event.kind not in _ELSEWHERE else []
        yield v.Entry(
            seq=event.seq,
            kind=event.kind,
            tone=_tone(event),
            at=parse_iso(event.at),
            text=said[event.seq],
            who=lens.actor(event),
            words=tuple(filter(None, map(lens.words, refs))),
            files=tuple(photo for ref in refs for photo in lens.files(ref)),
        )


def _tone(event: Event) -> str:
    if event.kind == "notified":
        return "notice"
    if event.kind in _CLOCK:
        return "clock"
    internal = event.kind == "messaged" and event.data["to"] == "staff" and event.actor.get("kind") == "staff"
    if internal or event.kind in _NOTES:
        return "note"
    return "step" if "stage" in event.data else "word"


def gathered(lens: Lens, entries: Iterable[v.Entry]) -> Iterator[v.Entry]:
    """What became of messages as one, several in a row; of what the clock says again and again only the latest."""
    for tone, run in groupby(entries, key=lambda entry: entry.tone):
        found = list(run)
        if tone == "notice":
            yield _folded(lens, N_("Messages that were sent"), found)
        elif tone == "clock" and len(found) > _REPEATED:
            yield found[0]
            yield _folded(lens, N_("Reminders before that"), found[1:])
        else:
            yield from found


def _folded(lens: Lens, title: str, entries: Sequence[v.Entry]) -> v.Entry:
    said = tuple(entry.text for entry in entries)
    text = translate(lens.language, title)
    return v.Entry(entries[0].seq, "notified", "notice", entries[0].at, text, words=said)


def since(lens: Lens, entries: Sequence[v.Entry], seen: int) -> tuple[v.Entry, ...]:
    """What others did since that version."""
    if not seen:
        return ()
    later = {event.seq for event in access.since(lens.events, seen)}
    return tuple(entry for entry in entries if entry.seq in later)
