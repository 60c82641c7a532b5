"""Rolls over JSON. The routes are declared in `poll.api`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from chalice import Response

from chalicelib.core.errors import FieldError, Invalid
from chalicelib.http import MOST_FILE, Call, Reply
from chalicelib.observability import logger
from chalicelib.poll import bodies, present, roll_export, rolls, wire
from chalicelib.poll.roll_preview import Difference, Preview
from chalicelib.poll.roll_units import Finding
from chalicelib.web.problems import field_message

MOST_SHOWN = 500
"""So many problems are told at once."""
MOST_BODY = MOST_FILE
"""100,000 units as XLSX, 40,000 as CSV."""


def read_roll(call: Call, neighbourhood: str) -> bodies.RollBody:
    """The versions; the units are handed out as a file on the page of the roll."""
    member, directory = call.staff
    return present.roll(rolls.read(call.ports, directory, member, neighbourhood))


def preview_roll(call: Call, neighbourhood: str) -> bodies.PreviewBody:
    """Nothing is written."""
    content, _ = content_of(call)
    member, directory = call.staff
    seen = rolls.preview(call.ports, directory, member, neighbourhood, content)
    return preview_body(seen, call.language)


def import_roll(call: Call, neighbourhood: str) -> Reply:
    """A version that can be adopted within a week."""
    content, problems = content_of(call)
    member, directory = call.staff
    roll, _ = rolls.take(call.ports, directory, member, neighbourhood, content, problems)
    return Reply(present.roll(roll), 201)


def adopt_roll(call: Call, neighbourhood: str) -> bodies.RollBody:
    """For the polls to come."""
    body, problems = call.read(wire.AdoptRequest)
    member, directory = call.staff
    return present.roll(rolls.adopt(call.ports, directory, member, neighbourhood, body.number, problems))


def content_of(call: Call) -> tuple[bytes, tuple[FieldError, ...]]:
    """The file in a body; raises Invalid for what is no base64."""
    body, problems = call.read(wire.RollFileRequest, most=MOST_BODY)
    return decoded(body.content), problems


def decoded(content: str) -> bytes:
    """The bytes of a file; raises Invalid."""
    try:
        return base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid(FieldError("content", "file_unreadable")) from None


def preview_body(seen: Preview, language: str) -> bodies.PreviewBody:
    """The preview in the caller's language."""
    change = seen.difference or Difference(added=seen.units)
    return bodies.PreviewBody(
        ready=seen.ready,
        rows=seen.rows,
        units=seen.totals.units,
        heads=seen.totals.heads,
        area=seen.totals.area,
        buildings=seen.totals.buildings,
        errors=_findings(seen.flaws, language),
        warnings=_findings(seen.warnings, language),
        ignored=list(seen.ignored),
        added=len(change.added),
        removed=len(change.removed),
        changed=len(change.changed),
        more=max(0, len(seen.flaws) - MOST_SHOWN) + max(0, len(seen.warnings) - MOST_SHOWN),
    )


def _findings(found: Sequence[Finding], language: str) -> list[bodies.RowProblem]:
    return [
        bodies.RowProblem(
            f.line, str(f.column), f.code, f.value, field_message(language, f.column, f.code, f.params)
        )
        for f in found[:MOST_SHOWN]
    ]


def file_answer(call: Call, neighbourhood: str) -> Response:
    """The current roll as a file; the log says who took it, since it leaves the house with names and phones."""
    member, directory = call.staff
    roll = rolls.read(call.ports, directory, member, neighbourhood)
    units = rolls.units(call.ports, roll)
    logger().info("exported", staff=member.id, roll=neighbourhood, version=roll.current)
    name = f"roll-{roll.neighbourhood}-v{roll.current}.csv"
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(
        roll_export.to_csv(units, directory.subdistrict.country_code).decode("utf-8"),
        status_code=200,
        headers=headers,
    )
