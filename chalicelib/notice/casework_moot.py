"""Which notices about a case have lost their point. Pure.

A notice may wait: for the morning, for the end of a bundle, for a retry. What it asks for may be done or over by then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.case.stages import OPEN, Stage
from chalicelib.case.state import Case
from chalicelib.notice.casework_people import party_id
from chalicelib.notice.types import PARTY, Notice

# What stays true and matters when the case is closed: nobody goes to a meeting that is off, whoever's case failed must
# know what remains, and a bad rating is heard even when the case was filed away that night.
LASTING = frozenset({"failed", "meeting_off", "rated_low"})


def moot(notice: Notice, case: Case | None) -> bool:
    """Whether there is nothing left to say: the case is closed, or what the notice asks for is done or over."""
    if notice.template in LASTING:
        return notice.template == "rated_low" and case is not None and case.rating is None
    if case is None or case.stage is Stage.CLOSED:
        return True
    still = _STILL.get(notice.template)
    return _gone(notice, case) or _deadline_moved(notice, case) or not (still is None or still(notice, case))


def _gone(notice: Notice, case: Case) -> bool:
    """A party that was removed hears nothing more, and a former owner hears nothing of what is the owner's."""
    to = notice.recipient
    if to.role == PARTY and not any(p.active and party_id(p.id) == to.id for p in case.parties):
        return True
    return notice.params.get("owner", case.owner) != case.owner


def _deadline_moved(notice: Notice, case: Case) -> bool:
    """The deadline it speaks of is met, stands still, or has been moved away."""
    key = notice.params.get("deadline")
    if key is None:
        return False
    deadline = next((d for d in case.running if d.key == key), None)
    return deadline is None or (notice.template in {"overdue", "overdue_below"} and not deadline.overdue)


def _open(notice: Notice, case: Case) -> bool:
    return case.stage in OPEN


def _asking(notice: Notice, case: Case) -> bool:
    return case.pause is not None and bool(case.pause.question)


def _to_choose(notice: Notice, case: Case) -> bool:
    number = notice.params["offer"]
    return case.stage in OPEN and any(o.number == number and not o.chosen for o in case.offers)


def _meeting_stands(notice: Notice, case: Case) -> bool:
    number = notice.params["meeting"]
    return case.stage in OPEN and any(m.number == number and m.status == "scheduled" for m in case.meetings)


def _latest_plan(notice: Notice, case: Case) -> bool:
    return case.stage in OPEN and case.plan == notice.params["plan"]


def _unsigned(notice: Notice, case: Case) -> bool:
    return case.agreement is not None and notice.params["signatory"] in case.agreement.missing


def _obligation_is(*statuses: str) -> Callable[[Notice, Case], bool]:
    def check(notice: Notice, case: Case) -> bool:
        number = notice.params["obligation"]
        return any(o.number == number and o.status in statuses for o in case.obligations)

    return check


def _not_agreed_anew(notice: Notice, case: Case) -> bool:
    return case.agreement is None or case.agreement.effective_at is None


_STILL: Mapping[str, Callable[[Notice, Case], bool]] = {
    "asked": _asking,
    "offered": _to_choose,
    "invited": _open,
    "meeting": _meeting_stands,
    "meeting_soon": _meeting_stands,
    "proposed": _latest_plan,
    "to_sign": _unsigned,
    "voted_down": lambda notice, case: case.stage is Stage.NEGOTIATING,
    "broken_off": _not_agreed_anew,
    "promised": _obligation_is("open"),
    "performed": _obligation_is("performed"),
    "work_sent_back": _obligation_is("open"),
    "rate": lambda notice, case: case.stage is Stage.DONE and case.rating is None,
    "extension_asked": lambda notice, case: case.extension is not None,
    "pressed": lambda notice, case: case.deadline("press") is not None,
}
