"""Places, categories and the privacy notice as clients get them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class PlaceBody(Struct, frozen=True):
    """A place and those within it. `kind`: subdistrict, community or neighbourhood."""

    id: str
    name: str
    name_en: str
    kind: str
    children: list[PlaceBody] = []


class PlaceTree(Struct, frozen=True):
    """The subdistricts served here."""

    items: list[PlaceBody]


class CategoryBody(Struct, frozen=True):
    """What a bell can be about; `name` in the caller's language."""

    id: str
    name: str
    urgency: str


class CategoryList(Struct, frozen=True):
    """All categories, most urgent first."""

    items: list[CategoryBody]


class OrganisationBody(Struct, frozen=True):
    """Somebody outside the office whom a case can invite. Without phone and mail no link can be sent.

    `places`: those it is there for, empty: all of the subdistrict.
    """

    id: str
    kind: str
    name: str
    name_en: str
    person: str
    phone: str
    mail: str
    places: list[str]


class OrganisationList(Struct, frozen=True):
    """The organisations of the caller's subdistrict. `committee`: its people's mediation committee, empty without one;
    then no mediation agreement can be signed."""

    items: list[OrganisationBody]
    committee: str


class NoticeBody(Struct, frozen=True):
    """The privacy notice in the caller's language; send `version` as `consent_version`."""

    version: str
    text: str


class HealthBody(Struct, frozen=True):
    """`status` is ok when the table answers and the place is loaded."""

    status: str
    places: int
    now: str


class StatisticsBody(Struct, frozen=True):
    """Published figures of one day in the place's zone; seconds are whole.

    `cases_overdue`: that missed the overall target that day. Of `cases_rated`, so many residents said that they were
    answered (响应率), that it is solved (解决率), that they are satisfied (满意率).
    """

    day: str
    rung: int
    answered: int
    answered_in_time: int
    accepted: int
    declined: int
    withdrawn: int
    exhausted: int
    mean_seconds_to_answer: int | None
    cases_opened: int
    cases_finished: int
    cases_failed: int
    cases_reopened: int
    cases_overdue: int
    cases_rated: int
    rated_answered: int
    rated_solved: int
    rated_satisfied: int


Document = dict[str, Any]
