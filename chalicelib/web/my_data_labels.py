"""What is kept when somebody's data is erased, in words: each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.web.i18n import N_, translate

KEPT: Final[Mapping[str, tuple[str, str]]] = {
    "record": (
        N_("The record: which step was taken when, and by which member of staff"),
        N_(
            "So that anybody can check that nothing was altered. It holds neither your name nor your number nor your "
            "words, only sealed marks of them that say nothing by themselves."
        ),
    ),
    "others": (
        N_("What staff and others wrote: visit notes, minutes, plans, the agreement"),
        N_(
            "It is theirs, and others rely on it. If something about you stands there, call %(contact)s: it is looked "
            "at word by word."
        ),
    ),
    "signature": (
        N_("That you signed the agreement, when, and part of the number that you signed with"),
        N_("Whoever signed with you may need to prove it (Personal Information Protection Law, article 47)."),
    ),
    "polls": (
        N_("The owners' roll and votes, if you took part in a poll"),
        N_("They belong to the poll and its count. Your community corrects the roll: call %(contact)s."),
    ),
    "wish": (
        N_("Your wish to get no text messages, if you sent one"),
        N_("Kept as a sealed mark of the number, only so that none is sent."),
    ),
    "copies": (
        N_("Safety copies, for 35 days at most"),
        N_(
            "They are overwritten by themselves and used only after a disaster; what you erased is then erased again."
        ),
    ),
}
SHOWN: Final[Mapping[str, str]] = {
    "answered": N_("answered your bell"),
    "assigned": N_("was put in charge"),
}


def shown(why: str, language: str) -> str:
    """Why a member of staff was shown name and number, where nobody had to give a reason."""
    return translate(language, SHOWN[why])


def kept(what: str, language: str, contact: str) -> tuple[str, str]:
    """What is kept and why, as a resident reads it; `contact`: the number for questions."""
    named, why = KEPT[what]
    said = translate(language, why, contact=contact) if "%(" in why else translate(language, why)
    return translate(language, named), said
