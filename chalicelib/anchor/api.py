"""The routes of anchors and proofs. What they do is in `anchor.handlers`, imported when one is first called."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later, operation
from chalicelib.session.rules import TABLE

blueprint = Blueprint(__name__)
_CURSOR = {"cursor": "the cursor of the page before"}
_DATE = {"date": "YYYY-MM-DD (UTC): under that day's anchor; the newest when absent"}
_TOKEN = (401, 403, 404, 410)


def _declare(
    route: str,
    name: str,
    summary: str,
    shape: str,
    problems: tuple[int, ...] = (404,),
    query: dict[str, str] | None = None,
) -> None:
    method, path = route.split(" ")
    operation(
        blueprint,
        method,
        path,
        audience=TABLE[route],
        summary=summary,
        answers={200: f"chalicelib.anchor.wire:{shape}"},
        problems=problems,
        query=query,
    )(later(f"chalicelib.anchor.handlers:{name}"))


_declare("GET /v1/anchors", "list_anchors", "The daily anchors, newest first", "AnchorList", (400,), _CURSOR)
_declare("GET /v1/anchors/{date}", "read_anchor", "The anchor of a day", "AnchorBody")
_declare(
    "GET /v1/bells/{bell_id}/proof",
    "proof_of_bell",
    "That a bell's record is under an anchor",
    "ProofAnswer",
    _TOKEN,
    _DATE,
)
_declare(
    "GET /v1/cases/{case_id}/proof",
    "proof_of_case",
    "That a case's record is under an anchor",
    "ProofAnswer",
    _TOKEN,
    _DATE,
)
_declare(
    "GET /v1/polls/{poll_id}/proof",
    "proof_of_poll",
    "That a poll's record is under an anchor",
    "ProofAnswer",
    (404,),
    _DATE,
)
