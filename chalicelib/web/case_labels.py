"""Ids of a case to words: parties, reasons, deadlines, signatures, prices; stages and verbs are in `case_verbs`.

Every function gives the label in `language`; an id nobody has named yet is shown as it is. In English the persons
are written as in the middle of a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.web import labels
from chalicelib.web.case_verbs import done, stage, verb, verbs
from chalicelib.web.i18n import N_, translate

__all__ = [
    "ANSWERS",
    "BREAK_REASONS",
    "CLOSE_REASONS",
    "CONSULTATIONS",
    "DEADLINES",
    "EXTENSION_REASONS",
    "FAIL_REASONS",
    "FORMS",
    "MEETING_STATUSES",
    "NUMBERED_DEADLINES",
    "OBLIGATION_STATUSES",
    "PARTY_KINDS",
    "PAUSE_REASONS",
    "PERSONS",
    "QUESTIONS",
    "RATING_REASONS",
    "RESUME_REASONS",
    "ROUTES",
    "SIGNATURES",
    "STAGE_DEADLINES",
    "UNMASK_REASONS",
    "answer",
    "break_reason",
    "close_reason",
    "consultation",
    "deadline",
    "done",
    "extension_reason",
    "fail_reason",
    "form",
    "meeting_status",
    "obligation_status",
    "party_kind",
    "pause_reason",
    "person",
    "price",
    "question",
    "rating_reason",
    "resume_reason",
    "role",
    "route",
    "signature",
    "stage",
    "unmask_reason",
    "verb",
    "verbs",
]

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
UNMASK_REASONS: Final[Mapping[str, str]] = {
    "owner_absent": N_("whoever works on it cannot be reached"),
    "safety": N_("somebody may be in danger"),
    "complaint": N_("the resident complained"),
    "court": N_("a court or the law asks for it"),
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


def unmask_reason(code: str, language: str) -> str:
    """Why somebody looked at a resident's phone."""
    return _label(UNMASK_REASONS, code, language)


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
