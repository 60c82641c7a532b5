"""A case's record in words: who did what, and what is due when. Two voices: exact for staff, plain for the others.

What people typed is not in the sentences (it is shown below them); names are, and each is isolated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.core.chain import Event
from chalicelib.web import case_labels
from chalicelib.web.case_teller import Data, Known, Teller, Told, Voice
from chalicelib.web.case_told_clock import CLOCK
from chalicelib.web.case_told_parties import PARTIES
from chalicelib.web.case_told_work import WORK
from chalicelib.web.i18n import N_

__all__ = ["KINDS", "Known", "Teller", "case_sentence", "case_story"]


def case_sentence(kind: str, data: Data, teller: Teller, language: str) -> str:
    """One event of a case in one to three sentences. A kind without words is named rather than hidden."""
    voice = Voice(teller, language)
    told = KINDS.get(kind)
    return told(data, voice) if told else voice.say(N_("Recorded: %(kind)s."), kind=kind)


def case_story(events: Iterable[Event], teller: Teller, language: str) -> tuple[str, ...]:
    """The whole record from its first event, one entry an event, in order: the teller's actor, stage and what is
    known of meetings, obligations and options are taken from the events themselves. Hide entries afterwards."""
    record = tuple(events)
    known = Known.of((event.kind, event.data) for event in record)
    told, now = [], replace(teller, known=known)
    for event in record:
        now = now.of(event.actor)
        told.append(case_sentence(event.kind, event.data, now, language))
        now = replace(now, stage=str(event.data.get("stage", now.stage)))
    return tuple(told)


def _negotiated(data: Data, v: Voice) -> str:
    return v.join(
        v.say(
            N_("%(who)s opened the negotiation."),
            N_("Now everybody involved sits down together to find a solution."),
            who=v.who,
        ),
        _plan_by(data, v),
    )


def _plan_by(data: Data, v: Voice) -> str:
    """When a plan is there at the latest; staff read every deadline there is."""
    plan = v.due(data, "stage")
    if v.plain:
        return v.say(N_("A plan comes by %(at)s at the latest."), at=plan) if plan else ""
    return v.clock(data, str(data.get("stage", "")))


def _consulted(data: Data, v: Voice) -> str:
    at = v.at(data["until"])
    if data["how"] == "poll":
        return v.say(
            N_("%(who)s asks the neighbours (poll %(poll)s) until %(at)s."),
            N_("The neighbours are asked for their opinion until %(at)s."),
            who=v.who,
            poll=data["poll"],
            at=at,
        )
    return v.say(
        N_("%(who)s asks the parties to sign the agreement by %(at)s."),
        N_("Those who take part are asked to sign the agreement by %(at)s."),
        who=v.who,
        at=at,
    )


def _agreed(data: Data, v: Voice) -> str:
    message = N_("The agreement is reached.")
    if "result" in data:
        message = N_("The neighbours gave their consent: it is agreed.")
    return v.join(v.say(message), v.clock(data, str(data.get("stage", ""))))


def _rejected(data: Data, v: Voice) -> str:
    said = v.say(N_("The proposal was voted down. The negotiation goes on."))
    return v.join(said, _plan_by(data, v))


def _carried_out(data: Data, v: Voice) -> str:
    return v.say(N_("%(who)s began carrying it out."), N_("It is being done now."), who=v.who)


def _broken_off(data: Data, v: Voice) -> str:
    said = v.say(
        N_("%(who)s broke off carrying it out: %(why)s. What was agreed binds nobody any more."),
        N_("It could not be carried out: %(why)s. A new solution is being looked for."),
        who=v.who,
        why=case_labels.break_reason(data["reason"], v.language),
    )
    return v.join(said, _plan_by(data, v))


def _finished(data: Data, v: Voice) -> str:
    rating = v.due(data, "rating")
    if v.plain and v.mine("resident"):
        return v.join(
            v.say(N_("It is done.")),
            v.say(N_("Please tell us by %(at)s how satisfied you are."), at=rating) if rating else "",
        )
    said = v.say(N_("%(who)s reported the case as done."), N_("The matter is done."), who=v.who)
    return v.join(said, v.clock(data, str(data.get("stage", ""))))


def _failed(data: Data, v: Voice) -> str:
    said = v.say(
        N_("%(who)s ended the case without a settlement: %(why)s."),
        N_("No settlement was reached: %(why)s."),
        who=v.who,
        why=case_labels.fail_reason(data["reason"], v.language),
    )
    routes = v.row(case_labels.route(route, v.language) for route in data.get("routes", ()))
    left = v.say(N_("Ways that remain: %(routes)s."), N_("You can still turn to: %(routes)s."), routes=routes)
    return v.join(said, left if routes else "", v.clock(data, str(data.get("stage", ""))))


def _closed(data: Data, v: Voice) -> str:
    messages = {
        "staff": N_("%(who)s filed the case away."),
        "rated": N_("The resident is satisfied; the case is filed away."),
        "time": N_("Nothing more was said in time; the case is filed away."),
    }
    if v.plain and data["reason"] != "time":
        return v.say(N_("The matter is closed."))
    return v.say(messages.get(data["reason"], N_("The case is filed away.")), who=v.who)


def _rated(data: Data, v: Voice) -> str:
    said = v.say(
        N_("%(who)s rated the case: %(answered)s, %(solved)s, %(satisfied)s."),
        who=v.who,
        answered=v.word(N_("got an answer") if data["answered"] else N_("got no answer")),
        solved=v.word(N_("solved") if data["solved"] else N_("not solved")),
        satisfied=v.word(N_("satisfied") if data["satisfied"] else N_("not satisfied")),
    )
    reasons = v.row(case_labels.rating_reason(reason, v.language) for reason in data["reasons"])
    why = v.say(N_("Reasons: %(reasons)s."), reasons=reasons) if reasons else ""
    again = v.say(N_("The case can be reopened."), N_("You can have the matter reopened."))
    return v.join(
        said, why, again if data["offers_reopening"] and (v.mine("resident") or not v.plain) else ""
    )


def _reopened(data: Data, v: Voice) -> str:
    said = v.say(
        N_("%(who)s reopened the case; negotiating begins again."),
        N_("The matter is open again and a new solution is being looked for."),
        who=v.who,
    )
    return v.join(said, _plan_by(data, v))


_COURSE: Final[Mapping[str, Told]] = {
    "negotiated": _negotiated,
    "consulted": _consulted,
    "agreed": _agreed,
    "rejected": _rejected,
    "carried_out": _carried_out,
    "broken_off": _broken_off,
    "finished": _finished,
    "failed": _failed,
    "closed": _closed,
    "rated": _rated,
    "reopened": _reopened,
}
# Every kind of event that the case's rules write, and how it is told.
KINDS: Final[Mapping[str, Told]] = {**WORK, **CLOCK, **PARTIES, **_COURSE}
