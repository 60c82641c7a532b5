"""The routes of cases over JSON. What they do is in `case.handlers`, which is imported when one is first called: a
process that only rings must not pay for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint

from chalicelib.http import Call, later, operation
from chalicelib.session.rules import STAFF, TABLE

blueprint = Blueprint(__name__)
_PROBLEMS = (401, 403, 404, 410)
_CHANGING = (400, *_PROBLEMS, 409)
_CASE = "/v1/cases/{case_id}"
_CURSOR = {"cursor": "the cursor of the page before"}
_FILTER = {
    "view": "mine, community or all (what is in the caller's sight)",
    "stage": "only this stage",
    "category": "only this category",
    "urgency": "only this urgency",
    "neighbourhood": "only this neighbourhood",
    "community": "with view=community: which one",
    "overdue": "1: only what is late",
    "paused": "1: only what stands still",
}

COMMANDS: Mapping[str, tuple[str, str]] = {
    "assign": ("AssignRequest", "Let somebody else work on it"),
    "visit": ("TextRequest", "Somebody was there: notes and photos"),
    "message": ("MessageRequest", "Write to the resident, a party or (staff) an internal note"),
    "ask": ("AskRequest", "Ask the resident; the clock stands still until the answer"),
    "reply": ("TextRequest", "Answer the question"),
    "pause": ("PauseRequest", "Let the clock stand still"),
    "resume": ("Plain", "Let the clock go on"),
    "offer": ("OfferRequest", "Offer options to choose from"),
    "choose": ("ChooseRequest", "Choose an option"),
    "invite": ("InviteRequest", "Bring a party into the case"),
    "remove": ("PartyRequest", "A party leaves the case"),
    "schedule": ("ScheduleRequest", "Call a meeting"),
    "respond": ("RespondRequest", "Say whether one comes to a meeting"),
    "hold": ("HoldRequest", "Record a meeting: who was there, minutes, resolutions"),
    "cancel": ("MeetingRequest", "Call a meeting off"),
    "propose": ("TextRequest", "The next version of the plan"),
    "comment": ("CommentRequest", "Comment on a version of the plan"),
    "draft": ("DraftRequest", "Draft the agreement"),
    "sign": ("SignRequest", "Sign the agreement"),
    "promise": ("PromiseRequest", "Add an obligation"),
    "perform": ("PerformRequest", "Say that an obligation is met, with proof"),
    "accept": ("ObligationRequest", "Accept what was done"),
    "send_back": ("SendBackRequest", "Say that it is not met, with a new date"),
    "confirm": ("TextRequest", "The court was asked to confirm"),
    "negotiate": ("Plain", "Begin to negotiate"),
    "consult": ("ConsultRequest", "Ask the parties (to sign) or the neighbours (a poll)"),
    "conclude": ("ConcludeRequest", "The poll's result: carried or voted down"),
    "carry_out": ("Plain", "Begin to carry out"),
    "break_off": ("ReasonRequest", "Carrying out stops; negotiate again"),
    "finish": ("TextRequest", "Everything is done; ask for the rating"),
    "fail": ("ReasonRequest", "No settlement was reached"),
    "close": ("Plain", "File it away"),
    "rate": ("RateRequest", "The resident's rating"),
    "reopen": ("TextRequest", "It is not settled after all"),
    "extend": ("ExtendRequest", "Ask for more time"),
    "decide_extension": ("DecideExtensionRequest", "Grant or refuse more time"),
    "press": ("TextRequest", "Press for it (督办)"),
    "report": ("TextRequest", "Report to the superior who pressed"),
    "unmask": ("UnmaskRequest", "See the resident's phone for a day, saying why; it is on the record"),
}
"""What a client can do to one case: the verb, the shape of its body in `case.wire`, and what it is for."""


def _declare(
    method: str,
    path: str,
    name: str,
    summary: str,
    answers: dict[int, str],
    problems: tuple[int, ...] = _PROBLEMS,
    **further: Any,
) -> None:
    operation(
        blueprint,
        method,
        path,
        audience=TABLE[f"{method} {path}"],
        summary=summary,
        answers={status: f"chalicelib.case.bodies:{shape}" for status, shape in answers.items()},
        problems=problems,
        **further,
    )(later(f"chalicelib.case.handlers:{name}"))


def _shape(name: str) -> str:
    return f"chalicelib.case.wire:{name}"


def _command(verb: str, shape: str, summary: str) -> None:
    def handler(call: Call, case_id: str) -> Any:
        return later("chalicelib.case.handlers:order")(call, case_id=case_id, verb=verb)

    handler.__name__ = f"{verb}_case"
    path = f"{_CASE}/{verb.replace('_', '-')}"
    operation(
        blueprint,
        "POST",
        path,
        audience=TABLE[f"POST {path}"],
        summary=summary,
        body=_shape(shape),
        answers={200: "chalicelib.case.bodies:CaseAnswer"},
        problems=_CHANGING if TABLE[f"POST {path}"] <= STAFF else (*_CHANGING, 429),
    )(handler)


_declare(
    "GET",
    "/v1/cases",
    "worklist_of_cases",
    "The open cases, what is due first first",
    {200: "CaseList"},
    (400, 401, 403),
    query=_FILTER | _CURSOR,
)
_declare(
    "GET",
    "/v1/cases/search",
    "search_cases",
    "Find cases by number, by the phone of whoever rang, or by words",
    {200: "CaseList"},
    (400, 401, 403),
    query={"q": "a number, a phone, or words of the subject", **_CURSOR},
)
_declare("GET", _CASE, "read_case", "A case: everything of it that the caller may see", {200: "CaseBody"})
_declare(
    "GET", f"{_CASE}/record", "record_of_case", "The hash-chained record of a case", {200: "CaseRecordBody"}
)
_declare(
    "POST",
    f"{_CASE}/files",
    "upload_to_case",
    "Forms to upload a photo or a paper, and its thumbnail",
    {201: "UploadAnswer"},
    (400, *_PROBLEMS),
    body=_shape("UploadRequest"),
)
_declare(
    "POST",
    f"{_CASE}/signature-code",
    "signature_code",
    "Have a one-time code texted to the signatory's phone",
    {202: "SignatureCodeAnswer"},
    (*_CHANGING, 429),
)
_declare(
    "POST",
    f"{_CASE}/merge",
    "merge_case",
    "The matter goes on in another case",
    {200: "CaseAnswer"},
    _CHANGING,
    body=_shape("MergeRequest"),
)
_declare(
    "POST",
    f"{_CASE}/split",
    "split_case",
    "A second matter becomes a case of its own",
    {201: "CaseAnswer"},
    _CHANGING,
    body=_shape("SplitRequest"),
)
for _verb, (_body, _summary) in COMMANDS.items():
    _command(_verb, _body, _summary)
