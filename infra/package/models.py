"""botocore's data, cut down: only the services that the functions speak to, only what a client reads of them.

Left out are the other four hundred services, old versions of the API, examples and the prose of the documentation.
What remains is written as plain JSON, so that a cold start need not unpack it, and says the same as before.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATA = "botocore/data/"
_SHARED = ("_retry.json", "partitions.json", "sdk-default-configuration.json")


def slim(data: Path, services: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The files of a `botocore/data` folder that go in, as path below it and content; raises FileNotFoundError for a
    service that botocore does not know."""
    prefixes = set()
    for service in sorted(services):
        folder = _newest(data / service)
        for path in sorted(folder.iterdir()):
            if path.name.startswith("examples"):
                continue
            told = _bare(_read(path))
            if path.name.startswith("service-2.json"):
                prefixes.add(told["metadata"]["endpointPrefix"])
            yield f"{service}/{folder.name}/{path.name.removesuffix('.gz')}", _written(told)
    yield "endpoints.json", _written(_only(_read(data / "endpoints.json"), prefixes))
    for name in _SHARED:
        yield name, _written(_read(data / name))


def _newest(service: Path) -> Path:
    """botocore takes the last version, too, unless told otherwise."""
    versions = [path.parent for path in service.glob("*/service-2.json*")]
    if not versions:
        raise FileNotFoundError(f"botocore has no service {service.name}")
    return max(versions)


def _read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _written(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _bare(told: Any) -> Any:
    """Without documentation: where it is a sentence, not where a shape has a member of that name."""
    if isinstance(told, list):
        return [_bare(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: _bare(value)
        for name, value in told.items()
        if not (name == "documentation" and isinstance(value, str))
    }


def _only(endpoints: dict[str, Any], prefixes: set[str]) -> dict[str, Any]:
    """The partitions with all their regions, and of their services those that are spoken to."""
    partitions = [
        part | {"services": {name: one for name, one in part["services"].items() if name in prefixes}}
        for part in endpoints["partitions"]
    ]
    return endpoints | {"partitions": partitions}
