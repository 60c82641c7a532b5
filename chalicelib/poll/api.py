"""The routes of polls over JSON. What they do is in `poll.handlers`, which is imported when one is first called: a
process that only rings must not pay for it."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later, operation
from chalicelib.session.rules import TABLE

blueprint = Blueprint(__name__)
_POLL = "/v1/polls/{poll_id}"
_STAFF = (401, 403, 404)
_CHANGING = (400, *_STAFF, 409)
_KEY = {"Idempotency-Key": "the same for every repeat of one vote; at most 64 characters"}


def _declare(
    route: str,
    name: str,
    summary: str,
    answer: tuple[int, str],
    problems: tuple[int, ...],
    body: str = "",
    *,
    optional: bool = False,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    module: str = "handlers",
) -> None:
    method, path = route.split(" ")
    status, shape = answer
    operation(
        blueprint,
        method,
        path,
        audience=TABLE[route],
        summary=summary,
        answers={status: f"chalicelib.poll.bodies:{shape}" if shape else None},
        problems=problems,
        body=f"chalicelib.poll.wire:{body}" if body else None,
        optional=optional,
        query=query,
        headers=headers,
    )(later(f"chalicelib.poll.{module}:{name}"))


_declare(
    "GET /v1/polls",
    "list_polls",
    "The polls of a subdistrict, newest first",
    (200, "PollList"),
    (400, 404),
    query={"prefix": "the subdistrict", "cursor": "the cursor of the page before"},
)
_declare("POST /v1/polls", "draft_poll", "Draft a poll", (201, "PollBody"), _CHANGING, "PollRequest")
_declare(f"GET {_POLL}", "read_poll", "The notice of a poll, later its result", (200, "PollBody"), (404,))
_declare(f"GET {_POLL}/record", "record_of_poll", "The hash-chained record", (200, "PollRecordBody"), (404,))
_declare(
    f"GET {_POLL}/result", "result_of_poll", "The published file: anyone can recount it", (200, ""), (404,)
)
_declare(
    f"GET {_POLL}/turnout", "turnout_of_poll", "Who has voted, by building", (200, "TurnoutList"), (403, 404)
)
_declare(
    f"GET {_POLL}/missing",
    "missing_in_poll",
    "Who has not voted",
    (200, "UnitList"),
    _STAFF,
    query={"building": "only this building"},
)
_declare(
    f"GET {_POLL}/conflicts",
    "conflicts_in_poll",
    "Units with contradicting ballots",
    (200, "ConflictList"),
    _STAFF,
)
for _verb, _name, _body, _summary in (
    ("draft", "redraft_poll", "RedraftRequest", "Change the draft"),
    ("announce", "announce_poll", "AnnouncePollRequest", "Publish the notice; the roll is frozen"),
    ("extend", "extend_poll", "ExtendPollRequest", "Vote longer"),
    ("cancel", "cancel_poll", "PollReasonRequest", "Cancel the poll"),
    ("rule", "rule_in_poll", "RuleRequest", "Decide which ballot of a unit counts"),
):
    _declare(f"POST {_POLL}/{_verb}", _name, _summary, (200, "PollBody"), _CHANGING, _body)
for _verb, _name, _summary in (
    ("remind", "remind_of_poll", "Remind those who have not voted, and nobody else"),
    ("seal", "seal_poll", "All paper is entered: count now"),
):
    _declare(
        f"POST {_POLL}/{_verb}", _name, _summary, (200, "PollBody"), _CHANGING, "PollPlain", optional=True
    )
_declare(
    f"POST {_POLL}/reissue",
    "reissue_ticket",
    "A new link for a unit whose sheet was lost",
    (201, "ReissueAnswer"),
    _CHANGING,
    "ReissueRequest",
)
_declare(
    f"POST {_POLL}/ballots",
    "enter_ballot",
    "Enter a ballot from the door or a sheet",
    (201, "VotedBody"),
    (*_CHANGING, 429),
    "BallotRequest",
    headers=_KEY,
)
_declare(
    f"POST {_POLL}/files",
    "upload_sheet",
    "A form to upload the photo of a sheet",
    (201, "BallotFileAnswer"),
    _CHANGING,
    "BallotFileRequest",
)
_declare(
    f"POST {_POLL}/codes",
    "ask_voting_code",
    "Have a voting code texted to the registered phone",
    (202, "VotingCodeAnswer"),
    (400, 404, 409, 429),
    "VotingCodeRequest",
)
_declare(
    f"POST {_POLL}/tickets",
    "voting_ticket",
    "Exchange the code for a ticket",
    (201, "TicketAnswer"),
    (400, 401, 404, 409, 410, 429),
    "TicketRequest",
)
_declare(
    "GET /v1/vote",
    "read_ballot_paper",
    "What the holder of a ticket may vote on",
    (200, "VotePaper"),
    (401, 403, 410),
)
_declare(
    "POST /v1/vote",
    "vote",
    "Vote; the last vote before the end counts",
    (201, "VotedBody"),
    (400, 401, 403, 404, 409, 410, 429),
    "VoteRequest",
    headers=_KEY,
)
for _route, _name, _answer, _body, _summary in (
    ("GET {}", "read_roll", (200, "RollBody"), "", "The roll of a neighbourhood and its versions"),
    (
        "POST {}/preview",
        "preview_roll",
        (200, "PreviewBody"),
        "RollFileRequest",
        "What a CSV or XLSX file would make of the roll; nothing is written",
    ),
    ("POST {}/versions", "import_roll", (201, "RollBody"), "RollFileRequest", "Import a file as a version"),
    ("POST {}/adopt", "adopt_roll", (200, "RollBody"), "AdoptRequest", "Make a version the roll"),
):
    _declare(
        _route.format("/v1/rolls/{neighbourhood}"),
        _name,
        _summary,
        _answer,
        (400, *_STAFF),
        _body,
        module="roll_handlers",
    )
