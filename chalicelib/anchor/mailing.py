"""The day's anchor by mail, so that it also lies where the operator cannot reach: to whoever the stage's setting names.

At least once: a mail whose fate is not known goes again with the next run; one that was taken never does. The text is
made of nothing but the anchor.
"""

from __future__ import annotations

from chalicelib.anchor.rules import Anchor
from chalicelib.bell.ringing import pseudonym
from chalicelib.delivery.rules import key_of
from chalicelib.notice.shapes import Message
from chalicelib.notice.types import Dispatch, Fate, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.ports import OptedOut, PermanentFailure, Ports, TemporaryFailure, UnknownOutcome

TEMPLATE, ROLE = "anchor", "subscriber"
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


def tell(ports: Ports, anchor: Anchor) -> int:
    """Send the anchor to every subscriber who was not sent it yet; how many it went to. One call when there are none
    left, none when there are no subscribers."""
    if not ports.policy.anchor_mail:
        return 0
    done = {dispatch.recipient for dispatch in ports.store.dispatches(_thing(anchor))}
    to = [address for address in ports.policy.anchor_mail if _id(ports, address) not in done]
    return sum(_sent(ports, anchor, address) for address in to)


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


def _sent(ports: Ports, anchor: Anchor, address: str) -> bool:
    """Whether it went out now; what may be tried again leaves no trace."""
    fate, detail = Fate.SENT, ""
    if ports.store.opted_out(key_of(ports.policy.key, Channel.MAIL, address)):
        fate = Fate.OPTED_OUT
    else:
        try:
            ports.senders[Channel.MAIL].send(letter(anchor, address, ports.policy.public_url))
        except (TemporaryFailure, UnknownOutcome):
            return False
        except OptedOut as failure:
            fate, detail = Fate.OPTED_OUT, str(failure)
        except PermanentFailure as failure:
            fate, detail = Fate.FAILED, str(failure)
    _settle(ports, anchor, address, fate, detail)
    return fate is Fate.SENT


def _settle(ports: Ports, anchor: Anchor, address: str, fate: Fate, detail: str) -> None:
    """Keep what became of it, without the address."""
    who = _id(ports, address)
    notice = Notice(_thing(anchor), 1, TEMPLATE, Recipient(who, "", ROLE, "zh-CN", ()))
    at = ports.clock.now()
    ports.store.settle(notice, Dispatch(1, TEMPLATE, who, "", ROLE, Channel.MAIL, fate, at, detail))


def _thing(anchor: Anchor) -> str:
    return f"ANCHOR#{anchor.date}"


def _id(ports: Ports, address: str) -> str:
    return pseudonym(ports.policy.key, ROLE, address.lower())[:16]
