"""The bus on EventBridge: ten in a call, in order, and what is refused is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.session import Session, get_session
from moto import mock_aws
from moto.events.models import EventsBackend

from chalicelib import wiring
from chalicelib.aws_models import loader
from chalicelib.case.access import OF_ALL
from chalicelib.case.stages import Stage
from chalicelib.config import Settings
from chalicelib.notify.eventbridge import AT_ONCE, EventBridgeBus
from chalicelib.ports import Unpublished
from chalicelib.publishing.rules import Announcement

NAME = "consultation-bell-prod"
Entries = list[dict[str, Any]]


def session() -> Session:
    """As wiring makes one: it knows our services only."""
    made = get_session()
    made.register_component("data_loader", loader())
    made.set_config_variable("region", "cn-north-1")
    return made


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Entries]:
    """What the bus was told; the second of an entry called `refused` is not taken."""
    found: Entries = []
    original = EventsBackend.put_events

    def put_events(self: EventsBackend, events: Entries) -> Any:
        answers = original(self, events)
        for place, event in enumerate(events):
            if json.loads(event["Detail"]).get("refused"):
                answers[place] = {"ErrorCode": "InternalFailure", "ErrorMessage": "…"}
        found.extend(events)
        return answers

    with mock_aws():
        monkeypatch.setattr(EventsBackend, "put_events", put_events)
        session().create_client("events").create_event_bus(Name=NAME)
        yield found


def told(number: int, **more: int) -> Announcement:
    return Announcement("bell.rung", "2026-11-24T08:00:00.123Z", {"number": f"MX-{number}", **more})


@pytest.mark.parametrize(("announcements", "calls"), [(1, 1), (10, 1), (11, 2), (23, 3)])
def test_ten_go_in_a_call(
    heard: Entries,
    count_aws_calls: Callable[[], AbstractContextManager[dict[str, int]]],
    announcements: int,
    calls: int,
) -> None:
    with count_aws_calls() as counted:
        EventBridgeBus(NAME, session).publish([told(number) for number in range(announcements)])
    assert counted == {"PutEvents": calls}
    assert [json.loads(one["Detail"])["number"] for one in heard] == [f"MX-{n}" for n in range(announcements)]


def test_an_event_says_where_it_comes_from_and_when_it_was(heard: Entries) -> None:
    EventBridgeBus(NAME, session).publish([told(7)])
    (one,) = heard
    assert (one["EventBusName"], one["Source"], one["DetailType"]) == (NAME, "consultation-bell", "bell.rung")
    assert one["Detail"] == '{"number":"MX-7"}'
    assert int(one["Time"]) == 1_795_507_200


@pytest.mark.parametrize("place", [0, 3, 12])
def test_the_first_that_is_refused_is_named_and_nothing_after_its_call_is_told(
    heard: Entries, place: int
) -> None:
    announcements = [told(number, **({"refused": 1} if number == place else {})) for number in range(25)]
    with pytest.raises(Unpublished) as missed:
        EventBridgeBus(NAME, session).publish(announcements)
    assert (missed.value.done, missed.value.code) == (place, "InternalFailure")
    assert len(heard) == (place // AT_ONCE + 1) * AT_ONCE


def test_a_bus_out_of_reach_took_nothing() -> None:
    class Away:
        def create_client(self, *_: Any, **__: Any) -> Any:
            return self

        def put_events(self, **_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://events")

    with pytest.raises(Unpublished) as missed:
        EventBridgeBus(NAME, Away).publish([told(1), told(2)])  # type: ignore[arg-type]
    assert (missed.value.done, missed.value.code) == (0, "EndpointConnectionError")


def test_ten_of_the_longest_are_far_from_what_a_call_may_have() -> None:
    longest = max(OF_ALL, key=len)
    detail = {
        "number": "MX-7F3K-92QD",
        "kind": longest,
        "seq": 999_999,
        "at": "2026-11-24T08:00:00.123Z",
        "hash": "0" * 64,
        "stage": max(Stage, key=len),
    }
    entry = EventBridgeBus(NAME, session)._entry(Announcement(f"case.{longest}", str(detail["at"]), detail))
    assert AT_ONCE * len(json.dumps(entry, default=str)) < 5_000


def test_wiring_builds_it_only_where_a_bus_is_named(heard: Entries) -> None:
    settings = Settings(
        "prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",), "cn-north-1"
    )
    wiring.install(None, settings)
    assert wiring.ports().bus is None
    wiring.install(None, replace(settings, event_bus=NAME))
    bus = wiring.ports().bus
    assert bus is not None
    bus.publish([told(1)])
    wiring.install(None)
    assert len(heard) == 1
