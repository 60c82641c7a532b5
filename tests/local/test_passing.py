"""Days pass in seconds, and everything that is due on the way happens at its time."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.times import iso, parse_iso
from chalicelib.timeline.runner import StepFunctionsTimeline
from infra.local.clock import ScaledClock
from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.passing import Passing, deadlines

SPEED = 60
NEAR = {"CASE#A": 0, "CASE#B": 110, "BELL#C": 3_800}
A_FEW_SECONDS = timedelta(seconds=10 * SPEED)


class TimelineClosed(Exception):
    """Nothing is left to wait for."""


class Place:
    """A table of things with deadlines, and who looks after them: each is met once and then has none, but for those in
    `again`, which are due once more after so long."""

    def __init__(self) -> None:
        self.functions: dict[str, Any] = {"app.advance": self.advance}
        self.met: list[tuple[str, datetime]] = []
        self.sweeps: list[datetime] = []
        self.again: dict[str, timedelta] = {}
        self.clock = ScaledClock(SPEED)
        self.paused = threading.RLock()
        self.somebody_came = threading.Event()

    def passing(self, aws: EmbeddedAws) -> Passing:
        self.aws = aws
        self.timeline = StepFunctionsTimeline(aws.session, aws.state_machine_arn)
        return Passing(aws, self.clock, lambda _: True, self.sweep, self.paused)

    def put(self, thing: str, kind: str, due_at: datetime | None, version: int = 1, token: str = "") -> None:
        item = {"pk": {"S": thing}, "sk": {"S": "HEAD"}, "kind": {"S": kind}, "version": {"N": str(version)}}
        more = {"due_at": iso(due_at) if due_at else "", "task_token": token}
        item |= {name: {"S": value} for name, value in more.items() if value}
        self.aws.client("dynamodb").put_item(TableName=self.aws.table_name, Item=item)

    def row(self, thing: str) -> dict[str, Any]:
        key = {"pk": {"S": thing}, "sk": {"S": "HEAD"}}
        found: dict[str, Any] = self.aws.client("dynamodb").get_item(TableName=self.aws.table_name, Key=key)[
            "Item"
        ]
        return found

    def wait_for(self, thing: str, due_in: timedelta, since: datetime | None = None) -> datetime:
        """A thing with an execution that waits for its deadline, as it would at this pace."""
        now = self.clock.now()
        due_at = parse_iso(iso((since or now) + due_in))
        self.put(thing, "CASE", due_at)
        self.timeline.start(thing, 1, 1, self.clock.real((due_at - now).total_seconds()))
        while "task_token" not in self.row(thing):
            self.somebody_came.wait(0.01)  # lets the execution come to the table, too
        return due_at

    def advance(self, event: dict[str, Any], _: Any) -> dict[str, Any]:
        thing, row, now = event["id"], self.row(event["id"]), self.clock.now()
        version, due_at = int(row["version"]["N"]), parse_iso(row["due_at"]["S"])
        if now >= due_at:
            self.met.append((thing, now))
            self.somebody_came.set()
            if thing not in self.again:
                self.put(thing, "CASE", None, version + 1)
                raise TimelineClosed(thing)
            version, due_at = version + 1, due_at + self.again.pop(thing)
            self.put(thing, "CASE", due_at, version, row["task_token"]["S"])
        return {"id": thing, "version": version, "seconds": self.clock.real((due_at - now).total_seconds())}

    def sweep(self) -> None:
        now = self.clock.now()
        self.sweeps.append(now)
        for due in deadlines(self.aws):
            if due.swept and due.due_at < now:
                self.put(due.thing, "WINDOW", None, due.version + 1)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    with embedded_aws(made.functions) as aws:
        made.passing(aws)
        yield made


def test_a_timer_goes_off_at_its_time_though_it_was_set_for_real_hours(place: Place) -> None:
    passing = place.passing(place.aws)
    began = place.clock.now()
    due = place.wait_for("CASE#A", timedelta(days=3))
    place.again["CASE#A"] = timedelta(days=1)
    after = passing.let_pass(timedelta(days=5))
    assert [thing for thing, _ in place.met] == ["CASE#A", "CASE#A"]
    for (_, at), meant in zip(place.met, (due, due + timedelta(days=1)), strict=True):
        assert meant <= at <= meant + A_FEW_SECONDS, "right after its deadline"
    assert timedelta(days=5) <= after - began < timedelta(days=6)


def test_cases_that_are_due_within_two_minutes_are_met_together_and_bells_by_themselves(place: Place) -> None:
    passing = place.passing(place.aws)
    began = place.clock.now()
    dues = {name: place.wait_for(name, timedelta(days=1, seconds=at), began) for name, at in NEAR.items()}
    passing.let_pass(timedelta(days=2))
    met = dict(place.met)
    assert len(place.met) == len(dues)
    assert all(dues[name] <= met[name] <= dues[name] + timedelta(minutes=2) + A_FEW_SECONDS for name in dues)
    assert met["CASE#A"] > dues["CASE#B"] - timedelta(seconds=SPEED), (
        "it was kept for the other's last second"
    )
    assert met["BELL#C"] - met["CASE#B"] > timedelta(hours=1) - A_FEW_SECONDS


def test_what_is_due_later_is_told_how_long_that_is_now(place: Place) -> None:
    passing = place.passing(place.aws)
    due = place.wait_for("CASE#B", timedelta(days=2, seconds=90))
    passing.let_pass(timedelta(days=2))
    assert place.somebody_came.wait(10)
    assert [thing for thing, _ in place.met] == ["CASE#B"], "its timer would have waited 48 real minutes"
    assert place.met[0][1] >= due


def test_what_waits_for_the_minute_gets_its_sweep_at_its_time(place: Place) -> None:
    passing = place.passing(place.aws)
    due_at = parse_iso(iso(place.clock.now() + timedelta(hours=9)))
    place.put("STAFF#zhao", "WINDOW", due_at)
    passing.let_pass(timedelta(hours=10))
    assert due_at < place.sweeps[0] <= due_at + timedelta(seconds=SPEED)


@pytest.mark.parametrize(("span", "sweeps"), [(timedelta(seconds=59), 0), (timedelta(days=1), 1)])
def test_when_minutes_have_passed_the_last_sweep_was_just_now(
    place: Place, span: timedelta, sweeps: int
) -> None:
    after = place.passing(place.aws).let_pass(span)
    assert len(place.sweeps) == sweeps
    assert all(after - at < timedelta(minutes=1) for at in place.sweeps)


@pytest.mark.parametrize("span", [timedelta(), timedelta(seconds=-1), timedelta(days=367)])
def test_a_span_that_is_none_is_refused(place: Place, span: timedelta) -> None:
    with pytest.raises(ValueError, match="span"):
        place.passing(place.aws).let_pass(span)
