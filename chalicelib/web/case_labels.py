"""Ids of a case to words: stages, what can be done, parties, reasons, deadlines, signatures, prices.

Every function gives the label in `language`; an id nobody has named yet is shown as it is. In English the persons
are written as in the middle of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.web import labels
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
PARTY_KINDS: Final[Mapping[str, str]] = {
    "property_company": N_("Property company"),
    "police": N_("The police"),
    "renovation_office": N_("Renovation office"),
    "contractor": N_("Contractor"),
    "supervising_engineer": N_("Supervising engineer"),
    "lawyer": N_("Lawyer"),
    "mediator": N_("People's mediator"),
    "representative": N_("Residents' representative"),
    "owners_committee": N_("Owners' committee"),
    "person": N_("Private person"),
    "other": N_("Other party"),
}
# Who is named in a case without being invited to it.
PERSONS: Final[Mapping[str, str]] = {
    "resident": N_("The resident"),
    "community": N_("The community office"),
    "subdistrict": N_("The subdistrict office"),
    "specialist": N_("The neighbourhood specialist"),
    "supervisor": N_("The supervisor"),
    "mediator": N_("The people's mediator"),
    "committee": N_("The mediation committee"),
    "staff": N_("The staff in charge"),
    "system": N_("The system"),
}
PAUSE_REASONS: Final[Mapping[str, str]] = {
    "resident_asked": N_("a question to the resident is open"),
    "expert_opinion": N_("an expert opinion is being made"),
    "other_authority": N_("another authority has to act first"),
    "weather": N_("the weather does not allow it"),
    "materials": N_("materials are on their way"),
    "court": N_("a court has to decide first"),
}
EXTENSION_REASONS: Final[Mapping[str, str]] = {
    "party_absent": N_("a party could not take part"),
    "expert_opinion": N_("an expert opinion is needed"),
    "materials": N_("materials are missing"),
    "weather": N_("bad weather"),
    "many_households": N_("many households have to be asked"),
    "complex": N_("the matter is complex"),
}
BREAK_REASONS: Final[Mapping[str, str]] = {
    "party_withdrew": N_("a party withdrew"),
    "terms_impossible": N_("the terms turned out to be impossible"),
    "work_stopped": N_("the work came to a halt"),
    "new_facts": N_("new facts came to light"),
}
FAIL_REASONS: Final[Mapping[str, str]] = {
    "no_agreement": N_("no agreement was possible"),
    "party_absent": N_("a party did not take part"),
    "voted_down": N_("it was voted down"),
    "beyond_powers": N_("it is beyond the community's powers"),
    "withdrawn": N_("the request was withdrawn"),
}
ROUTES: Final[Mapping[str, str]] = {
    "arbitration": N_("an arbitration board"),
    "administrative": N_("the authority in charge"),
    "court": N_("the court"),
}
RATING_REASONS: Final[Mapping[str, str]] = {
    "slow": N_("It took too long"),
    "not_fixed": N_("It is not fixed"),
    "not_heard": N_("I was not heard"),
    "unfair": N_("The outcome is unfair"),
    "came_back": N_("The problem came back"),
    "quick": N_("It went quickly"),
    "kind": N_("People were kind"),
    "clear": N_("Everything was explained"),
}
CLOSE_REASONS: Final[Mapping[str, str]] = {
    "staff": N_("filed by staff"),
    "rated": N_("the resident is satisfied"),
    "time": N_("nothing more was said in time"),
}
RESUME_REASONS: Final[Mapping[str, str]] = {
    "replied": N_("the answer came"),
    "staff": N_("resumed by staff"),
    "latest_end": N_("the latest end was reached"),
}
DEADLINES: Final[Mapping[str, str]] = {
    "target": N_("Overall target"),
    "stage": N_("This stage"),
    "rating": N_("Rating"),
    "closing": N_("Filing"),
    "court": N_("Joint request to the court"),
    "press": N_("Report to the superior"),
    "pause": N_("End of the pause"),
}
STAGE_DEADLINES: Final[Mapping[str, str]] = {
    "looking_into": N_("First visit"),
    "negotiating": N_("Plan for a settlement"),
    "consulting": N_("Consent of those concerned"),
}
NUMBERED_DEADLINES: Final[Mapping[str, str]] = {
    "meeting": N_("Minutes of meeting %(number)s"),
    "obligation": N_("Obligation %(number)s"),
    "acceptance": N_("Acceptance of obligation %(number)s"),
}
SIGNATURES: Final[Mapping[str, str]] = {
    "code": N_("by one-time code"),
    "paper": N_("on paper"),
    "oral": N_("orally, recorded"),
}
FORMS: Final[Mapping[str, str]] = {
    "minutes": N_("Minutes of consultation"),
    "mediation": N_("People's mediation agreement"),
}
OBLIGATION_STATUSES: Final[Mapping[str, str]] = {
    "drafted": N_("Drafted"),
    "open": N_("To be done"),
    "performed": N_("Reported done"),
    "accepted": N_("Met"),
    "void": N_("No longer binding"),
}
MEETING_STATUSES: Final[Mapping[str, str]] = {
    "scheduled": N_("To come"),
    "held": N_("Held"),
    "cancelled": N_("Cancelled"),
}
ANSWERS: Final[Mapping[str, str]] = {
    "yes": N_("Will come"),
    "no": N_("Cannot come"),
    "other": N_("Asks for another time"),
}
CONSULTATIONS: Final[Mapping[str, str]] = {
    "poll": N_("The neighbours are asked"),
    "parties": N_("The parties sign"),
}
QUESTIONS: Final[Mapping[str, str]] = {
    "answered": N_("Were you answered?"),
    "solved": N_("Is it solved?"),
    "satisfied": N_("Are you satisfied?"),
}


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


def party_kind(name: str, language: str) -> str:
    """What sort of party it is."""
    return _label(PARTY_KINDS, name, language)


def person(name: str, language: str) -> str:
    """Somebody named by what they are: resident, community, specialist, mediator, committee …"""
    if name not in PERSONS:
        return role(name, language)
    said = translate(language, PERSONS[name])
    return said[:1].lower() + said[1:] if language == "en" else said


def role(name: str, language: str) -> str:
    """What a member of staff, a resident or a party is, as it stands beside a name."""
    return _label(PARTY_KINDS, name, language) if name not in labels.ROLES else labels.role(name, language)


def pause_reason(code: str, language: str) -> str:
    """Why the clock stands still."""
    return _label(PAUSE_REASONS, code, language)


def extension_reason(code: str, language: str) -> str:
    """Why more time is asked for."""
    return _label(EXTENSION_REASONS, code, language)


def break_reason(code: str, language: str) -> str:
    """Why carrying out was broken off."""
    return _label(BREAK_REASONS, code, language)


def fail_reason(code: str, language: str) -> str:
    """Why there is no settlement."""
    return _label(FAIL_REASONS, code, language)


def route(code: str, language: str) -> str:
    """A way that remains when there is no settlement."""
    return _label(ROUTES, code, language)


def rating_reason(code: str, language: str) -> str:
    """What the resident ticked beside the rating."""
    return _label(RATING_REASONS, code, language)


def deadline(key: str, language: str, stage: str = "") -> str:
    """What is due; `stage` is the case's, which says what the key `stage` stands for."""
    kind, _, number = key.partition(":")
    if kind in NUMBERED_DEADLINES:
        return translate(language, NUMBERED_DEADLINES[kind], number=number)
    if kind == "stage" and stage in STAGE_DEADLINES:
        return translate(language, STAGE_DEADLINES[stage])
    return _label(DEADLINES, kind, language)


