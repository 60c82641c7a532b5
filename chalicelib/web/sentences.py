"""Events in plain words: what a resident reads on the tracking page and what the API's timeline says.

Names and reasons come from people, so each is isolated: a right-to-left name cannot turn the sentence round.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.web import labels
from chalicelib.web.filters import plain
from chalicelib.web.i18n import N_, translate

Data = Mapping[str, Any]
_ISOLATE: Final = "\u2068%s\u2069"


def sentence(kind: str, data: Data, actor: str, language: str) -> str:
    """One event of the record as one or two sentences in `language`.

    `actor` is "resident", "system" or a staff id; what matters of it is already in `data`. A kind that has no
    sentence yet is named rather than hidden.
    """
    teller = _TELLERS.get(kind)
    return teller(data, language) if teller else translate(language, N_("Recorded: %(kind)s."), kind=kind)


def _rung(data: Data, language: str) -> str:
    return translate(language, N_("The bell was rung."))


def _alerted(data: Data, language: str) -> str:
    who, repeat = labels.roles(list(data.get("roles", ())), language), int(data.get("repeat", 0))
    names = _names(data.get("staff", ()), language)
    if repeat:
        message = N_("Called again (time %(time)s): %(who)s, %(names)s.") if names else _AGAIN_UNNAMED
        return translate(language, message, time=repeat + 1, who=who, names=names)
    return translate(language, N_("Called: %(who)s, %(names)s.") if names else _CALLED, who=who, names=names)


_CALLED: Final = N_("Called: %(who)s.")
_AGAIN_UNNAMED: Final = N_("Called again (time %(time)s): %(who)s.")


def _level_skipped(data: Data, language: str) -> str:
    message = N_("%(who)s: nobody on duty, so the bell went straight on.")
    if data.get("reason") == "nobody_reachable":
        message = N_("%(who)s: nobody could be reached, so the bell went straight on.")
    return translate(language, message, who=labels.roles(list(data.get("roles", ())), language))


def _exhausted(data: Data, language: str) -> str:
    supervisors = [member for member in data.get("staff", ()) if member.get("role") == "supervisor"]
    names = _names(supervisors, language)
    if int(data.get("round", 1)) > 1:
        message = N_("Still no answer (round %(round)s). Everybody is being called again.")
    elif names:
        message = N_("Nobody answered at any level. The supervisor %(names)s was told, and calling goes on.")
    else:
        message = N_("Nobody answered at any level. The supervisor was told, and calling goes on.")
    return translate(language, message, names=names, round=data.get("round", 1))


def _notified(data: Data, language: str) -> str:
    told = [_notice(notice, language) for notice in data.get("notices", ())]
    if not told:
        return translate(language, N_("Messages were sent."))
    return translate(language, N_("; ")).join(told) + translate(language, N_("."))


def _notice(notice: Data, language: str) -> str:
    resident = notice.get("role") == "resident"
    to = (
        translate(language, N_("the resident"))
        if resident
        else _typed(notice.get("name") or notice.get("to", ""))
    )
    channel, fate = str(notice.get("channel") or ""), labels.fate(str(notice.get("fate", "")), language)
    if not channel:
        return translate(language, N_("Message to %(to)s: %(fate)s"), to=to, fate=fate)
    way = labels.channel(channel, language)
    return translate(language, N_("%(channel)s to %(to)s: %(fate)s"), channel=way, to=to, fate=fate)


def _answered(data: Data, language: str) -> str:
    who = labels.role(str(data.get("role", "")), language)
    return translate(
        language, N_("%(name)s (%(who)s) answered the bell."), name=_typed(data.get("name", "")), who=who
    )


def _accepted(data: Data, language: str) -> str:
    message = N_("Accepted. The matter is being settled as case %(number)s.")
    if data.get("joined"):
        message = N_("Accepted. The matter joins case %(number)s, which is about the same and open already.")
    return _row(
        [translate(language, message, number=data.get("case_number", "")), _by(data, language)], language
    )


def _declined(data: Data, language: str) -> str:
    why = labels.decline_reason(str(data.get("reason_code", "")), language)
    parts = [translate(language, N_("Not accepted: %(why)s."), why=why)]
    if data.get("reason"):
        parts.append(translate(language, N_("Reason given: %(reason)s."), reason=_clause(data["reason"])))
    if data.get("go_to"):
        parts.append(translate(language, N_("Where to go instead: %(place)s."), place=_clause(data["go_to"])))
    return _row([*parts, _by(data, language)], language)


def _transferred(data: Data, language: str) -> str:
    why = labels.transfer_reason(str(data.get("reason_code", "")), language)
    to = data.get("to", {})
    place, desk = (
        _typed(data.get("place") or to.get("neighbourhood", "")),
        labels.role(to.get("desk", ""), language),
    )
    now = N_("It now rings at %(place)s, desk: %(desk)s.")
    told = translate(language, N_("Passed on: %(why)s."), why=why)
    return _row([told, translate(language, now, place=place, desk=desk), _by(data, language)], language)


def _by(data: Data, language: str) -> str:
    """Who decided, which is always said."""
    if not data.get("name"):
        return ""
    name, who = _typed(data["name"]), labels.role(str(data.get("role", "")), language)
    return translate(language, N_("Decided by %(name)s (%(who)s)."), name=name, who=who)


def _row(parts: list[str], language: str) -> str:
    return (" " if language == "en" else "").join(filter(None, parts))


def _withdrawn(data: Data, language: str) -> str:
    return translate(language, N_("The resident withdrew the bell."))


def _appealed(data: Data, language: str) -> str:
    return translate(language, N_("The resident did not agree. The bell rings again, one level higher."))


def _decision_overdue(data: Data, language: str) -> str:
    return translate(language, N_("Answered, but not decided in time. Everybody responsible was reminded."))


def _rearmed(data: Data, language: str) -> str:
    return translate(language, N_("The timer had stopped and was started again."))


def _erased(data: Data, language: str) -> str:
    message = N_(
        "Name, number and words of whoever rang were erased, as they had asked. The record stays whole."
    )
    if data.get("asked") == "page":
        message = N_("Whoever rang erased name, number and words. The record stays whole.")
    elif data.get("asked") == "time":
        message = N_(
            "Name, number and words were erased, as nobody needs them any more. The record stays whole."
        )
    return translate(language, message)


def _corrected(data: Data, language: str) -> str:
    messages = {
        "name": N_("Whoever rang corrected the name."),
        "phone": N_("Whoever rang corrected the telephone number."),
    }
    told = (messages[what] for what in data.get("what", ()) if what in messages)
    return _row([translate(language, message) for message in told], language)


def _names(staff: Any, language: str) -> str:
    return translate(language, N_(", ")).join(_typed(member.get("name", "")) for member in staff)


def _clause(text: Any) -> str:
    """What was typed without its own full stop, because the sentence around it has one."""
    return _typed(str(text).rstrip().rstrip("。.；;"))


def _typed(text: Any) -> str:
    return _ISOLATE % plain(str(text))


_TELLERS: Final[Mapping[str, Callable[[Data, str], str]]] = {
    "rung": _rung,
    "alerted": _alerted,
    "level_skipped": _level_skipped,
    "exhausted": _exhausted,
    "notified": _notified,
    "answered": _answered,
    "accepted": _accepted,
    "declined": _declined,
    "transferred": _transferred,
    "withdrawn": _withdrawn,
    "appealed": _appealed,
    "decision_overdue": _decision_overdue,
    "rearmed": _rearmed,
    "erased": _erased,
    "corrected": _corrected,
}
