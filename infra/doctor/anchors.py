"""The daily anchors: made each day, locked, and never written over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from chalicelib.anchor import codec, rules
from infra.deploy.checks import Finding
from infra.doctor.stage import Stage, error, good, warning

PAGE = "docs/runbooks/anchors-late.md"
# Clocks differ, but not by this much.
_AHEAD = timedelta(days=1)
# So far back the newest is compared: whoever looks once a week, or after a holiday, still hears of it.
_COMPARED = 31


def anchors(stage: Stage) -> Iterator[Finding]:
    """The newest is not older than two days and over no fewer records than any of a month before; nothing was put over
    or in front of any; the bucket locks."""
    yield from newest(stage)
    yield from _no_fewer(stage)
    yield from _locked(stage)
    yield from _once(stage)


def newest(stage: Stage) -> Iterator[Finding]:
    """How old the newest is."""
    dates = _dates(stage)
    if not dates:
        yield warning(
            f"There is no anchor yet. The first comes within an hour of the first deployment; else: {PAGE}."
        )
    elif rules.age(dates[-1], stage.now) > rules.STALE_AFTER:
        yield error(f"The newest anchor is of {dates[-1]}: {PAGE}.")
    elif rules.age(dates[-1], stage.now) < -_AHEAD:
        yield error(
            f"An anchor is of {dates[-1]}, which is yet to come, and none is made until then: {PAGE}."
        )
    else:
        yield good(f"The newest anchor is of {dates[-1]}, in all {len(dates)}")


def _no_fewer(stage: Stage) -> Iterator[Finding]:
    """Records are never removed: fewer of them means that some are not where the anchor looks."""
    sizes = {date: _size(stage, date) for date in _dates(stage)[-_COMPARED:]}
    if not sizes:
        return
    newest, most = max(sizes), max(sizes, key=lambda date: (sizes[date], date))
    if sizes[newest] < sizes[most]:
        yield warning(
            f"The newest anchor, of {newest}, is over {sizes[newest]} records; that of {most} was over {sizes[most]}. "
            "Rows of an earlier version are under none: `make migrate`. Else the table was restored, or records are "
            "gone: `make verify`."
        )


def _dates(stage: Stage) -> list[str]:
    found = [codec.date_of(item["Key"]) for item in _pages(stage, "list_objects_v2", "Contents")]
    return sorted(filter(rules.is_date, found))


def _size(stage: Stage, date: str) -> int:
    answer = stage.client("s3").get_object(Bucket=_bucket(stage), Key=codec.root_name(date))
    try:
        return codec.read_anchor(answer["Body"].read().decode()).size
    except ValueError:
        return 0


def _locked(stage: Stage) -> Iterator[Finding]:
    client = stage.client("s3")
    try:
        lock = client.get_object_lock_configuration(Bucket=_bucket(stage))["ObjectLockConfiguration"]
    except client.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] != "ObjectLockConfigurationNotFoundError":
            raise
        lock = {}
    kept = lock.get("Rule", {}).get("DefaultRetention", {})
    if not kept:
        yield error(
            "The anchors are not locked, so they prove little: `make deploy` (docs/decisions/0026-anchors.md)."
        )
    elif kept["Mode"] != "COMPLIANCE":
        yield warning(
            "Whoever has the right may remove anchors: AnchorLock is GOVERNANCE. For a stage in service: COMPLIANCE."
        )


def _once(stage: Stage) -> Iterator[Finding]:
    """A locked version cannot go, but another can be put in front of it, or a mark that hides it."""
    versions = Counter(item["Key"] for item in _pages(stage, "list_object_versions", "Versions"))
    hidden = {item["Key"] for item in _pages(stage, "list_object_versions", "DeleteMarkers")}
    wrong = sorted({key for key, count in versions.items() if count > 1} | hidden)
    if wrong:
        yield error(
            f"Somebody wrote over or hid {', '.join(wrong[:5])}: the oldest version of each is the true one; find out "
            f"who it was ({PAGE})."
        )


def _pages(stage: Stage, call: str, what: str) -> Iterator[Any]:
    pages = stage.client("s3").get_paginator(call).paginate(Bucket=_bucket(stage), Prefix=f"{codec.ROOTS}/")
    return (item for page in pages for item in page.get(what, ()))


def _bucket(stage: Stage) -> str:
    return stage.told.get("ANCHORS_BUCKET") or f"{stage.where.name}-anchors-{stage.where.account}"
