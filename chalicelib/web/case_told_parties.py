"""What is told of the parties, their meetings, plans, agreements and promises: one function a kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.web import case_labels
from chalicelib.web.case_teller import Data, Told, Voice, typed
from chalicelib.web.i18n import N_


def _invited(data: Data, v: Voice) -> str:
    kind = case_labels.party_kind(data["as"], v.language)
    if v.plain and v.mine(data["party"]):
        return v.say(N_("%(who)s invited you to take part."), who=v.who)
    if data["party"] not in v.teller.names:
        return v.say(N_("%(who)s invited a party: %(kind)s."), who=v.who, kind=kind)
    party = typed(v.teller.names[data["party"]])
    return v.say(
        N_("%(who)s invited %(party)s (%(kind)s)."),
        N_("%(party)s (%(kind)s) takes part from now on."),
        who=v.who,
        party=party,
        kind=kind,
    )


def _removed(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s took %(party)s out of the case."),
        N_("No longer taking part: %(party)s."),
        who=v.who,
        party=v.person(data["party"]),
    )


def _scheduled(data: Data, v: Voice) -> str:
    at, invited = v.at(data["at"]), v.people(data["invited"])
    if v.plain and any(map(v.mine, data["invited"])):
        said = v.say(
            N_("%(who)s invites you to a meeting online: %(at)s.")
            if data["online"]
            else N_("%(who)s invites you to a meeting: %(at)s."),
            who=v.who,
            at=at,
        )
        return v.join(said, v.say(N_("Invited: %(invited)s."), invited=invited))
    message = N_("%(who)s called meeting %(number)s for %(at)s. Invited: %(invited)s.")
    if data["online"]:
        message = N_("%(who)s called meeting %(number)s for %(at)s, online. Invited: %(invited)s.")
    return v.say(message, who=v.who, number=data["meeting"], at=at, invited=invited)


def _responded(data: Data, v: Voice) -> str:
    party, meeting = v.person(data["party"], "resident"), v.meeting(data["meeting"])
    if data["answer"] == "other":
        message = N_("%(party)s asked for another time for the meeting (%(meeting)s): %(at)s.")
        return v.say(message, party=party, meeting=meeting, at=v.at(data["at"]))
    if data["answer"] == "yes":
        return v.say(
            N_("%(party)s agreed to come to the meeting (%(meeting)s)."), party=party, meeting=meeting
        )
    return v.say(N_("%(party)s could not come to the meeting (%(meeting)s)."), party=party, meeting=meeting)


def _held(data: Data, v: Voice) -> str:
    count, present = len(data["resolutions"]), v.people(data["attended"])
    said = v.say(
        N_("Meeting %(number)s took place (%(at)s); minutes by %(who)s. Present: %(present)s."),
        N_("The meeting took place (%(at)s). Present: %(present)s."),
        number=data["meeting"],
        at=v.meeting(data["meeting"]),
        who=v.who,
        present=present,
    )
    resolved = v.say(N_("Resolutions: %(count)s."), count=count) if count else ""
    return v.join(said, resolved)


def _cancelled(data: Data, v: Voice) -> str:
    return v.say(N_("%(who)s cancelled the meeting (%(at)s)."), who=v.who, at=v.meeting(data["meeting"]))


def _proposed(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s put forward version %(number)s of the plan."),
        N_("%(who)s put forward a plan (version %(number)s). You can say what you think of it."),
        who=v.who,
        number=data["plan"],
    )


def _commented(data: Data, v: Voice) -> str:
    message = N_("%(who)s commented on version %(number)s of the plan.")
    return v.say(message, who=v.who, number=data["plan"])


def _drafted(data: Data, v: Voice) -> str:
    form = case_labels.form(data["form"], v.language)
    said = v.say(
        N_("%(who)s drafted the %(form)s (version %(version)s, terms: %(terms)s). To sign: %(signatories)s."),
        N_("There is a draft of the %(form)s (version %(version)s). To sign: %(signatories)s."),
        who=v.who,
        form=form,
        version=data["version"],
        terms=len(data["terms"]),
        signatories=v.people(data["signatories"]),
    )
    return v.join(said, _duties(data["obligations"], v))


def _duties(duties: list[Data], v: Voice) -> str:
    if not duties:
        return ""
    named = (v.say(_DUTY, number=d["number"], who=v.person(d["who"]), at=v.at(d["due_at"])) for d in duties)
    return v.say(N_("Obligations: %(list)s."), list=v.word(N_("; ")).join(named))


_DUTY: Final = N_("(%(number)s) %(who)s by %(at)s")


def _signed(data: Data, v: Voice) -> str:
    said = v.say(
        N_("%(party)s signed the %(form)s (%(how)s)."),
        party=v.person(data["signatory"], "resident"),
        form=v.form,
        how=case_labels.signature(data["by"], v.language),
    )
    if not data["effective"]:
        return said
    effect = v.say(N_("With this everybody has signed, and it is in effect."))
    court = v.due(data, "court")
    asked = v.say(N_("Until %(at)s the parties can jointly ask the court to confirm it."), at=court)
    return v.join(said, effect, asked if court else "")


def _promised(data: Data, v: Voice) -> str:
    bound = data["obligation"]
    if v.plain and v.mine(bound["who"]):
        return v.say(
            N_("You took on obligation %(number)s, due %(at)s."),
            number=bound["number"],
            at=v.at(bound["due_at"]),
        )
    return v.say(
        N_("%(who)s recorded obligation %(number)s: %(party)s, by %(at)s."),
        N_("%(party)s will do this by %(at)s."),
        who=v.who,
        number=bound["number"],
        party=v.person(bound["who"]),
        at=v.at(bound["due_at"]),
    )


def _performed(data: Data, v: Voice) -> str:
    number, party = data["obligation"], v.bound(data["obligation"])
    look = v.due(data, f"acceptance:{number}")
    said = v.say(N_("%(who)s reported obligation %(number)s as done."), who=v.who, number=number)
    if party and party != v.who:
        message = N_("%(who)s reported obligation %(number)s of %(party)s as done.")
        said = v.say(message, who=v.who, number=number, party=party)
    if v.plain and v.mine("resident") and look:
        return v.join(said, v.say(N_("Please look whether it is right, by %(at)s."), at=look))
    return v.join(said, v.clock(data))


def _accepted(data: Data, v: Voice) -> str:
    number, party = data["obligation"], v.bound(data["obligation"])
    if not party:
        return v.say(N_("%(who)s accepted obligation %(number)s as met."), who=v.who, number=number)
    return v.say(
        N_("%(who)s accepted obligation %(number)s of %(party)s as met."),
        N_("%(who)s found it in order: what was owed by %(party)s is done (obligation %(number)s)."),
        who=v.who,
        number=number,
        party=party,
    )


def _sent_back(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s sent obligation %(number)s back. Due again: %(at)s."),
        N_("%(who)s found it not in order yet (obligation %(number)s). It is to be done by %(at)s."),
        who=v.who,
        number=data["obligation"],
        at=v.at(data["due_at"]),
    )


def _confirmed(data: Data, v: Voice) -> str:
    return v.say(
        N_("%(who)s recorded that the parties jointly asked the court to confirm the agreement."),
        N_("The parties jointly asked the court to confirm the agreement."),
        who=v.who,
    )


def _erased(data: Data, v: Voice) -> str:
    if "party" in data:
        return v.say(
            N_(
                "Whatever identified %(party)s was erased: name, number and words; texts: %(texts)s, "
                "files: %(files)s. The record stays whole."
            ),
            party=v.person(data["party"]),
            texts=len(data["texts"]),
            files=len(data["files"]),
        )
    return v.say(
        N_(
            "Whatever identified the resident of bell %(bell)s was erased: name, number and words; texts: %(texts)s, "
            "files: %(files)s. The record stays whole."
        ),
        N_("You had your name, number and words erased. The record stays whole."),
        bell=v.case(data["bell"]),
        texts=len(data["texts"]),
        files=len(data["files"]),
    )


PARTIES: Final[Mapping[str, Told]] = {
    "invited": _invited,
    "removed": _removed,
    "scheduled": _scheduled,
    "responded": _responded,
    "held": _held,
    "cancelled": _cancelled,
    "proposed": _proposed,
    "commented": _commented,
    "drafted": _drafted,
    "signed": _signed,
    "promised": _promised,
    "performed": _performed,
    "accepted": _accepted,
    "sent_back": _sent_back,
    "confirmed": _confirmed,
    "erased": _erased,
}
