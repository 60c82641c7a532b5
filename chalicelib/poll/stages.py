"""Where a poll goes: the one table of its stages. What is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.poll.state import Stage

_D, _A, _O, _C = Stage.DRAFT, Stage.ANNOUNCED, Stage.OPEN, Stage.CLOSED

TRANSITIONS: Mapping[tuple[Stage, str], Stage] = {
    (_D, "draft"): _D,
    (_D, "announce"): _A,
    (_A, "reissue"): _A,
    (_O, "reissue"): _O,
    (_O, "extend"): _O,
    (_O, "remind"): _O,
    (_C, "seal"): Stage.SEALED,
    # What was counted and hangs on a conflict is ruled on and counted again.
    (Stage.DISPUTED, "rule"): Stage.DISPUTED,
    **{(stage, "cancel"): Stage.CANCELLED for stage in (_D, _A, _O, _C)},
    (Stage.SEALED, "count"): Stage.COUNTED,
    (Stage.DISPUTED, "count"): Stage.COUNTED,
}
"""(stage, what somebody does) → stage. `count` ends in `disputed` instead while a conflict decides the result; the
clock's own steps (`opened`, `closed`, `sealed`) are in `clock.due`."""


def possible(stage: Stage) -> tuple[str, ...]:
    """What people can do to a poll in that stage; counting is the platform's own work."""
    return tuple(verb for at, verb in TRANSITIONS if at is stage and verb != "count")
