"""The bus on Amazon EventBridge, which exists in AWS China, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.core.times import parse_iso
from chalicelib.ports import Unpublished

if TYPE_CHECKING:
    from botocore.session import Session

    from chalicelib.publishing.rules import Announcement

SOURCE = "consultation-bell"
AT_ONCE = 10
"""What PutEvents takes in a call. It takes 256 KB, too: ten of ours have less than 5."""
_CONNECT_SECONDS, _READ_SECONDS = 2, 5


class EventBridgeBus:
    """The port `Bus`. `session()` gives a botocore session; a client is made of it at the first call."""

    def __init__(self, name: str, session: Callable[[], Session]) -> None:
        self._name = name
        self._session = session

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """As `ports.Bus` says: a call for each ten."""
        for done in range(0, len(announcements), AT_ONCE):
            refused = self._put(announcements[done : done + AT_ONCE], done)
            if refused is not None:
                place, code = refused
                raise Unpublished(done + place, code)

    def _put(self, few: Sequence[Announcement], done: int) -> tuple[int, str] | None:
        """The first of these that was not taken, and why."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.put_events(Entries=[self._entry(one) for one in few])
        except ClientError as error:
            raise Unpublished(done, str(error.response["Error"]["Code"])) from None
        except BotoCoreError as error:
            raise Unpublished(done, type(error).__name__) from None
        return next(_refusals(answer), None)

    def _entry(self, one: Announcement) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": one.about,
            "Time": parse_iso(one.at),
            "Detail": json.dumps(one.detail, separators=(",", ":")),
        }

    @cached_property
    def _client(self) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        return self._session().create_client("events", config=config)


def _refusals(answer: Any) -> Iterator[tuple[int, str]]:
    entries = enumerate(answer["Entries"]) if answer.get("FailedEntryCount") else ()
    return ((place, str(entry["ErrorCode"])) for place, entry in entries if entry.get("ErrorCode"))
