"""What is told of the daily work on a case and of its clock: one function a kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.web import case_labels, labels
from chalicelib.web.case_teller import Data, Voice, typed
from chalicelib.web.i18n import N_

Told = Callable[[Data, Voice], str]


def _opened(data: Data, v: Voice) -> str:
    owner = v.member(data["owner"].get("name", ""), data["owner"].get("role", ""))
    stage = str(data.get("stage", ""))
    said = v.say(
        N_("Taken up as a case. In charge: %(owner)s."),
        N_("The matter was taken up. %(owner)s looks after it."),
        owner=owner,
    )
    return v.join(said, _visit_by(data, v), v.clock(data, stage))


def _visit_by(data: Data, v: Voice) -> str:
    by = v.due(data, "stage")
    return v.say(N_("Somebody comes to see by %(at)s at the latest."), at=by) if v.plain and by else ""


def _assigned(data: Data, v: Voice) -> str:
    names = v.teller.names
    to = v.member(names.get(data["staff"], ""), data["role"])
    before = names.get(data.get("before", ""), "")
    if before and not v.plain:
        message = N_("%(who)s handed the case over from %(before)s to %(to)s.")
        return v.say(message, who=v.who, before=typed(before), to=to)
    return v.say(
        N_("%(who)s handed the case over to %(to)s."),
        N_("From now on %(to)s looks after the matter."),
        who=v.who,
        to=to,
    )


def _visited(data: Data, v: Voice) -> str:
    photos = int(data.get("photos", 0))
    if photos:
        return v.say(
            N_("%(who)s visited the place and took photos: %(photos)s."),
            N_("%(who)s came to see and took photos: %(photos)s."),
            who=v.who,
            photos=photos,
        )
    return v.say(N_("%(who)s visited the place."), N_("%(who)s came to see."), who=v.who)


def _messaged(data: Data, v: Voice) -> str:
    if data["to"] == "staff" and v.teller.actor == "staff":
        return v.say(N_("%(who)s made an internal note."), who=v.who)
    return v.say(N_("%(who)s wrote to %(to)s."), who=v.who, to=v.person(data["to"]))


def _asked(data: Data, v: Voice) -> str:
    at = v.at(data["until"])
    if v.plain and v.mine("resident"):
        return v.say(N_("%(who)s has a question for you. Please answer by %(at)s."), who=v.who, at=at)
    return v.say(
        N_(
            "%(who)s asked the resident a question. The clock stands still until the answer, at most until %(at)s."
        ),
        N_("%(who)s asked the resident a question and waits for the answer until %(at)s at the latest."),
        who=v.who,
        at=at,
    )


def _replied(data: Data, v: Voice) -> str:
    return v.say(N_("%(who)s answered the question."), who=v.who)


def _paused(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s stopped the clock: %(why)s. Waiting for %(whom)s, at most until %(at)s."),
        N_("It has to wait for now: %(why)s. We wait for %(whom)s, at most until %(at)s."),
        who=v.who,
        why=case_labels.pause_reason(data["reason"], v.language),
        whom=v.person(data["waits_for"]),
        at=v.at(data["until"]),
    )


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


def _offered(data: Data, v: Voice) -> str:
    count = len(data["options"])
    prices = [case_labels.price(option["price"]) for option in data["options"] if option["price"] is not None]
    choose = v.say(N_("Please choose one.")) if v.plain and v.mine("resident") else ""
    if prices:
        message = N_("%(who)s offered %(count)s options to choose from: %(prices)s.")
        return v.join(v.say(message, who=v.who, count=count, prices=v.row(prices)), choose)
    return v.join(
        v.say(N_("%(who)s offered %(count)s options to choose from."), who=v.who, count=count), choose
    )


def _chosen(data: Data, v: Voice) -> str:
    options = v.teller.known.prices.get(data["offer"], ())
    place = next((n for n, (option, _) in enumerate(options, 1) if option == data["option"]), 0)
    if not place:
        return v.say(N_("%(who)s made a choice among the options."), who=v.who)
    price = case_labels.price(options[place - 1][1])
    if price:
        message = N_("%(who)s chose option %(number)s (%(price)s).")
        return v.say(message, who=v.who, number=place, price=price)
    return v.say(N_("%(who)s chose option %(number)s."), who=v.who, number=place)


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


def _joined(data: Data, v: Voice) -> str:
    bells = data["bells"]
    if v.plain and any(map(v.mine, bells)):
        return v.say(N_("Your bell joined this matter; from now on you follow it here."))
    return v.say(
        N_("%(who)s added a bell about the same matter: %(numbers)s."),
        N_("Another resident has the same concern and joined in."),
        who=v.who,
        numbers=_numbers(bells, v),
    )


def _absorbed(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s merged case %(case)s into this one; its bells come along: %(numbers)s."),
        N_("Another matter about the same thing (%(case)s) was joined with this one."),
        who=v.who,
        case=v.case(data["case"]),
        numbers=_numbers(data["bells"], v),
    )


def _split_off(data: Data, v: Voice) -> str:
    case, bells = v.case(data["case"]), _numbers(data["bells"], v)
    if bells and not v.plain:
        message = N_(
            "%(who)s made a case of its own out of a second matter: %(case)s, with the bells %(numbers)s."
        )
        return v.say(message, who=v.who, case=case, numbers=bells)
    return v.say(
        N_("%(who)s made a case of its own out of a second matter: %(case)s."),
        N_("A second matter is looked after on its own from now on: %(case)s."),
        who=v.who,
        case=case,
    )


def _merged(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s merged the case into %(case)s, where it goes on."),
        N_("The matter goes on together with another one about the same thing: %(case)s."),
        who=v.who,
        case=v.case(data["case"]),
    )


def _numbers(ids: list[str], v: Voice) -> str:
    return v.row(v.case(bell) for bell in ids)


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


WORK: Final[Mapping[str, Told]] = {
    "opened": _opened,
    "assigned": _assigned,
    "visited": _visited,
    "messaged": _messaged,
    "asked": _asked,
    "replied": _replied,
    "paused": _paused,
    "resumed": _resumed,
    "offered": _offered,
    "chosen": _chosen,
    "extension_asked": _extension_asked,
    "extended": _extended,
    "extension_refused": _extension_refused,
    "pressed": _pressed,
    "reported": _reported,
    "joined": _joined,
    "absorbed": _absorbed,
    "split_off": _split_off,
    "merged": _merged,
    "reminded": _reminded,
    "overdue": _overdue,
    "lapsed": _lapsed,
    "rearmed": _rearmed,
    "notified": _notified,
}
