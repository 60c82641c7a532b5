"""Rolls, ballots and polls to count, in as few words as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.poll.ballots import Ballot, Box, Proxy, Ruling, Via
from chalicelib.poll.drafting import yes_no
from chalicelib.poll.roll import NOBODY, Owner, Unit
from chalicelib.poll.state import Option, Poll, Stage, Terms, Topic
from chalicelib.poll.tally import Count, count

START = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
POLL_ID = "MX7F3K92QD"
SQUARE_METRES = 100
"""An area of 1 m² in the units of a roll."""


def poll(
    *matters: int, terms: Terms | None = None, options: Sequence[str] = (), poll_id: str = POLL_ID
) -> Poll:
    """A poll with a topic `t1`, `t2` … for each matter."""
    terms = terms or Terms()
    offered = tuple(Option(option) for option in options) or yes_no(terms)
    topics = [Topic(f"t{i}", f"第{i}题？", offered, matter) for i, matter in enumerate(matters or (4,), 1)]
    return Poll(
        id=poll_id,
        neighbourhood="mx-01",
        community="mx",
        topics=tuple(topics),
        terms=terms,
        created_at=START,
        by="staff",
        stage=Stage.SEALED,
        opens_at=START,
        closes_at=START + timedelta(days=7),
    )


def unit(number: int, area: int = 100 * SQUARE_METRES, owner: str = "", **more: object) -> Unit:
    """A unit of one owner of its own, or of the one who is named."""
    owners = (Owner(owner or f"业主{number}", mark=owner or str(number)),)
    bare = Unit(number, f"{(number - 1) // 30 + 1}幢", f"{number}室", area, owners)
    return replace(bare, **more)  # type: ignore[arg-type]


def roll(size: int, area: int = 100 * SQUARE_METRES) -> list[Unit]:
    """So many units of one owner each."""
    return [unit(number, area) for number in range(1, size + 1)]


def ballot(
    number: int,
    choice: str | Mapping[str, str] = "for",
    minute: int = 1,
    voter: int = NOBODY,
    proxy: Proxy | None = None,
    name: str = "",
) -> Ballot:
    """A ballot for unit `number`, cast in that minute; a plain choice is that of `t1`."""
    choices = {"t1": choice} if isinstance(choice, str) else dict(choice)
    at = START + timedelta(minutes=minute)
    label = name or f"{number}-{minute}-{voter}"
    return Ballot(label, choices, at, at, Via.LINK, f"nonce-{label}", voter, proxy)


def box(number: int, *ballots: Ballot, ruling: Ruling | None = None) -> Box:
    """The box of unit `number`."""
    return Box(number, ballots, ruling=ruling)


def ruled(name: str, minute: int = 10_000) -> Ruling:
    """An official's word that this ballot counts, or with an empty name none."""
    return Ruling(name, "staff", START + timedelta(minutes=minute), "named_voter")


def voted(choices: Mapping[str, Iterable[int]]) -> list[Box]:
    """A ballot for each of these units."""
    said = {number: choice for choice, numbers in choices.items() for number in numbers}
    return [box(number, ballot(number, said[number])) for number in sorted(said)]


def counted(of: Poll, units: Iterable[Unit], boxes: Iterable[Box]) -> Count:
    """The count."""
    return count(of, list(units), list(boxes))
