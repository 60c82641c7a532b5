"""The published figures."""

from __future__ import annotations

from datetime import date, datetime

from chalice import Blueprint

from chalicelib.core.errors import FieldError, Invalid
from chalicelib.http import Call, operation
from chalicelib.place.wire import StatisticsBody
from chalicelib.session.rules import EVERYBODY
from chalicelib.statistics import service

blueprint = Blueprint(__name__)


@operation(
    blueprint,
    "GET",
    "/v1/statistics",
    audience=EVERYBODY,
    summary="Figures of a day",
    answers={200: StatisticsBody},
    problems=(400, 404),
    query={"day": "YYYY-MM-DD in the place's zone; today when absent", "prefix": "the subdistrict's prefix"},
)
def statistics(call: Call) -> StatisticsBody:
    """Rung, answered, accepted, refused, exhausted; how long answers took."""
    return StatisticsBody(**service.of_day(call.ports, call.prefix, _day(call.query.get("day", ""))))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the place has no zone
    except ValueError:
        raise Invalid(FieldError("day", "not_a_day")) from None
