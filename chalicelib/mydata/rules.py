"""What is held of somebody who rang, what of it can be erased and when, and what the record says of that. Pure.

Personal Information Protection Law, articles 44 to 47 and 50; GDPR, articles 15 to 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.bell.rules import Bell, Status
from chalicelib.case.access import Side, Viewer, by, refs_in
from chalicelib.case.shapes import CaseFile, PartyContact, Text
from chalicelib.case.stages import OPEN, Stage
from chalicelib.case.state import Case
from chalicelib.core.chain import Event, Happening
from chalicelib.core.times import parse_iso
from chalicelib.core.uploads import small

# Whoever has promised something, or was promised it, may need that somebody signed: that stays with the agreement.
_OTHERS_RELY_ON = frozenset({"signed"})
_LAST = frozenset({"withdrawn", "declined"})
PAGE, REQUEST, TIME = "page", "request", "time"
"""Why it was erased: its owner did it on a page, or asked by letter or telephone, or nobody needs it any more."""
SHORTEST = timedelta(days=60)
"""So long after its end a matter can be opened again at least (DESIGN 2): before that nothing is erased by itself."""


@dataclass(frozen=True)
class Written:
    """What a resident wrote about a case."""

    event: Event
    text: Text


def obstacle(bell: Bell, cases: Iterable[Case]) -> tuple[str, str]:
    """Why nothing of the bell can be erased yet, and the case that it waits for: `bell_still_open` (it has to be taken
    back first), `case_still_open` (others are settling the matter with this resident); twice empty when it can.

    Somebody who only co-signs, and is bound by nothing, may leave a case that goes on without them.
    """
    if bell.open:
        return "bell_still_open", ""
    for case in cases:
        if case.stage in OPEN and bell.id in case.bells and needs(case, bell.id):
            return "case_still_open", case.id
    return "", ""


def over_since(bell: Bell, events: Iterable[Event], cases: Iterable[Case]) -> datetime | None:
    """Since when nothing can come of the bell any more: it was taken back or refused, or each of its cases is filed;
    None while something can."""
    if bell.erased_at or bell.open:
        return None
    if bell.status is not Status.ACCEPTED:
        return max(parse_iso(event.at) for event in events if event.kind in _LAST)
    mine = [case for case in cases if bell.id in case.bells or case.merged_into]
    if not mine or any(case.stage is not Stage.CLOSED for case in mine):
        return None
    return max(case.stage_since or case.opened_at for case in mine)


def needs(case: Case, bell_id: str) -> bool:
    """Whether the case cannot go on without whoever rang that bell: it began with it, or it binds them."""
    if case.bells[0] == bell_id:
        return True
    signs = case.agreement is not None and bell_id in case.agreement.signatories
    return signs or any(o.who == bell_id and o.status != "void" for o in case.obligations)


def guests_obstacle(case: Case, party_id: str) -> tuple[str, str]:
    """The same of somebody who was invited to a case (`guest_still_needed`): while it goes on with them, they are
    removed from it first."""
    takes_part = any(party.id == party_id and party.active for party in case.parties)
    return ("guest_still_needed", case.id) if case.stage in OPEN and takes_part else ("", "")


def written(file: CaseFile, bell_id: str) -> tuple[Written, ...]:
    """What the bell's resident wrote about the case and is still there, oldest first."""
    return tuple(
        Written(event, file.texts[text_id])
        for event in file.events
        if _by(event, file.case, bell_id)
        for text_id in refs_in(event.data)
        if text_id in file.texts
    )


def erasable(file: CaseFile, bell_id: str) -> tuple[Text, ...]:
    """What of it is erased with the resident's data."""
    return tuple(w.text for w in written(file, bell_id) if w.event.kind not in _OTHERS_RELY_ON)


def guest_as(file: CaseFile, party_id: str) -> tuple[str, ...]:
    """The ids under which a guest was invited to the case, the given one last: whoever lost a link is removed and
    invited again, with the same number or mail. Empty when they were invited again after that one."""
    parties = {party.id: party for party in file.case.parties}
    mine, order = _reached(file.parties.get(party_id)), list(parties)
    if not mine or party_id not in parties:
        return (party_id,)
    same = [i for i in order if i != party_id and _reached(file.parties.get(i)) == mine]
    earlier = [i for i in same if order.index(i) < order.index(party_id)]
    if len(same) > len(earlier) and not parties[party_id].active:
        return ()
    # Two who take part at the same time may share a telephone.
    return (*(i for i in earlier if not parties[i].active), party_id)


def _reached(party: PartyContact | None) -> str:
    return (party.phone or party.mail.lower()) if party and not party.organisation else ""


def guests_written(file: CaseFile, party_id: str) -> tuple[Written, ...]:
    """What somebody who was invited wrote about the case and is still there, oldest first."""
    viewer = Viewer(Side.PARTY, party_id)
    return tuple(
        Written(event, file.texts[text_id])
        for event in file.events
        if by(event, viewer)
        for text_id in refs_in(event.data)
        if text_id in file.texts
    )


def guests_words(file: CaseFile, party_id: str) -> tuple[Text, ...]:
    """What of it is erased with their data."""
    return tuple(w.text for w in guests_written(file, party_id) if w.event.kind not in _OTHERS_RELY_ON)


def files_of(texts: Iterable[Text]) -> tuple[str, ...]:
    """The names under which the files of these texts are kept, thumbnails too."""
    return tuple(name for text in texts for file in text.files for name in _names(file.id, file.small))


def bell_erased(how: str) -> Happening:
    """The record of a bell says that its contact was erased; nothing of what stood there."""
    return Happening("erased", {"asked": how, "what": ["contact"]})


def case_erased(who: Mapping[str, str], texts: Iterable[Text], how: str) -> Happening:
    """The record of a case says that one of its residents (`bell`) or of its guests (`party`) was erased with what they
    wrote, by ids that say nothing."""
    gone = tuple(texts)
    data = {
        "asked": how,
        **who,
        "texts": [text.id for text in gone],
        "files": list(files_of(gone)),
    }
    return Happening("erased", data)


def seen_by(file: CaseFile, bell_id: str) -> tuple[Event, ...]:
    """The members of staff who had the resident's name and number shown to them, each saying why."""
    return tuple(e for e in file.events if e.kind == "unmasked" and e.data.get("bell") == bell_id)


def leads_to(file: CaseFile, bell_id: str) -> Iterator[str]:
    """The cases in which the bell's matter goes on: one into which this was merged, ones that were split off with the
    bell."""
    if file.case.merged_into:
        yield file.case.merged_into
    for event in file.events:
        if event.kind == "split_off" and _went_along(event.data, file, bell_id):
            yield str(event.data["case"])


def _went_along(data: Mapping[str, Any], file: CaseFile, bell_id: str) -> bool:
    # Without any bells the first holds two matters and is in both cases.
    first = next(str(e.data["bell"]) for e in file.events if e.kind == "opened")
    return bell_id in data["bells"] or (not data["bells"] and bell_id == first)


def _by(event: Event, case: Case, bell_id: str) -> bool:
    if event.actor.get("kind") != Side.RESIDENT:
        return False
    # An actor without an id is of a case's first days, when it had one resident.
    return (event.actor.get("id") or next(iter(case.bells), "")) == bell_id


def _names(file_id: str, thumbnail: bool) -> tuple[str, ...]:
    return (file_id, small(file_id)) if thumbnail else (file_id,)
