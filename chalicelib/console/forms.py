"""The forms of the staff console: what each command asks for, and what was posted as the body of the API's request.

One table, so that forty commands are drawn by one macro and read by one function. Where the choices of a field come
from (`of`) is the business of `console.form_screens`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.web.i18n import N_


@dataclass(frozen=True)
class Input:
    """One field. `kind`: how it is drawn and read; `of` names where its choices come from; `into`: int or bool when it
    stands for a number or for yes and no. `rows`: the fields of one row, `blank` so many empty ones are offered."""

    name: str
    kind: str
    label: str = ""
    hint: str = ""
    of: str = ""
    required: bool = True
    into: type = str
    rows: tuple[Input, ...] = ()
    blank: int = 3
    start: str = ""
    least: str = ""
    most: str = ""


@dataclass(frozen=True)
class Plan:
    """The form of a verb: its title, its button, its fields. `confirm`: what to be sure of before it is done."""

    title: str
    button: str
    inputs: tuple[Input, ...] = ()
    hint: str = ""
    confirm: str = ""
    danger: bool = False


_FILES = Input("files", "files", N_("Photos and papers"), required=False)
_WORDS = N_("Words")


def _text(label: str, hint: str = "", *, required: bool = True) -> Input:
    return Input("text", "textarea", label, hint, required=required)


def _choice(name: str, label: str, of: str, into: type = str, *, required: bool = True) -> Input:
    return Input(name, "select", label, of=of, into=into, required=required)


_DUTY = (
    _choice("who", N_("Who"), "bound"),
    Input("text", "text", N_("does what")),
    Input("due_at", "datetime", N_("by when")),
)
_MEETING = _choice("meeting", N_("Meeting"), "meetings", int)
_OPEN_DUTY = _choice("obligation", N_("Obligation"), "open_duties", int)
_DONE_DUTY = _choice("obligation", N_("Obligation"), "done_duties", int)

FORMS: Final[Mapping[str, Plan]] = {
    "visit": Plan(
        N_("Record a visit"),
        N_("Save the visit"),
        (_text(N_("What was found, and who was there")), _FILES),
        N_("The first visit meets the deadline of looking into it."),
    ),
    "negotiate": Plan(
        N_("Begin to negotiate"), N_("Begin to negotiate"), hint=N_("A plan is due from now on.")
    ),
    "carry_out": Plan(
        N_("Begin to carry out"),
        N_("Begin to carry out"),
        hint=N_("A plain service goes here straight from the visit."),
    ),
    "schedule": Plan(
        N_("Call a meeting"),
        N_("Send the invitations"),
        (
            Input("at", "datetime", N_("When")),
            Input("place", "text", N_("Where, or how one joins")),
            Input("online", "yes", N_("It takes place online"), required=False),
            _text(N_("Agenda")),
            Input("invited", "checkboxes", N_("Who is invited"), of="people"),
        ),
        N_("Everybody gets a message with a calendar entry, and a reminder a day before."),
    ),
    "hold": Plan(
        N_("Write the minutes"),
        N_("Save the minutes"),
        (
            _MEETING,
            Input("attended", "checkboxes", N_("Who was there"), of="people"),
            _text(N_("Minutes")),
            Input(
                "resolutions", "lines", N_("Resolutions"), N_("One a line; they are numbered"), required=False
            ),
            Input(
                "files", "files", N_("Photos of the signed sheet"), required=False
            ),
        ),
    ),
    "propose": Plan(
        N_("Propose a plan"),
        N_("Send the plan round"),
        (_text(N_("The plan")), _FILES),
        N_("Everybody who takes part can comment on it."),
    ),
    "draft": Plan(
        N_("Draft the agreement"),
        N_("Save the draft"),
        (
            _choice("form", N_("As"), "agreements"),
            Input("facts", "textarea", N_("What happened"), N_("The paper says it before the terms"), required=False),
            Input("terms", "lines", N_("Terms"), N_("One a line; they are numbered")),
            Input("duties", "rows", N_("Who does what by when"), rows=_DUTY, required=False),
            Input("signatories", "checkboxes", N_("Who must sign"), of="signatories"),
        ),
        N_("A later draft takes the place of this one and of its signatures."),
    ),
    "consult": Plan(
        N_("Ask for consent"),
        N_("Ask them"),
        (
            _choice("how", N_("Whom"), "consultations"),
            Input("until", "datetime", N_("Until when")),
            Input("poll", "text", N_("Name of the poll"), N_("When the neighbours are asked"), required=False),
        ),
    ),
    "sign": Plan(
        N_("Record a signature"),
        N_("Record it"),
        (
            _choice("signatory", N_("Who signed"), "missing"),
            _choice("kind", N_("How"), "signatures"),
            _text(N_("What was said or signed"), required=False),
            Input("files", "files", N_("Photo of the paper"), required=False),
        ),
        N_("On paper with a photo, or given orally. With a code people sign themselves."),
    ),
    "conclude": Plan(
        N_("Record the result"),
        N_("Record the result"),
        (_choice("carried", N_("The neighbours"), "results", bool), _text(N_("The result in figures")), _FILES),
    ),
    "promise": Plan(
        N_("Add an obligation"),
        N_("Add it"),
        (Input("duty", "rows", rows=_DUTY, blank=1),),
        N_("Its clock starts at once; whoever is bound is reminded a day before."),
    ),
    "perform": Plan(
        N_("Report it done"),
        N_("Report it done"),
        (_OPEN_DUTY, _text(N_("What was done"), required=False), Input("files", "files", N_("Proof"), required=False)),
    ),
    "accept": Plan(N_("Accept what was done"), N_("Accept it"), (_DONE_DUTY,)),
    "send_back": Plan(
        N_("Send it back"),
        N_("Send it back"),
        (_DONE_DUTY, _text(N_("What is missing")), Input("due_at", "datetime", N_("New date"))),
    ),
    "finish": Plan(
        N_("Everything is done"),
        N_("Finish and ask for the rating"),
        (_text(N_("What was achieved")), _FILES),
        N_("The resident is asked to rate it within 14 days."),
    ),
    "message": Plan(
        N_("Write a message or a note"),
        N_("Save"),
        (_choice("to", N_("To"), "addressees"), _text(_WORDS), _FILES),
    ),
    "ask": Plan(
        N_("Ask the resident"),
        N_("Ask, and stop the clock"),
        (
            _text(N_("Question")),
            Input("days", "number", N_("Days to answer"), start="7", into=int, least="1", most="30"),
            _FILES,
        ),
        N_("The clock stands still until the answer, or until the days are over."),
    ),
    "offer": Plan(
        N_("Offer options"),
        N_("Offer them"),
        (
            Input(
                "options",
                "rows",
                N_("Options"),
                rows=(
                    Input("text", "text", N_("What")),
                    Input("price", "money", N_("Price in yuan"), required=False),
                ),
            ),
        ),
        N_("The resident chooses on the page of the bell."),
    ),
    "choose": Plan(
        N_("Record the choice"),
        N_("Record the choice"),
        (Input("offer", "hidden", of="offer", into=int), _choice("option", N_("Option"), "options")),
        N_("When the resident said it by telephone or at the door."),
    ),
    "invite": Plan(
        N_("Bring a party in"),
        N_("Invite them"),
        (
            _choice("organisation", N_("From the directory"), "organisations", required=False),
            _choice("kind", N_("Or somebody else: as"), "kinds", required=False),
            Input("name", "text", N_("Name"), required=False),
            Input("person", "text", N_("Whom to ask for"), required=False),
            Input("phone", "text", N_("Telephone"), required=False),
            Input("mail", "text", N_("Mail address"), required=False),
        ),
        N_("They get a link and need no account."),
    ),
    "respond": Plan(
        N_("Record a reply"),
        N_("Record it"),
        (
            _MEETING,
            _choice("party", N_("Who"), "people"),
            _choice("answer", N_("Answer"), "answers"),
            Input("at", "datetime", N_("Another time"), required=False),
        ),
    ),
    "comment": Plan(
        N_("Comment on the plan"),
        N_("Save the comment"),
        (Input("plan", "hidden", of="plan", into=int), _text(_WORDS)),
    ),
    "assign": Plan(N_("Assign to somebody"), N_("Assign"), (_choice("staff", N_("To"), "staff"),)),
    "pause": Plan(
        N_("Stop the clock"),
        N_("Stop the clock"),
        (
            _choice("reason", N_("Reason"), "pauses"),
            _choice("waits_for", N_("Whom we wait for"), "awaited"),
            Input("until", "datetime", N_("Until when at the latest")),
        ),
        N_("Every deadline keeps exactly what is left of it."),
    ),
    "resume": Plan(N_("Let the clock go on"), N_("Let the clock go on")),
    "extend": Plan(
        N_("Ask for more time"),
        N_("Ask for it"),
        (
            _choice("key", N_("For"), "deadlines"),
            Input("until", "datetime", N_("Until")),
            _choice("reason", N_("Reason"), "extensions"),
            _text(N_("Explanation")),
        ),
        N_("Somebody one level up decides; until then the deadline stands."),
    ),
    "decide_extension": Plan(
        N_("Decide on more time"),
        N_("Decide"),
        (_choice("granted", N_("Decision"), "decisions", bool), _text(_WORDS, required=False)),
    ),
    "press": Plan(
        N_("Press for it"),
        N_("Press for it"),
        (_text(N_("What you want to know")),),
        N_("Whoever works on it owes a report within a day."),
    ),
    "report": Plan(N_("Report how it stands"), N_("Send the report"), (_text(N_("How it stands")),)),
    "unmask": Plan(
        N_("See a resident's phone"),
        N_("Show it"),
        (_choice("bell", N_("Bell"), "bells"), _choice("reason", N_("Why"), "unmaskings")),
        N_("You see it for a day. That you did, and why, is on the record, and the residents read it."),
    ),
    "reply": Plan(
        N_("Record the resident's answer"),
        N_("Save, and let the clock go on"),
        (_text(N_("What was answered")), _FILES),
    ),
    "confirm": Plan(
        N_("Record the joint application to the court"),
        N_("Record it"),
        (_text(N_("Which court, and when"), required=False), _FILES),
    ),
    "reopen": Plan(N_("Take it up again"), N_("Take it up again"), (_text(N_("Why")),)),
    "merge": Plan(
        N_("Merge into another case"),
        N_("Merge"),
        (Input("case", "text", N_("Number of the case in which it goes on")),),
        confirm=N_("This case ends, and its residents follow the other one. It cannot be taken apart again."),
        danger=True,
    ),
    "split": Plan(
        N_("Split off a second matter"),
        N_("Open a second case"),
        (
            _choice("category", N_("Category"), "categories"),
            Input("subject", "text", N_("What it is about")),
            Input(
                "bells", "checkboxes", N_("Bells that go with it"),
                N_("None: the first bell is in both"), of="bells", required=False,
            ),
        ),
    ),
    "remove": Plan(
        N_("A party leaves"),
        N_("Take them out"),
        (_choice("party", N_("Who"), "parties"),),
        confirm=N_("They are told nothing more, and their link opens nothing."),
        danger=True,
    ),
    "cancel": Plan(
        N_("Call a meeting off"),
        N_("Call it off"),
        (_MEETING,),
        confirm=N_("Everybody invited is told that it does not take place."),
        danger=True,
    ),
    "break_off": Plan(
        N_("Break it off"),
        N_("Break it off"),
        (_choice("reason", N_("Reason"), "breaks"), _text(N_("Explanation"))),
        confirm=N_("What was agreed binds nobody any more, and negotiating begins again."),
        danger=True,
    ),
    "fail": Plan(
        N_("No settlement"),
        N_("End without a settlement"),
        (_choice("reason", N_("Reason"), "failures"), _text(N_("Explanation, which the resident reads"))),
        confirm=N_("The resident is told that there is no settlement and which other ways there are."),
        danger=True,
    ),
    "close": Plan(
        N_("File it away"),
        N_("File it away"),
        confirm=N_("Nobody is reminded of it any more."),
        danger=True,
    ),
}  # fmt: skip
"""In the order in which they are offered."""

LIKELY: Final[Mapping[str, tuple[str, ...]]] = {
    "looking_into": ("visit", "negotiate", "carry_out"),
    "negotiating": ("schedule", "propose", "draft", "consult"),
    "consulting": ("sign", "conclude"),
    "agreed": ("sign", "carry_out", "perform"),
    "carrying_out": ("accept", "perform", "finish", "promise"),
    "done": ("close", "message"),
    "failed": ("close", "reopen"),
    "closed": ("reopen",),
}
"""What usually comes next, by stage; what is pressing (`PRESSING`) comes before it."""
PRESSING: Final = ("reply", "report", "decide_extension", "accept", "hold")
MOST_ROWS: Final = 20
