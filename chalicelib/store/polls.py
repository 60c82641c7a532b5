"""Polls in the table: heads, gates, boxes, frozen rolls, published files. What they are made of is imported when a poll
is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pynamodb.expressions.condition import size

from chalicelib.core import ids
from chalicelib.core.errors import NotFound
from chalicelib.core.times import iso, parse_iso
from chalicelib.ports import Page
from chalicelib.store import codec, cursors, keys
from chalicelib.store.models import DirectoryRow, EventRow, NoticeRow, Row
from chalicelib.store.table import INDEXES, Part, Raw, Refused, Transaction

if TYPE_CHECKING:
    from chalicelib.poll.ballots import Ballot, Box, Ruling
    from chalicelib.poll.roll import Unit
    from chalicelib.poll.shapes import BallotPaper, Cast, PollFile, PollOpening, Refusal
    from chalicelib.poll.state import Poll

_FILE = (keys.EVENTS, f"{keys.NOTICES}~")
"""Head, events and notices lie together; roll and boxes come after them."""
_ROWS = 40
"""So many pages of a roll, or pieces of a file, are written at once: a transaction holds 4 MB."""


class Polls(Part):
    """The part of the store that knows polls."""

    def poll(self, poll_id: str) -> PollFile | None:
        """One Query; see `ports.Polls`."""
        from chalicelib.poll.shapes import PollFile
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import PollHead

        raws = self.table.query(keys.poll(poll_id), Row.sk.between(*_FILE))
        rows = [codec.row_of(raw) for raw in raws]
        head = next((row for row in rows if isinstance(row, PollHead)), None)
        if head is None:
            return None
        events = tuple(codec.event_of(row) for row in rows if isinstance(row, EventRow))
        notices = tuple(codec_notices(rows))
        return PollFile(poll_codec.poll_of(head), events, notices)

    def poll_opening(self, poll_id: str) -> PollOpening | None:
        """One BatchGetItem; see `ports.Polls`. Raises NotFound when the subdistrict has no directory."""
        from chalicelib.poll.shapes import PollOpening
        from chalicelib.store import poll_codec

        rows = self._rows([keys.head(keys.poll(poll_id)), keys.head(keys.place(ids.prefix_of(poll_id)))])
        head = rows.get(keys.head(keys.poll(poll_id)))
        return PollOpening(poll_codec.poll_of(cast(Any, head)), _directory(rows)) if head else None

    def polls(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Poll]:
        """One Query; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        partition = keys.polls(prefix)
        after = _start_after(partition, cursor) if cursor else None
        raws = self.table.query(partition, index="public", limit=limit + 1, after=after, backwards=True)
        last = raws[limit - 1]["public_at"]["S"] if len(raws) > limit else ""
        found = tuple(poll_codec.poll_of(cast(Any, codec.row_of(raw))) for raw in raws[:limit])
        return Page(found, cursors.pack(last) if last else "")

    def polls_of(self, poll_ids: Sequence[str]) -> tuple[Poll, ...]:
        """One BatchGetItem for each hundred; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        wanted = [keys.head(keys.poll(poll_id)) for poll_id in dict.fromkeys(poll_ids)]
        rows = self._rows(wanted)
        return tuple(poll_codec.poll_of(cast(Any, rows[key])) for key in wanted if key in rows)

    def freeze(self, poll_id: str, units: Sequence[Unit]) -> None:
        """A TransactWriteItems for each forty pages; see `ports.Polls`."""
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import PartRow

        parts = poll_codec.parts_of(units)
        self.put_all([PartRow(*keys.frozen(poll_id, number), units=text) for number, text in parts])

    def paper(self, poll_id: str, unit: int) -> BallotPaper | None:
        """One BatchGetItem; see `ports.Polls`."""
        from chalicelib.poll.ballots import Box
        from chalicelib.poll.shapes import BallotPaper
        from chalicelib.store import poll_codec

        head, box = keys.head(keys.poll(poll_id)), keys.box(poll_id, unit)
        part = keys.frozen(poll_id, _part(unit))
        rows = self._rows([head, box, part, keys.head(keys.place(ids.prefix_of(poll_id)))])
        if head not in rows or part not in rows:
            return None
        found = next((u for u in poll_codec.units_of(cast(Any, rows[part])) if u.number == unit), None)
        if found is None:
            return None
        full = poll_codec.box_of(cast(Any, rows[box])) if box in rows else Box(unit)
        return BallotPaper(poll_codec.poll_of(cast(Any, rows[head])), found, full, _directory(rows))

    def papers(self, poll_id: str, units: Sequence[int]) -> Mapping[int, tuple[Unit, Box]]:
        """One BatchGetItem for each hundred rows; see `ports.Polls`."""
        from chalicelib.poll.ballots import Box
        from chalicelib.store import poll_codec

        parts = {keys.frozen(poll_id, _part(unit)) for unit in units}
        rows = self._rows([*sorted(parts), *(keys.box(poll_id, unit) for unit in units)])
        pages = (poll_codec.units_of(cast(Any, rows[part])) for part in sorted(parts) if part in rows)
        known = {unit.number: unit for page in pages for unit in page}
        boxes = {unit: rows.get(keys.box(poll_id, unit)) for unit in units}
        return {
            unit: (known[unit], poll_codec.box_of(cast(Any, row)) if row else Box(unit))
            for unit, row in boxes.items()
            if unit in known
        }

    def cast(self, cast: Cast) -> Ballot | Refusal:
        """One TransactWriteItems; see `ports.Polls`."""
        transaction = Transaction()
        transaction.checks.append(("gate", self._gate(cast)))
        transaction.updates.append(("box", self._into_box(cast)))
        try:
            self.table.transact(transaction)
        except Refused as refused:
            return self._why(cast, refused)
        return cast.ballot

    def rule(self, poll_id: str, unit: int, ruling: Ruling) -> Box:
        """One UpdateItem; see `ports.Polls`."""
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import BoxRow

        actions = [BoxRow.kind.set(BoxRow), BoxRow.ruling.set(codec.encode(ruling))]
        raw = self.table.change(self.table.update(keys.box(poll_id, unit), actions))
        return poll_codec.box_of(cast(Any, codec.row_of(raw)))

    def reissue(self, poll_id: str, unit: int) -> int:
        """One UpdateItem; see `ports.Polls`."""
        from chalicelib.store.poll_models import BoxRow

        actions = [BoxRow.kind.set(BoxRow), BoxRow.round.add(1)]
        raw = self.table.change(self.table.update(keys.box(poll_id, unit), actions))
        return int(raw["round"]["N"])

    def frozen(self, poll_id: str) -> Iterator[Unit]:
        """A Query for each megabyte; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        importing_rows()
        for raw in self.table.pages(keys.poll(poll_id), Row.sk.startswith(keys.PARTS)):
            yield from poll_codec.units_of(cast(Any, codec.row_of(raw)))

    def boxes(self, poll_id: str) -> Iterator[Box]:
        """A Query for each megabyte; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        importing_rows()
        for raw in self.table.pages(keys.poll(poll_id), Row.sk.startswith(keys.BOXES)):
            box = poll_codec.box_of(cast(Any, codec.row_of(raw)))
            if box.ballots:
                yield box

    def voted(self, poll_id: str) -> frozenset[int]:
        """A Query for each megabyte; see `ports.Polls`."""
        rows = self.table.pages(keys.poll(poll_id), Row.sk.startswith(keys.BOXES), only=["sk", "n"])
        return frozenset(int(row["sk"]["S"].removeprefix(keys.BOXES)) for row in rows if "n" in row)

    def publish(self, poll_id: str, count: int, document: str) -> None:
        """A TransactWriteItems for each forty pieces; see `ports.Polls`."""
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import PublishedRow

        pieces = enumerate(poll_codec.pieces_of(document), 1)
        rows = [PublishedRow(*keys.published(poll_id, count, n), piece=piece) for n, piece in pieces]
        # A row may have 400 KB and a transaction 4 MB: fewer at once than pages of a roll.
        for start in range(0, len(rows), _ROWS // 4):
            self.put_all(rows[start : start + _ROWS // 4])

    def published(self, poll_id: str, count: int) -> str | None:
        """A Query for each megabyte; see `ports.Polls`."""
        found = self.table.pages(keys.poll(poll_id), Row.sk.startswith(keys.published_of(count)))
        pieces = [raw["piece"]["S"] for raw in found]
        return "".join(pieces) if pieces else None

    # -- inside

    def put_all(self, rows: Sequence[Row]) -> None:
        """Write rows, forty at a time."""
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            self.table.transact(Transaction(puts=[(row.sk, self.table.put(row)) for row in some]))

    def _rows(self, wanted: Sequence[keys.Key]) -> dict[keys.Key, Row]:
        importing_rows()
        return {key: codec.row_of(raw) for key, raw in self.table.get_many(wanted).items()}

    def _gate(self, cast: Cast) -> Raw:
        from chalicelib.poll.shapes import GATES
        from chalicelib.store.poll_models import GateRow

        ballot = cast.ballot
        passes = (
            (GateRow.opens_at <= iso(ballot.cast_at))
            & (GateRow.closes_at > iso(ballot.cast_at))
            & (GateRow.entry_until > iso(ballot.received_at))
        )
        for topic, choice in sorted(ballot.choices.items()):
            passes &= GateRow.choices.contains(f"{topic}:{choice}")
        return self.table.check(keys.gate(cast.poll, cast.unit % GATES), passes)

    def _into_box(self, cast: Cast) -> Raw:
        from chalicelib.poll.ballots import ROOM
        from chalicelib.store.poll_models import BoxRow

        ballot = cast.ballot
        actions = [
            BoxRow.kind.set(BoxRow),
            BoxRow.ballots.set((BoxRow.ballots | []).append([codec.encode(ballot)])),
            BoxRow.ids.add({ballot.id}),
            BoxRow.n.add(1),
        ]
        room = BoxRow.ballots.does_not_exist() | (size(BoxRow.ballots) < ROOM[ballot.via])  # type: ignore[no-untyped-call]  # pynamodb has no type here
        may = ~BoxRow.ids.contains(ballot.id) & room
        if cast.round is not None:
            current = BoxRow.round == cast.round
            may &= current | BoxRow.round.does_not_exist() if cast.round == 0 else current
        return self.table.update(keys.box(cast.poll, cast.unit), actions, may)

    def _why(self, cast: Cast, refused: Refused) -> Ballot | Refusal:
        """The ballot that is there already, or why there is none."""
        from chalicelib.poll.ballots import ROOM
        from chalicelib.poll.shapes import Refusal
        from chalicelib.store import poll_codec

        importing_rows()
        ballot = cast.ballot
        raw = refused.found.get("box")
        box = poll_codec.box_of(_row(raw)) if raw else None
        if there := next((b for b in box.ballots if b.id == ballot.id), None) if box else None:
            return there
        if "gate" in refused.found:
            return _shut(cast, refused.found["gate"])
        if box and cast.round is not None and box.round != cast.round:
            return Refusal("link_replaced")
        if box and len(box.ballots) >= ROOM[ballot.via]:
            return Refusal("too_many")
        raise AssertionError("a vote is refused for a reason")


def _shut(cast: Cast, raw: Raw) -> Refusal:
    from chalicelib.poll.shapes import Refusal

    if not raw:
        return Refusal("no_such_poll")
    ballot = cast.ballot
    times = {name: parse_iso(raw[name]["S"]) for name in ("opens_at", "closes_at", "entry_until")}
    if ballot.cast_at < times["opens_at"]:
        return Refusal("not_open", times["opens_at"])
    if ballot.cast_at >= times["closes_at"] or ballot.received_at >= times["entry_until"]:
        return Refusal("closed", times["closes_at"])
    return Refusal("no_such_choice")


def _row(raw: Raw) -> Any:
    return codec.row_of(raw)


def codec_notices(rows: Sequence[Row]) -> Iterator[Any]:
    """The fates of notices among the rows."""
    from chalicelib.store import notice_codec

    return (notice_codec.dispatch_of(row) for row in rows if isinstance(row, NoticeRow))


def importing_rows() -> None:
    """Rows are recognised by classes that must be known for it."""
    from chalicelib.store import poll_models  # noqa: F401


def _directory(rows: Mapping[keys.Key, Row]) -> Any:
    found = next((row for row in rows.values() if isinstance(row, DirectoryRow)), None)
    if found is None:
        raise NotFound("no_such_place")
    return codec.directory_of(found)


def _part(unit: int) -> int:
    from chalicelib.poll.shapes import PART

    return (unit - 1) // PART + 1


def _start_after(partition: str, packed: str) -> Raw:
    place = cursors.unpack(packed)
    thing, sort = keys.head(keys.poll(place.rpartition("#")[2]))
    hash_key, range_key = INDEXES["public"]
    values = {"pk": thing, "sk": sort, hash_key: partition, range_key: place}
    return {name: {"S": value} for name, value in values.items()}