def signature(kind: str, language: str) -> str:
    """How somebody signed."""
    return _label(SIGNATURES, kind, language)


def form(name: str, language: str) -> str:
    """What sort of agreement it is: 协商纪要 or 人民调解协议书."""
    return _label(FORMS, name, language)


def obligation_status(name: str, language: str) -> str:
    """Where an obligation stands."""
    return _label(OBLIGATION_STATUSES, name, language)


def meeting_status(name: str, language: str) -> str:
    """Where a meeting stands."""
    return _label(MEETING_STATUSES, name, language)


def answer(name: str, language: str) -> str:
    """What an invited party said."""
    return _label(ANSWERS, name, language)


def consultation(how: str, language: str) -> str:
    """How consent is asked for."""
    return _label(CONSULTATIONS, how, language)


def question(name: str, language: str) -> str:
    """A question of the rating."""
    return _label(QUESTIONS, name, language)


def close_reason(code: str, language: str) -> str:
    """Why a case was filed away."""
    return _label(CLOSE_REASONS, code, language)


def resume_reason(code: str, language: str) -> str:
    """Why the clock goes on."""
    return _label(RESUME_REASONS, code, language)


def price(smallest: int | None) -> str:
    """A price in fen as people write it: ¥23.80, ¥1,200; empty when there is none."""
    if smallest is None:
        return ""
    yuan, fen = divmod(smallest, 100)
    return f"¥{yuan:,}.{fen:02d}" if fen else f"¥{yuan:,}"
