"""The day's anchor by mail, so that it also lies where the operator cannot reach: to whoever the stage's setting names.

At least once: a mail whose fate is not known goes again with the next run, for a week; one that was taken never does.
The text is made of nothing but the anchor.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.anchor import service
from chalicelib.anchor.rules import Anchor
from chalicelib.bell.ringing import pseudonym
from chalicelib.delivery.rules import key_of
from chalicelib.notice.shapes import Message
from chalicelib.notice.types import Dispatch, Fate, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.ports import OptedOut, PermanentFailure, Ports, TemporaryFailure, UnknownOutcome

TEMPLATE, ROLE = "anchor", "subscriber"
OWED_FOR = 7
"""For so many days an anchor's mail that did not go out is tried again."""
_OWED = Fate.HELD
_SUBJECT = "协商铃 {date} 存证 · The Consultation Bell's anchor of {date}"
_BODY = """\
小区协商铃 {date} 的存证（世界协调时）。当时全部 {size} 份铃录都在这一个根之下；请留着这封信：日后谁改动了其中任何一步，
用它就能看出来。怎样核对，见 {page}

The Consultation Bell's anchor of {date} (UTC). All {size} records are under this one root as they stood then. Keep
this mail: whoever changes a step of any of them later can be found out with it. How to check: {page}

date      {date}
at        {at}
size      {size}
root      {root}
previous  {previous}
hash      {hash}
"""


class Told(NamedTuple):
    """How many mails went out, and how many of earlier days' have still not."""

    sent: int
    overdue: int


def tell(ports: Ports, anchor: Anchor) -> Told:
    """Send the newest anchor to every subscriber who was not sent it yet, then earlier ones to those to whom they are
    owed, which is nobody who subscribed later. A call for each of OWED_FOR days, none when there are no subscribers;
    two or three and the mail itself for each that is tried, and one to the vault for each earlier day."""
    if not ports.policy.anchor_mail:
        return Told(0, 0)
    fates = _fates(ports, anchor.date)
    to = [address for address in ports.policy.anchor_mail if fates.get(_id(ports, address), _OWED) is _OWED]
    went = {address: _sent(ports, anchor, address) for address in to}
    sent, overdue = _went(went), 0
    # Who is not reached with today's would not be with an older one.
    silent = {address for address, fate in went.items() if fate is _OWED}
    for date in _before(anchor.date):
        more, left = _caught_up(ports, date, silent)
        sent, overdue = sent + more, overdue + left
    return Told(sent, overdue)


def _caught_up(ports: Ports, date: str, silent: Set[str]) -> Told:
    """The mails of an earlier day that are owed: those that went out now, and those that did not."""
    fates = _fates(ports, date)
    owed = [address for address in ports.policy.anchor_mail if fates.get(_id(ports, address)) is _OWED]
    to = [address for address in owed if address not in silent]
    if not to:
        return Told(0, len(owed))
    anchor = service.read(ports, date)
    went = {address: _sent(ports, anchor, address) for address in to}
    return Told(_went(went), sum(went.get(address, _OWED) is _OWED for address in owed))


def _went(fates: Mapping[str, Fate]) -> int:
    return sum(fate is Fate.SENT for fate in fates.values())


def _fates(ports: Ports, date: str) -> dict[str, Fate]:
    return {dispatch.recipient: dispatch.fate for dispatch in ports.store.dispatches(_thing(date))}


def _before(date: str) -> list[str]:
    """The days before, the newest first."""
    newest = datetime.fromisoformat(date)
    return [(newest - timedelta(days=n)).date().isoformat() for n in range(1, OWED_FOR)]


def letter(anchor: Anchor, address: str, public_url: str) -> Message:
    """The mail about an anchor."""
    shown = {
        "date": anchor.date,
        "at": anchor.at,
        "size": anchor.size,
        "root": anchor.root,
        "previous": anchor.previous,
        "hash": anchor.hash,
    }
    page = f"{public_url}/anchors"
    return Message(
        address, _BODY.format(**shown, page=page), TEMPLATE, {"date": anchor.date}, _SUBJECT.format(**shown)
    )


def _sent(ports: Ports, anchor: Anchor, address: str) -> Fate:
    """What became of it now: it is owed while it may be tried again."""
    fate, detail = Fate.SENT, ""
    if ports.store.opted_out(key_of(ports.policy.key, Channel.MAIL, address)):
        fate = Fate.OPTED_OUT
    else:
        try:
            ports.senders[Channel.MAIL].send(letter(anchor, address, ports.policy.public_url))
        except (TemporaryFailure, UnknownOutcome) as failure:
            fate, detail = _OWED, type(failure).__name__
        except OptedOut as failure:
            fate, detail = Fate.OPTED_OUT, str(failure)
        except PermanentFailure as failure:
            fate, detail = Fate.FAILED, str(failure)
    _settle(ports, anchor, address, fate, detail)
    return fate


def _settle(ports: Ports, anchor: Anchor, address: str, fate: Fate, detail: str) -> None:
    """Keep what became of it, without the address."""
    who = _id(ports, address)
    notice = Notice(_thing(anchor.date), 1, TEMPLATE, Recipient(who, "", ROLE, "zh-CN", ()))
    at = ports.clock.now()
    ports.store.settle(notice, Dispatch(1, TEMPLATE, who, "", ROLE, Channel.MAIL, fate, at, detail))


def _thing(date: str) -> str:
    return f"ANCHOR#{date}"


def _id(ports: Ports, address: str) -> str:
    return pseudonym(ports.policy.key, ROLE, address.lower())[:16]
