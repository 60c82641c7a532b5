"""Ids to words: the one place where desks, categories, roles, statuses and reasons get their English sentence.

Every function gives the label in `language`; an id nobody has named yet (a ward added a category) is shown as it is.
"""

from collections.abc import Mapping
from typing import Final

from chalicelib.web.i18n import N_, translate

CATEGORIES: Final[Mapping[str, str]] = {
    "gas": N_("Gas leak"),
    "fire": N_("Fire"),
    "injury": N_("Someone is hurt"),
    "trapped": N_("Someone is trapped"),
    "water-leak": N_("Water leak"),
    "power": N_("Power or water cut"),
    "fire-safety": N_("Fire hazard"),
    "illegal-structure": N_("Illegal building"),
    "noise": N_("Noise or fumes"),
    "greenery": N_("Trees and flower beds"),
    "road": N_("Roads and paths"),
    "elevator": N_("Lift"),
    "parking": N_("Parking"),
    "sanitation": N_("Rubbish and hygiene"),
    "property-management": N_("Property management"),
    "neighbour-dispute": N_("Neighbours' dispute"),
    "quarantine-help": N_("Help at home"),
    "other": N_("Something else"),
}
DESKS: Final[Mapping[str, str]] = {
    "community": N_("Ask the community"),
    "lawyer": N_("Ask a lawyer"),
    "police": N_("Ask the police"),
}
DESK_HINTS: Final[Mapping[str, str]] = {
    "community": N_("Neighbours, property, repairs, the surroundings"),
    "lawyer": N_("Compensation, contracts, what the law says"),
    "police": N_("Public order and safety. In danger, call 110"),
}
ROLES: Final[Mapping[str, str]] = {
    "specialist": N_("Neighbourhood specialist"),
    "community": N_("Community office"),
    "subdistrict": N_("Subdistrict office"),
    "supervisor": N_("Supervisor"),
    "lawyer": N_("Lawyer"),
    "police": N_("Police officer"),
    "resident": N_("Resident"),
}
STATUSES: Final[Mapping[str, str]] = {
    "ringing": N_("Ringing"),
    "answered": N_("Answered"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
URGENCIES: Final[Mapping[str, str]] = {
    "emergency": N_("Emergency"),
    "urgent": N_("Urgent"),
    "ordinary": N_("Ordinary"),
}
DECLINE_REASONS: Final[Mapping[str, str]] = {
    "not_in_scope": N_("Outside what this service can settle"),
    "other_authority": N_("Another authority is responsible"),
    "duplicate": N_("Already being handled"),
    "insufficient": N_("Too little is known to act"),
    "private_dispute_in_court": N_("Already before a court"),
}
TRANSFER_REASONS: Final[Mapping[str, str]] = {
    "wrong_place": N_("It belongs to another place"),
    "wrong_desk": N_("Another desk is meant"),
    "conflict_of_interest": N_("Conflict of interest"),
    "other_competence": N_("Others are responsible"),
}
CHANNELS: Final[Mapping[str, str]] = {
    "sms": N_("Text message"),
    "mail": N_("Mail"),
    "wechat": N_("WeChat message"),
}
FATES: Final[Mapping[str, str]] = {
    "claimed": N_("on its way"),
    "sent": N_("sent"),
    "delivered": N_("arrived"),
    "undelivered": N_("did not arrive, so another way was tried"),
    "opted_out": N_("wants no messages there, so another way was tried"),
    "failed": N_("could not be sent"),
    "unknown": N_("outcome unknown, so another way was tried"),
    "held": N_("will be sent a little later"),
    "moot": N_("no longer needed"),
    "superseded": N_("too late, newer news was sent"),
    "unreachable": N_("no way to reach them"),
}
HOTLINES: Final[Mapping[str, str]] = {
    "fire": N_("Fire and rescue"),
    "police": N_("Police"),
    "ambulance": N_("Ambulance"),
    "gas": N_("Gas emergency repair"),
}


def _label(table: Mapping[str, str], name: str, language: str) -> str:
    return translate(language, table[name]) if name in table else name


def category(name: str, language: str) -> str:
    """What is wrong, as on the tile."""
    return _label(CATEGORIES, name, language)


def desk(name: str, language: str) -> str:
    """Whom the resident asks for."""
    return _label(DESKS, name, language)


def desk_hint(name: str, language: str) -> str:
    """What that desk is for; empty for an unnamed desk."""
    return _label(DESK_HINTS, name, language) if name in DESK_HINTS else ""


def role(name: str, language: str) -> str:
    """A staff member's role."""
    return _label(ROLES, name, language)


def roles(names: tuple[str, ...] | list[str], language: str) -> str:
    """Several roles in a row, joined as the language joins them."""
    return translate(language, N_(", ")).join(role(name, language) for name in names)


def status(name: str, language: str) -> str:
    """A bell's status in one word."""
    return _label(STATUSES, name, language)


def urgency(name: str, language: str) -> str:
    """How urgent a bell is."""
    return _label(URGENCIES, name, language)


def decline_reason(code: str, language: str) -> str:
    """Why a bell is not taken up."""
    return _label(DECLINE_REASONS, code, language)


def transfer_reason(code: str, language: str) -> str:
    """Why a bell was handed on."""
    return _label(TRANSFER_REASONS, code, language)


def channel(name: str, language: str) -> str:
    """How a notice travels."""
    return _label(CHANNELS, name, language)


def fate(name: str, language: str) -> str:
    """What became of a notice."""
    return _label(FATES, name, language)


def hotline(kind: str, language: str) -> str:
    """Whose emergency number it is."""
    return _label(HOTLINES, kind, language)
