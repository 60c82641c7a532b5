"""The stages of a case and the only table of what may be done in which. Nothing else decides a transition."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """Where a case stands: 调查走访, 协商, 征询, 已达成, 落实, 已办结, 归档, 协商未成."""

    LOOKING_INTO = "looking_into"
    NEGOTIATING = "negotiating"
    CONSULTING = "consulting"
    AGREED = "agreed"
    CARRYING_OUT = "carrying_out"
    DONE = "done"
    CLOSED = "closed"
    FAILED = "failed"


_IN, _NE, _CO, _AG, _CA = (
    Stage.LOOKING_INTO,
    Stage.NEGOTIATING,
    Stage.CONSULTING,
    Stage.AGREED,
    Stage.CARRYING_OUT,
)
OPEN = (_IN, _NE, _CO, _AG, _CA)
_NOT_CLOSED = (*OPEN, Stage.DONE, Stage.FAILED)

# (stage, what somebody does) -> stage. The first six are DESIGN 2's straight road.
MOVES: Mapping[tuple[Stage, str], Stage] = {
    (_IN, "negotiate"): _NE,
    (_NE, "consult"): _CO,
    (_CO, "agree"): _AG,
    (_AG, "carry_out"): _CA,
    (_CA, "finish"): Stage.DONE,
    (Stage.DONE, "close"): Stage.CLOSED,
    (_IN, "carry_out"): _CA,  # DESIGN 2: a plain service, such as the medicine
    (_CO, "reject"): _NE,  # DESIGN 2: voted down
    (_CA, "break_off"): _NE,  # DESIGN 2: broken off
    **{(stage, "fail"): Stage.FAILED for stage in OPEN},  # DESIGN 2: any open stage -> failed
    (Stage.FAILED, "close"): Stage.CLOSED,
    (Stage.DONE, "reopen"): _NE,  # DESIGN 2: dissatisfied rating, or within 60 days
    (Stage.CLOSED, "reopen"): _NE,
    (Stage.FAILED, "reopen"): _NE,
    # Issue 3, "merge two cases": what goes on in another case has neither failed nor been done (decision 0010).
    **{(stage, "merge"): Stage.CLOSED for stage in OPEN},
}

# What leaves a case in its stage, and the stages in which it may be done.
STAYS: Mapping[str, tuple[Stage, ...]] = {
    "assign": _NOT_CLOSED,
    "visit": OPEN,
    "message": _NOT_CLOSED,
    "ask": OPEN,
    "reply": OPEN,
    "pause": OPEN,
    "resume": OPEN,
    "offer": OPEN,
    "choose": OPEN,
    "invite": OPEN,
    "remove": OPEN,
    "schedule": OPEN,
    "respond": OPEN,
    "hold": OPEN,
    "cancel": OPEN,
    "propose": (_IN, _NE),
    "comment": (_NE, _CO),
    "draft": (_NE,),
    "sign": (_CO, _AG),
    "promise": (_AG, _CA),
    "perform": (_AG, _CA),
    "accept": (_AG, _CA),
    "send_back": (_AG, _CA),
    "confirm": (_AG, _CA, Stage.DONE),
    "rate": (Stage.DONE,),
    "extend": OPEN,
    "decide_extension": OPEN,
    "press": OPEN,
    "report": OPEN,
    "unmask": _NOT_CLOSED,
    "join": OPEN,
    "absorb": OPEN,
    "split": OPEN,
}

TRANSITIONS: Mapping[tuple[Stage, str], Stage] = {
    **MOVES,
    **{(stage, verb): stage for verb, stages in STAYS.items() for stage in stages},
}

# While the clock stands still nothing is done that starts a new one, and nothing moves on but the way out.
WHILE_PAUSED = frozenset(
    {
        "assign",
        "visit",
        "message",
        "reply",
        "choose",
        "resume",
        "invite",
        "remove",
        "respond",
        "cancel",
        "fail",
        "press",
    }
    | {"report", "unmask", "join", "absorb", "split", "merge", "comment"}
)
