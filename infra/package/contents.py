"""Which files go into the zip. Paths are relative to the zip's root, with slashes."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_LEFT_OUT = frozenset({".pyc", ".pyi", ".pth", ".c", ".h", ".pxd", ".pyx", ".po", ".pot"})
_MARKERS = frozenset(
    {"py.typed", "RECORD", "INSTALLER", "REQUESTED", "WHEEL", "top_level.txt", "entry_points.txt"}
)
_FOLDERS = frozenset({"__pycache__", "tests", "test", "bin", "scripts"})
_LICENCE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
# Of Powertools only what its front door opens: Logger, Metrics, Tracer, and what they stand on.
_POWERTOOLS = re.compile(
    r"aws_lambda_powertools/(?!\w+\.py$|(exceptions|logging|metrics|shared|tracing|warnings)/"
    r"|utilities/(__init__\.py$|jmespath_utils/|typing/))"
)
_UNUSED = (
    _POWERTOOLS,
    # Patches for libraries that are traced by themselves: ours are not.
    re.compile(r"aws_xray_sdk/ext/(?!__init__\.py$)"),
    # What is imported of it elsewhere stands in `replaced`.
    re.compile(r"botocore/docs/(?!(__init__|docstring|utils)\.py$)"),
    # The time zones come from tzdata; dateutil's own copy of them is only read by those who ask for it.
    re.compile(r"dateutil/zoneinfo/.*\.tar\.gz$"),
)


def kept(path: str) -> bool:
    """Whether a file of the project or of an installed package goes in. Service data is `models`' affair."""
    parts = PurePosixPath(path)
    if parts.suffix in _LEFT_OUT or parts.name in _MARKERS or _FOLDERS.intersection(parts.parts[:-1]):
        return False
    if parts.parts[0].endswith((".dist-info", ".data")):
        return bool(_LICENCE.search("/".join(parts.parts[1:]))) or parts.name == "METADATA"
    return not any(unused.match(path) for unused in _UNUSED)
