"""Cases in the table: read as a whole, opened for a change, listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.core import ids
from chalicelib.core.errors import NotFound
from chalicelib.ports import Contact, Page
from chalicelib.store import case_codec, codec, cursors, keys
from chalicelib.store.models import (
    CaseHead,
    ContactRow,
    DirectoryRow,
    EventRow,
    LinkRow,
    NoticeRow,
    PartyRow,
    Row,
    TextRow,
)
from chalicelib.store.table import INDEXES, Part, Raw, Transaction

if TYPE_CHECKING:
    from chalicelib.case.shapes import CaseFile, CaseLine, CaseOpening, PartyContact, Worklist

# DynamoDB's limit of a transaction.
_MOST = 100


class Cases(Part):
    """The part of the store that knows cases."""

    def case(self, case_id: str) -> CaseFile | None:
        """One Query; see `ports.Store`."""
        rows = [codec.row_of(raw) for raw in self.table.query(keys.case(case_id))]
        head = next((row for row in rows if isinstance(row, CaseHead)), None)
        return _file(head, rows) if head else None

    def case_opening(self, case_id: str, link: tuple[str, str] | None = None) -> CaseOpening | None:
        """One BatchGetItem; see `ports.Store`. Raises NotFound when the case's subdistrict has no directory."""
        from chalicelib.case.shapes import CaseOpening

        wanted = [keys.head(keys.case(case_id)), keys.head(keys.place(ids.prefix_of(case_id)))]
        wanted += [keys.link(*link)] if link else []
        rows = [codec.row_of(raw) for raw in self.table.get_many(wanted).values()]
        head = next((row for row in rows if isinstance(row, CaseHead)), None)
        if head is None:
            return None
        directory = next((row for row in rows if isinstance(row, DirectoryRow)), None)
        if directory is None:
            raise NotFound("no_such_place")
        found = next((codec.link_of(row) for row in rows if isinstance(row, LinkRow)), None)
        return CaseOpening(case_codec.case_of(head), head.subject or "", found, codec.directory_of(directory))

    def cases(self, case_ids: Sequence[str]) -> tuple[CaseLine, ...]:
        """One BatchGetItem for each hundred; see `ports.Store`."""
        wanted = [keys.head(keys.case(case_id)) for case_id in dict.fromkeys(case_ids)]
        found = self.table.get_many(wanted)
        return _lines([found[key] for key in wanted if key in found])

    def worklist(self, scope: Worklist, cursor: str = "", limit: int = 25) -> Page[CaseLine]:
        """One Query; see `ports.Store`."""
        index, partition = _index_of(scope)
        after = _start_after(index, partition, cursor) if cursor else None
        # One more than asked for tells whether there is another page.
        raws = self.table.query(partition, index=index, limit=limit + 1, after=after)
        last = raws[limit - 1][INDEXES[index][1]]["S"] if len(raws) > limit else ""
        return Page(_lines(raws[:limit]), cursors.pack(last) if last else "")

    def contacts(self, bell_ids: Sequence[str]) -> Mapping[str, Contact]:
        """One BatchGetItem for each hundred; see `ports.Store`."""
        wanted = {(keys.bell(bell_id), keys.CONTACT): bell_id for bell_id in bell_ids}
        found = {key: codec.row_of(raw) for key, raw in self.table.get_many(wanted).items()}
        return {wanted[k]: codec.contact_of(row) for k, row in found.items() if isinstance(row, ContactRow)}

    def erase_texts(self, case_id: str, text_ids: Sequence[str]) -> None:
        """One TransactWriteItems for each hundred; see `ports.Store`."""
        once = list(dict.fromkeys(text_ids))
        for start in range(0, len(once), _MOST):
            doomed = [keys.text(keys.case(case_id), text_id) for text_id in once[start : start + _MOST]]
            deletes = [(sort, self.table.delete((thing, sort))) for thing, sort in doomed]
            self.table.transact(Transaction(deletes=deletes))

    def guests(self, phone: str) -> Iterator[tuple[str, PartyContact]]:
        """A Scan; see `ports.Store`."""
        for raw in self.table.scan(PartyRow.party.contains(phone)):
            row = codec.row_of(raw)
            if isinstance(row, PartyRow) and (party := case_codec.party_of(row)).phone == phone:
                yield row.pk.partition("#")[2], party


def _file(head: CaseHead, rows: Sequence[Row]) -> CaseFile:
    from chalicelib.case.shapes import CaseFile
    from chalicelib.store.notice_codec import dispatch_of

    texts = [case_codec.text_of(row) for row in rows if isinstance(row, TextRow)]
    parties = [case_codec.party_of(row) for row in rows if isinstance(row, PartyRow)]
    return CaseFile(
        case=case_codec.case_of(head),
        subject=head.subject or "",
        events=tuple(codec.event_of(row) for row in rows if isinstance(row, EventRow)),
        texts={text.id: text for text in texts},
        parties={party.id: party for party in parties},
        links=tuple(codec.link_of(row) for row in rows if isinstance(row, LinkRow)),
        dispatches=tuple(dispatch_of(row) for row in rows if isinstance(row, NoticeRow)),
    )


def _lines(raws: Sequence[Raw]) -> tuple[CaseLine, ...]:
    from chalicelib.case.shapes import CaseLine

    rows = (row for row in map(codec.row_of, raws) if isinstance(row, CaseHead))
    return tuple(CaseLine(case_codec.case_of(row), row.subject or "") for row in rows)


def _index_of(scope: Worklist) -> tuple[str, str]:
    """The index that has the scope, and its partition there."""
    if scope.owner:
        return "person", keys.staff(scope.owner)
    index = "community" if scope.community else "worklist"
    return index, keys.cases(scope.prefix, scope.community)


def _start_after(index: str, partition: str, packed: str) -> Raw:
    place = cursors.unpack(packed)
    thing, sort = keys.head(keys.case(place.rpartition("#")[2]))
    hash_key, range_key = INDEXES[index]
    values = {"pk": thing, "sk": sort, hash_key: partition, range_key: place}
    return {name: {"S": value} for name, value in values.items()}
