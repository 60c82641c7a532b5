"""Events of a poll as sentences for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.web import poll_labels as say
from chalicelib.web.i18n import N_, translate

Data = Mapping[str, Any]

_PLAIN: Final[Mapping[str, str]] = {
    "drafted": N_("The poll was drafted."),
    "redrafted": N_("The draft was changed."),
    "opened": N_("Voting has begun."),
    "warned": N_("The officials were told how many have taken part."),
    "reminded": N_("Those who had not voted were reminded."),
    "reissued": N_("A unit got a new link; the old one opens nothing any more."),
    "closed": N_("Voting is over. Paper from before the end is still entered."),
    "rearmed": N_("The timer was set anew."),
}


def sentence(kind: str, data: Data, language: str) -> str:
    """What happened, in one sentence."""
    told = _TOLD.get(kind)
    if told:
        return told(data, language)
    return translate(language, _PLAIN[kind]) if kind in _PLAIN else kind


def _announced(data: Data, language: str) -> str:
    return translate(
        language,
        N_("The notice was published; the roll of %(units)s units is frozen."),
        units=data["roll"]["units"],
    )


def _extended(data: Data, language: str) -> str:
    return translate(
        language, N_("Voting was extended. Reason: %(reason)s."), reason=say.reason(data["reason"], language)
    )


def _sealed(data: Data, language: str) -> str:
    early = N_("All paper is entered; the boxes are sealed and counted.")
    return translate(language, early if data.get("early") else N_("The boxes are sealed and counted."))


def _counted(data: Data, language: str) -> str:
    if not data["conclusive"]:
        return translate(language, N_("It was counted; conflicts that officials must rule on decide it."))
    return translate(
        language, N_("It was counted: carried.") if data["carried"] else N_("It was counted: not carried.")
    )


def _ruled(data: Data, language: str) -> str:
    return translate(
        language,
        N_("A conflict about one unit was ruled on. Reason: %(reason)s."),
        reason=say.reason(data["reason"], language),
    )


def _cancelled(data: Data, language: str) -> str:
    return translate(
        language,
        N_("The poll was cancelled. Reason: %(reason)s."),
        reason=say.reason(data["reason"], language),
    )


_TOLD: Final[Mapping[str, Callable[[Data, str], str]]] = {
    "announced": _announced,
    "extended": _extended,
    "sealed": _sealed,
    "counted": _counted,
    "ruled": _ruled,
    "cancelled": _cancelled,
}
