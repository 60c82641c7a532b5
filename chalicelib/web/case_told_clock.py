"""What is told of a case's clock, of those it alarms, and of the messages sent: one function a kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.web import case_labels, labels
from chalicelib.web.case_teller import Data, Told, Voice, typed
from chalicelib.web.i18n import N_


def _resumed(data: Data, v: Voice) -> str:
    if v.plain:
        return v.say(N_("Work goes on."))
    messages = {
        "replied": N_("With the answer the clock goes on."),
        "staff": N_("%(who)s let the clock go on."),
        "latest_end": N_("The latest end of the pause is reached; the clock goes on."),
    }
    said = v.say(messages.get(data["reason"], N_("The clock goes on.")), who=v.who)
    return v.join(said, v.clock(data))


def _extension_asked(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s asked for more time for “%(what)s” until %(at)s: %(why)s."),
        who=v.who,
        what=v.deadline(data["key"]),
        at=v.at(data["until"]),
        why=case_labels.extension_reason(data["reason"], v.language),
    )


def _extended(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s granted more time for “%(what)s”: until %(at)s."),
        N_("It takes more time than planned. New date for “%(what)s”: %(at)s."),
        who=v.who,
        what=v.deadline(data["key"]),
        at=v.at(data["until"]),
    )


def _extension_refused(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s granted no more time for “%(what)s”; the date stays as it was."),
        N_("No more time was granted for “%(what)s”; the date stays as it was."),
        who=v.who,
        what=v.deadline(data["key"]),
    )


def _pressed(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s pressed for the case. A report is due by %(at)s."),
        N_("%(who)s asked those in charge to hurry and to report by %(at)s."),
        who=v.who,
        at=v.due(data, "press"),
    )


def _reported(data: Data, v: Voice) -> str:
    return v.say(N_("%(who)s reported how it stands to the superior who had pressed."), who=v.who)


def _reminded(data: Data, v: Voice) -> str:
    kind, _, number = str(data["key"]).partition(":")
    whom = _told(data["to"], v)
    if kind == "meeting":
        when = v.meeting(int(number))
        return v.say(N_("Reminder of the meeting %(at)s sent to %(whom)s."), at=when, whom=whom)
    what, at = v.deadline(data["key"]), v.due(data, data["key"])
    return v.say(
        N_("“%(what)s” is due %(at)s. Reminded: %(whom)s."),
        N_("“%(what)s” is due %(at)s. A reminder was sent."),
        what=what,
        at=at,
        whom=whom,
    )


def _told(to: Data, v: Voice) -> str:
    """Whom a reminder or an alarm is for."""
    told = [v.person(to["owner"], "staff")] if to.get("owner") else []
    told += [labels.role(to["role"], v.language)] if to.get("role") else []
    told += [v.person("resident")] if to.get("resident") else []
    told += [v.person(party) for party in to.get("parties", ())]
    return v.row(dict.fromkeys(told))


def _overdue(data: Data, v: Voice) -> str:
    what, count = v.deadline(data["key"]), int(data.get("count", 1))
    at, whom = v.due(data, data["key"]), _told(data["to"], v)
    role = labels.role(data["to"].get("role", ""), v.language)
    if v.plain:
        message = N_("“%(what)s” did not come in time (%(at)s). The next level was told: %(role)s.")
        return v.say(message, what=what, at=at, role=role)
    if count > 1:
        message = N_("“%(what)s” is still overdue since %(at)s (time %(count)s). Told: %(whom)s.")
        return v.say(message, what=what, at=at, whom=whom, count=count)
    return v.say(N_("“%(what)s” is overdue since %(at)s. Told: %(whom)s."), what=what, at=at, whom=whom)


def _lapsed(data: Data, v: Voice) -> str:
    if data["key"] == "rating":
        return v.say(
            N_("The time for a rating is over; none was given."),
            N_("The time for the rating is over. If the problem comes back, the matter can be reopened."),
        )
    if data["key"] == "court":
        return v.say(N_("The time for asking the court jointly is over."))
    return v.say(N_("The time for “%(what)s” is over."), what=v.deadline(data["key"]))


def _rearmed(data: Data, v: Voice) -> str:
    if data.get("reason") == "age":
        return v.say(N_("The timer was renewed."))
    return v.say(N_("The timer had stopped and was started again."))


def _notified(data: Data, v: Voice) -> str:
    told = [_notice(notice, v) for notice in data.get("notices", ())]
    return v.say(N_("Messages: %(list)s."), list=v.word(N_("; ")).join(told)) if told else _sent(v)


def _sent(v: Voice) -> str:
    return v.say(N_("Messages were sent."))


def _notice(notice: Data, v: Voice) -> str:
    """A recipient is a staff id, `resident`, `resident:<bell>` or `party:<id>`."""
    kind, _, known = str(notice.get("to", "")).rpartition(":")
    to = (
        typed(notice["name"])
        if notice.get("name")
        else v.person(known, "resident" if kind == "resident" else "")
    )
    fate = labels.fate(str(notice.get("fate", "")), v.language)
    channel = str(notice.get("channel") or "")
    way = labels.channel(channel, v.language) if channel else v.word(N_("Notice"))
    return v.say(N_("%(channel)s to %(to)s: %(fate)s"), channel=way, to=to, fate=fate)


CLOCK: Final[Mapping[str, Told]] = {
    "resumed": _resumed,
    "extension_asked": _extension_asked,
    "extended": _extended,
    "extension_refused": _extension_refused,
    "pressed": _pressed,
    "reported": _reported,
    "reminded": _reminded,
    "overdue": _overdue,
    "lapsed": _lapsed,
    "rearmed": _rearmed,
    "notified": _notified,
}
