"""Guests of cases see what is held of them, and have it erased: by their own link, by the operator, or in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.case.access import Side
from chalicelib.case.changes import following
from chalicelib.case.shapes import MOST_ERASED, CaseFile, PartyContact, Text
from chalicelib.case.stages import Stage
from chalicelib.core import ids, links
from chalicelib.core.chain import Actor
from chalicelib.core.errors import Conflict, Gone, Stale, Unauthorized, Unavailable
from chalicelib.core.links import Purpose
from chalicelib.mydata import rules
from chalicelib.mydata.service import TRIES, heads, link_of
from chalicelib.ports import Ports

if TYPE_CHECKING:
    from chalicelib.place.rules import Directory


def over(ports: Ports, before: datetime) -> Iterator[tuple[CaseFile, PartyContact]]:
    """Those who were invited to a case alone that was filed before that instant. Maintenance, as `service.over`."""
    for case_id in heads(ports, "CASE#"):
        file = ports.store.case(case_id)
        if file and file.case.stage is Stage.CLOSED and (file.case.stage_since or before) < before:
            yield from ((file, party) for party in file.parties.values() if not party.organisation)


def invited_by(ports: Ports, phone: str) -> tuple[tuple[CaseFile, PartyContact], ...]:
    """The cases to which somebody of that number (E.164) was invited for that case alone, and as whom. What the
    directory lists is not theirs: it is corrected in the place file. Scans the table; one AWS call more for each."""
    found = [(case_id, party) for case_id, party in ports.store.guests(phone) if not party.organisation]
    files = ((ports.store.case(case_id), party) for case_id, party in sorted(found, key=lambda pair: pair[0]))
    return tuple((file, party) for file, party in files if file is not None)


def forget_guest(
    ports: Ports, case_id: str, party_id: str, by: Actor, why: str = rules.REQUEST
) -> tuple[int, int]:
    """The operator erases how somebody who was invited is reached, and what they wrote; two AWS calls, for more than
    `MOST_ERASED` texts two each time. Answers how many texts and files that were. Their link opens nothing any more.
    Raises Conflict while the case goes on with them."""
    texts, files, more = 0, 0, True
    while more:
        gone, more = _forget_some(ports, case_id, party_id, by, why)
        texts += len(gone)
        files += len(rules.files_of(gone))
    return texts, files


def _forget_some(
    ports: Ports, case_id: str, party_id: str, by: Actor, why: str
) -> tuple[tuple[Text, ...], bool]:
    """As much as one transaction holds, each text with the event that names its photos; whether there is more. The row
    by which they are found goes last, so what breaks off in between is found again."""
    for _ in range(TRIES):
        file = ports.store.case(case_id)
        if file is None or party_id not in file.parties:
            return (), False
        code, named = rules.guests_obstacle(file.case, party_id)
        if code:
            raise Conflict(code, case=ids.number(named))
        every = rules.guests_words(file, party_id)
        texts, more = every[:MOST_ERASED], len(every) > MOST_ERASED
        happening = rules.case_erased({"party": party_id}, texts, why)
        planned = following(file.case, (happening,), by, ports.clock.now())
        at_once = tuple(text.id for text in texts)
        try:
            ports.store.commit(replace(planned, erase=at_once, forget=() if more else (party_id,)))
        except Stale:
            continue
        return texts, more
    raise Unavailable("erase")


@dataclass(frozen=True)
class GuestHolding:
    """All that is held of somebody who was invited to a case. `party`: None once it is erased. `known_as`: the ids
    under which they were, the link's last."""

    file: CaseFile
    party_id: str
    party: PartyContact | None
    directory: Directory
    known_as: tuple[str, ...] = ()

    @property
    def obstacle(self) -> tuple[str, str]:
        """As `rules.guests_obstacle`; `listed_in_directory` for an organisation, whose data is not the case's."""
        if self.party is not None and self.party.organisation:
            return "listed_in_directory", ""
        return rules.guests_obstacle(self.file.case, self.party_id) if self.party else ("", "")


def look_as_guest(ports: Ports, token: str, case_id: str = "") -> GuestHolding:
    """What is held, for the holder of a party's link, also of one who was removed from the case; one AWS call. Raises
    Unauthorized, Forbidden and Gone as `look`; Gone, too, for a link that was replaced by a later invitation: it may
    have been lost."""
    named = links.thing_id_of(token)
    if named is None or (case_id and ids.parse(case_id) != named):
        raise Unauthorized("link_unknown")
    file = ports.store.case(named)
    link = link_of(file.links if file else (), token, Purpose.PARTY, ports.clock.now())
    if file is None:
        raise Unauthorized("link_unknown")
    directory = ports.directories.of(ids.prefix_of(named))
    known_as = rules.guest_as(file, link.holder)
    if not known_as:
        raise Gone("guest_invited_again")
    return GuestHolding(file, link.holder, file.parties.get(link.holder), directory, known_as)


def erase_as_guest(ports: Ports, token: str, case_id: str = "") -> tuple[GuestHolding, int, int]:
    """A guest has erased what is held of them; three AWS calls, two more for each earlier invitation. Answers how it
    stands then, and how many texts and files went; none when it had been erased before. Raises Conflict while the case
    goes on with them, and for an organisation."""
    held = look_as_guest(ports, token, case_id)
    code, named = held.obstacle
    if code:
        raise Conflict(code, case=ids.number(named) if named else "")
    role = next((party.kind for party in held.file.case.parties if party.id == held.party_id), "")
    by = Actor(Side.PARTY, held.party_id, role=role)
    # The link's own row comes last: by it what breaks off in between is found again.
    gone = [forget_guest(ports, held.file.case.id, known, by, rules.PAGE) for known in held.known_as]
    return replace(held, party=None), sum(texts for texts, _ in gone), sum(files for _, files in gone)
