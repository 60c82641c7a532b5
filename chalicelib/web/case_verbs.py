"""What can be done to a case, and where it stands, in words: the stages, the buttons, what a page says afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.web.i18n import N_, translate

STAGES: Final[Mapping[str, str]] = {
    "looking_into": N_("Looking into it"),
    "negotiating": N_("Negotiating"),
    "consulting": N_("Asking for consent"),
    "agreed": N_("Agreed"),
    "carrying_out": N_("Carrying out"),
    "done": N_("Done"),
    "closed": N_("Closed"),
    "failed": N_("No settlement"),
}
# The stage as a resident reads it: what goes on, in a whole sentence.
STAGES_PLAIN: Final[Mapping[str, str]] = {
    "looking_into": N_("The community is looking into it."),
    "negotiating": N_("Everybody involved is looking for a solution together."),
    "consulting": N_("Those concerned are asked for their consent."),
    "agreed": N_("There is an agreement; it is about to be carried out."),
    "carrying_out": N_("What was agreed is being done."),
    "done": N_("It is done. Please tell us how satisfied you are."),
    "closed": N_("The matter is closed."),
    "failed": N_("No agreement was reached. Other ways remain."),
}
# What stands on a button.
VERBS: Final[Mapping[str, str]] = {
    "assign": N_("Hand over"),
    "visit": N_("Record a visit"),
    "message": N_("Write a message"),
    "ask": N_("Ask the resident"),
    "reply": N_("Answer the question"),
    "pause": N_("Stop the clock"),
    "resume": N_("Let the clock go on"),
    "offer": N_("Offer options"),
    "choose": N_("Choose"),
    "invite": N_("Invite a party"),
    "remove": N_("Remove a party"),
    "schedule": N_("Call a meeting"),
    "respond": N_("Reply to the invitation"),
    "hold": N_("Record the meeting"),
    "cancel": N_("Cancel the meeting"),
    "propose": N_("Propose a plan"),
    "comment": N_("Comment on the plan"),
    "draft": N_("Draft the agreement"),
    "sign": N_("Sign"),
    "promise": N_("Add an obligation"),
    "perform": N_("Report it done"),
    "accept": N_("Accept the work"),
    "send_back": N_("Send it back"),
    "confirm": N_("Ask the court to confirm"),
    "negotiate": N_("Open the negotiation"),
    "consult": N_("Ask for consent"),
    "conclude": N_("Record the result"),
    "agree": N_("Consent given"),
    "reject": N_("Voted down"),
    "carry_out": N_("Begin carrying out"),
    "break_off": N_("Break off"),
    "finish": N_("Report the case done"),
    "fail": N_("Give up the settlement"),
    "close": N_("File away"),
    "rate": N_("Rate"),
    "reopen": N_("Reopen"),
    "extend": N_("Ask for more time"),
    "decide_extension": N_("Decide on more time"),
    "press": N_("Press for it"),
    "report": N_("Report how it stands"),
    "unmask": N_("See a resident's phone"),
    "join": N_("Add a bell"),
    "absorb": N_("Take in another case"),
    "merge": N_("Merge into another case"),
    "split": N_("Split off a matter"),
}
# The same once it was done: what a page says after the button.
DONE: Final[Mapping[str, str]] = {
    "assign": N_("Handed over."),
    "visit": N_("The visit is recorded."),
    "message": N_("The message is sent."),
    "ask": N_("The question is asked; the clock stands still."),
    "reply": N_("Your answer is sent."),
    "pause": N_("The clock stands still."),
    "resume": N_("The clock goes on."),
    "offer": N_("The options are offered."),
    "choose": N_("Your choice is recorded."),
    "invite": N_("The party is invited."),
    "remove": N_("The party is removed."),
    "schedule": N_("The meeting is called."),
    "respond": N_("Your reply is recorded."),
    "hold": N_("The meeting is recorded."),
    "cancel": N_("The meeting is cancelled."),
    "propose": N_("The plan is put forward."),
    "comment": N_("Your comment is recorded."),
    "draft": N_("The draft is ready to be signed."),
    "sign": N_("The signature is recorded."),
    "promise": N_("The obligation is added."),
    "perform": N_("It is reported as done."),
    "accept": N_("The work is accepted."),
    "send_back": N_("It is sent back."),
    "confirm": N_("The request to the court is recorded."),
    "negotiate": N_("The negotiation is open."),
    "consult": N_("Consent is being asked for."),
    "conclude": N_("The result is recorded."),
    "agree": N_("It is agreed."),
    "reject": N_("It is recorded as voted down."),
    "carry_out": N_("Carrying out has begun."),
    "break_off": N_("Carrying out is broken off."),
    "finish": N_("The case is reported done."),
    "fail": N_("It is recorded that there is no settlement."),
    "close": N_("The case is filed away."),
    "rate": N_("Thank you for your rating."),
    "reopen": N_("The case is open again."),
    "extend": N_("More time is asked for."),
    "decide_extension": N_("The decision is recorded."),
    "press": N_("A report is asked for."),
    "report": N_("The report is sent."),
    "unmask": N_("The phone is shown for a day; the record says so."),
    "join": N_("The bell is added."),
    "absorb": N_("The other case is taken in."),
    "merge": N_("The case is merged."),
    "split": N_("The matter is split off."),
}
# The steps that lead on, most telling first: what a refusal names.
LEADING: Final = (
    "negotiate",
    "consult",
    "conclude",
    "agree",
    "reject",
    "carry_out",
    "break_off",
    "finish",
    "rate",
    "close",
    "fail",
    "reopen",
    "reply",
    "resume",
    "respond",
    "sign",
    "perform",
    "accept",
    "confirm",
    "report",
    "decide_extension",
)


def _label(table: Mapping[str, str], name: str, language: str) -> str:
    return translate(language, table[name]) if name in table else name


def stage(name: str, language: str, *, plain: bool = False) -> str:
    """Where a case stands: a word, or with `plain` a sentence for the resident."""
    return _label(STAGES_PLAIN if plain else STAGES, name, language)


def verb(name: str, language: str) -> str:
    """What stands on the button."""
    return _label(VERBS, name, language)


def done(name: str, language: str) -> str:
    """What the page says after it was done."""
    return _label(DONE, name, language)


def verbs(names: Iterable[str], language: str) -> str:
    """The steps among `names` that lead on, joined; empty when there is none."""
    known = set(names)
    return translate(language, N_(", ")).join(verb(name, language) for name in LEADING if name in known)
