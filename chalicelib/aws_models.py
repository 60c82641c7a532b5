"""botocore's descriptions of AWS services, read quickly: at a cold start they are a third of creating a client.

botocore looks into every service's folder to learn whether one exists, and decodes 200 KB of JSON in Python's own
decoder. Here only the services that this application speaks to are known, and msgspec decodes. What is read, and
what the clients made of it do, is the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader

SERVICES = ("dynamodb", "events", "s3", "secretsmanager", "sesv2", "sns", "stepfunctions")
_READERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = ((".json", bytes), (".json.gz", gzip.decompress))


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
