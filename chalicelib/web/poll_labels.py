"""Ids of a poll to words: stages, matters, options, ways of voting, reasons. An id nobody has named yet is shown as it
is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.web.i18n import N_, translate

STAGES: Final[Mapping[str, str]] = {
    "draft": N_("Draft"),
    "announced": N_("Announced"),
    "open": N_("Voting"),
    "closed": N_("Voting is over; paper is being entered"),
    "sealed": N_("Being counted"),
    "disputed": N_("Counted; conflicts must be ruled on"),
    "counted": N_("Counted"),
    "cancelled": N_("Cancelled"),
}
MATTERS: Final[Mapping[int, str]] = {
    0: N_("Consultation of households"),
    1: N_("Rules of procedure of the owners' assembly"),
    2: N_("Management covenant"),
    3: N_("Electing or replacing the owners' committee"),
    4: N_("Hiring or dismissing the property company"),
    5: N_("Using the maintenance fund"),
    6: N_("Raising the maintenance fund"),
    7: N_("Rebuilding or altering the building and its facilities"),
    8: N_("Changing the use of common parts, or doing business with them"),
    9: N_("Another important matter of common ownership"),
}
"""Civil Code art. 278, first paragraph, (1) to (9); 0 asks households and is no matter of that article."""
OPTIONS: Final[Mapping[str, str]] = {
    "for": N_("In favour"),
    "against": N_("Against"),
    "abstain": N_("Abstain"),
    "majority": N_("With the majority"),
    "": N_("Left blank"),
}
WAYS: Final[Mapping[str, str]] = {
    "link": N_("By the link or QR code of the sheet"),
    "sms": N_("By a code to the registered phone"),
    "kiosk": N_("At the tablet in the community's hall"),
    "door": N_("At the door"),
    "paper": N_("On paper"),
}
UNIT_KINDS: Final[Mapping[str, str]] = {
    "dwelling": N_("Dwelling"),
    "commercial": N_("Commercial unit"),
    "parking": N_("Parking space"),
}
COLUMNS: Final[Mapping[str, str]] = {
    "building": N_("Building"),
    "entrance": N_("Entrance"),
    "room": N_("Room"),
    "area": N_("Area"),
    "area_centi": N_("Area in 0.01 m²"),
    "owners": N_("Owners"),
    "mark": N_("Mark of identity"),
    "phone": N_("Phone"),
    "voter": N_("Named voter"),
    "kind": N_("Use"),
    "developer": N_("Held by the developer"),
    "parking": N_("Parking space"),
}
"""As the lists of a housing bureau call them."""
SIGHTS: Final[Mapping[str, str]] = {
    "nothing": N_("nothing before the end"),
    "turnout": N_("how many have voted"),
    "tally": N_("how many have voted, and the sums of their choices"),
}
EXTENSIONS: Final[Mapping[str, str]] = {
    "participation": N_("Too few have taken part"),
    "bad_weather": N_("Bad weather kept people away"),
    "sheets_late": N_("The sheets arrived late"),
    "owners_asked": N_("Owners asked for more time"),
}
CANCELLATIONS: Final[Mapping[str, str]] = {
    "question_changed": N_("The question has to change"),
    "roll_wrong": N_("The roll was wrong"),
    "settled_otherwise": N_("It was settled in another way"),
    "notice_faulty": N_("The notice was faulty"),
}
RULINGS: Final[Mapping[str, str]] = {
    "named_voter": N_("This is the voter whom the co-owners named"),
    "proxy_valid": N_("The authority is valid"),
    "proxy_invalid": N_("The authority is not valid"),
    "not_the_owner": N_("It was not an owner who voted"),
    "owners_agreed": N_("The owners agreed on this ballot"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "passed": N_("Passed"),
    "failed": N_("Not passed"),
    "no_quorum": N_("Too few took part: not passed"),
    "tie": N_("A tie: not passed"),
}
VERBS: Final[Mapping[str, str]] = {
    "draft": N_("Change the draft"),
    "announce": N_("Publish the notice"),
    "extend": N_("Vote longer"),
    "remind": N_("Remind those who have not voted"),
    "reissue": N_("Print a new link for a unit"),
    "seal": N_("All paper is entered: count now"),
    "rule": N_("Rule on a conflict"),
    "cancel": N_("Cancel the poll"),
}
DISCLAIMER: Final = N_(
    "This is a consultation and a calculator, not the statutory vote of the owners' assembly. "
    "It counts as Civil Code art. 278 counts."
)
OFFICIAL: Final = N_(
    "For a vote with legal effect use the official owners' voting system of your city; "
    "your community office or housing bureau tells you where it is."
)
OFFICIAL_NAMED: Final = N_("For a vote with legal effect use: %(name)s.")


def stage(name: str, language: str) -> str:
    """Where a poll stands."""
    return _label(STAGES, name, language)


def matter(number: int, language: str) -> str:
    """What kind of matter a topic is."""
    return translate(language, MATTERS[number]) if number in MATTERS else str(number)


def option(option_id: str, language: str, label: str = "", label_en: str = "") -> str:
    """What can be chosen: the official's own words where there are some."""
    own = label_en if label_en and not language.startswith("zh") else label
    return own or _label(OPTIONS, option_id, language)


def way(name: str, language: str) -> str:
    """How a ballot came in."""
    return _label(WAYS, name, language)


def unit_kind(name: str, language: str) -> str:
    """What a unit is for."""
    return _label(UNIT_KINDS, name, language)


def sight(name: str, language: str) -> str:
    """What may be seen before the end."""
    return _label(SIGHTS, name, language)


def reason(code: str, language: str) -> str:
    """Why a poll was extended or cancelled, or a conflict ruled on."""
    return _label({**EXTENSIONS, **CANCELLATIONS, **RULINGS}, code, language)


def outcome(name: str, language: str) -> str:
    """How a topic ended."""
    return _label(OUTCOMES, name, language)


def column(name: str, language: str) -> str:
    """A column of a roll."""
    return _label(COLUMNS, name, language)


def verb(name: str, language: str) -> str:
    """What can be done to a poll."""
    return _label(VERBS, name, language)


def verbs(names: Iterable[str], language: str) -> str:
    """What can be done now, as a list."""
    return translate(language, N_(", ")).join(verb(name, language) for name in names)


def disclaimer(language: str) -> str:
    """What stands on every page and print of a poll."""
    return translate(language, DISCLAIMER)


def official(language: str, named: str = "") -> str:
    """Where the statutory vote is, as far as it is known here; `named`: what the place's file says."""
    return translate(language, OFFICIAL_NAMED, name=named) if named else translate(language, OFFICIAL)


def _label(labels: Mapping[str, str], name: str, language: str) -> str:
    return translate(language, labels[name]) if name in labels else name
