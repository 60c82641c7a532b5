"""What is told of the daily work on a case: one function a kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.web import case_labels
from chalicelib.web.case_teller import Data, Told, Voice, typed
from chalicelib.web.i18n import N_


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


def _unmasked(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s looked at the resident's phone: %(why)s."),
        who=v.who,
        why=case_labels.unmask_reason(data["reason"], v.language),
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


WORK: Final[Mapping[str, Told]] = {
    "opened": _opened,
    "assigned": _assigned,
    "visited": _visited,
    "messaged": _messaged,
    "asked": _asked,
    "replied": _replied,
    "paused": _paused,
    "offered": _offered,
    "chosen": _chosen,
    "joined": _joined,
    "unmasked": _unmasked,
    "absorbed": _absorbed,
    "split_off": _split_off,
    "merged": _merged,
}
