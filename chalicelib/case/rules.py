"""The case (协商事项) that accepting a bell opens. Its stages and deadlines are a data table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.core.chain import Event, Happening, Tip
from chalicelib.core.times import parse_iso
from chalicelib.place.ladder import Urgency


class Stage(StrEnum):
    """Where a case stands."""

    LOOKING_INTO = "looking_into"


@dataclass(frozen=True)
class Case:
    """What is being settled; one or more bells join it."""

    id: str
    neighbourhood: str
    community: str
    category: str
    urgency: Urgency
    owner: str
    opened_at: datetime
    bells: tuple[str, ...]
    stage: Stage = Stage.LOOKING_INTO
    version: int = 1
    tip: Tip = field(default=Tip())

    @property
    def thing(self) -> str:
        """The key of the case's chain."""
        return f"CASE#{self.id}"


def opened(
    bell: str, neighbourhood: str, community: str, category: str, urgency: Urgency, owner: dict[str, str]
) -> Happening:
    """A case is opened out of a bell by the person who accepted it."""
    data = {
        "bell": bell,
        "neighbourhood": neighbourhood,
        "community": community,
        "category": category,
        "urgency": str(urgency),
        "owner": owner,
        "stage": str(Stage.LOOKING_INTO),
    }
    return Happening("opened", data)


def apply(case: Case | None, event: Event) -> Case:
    """The case after the event."""
    tip = Tip(event.seq, event.hash)
    if case is not None:
        return replace(case, tip=tip)
    data = event.data
    return Case(
        id=event.thing.partition("#")[2],
        neighbourhood=data["neighbourhood"],
        community=data["community"],
        category=data["category"],
        urgency=Urgency(data["urgency"]),
        owner=data["owner"]["id"],
        opened_at=parse_iso(event.at),
        bells=(data["bell"],),
        stage=Stage(data["stage"]),
        tip=tip,
    )
