"""What an event makes of a case. Events hold resolved times, so that folding needs no calendar and no policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.case import deadlines
from chalicelib.case.stages import Stage
from chalicelib.case.state import (
    Agreement,
    Case,
    Extension,
    Held,
    Meeting,
    Obligation,
    Offer,
    Option,
    Party,
    Pause,
    Rating,
    Ref,
    Response,
    Signature,
)
from chalicelib.core.chain import Event, Tip
from chalicelib.core.times import parse_iso
from chalicelib.place.ladder import Urgency

Data = Mapping[str, Any]
_SILENT = frozenset({"notified"})


def opened(event: Event) -> Case:
    """The case that its first event opens."""
    data, at = event.data, parse_iso(event.at)
    return Case(
        id=event.thing.partition("#")[2],
        neighbourhood=data["neighbourhood"],
        community=data["community"],
        category=data["category"],
        urgency=Urgency(data["urgency"]),
        owner=data["owner"]["id"],
        opened_at=at,
        bells=(data["bell"],),
        stage=Stage(data["stage"]),
        tip=Tip(event.seq, event.hash),
        owner_role=data["owner"].get("role", "specialist"),
        stage_since=at,
        generation_at=at,
        # Cases opened before there were deadlines have none until their next stage.
        deadlines=tuple(map(deadlines.of_json, data.get("set", ()))),
        # A case that is split off may take a bell along whose resident was erased before.
        erased=tuple(data.get("erased", ())),
    )


def after(case: Case, event: Event) -> Case:
    """The case after a later event; raises KeyError on a kind that no rule writes."""
    tip = Tip(event.seq, event.hash)
    if event.kind in _SILENT:
        return replace(case, tip=tip)
    at = parse_iso(event.at)
    moved = _clock(_stage(case, event.data, at), event.data)
    change = _CHANGES.get(event.kind)
    if change is None and event.kind not in _PLAIN:
        raise KeyError(event.kind)
    changed = change(moved, event.data, at) if change else moved
    return replace(changed, tip=tip, version=case.version + 1)


def _stage(case: Case, data: Data, at: datetime) -> Case:
    if "stage" not in data:
        return case
    stage = Stage(data["stage"])
    ended = stage in {Stage.DONE, Stage.FAILED}
    kept = case.ended_at if stage is Stage.CLOSED else None
    # A pause does not outlive a change of stage: what it held is set anew or dropped by the same event.
    return replace(case, stage=stage, stage_since=at, pause=None, ended_at=at if ended else kept)


def _clock(case: Case, data: Data) -> Case:
    new = {d.key: d for d in map(deadlines.of_json, data.get("set", ()))}
    gone = set(data.get("drop", ())) | set(new)
    kept = tuple(d for d in case.deadlines if d.key not in gone)
    return replace(case, deadlines=(*kept, *new.values()))


def _assigned(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, owner=data["staff"], owner_role=data["role"])


def _visited(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, visits=case.visits + 1)


def _paused(case: Case, data: Data, at: datetime) -> Case:
    held = tuple(Held(**h) for h in data["held"])
    until = parse_iso(data["until"])
    pause = Pause(data["reason"], data["waits_for"], at, until, held, data.get("question", ""))
    return replace(case, pause=pause)


def _resumed(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, pause=None)


def _offered(case: Case, data: Data, at: datetime) -> Case:
    options = tuple(Option(o["id"], Ref(**o["what"]), o["price"]) for o in data["options"])
    return replace(case, offers=(*case.offers, Offer(data["offer"], options)))


def _chosen(case: Case, data: Data, at: datetime) -> Case:
    offers = (replace(o, chosen=data["option"]) if o.number == data["offer"] else o for o in case.offers)
    return replace(case, offers=tuple(offers))


def _invited(case: Case, data: Data, at: datetime) -> Case:
    others = tuple(p for p in case.parties if p.id != data["party"])
    return replace(case, parties=(*others, Party(data["party"], data["as"])))


def _removed(case: Case, data: Data, at: datetime) -> Case:
    parties = (replace(p, active=False) if p.id == data["party"] else p for p in case.parties)
    return replace(case, parties=tuple(parties))


def _scheduled(case: Case, data: Data, at: datetime) -> Case:
    meeting = Meeting(data["meeting"], parse_iso(data["at"]), data["online"], tuple(data["invited"]))
    return replace(case, meetings=(*case.meetings, meeting))


def _meeting(case: Case, data: Data, **changes: Any) -> Case:
    meetings = (replace(m, **changes) if m.number == data["meeting"] else m for m in case.meetings)
    return replace(case, meetings=tuple(meetings))


def _responded(case: Case, data: Data, at: datetime) -> Case:
    meeting = next(m for m in case.meetings if m.number == data["meeting"])
    other = parse_iso(data["at"]) if "at" in data else None
    kept = tuple(r for r in meeting.responses if r.party != data["party"])
    return _meeting(case, data, responses=(*kept, Response(data["party"], data["answer"], other)))


def _held(case: Case, data: Data, at: datetime) -> Case:
    count = len(data["resolutions"])
    return _meeting(case, data, status="held", attended=tuple(data["attended"]), resolutions=count)


def _cancelled(case: Case, data: Data, at: datetime) -> Case:
    return _meeting(case, data, status="cancelled")


def _proposed(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, plan=data["plan"])


def obligation_of(data: Data, status: str) -> Obligation:
    """The obligation that an event describes."""
    due_at, what = parse_iso(data["due_at"]), Ref(**data["what"])
    return Obligation(data["number"], data["who"], what, due_at, data["remind_before"], status)


def _drafted(case: Case, data: Data, at: datetime) -> Case:
    kept = tuple(o for o in case.obligations if o.status != "drafted")
    new = tuple(obligation_of(o, "drafted") for o in data["obligations"])
    agreement = Agreement(data["version"], data["form"], len(data["terms"]), tuple(data["signatories"]))
    return replace(case, agreement=agreement, obligations=(*kept, *new))


def _signed(case: Case, data: Data, at: datetime) -> Case:
    assert case.agreement is not None, "only what was drafted is signed"  # noqa: S101 - our own promise
    signatures = (*case.agreement.signatures, Signature(data["signatory"], data["by"], at))
    effective = at if data["effective"] else None
    return replace(case, agreement=replace(case.agreement, signatures=signatures, effective_at=effective))


def _consulted(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, consulting=data["how"])


def _agreed(case: Case, data: Data, at: datetime) -> Case:
    binding = (replace(o, status="open") if o.status == "drafted" else o for o in case.obligations)
    return replace(case, consulting="", obligations=tuple(binding))


def _rejected(case: Case, data: Data, at: datetime) -> Case:
    draft = replace(case.agreement, signatures=()) if case.agreement else None
    return replace(case, consulting="", agreement=draft)


def _promised(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, obligations=(*case.obligations, obligation_of(data["obligation"], "open")))


def _obligation(status: str) -> Callable[[Case, Data, datetime], Case]:
    def change(case: Case, data: Data, at: datetime) -> Case:
        changed = {"status": status} | ({"due_at": parse_iso(data["due_at"])} if "due_at" in data else {})
        number = data["obligation"]
        obligations = (
            replace(o, **changed) if o.number == number else o  # type: ignore[arg-type] # names are the class's
            for o in case.obligations
        )
        return replace(case, obligations=tuple(obligations))

    return change


def _confirmed(case: Case, data: Data, at: datetime) -> Case:
    agreement = replace(case.agreement, confirmed=True) if case.agreement else None
    return replace(case, agreement=agreement)


def _void(case: Case, data: Data, at: datetime) -> Case:
    """What was agreed binds nobody any more; what was met stays met."""
    unmet = {"drafted", "open", "performed"}
    left = (replace(o, status="void") if o.status in unmet else o for o in case.obligations)
    return replace(case, agreement=None, consulting="", extension=None, obligations=tuple(left))


def _reopened(case: Case, data: Data, at: datetime) -> Case:
    again = _void(case, data, at)
    return replace(
        again,
        reopened=case.reopened + 1,
        rating=None,
        generation=case.generation + 1,
        generation_at=at,
        hops=0,
    )


def _rearmed(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, generation=case.generation + 1, generation_at=at, hops=0)


def _rated(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, rating=Rating(data["answered"], data["solved"], data["satisfied"]))


def _asked_extension(case: Case, data: Data, at: datetime) -> Case:
    asked = Extension(data["key"], parse_iso(data["until"]), data["staff"], data["role"])
    return replace(case, extension=asked)


def _extension_decided(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, extension=None)


def _joined(case: Case, data: Data, at: datetime) -> Case:
    bells = tuple(dict.fromkeys((*case.bells, *data["bells"])))
    erased = tuple(dict.fromkeys((*case.erased, *data.get("erased", ()))))
    return replace(case, bells=bells, erased=erased)


def _split(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, bells=tuple(b for b in case.bells if b not in data["bells"]))


def _merged(case: Case, data: Data, at: datetime) -> Case:
    return replace(case, merged_into=data["case"])


def _erased(case: Case, data: Data, at: datetime) -> Case:
    if "party" in data:
        return _removed(case, data, at)
    return replace(case, erased=tuple(dict.fromkeys((*case.erased, data["bell"]))))


# Kinds that change nothing beyond the stage and the clock they carry.
_PLAIN = frozenset(
    {"messaged", "replied", "commented", "negotiated", "carried_out", "finished", "closed", "reminded"}
    | {"overdue", "lapsed", "pressed", "reported", "unmasked"}
)
_CHANGES: Mapping[str, Callable[[Case, Data, datetime], Case]] = {
    "assigned": _assigned,
    "visited": _visited,
    "asked": _paused,
    "paused": _paused,
    "resumed": _resumed,
    "offered": _offered,
    "chosen": _chosen,
    "invited": _invited,
    "removed": _removed,
    "scheduled": _scheduled,
    "responded": _responded,
    "held": _held,
    "cancelled": _cancelled,
    "proposed": _proposed,
    "drafted": _drafted,
    "signed": _signed,
    "consulted": _consulted,
    "agreed": _agreed,
    "rejected": _rejected,
    "promised": _promised,
    "performed": _obligation("performed"),
    "accepted": _obligation("accepted"),
    "sent_back": _obligation("open"),
    "confirmed": _confirmed,
    "broken_off": _void,
    "failed": _void,
    "reopened": _reopened,
    "rearmed": _rearmed,
    "rated": _rated,
    "extension_asked": _asked_extension,
    "extended": _extension_decided,
    "extension_refused": _extension_decided,
    "joined": _joined,
    "absorbed": _joined,
    "split_off": _split,
    "merged": _merged,
    "erased": _erased,
}
