"""A case's record in words for one reader: the sentences of all its events, by number. For API and pages alike."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.case.access import Side
from chalicelib.case.reading import Lens
from chalicelib.web.case_sentences import Teller, case_story


def story(lens: Lens) -> Mapping[int, str]:
    """What the reader is told of each event, by the event's number; what they are not told of is not there."""
    said = case_story(lens.events, teller(lens), lens.language)
    seen = {event.seq for event in lens.told()}
    return {e.seq: text for e, text in zip(lens.events, said, strict=True) if e.seq in seen}


def teller(lens: Lens) -> Teller:
    """The reader's circumstances: their voice, their names for everybody, the place's clock."""
    staff = lens.viewer.side is Side.STAFF
    people = {member.id: member.name for member in lens.directory.staff}
    parties = {party: lens.name(party) for party in lens.file.parties}
    residents = {bell: lens.name(bell) for bell in lens.case.bells if bell in lens.residents}
    return Teller(
        zone=lens.directory.subdistrict.timezone,
        voice="staff" if staff else "plain",
        me=lens.mine,
        names=people | parties | residents,
        now=lens.now,
    )
