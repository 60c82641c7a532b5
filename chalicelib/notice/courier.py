"""Carries notices to one person: channel by channel, claimed before sending, never twice on the same channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from chalicelib.core import ids
from chalicelib.core.errors import Unavailable
from chalicelib.delivery.rules import goes_anyway, key_of
from chalicelib.notice import scenes, texts
from chalicelib.notice.rules import Links
from chalicelib.notice.shapes import Enclosure, Message
from chalicelib.notice.subscriptions import Subscription
from chalicelib.notice.types import Bundle, Dispatch, Fate, Notice
from chalicelib.notice.window import shared
from chalicelib.people.staff import Channel, Staff
from chalicelib.ports import OptedOut, PermanentFailure, Ports, Sender, TemporaryFailure, UnknownOutcome

Fates = list[tuple[Notice, Dispatch]]

BUNDLE_FOR = timedelta(days=7)
_PAUSES = (0.2, 1.0)
_BUNDLE_TRIES = 8
# After these the recipient's next channel is used.
_DID_NOT_ARRIVE = frozenset({Fate.FAILED, Fate.UNDELIVERED, Fate.OPTED_OUT, Fate.UNKNOWN})


# A named tuple: every process declares it, also one that only rings.
class Way(NamedTuple):
    """A channel to somebody. `unwanted`: whether they asked for no more messages there."""

    channel: Channel
    address: str
    sender: Sender | None
    unwanted: bool = False


def convey(ports: Ports, notices: Sequence[Notice], *, by_sms: bool = True) -> Fates:
    """Send these notices, all to the same person, as one message on the first of their channels that works (one that
    goes everywhere: on each of them). WeChat, which only its reader names, is the first or the last (`Subscription`).

    Several alerts become one bundle. Answers and stores every fate, also those found from an earlier run: a
    claim that nobody settled may have been sent, so its channel is not used again. `by_sms` False: the limit is
    reached.
    """
    fates: Fates = []
    left, wechat = list(notices), Subscription(ports, notices)
    if wechat.first:
        left = _by(ports, left, _by_wechat(wechat), fates)
    for channel, address in notices[0].recipient.addresses:
        trying = list(notices) if notices[0].everywhere else left
        if channel is Channel.SMS and not by_sms:
            fates += [(n, settle(ports, n, Fate.FAILED, channel, "limit")) for n in trying]
        elif trying:
            missed = _by(ports, trying, _way(ports, trying, channel, address, wechat), fates)
            left = [notice for notice in left if notice in missed]
    if left and wechat.last:
        left = _by(ports, left, _by_wechat(wechat), fates)
    unsure = {notice.key for notice, dispatch in fates if dispatch.fate is Fate.UNKNOWN}
    fates += [(n, settle(ports, n, Fate.UNREACHABLE)) for n in left if n.key not in unsure]
    return fates


def _by(ports: Ports, trying: Sequence[Notice], way: Way, fates: Fates) -> list[Notice]:
    """Try one way; answers those that did not (surely) arrive by it."""
    # A claim that nobody settles is a channel lost, and residents have only one: what a case says is asked before
    # claiming, and so is whether they want messages at all. A bell is asked after it, so that nothing goes out behind
    # an answer.
    moot = scenes.moot(ports, trying) if scenes.of_case(trying[0]) else None
    mine, missed = _claimed(ports, trying, way.channel, fates)
    if way.unwanted:
        fates += [(n, settle(ports, n, Fate.OPTED_OUT, way.channel)) for n in mine]
        return missed + mine
    return missed + _sent(ports, mine, way, fates, moot)


def settle(
    ports: Ports, notice: Notice, fate: Fate, channel: Channel | None = None, detail: str = ""
) -> Dispatch:
    """Store a notice's fate on a channel, or as a whole, and answer it."""
    dispatch = _dispatch(ports, notice, fate, channel, detail)
    ports.store.settle(notice, dispatch)
    return dispatch


def readdressed(notice: Notice, member: Staff | None) -> Notice:
    """The notice with its recipient's addresses of today; without any when they have left."""
    addresses = tuple((channel, member.address(channel)) for channel in member.reachable) if member else ()
    return replace(notice, recipient=replace(notice.recipient, addresses=addresses))


def _claimed(
    ports: Ports, notices: Iterable[Notice], channel: Channel, fates: Fates
) -> tuple[list[Notice], list[Notice]]:
    """Those that are ours to send on this channel, and those that must go another way."""
    mine: list[Notice] = []
    left: list[Notice] = []
    for notice in notices:
        earlier = ports.store.claim(notice, channel, ports.clock.now())
        if earlier is None:
            mine.append(notice)
        elif earlier is Fate.CLAIMED:
            fates.append((notice, settle(ports, notice, Fate.UNKNOWN, channel, "interrupted")))
            left.append(notice)
        else:
            fates.append((notice, _dispatch(ports, notice, earlier, channel)))
            left += [notice] if earlier in _DID_NOT_ARRIVE else []
    return mine, left


def _by_wechat(wechat: Subscription) -> Way:
    """There every message is one that its reader accepted: what they said to an SMS does not count."""
    return Way(Channel.WECHAT, wechat.openid, wechat.sender)


def _way(
    ports: Ports, notices: Sequence[Notice], channel: Channel, address: str, wechat: Subscription
) -> Way:
    sender = ports.senders.get(channel)
    if all(goes_anyway(notice) for notice in notices):
        return Way(channel, address, sender)
    known = wechat.opted_out if channel is Channel.SMS else None
    unwanted = ports.store.opted_out(key_of(ports.policy.key, channel, address)) if known is None else known
    return Way(channel, address, sender, unwanted)


def _sent(
    ports: Ports, mine: list[Notice], way: Way, fates: Fates, moot: frozenset[str] | None
) -> list[Notice]:
    """Send what was claimed; answers those that did not (surely) arrive. `moot`: None when that is still to be read."""
    for pause in (*_PAUSES, None):
        mine = _still_wanted(ports, mine, way.channel, fates, moot)
        if not mine:
            return []
        fate, detail = _try(ports, mine, way)
        if fate is None and pause is not None:
            ports.clock.sleep(pause)
            moot = None
            continue
        fates += [
            (notice, settle(ports, notice, fate or Fate.FAILED, way.channel, detail)) for notice in mine
        ]
        return [] if fate is Fate.SENT else mine
    return mine


def _try(ports: Ports, mine: Sequence[Notice], way: Way) -> tuple[Fate | None, str]:
    """One attempt: what became of it (None: worth another) and what the provider said."""
    if way.sender is None:
        return Fate.FAILED, "no_sender"
    message = _message(ports, mine, way.channel, way.address)
    try:
        return Fate.SENT, way.sender.send(message)
    except TemporaryFailure as failure:
        return None, str(failure)
    except OptedOut as failure:
        ports.store.wish(key_of(ports.policy.key, way.channel, way.address), ports.clock.now(), out=True)
        return Fate.OPTED_OUT, str(failure)
    except PermanentFailure as failure:
        return Fate.FAILED, str(failure)
    except UnknownOutcome as failure:
        return Fate.UNKNOWN, str(failure)


def _still_wanted(
    ports: Ports, mine: list[Notice], channel: Channel, fates: Fates, moot: frozenset[str] | None
) -> list[Notice]:
    """Read the bells and cases again right before sending: what was answered meanwhile disturbs nobody."""
    moot = scenes.moot(ports, mine) if moot is None else moot
    wanted: list[Notice] = []
    for notice in mine:
        if notice.key in moot:
            fates.append((notice, settle(ports, notice, Fate.MOOT, channel)))
        else:
            wanted.append(notice)
    return wanted


def _message(ports: Ports, mine: Sequence[Notice], channel: Channel, address: str) -> Message:
    first = mine[0]
    template, params = first.template, first.shown
    if len(mine) > 1:
        template, params = shared(first), _shared(ports, mine)
    words = texts.render(template, first.recipient.language, params, channel)
    enclosed = _enclosed(ports, first, address) if channel is Channel.MAIL else ()
    language = first.recipient.language
    return Message(address, words.text, template, params, words.subject, enclosed, language)


def _enclosed(ports: Ports, notice: Notice, address: str) -> tuple[Enclosure, ...]:
    from chalicelib.core import ical
    from chalicelib.notice import invitations

    if not invitations.is_invitation(notice):
        return ()
    place = scenes.directory_of(ports, notice.thing).subdistrict
    home, now = ports.policy.public_url, ports.clock.now()
    entry = invitations.appointment(notice, place, address, home, now)
    return (Enclosure(invitations.FILE_NAME, ical.kind(entry.method), ical.render(entry)),)


def _shared(ports: Ports, mine: Sequence[Notice]) -> dict[str, str | int]:
    """The parameters of a message that several notices share: a bundle of bells, or a number of cases."""
    if shared(mine[0]) == "bundle":
        return _bundle(ports, mine)
    links = Links(ports.policy.key, ports.policy.link_url)
    return {"count": len({notice.thing for notice in mine}), "link": links.cases()}


def _bundle(ports: Ports, mine: Sequence[Notice]) -> dict[str, str | int]:
    """Keep the bundle these alerts make; answers its message's parameters."""
    now, staff = ports.clock.now(), mine[0].recipient.id
    bells = tuple(notice.thing.partition("#")[2] for notice in mine)
    for _ in range(_BUNDLE_TRIES):
        bundle_id = ids.new_id(ids.prefix_of(bells[0]), now, ports.entropy.number(16))
        # Eleven bits of chance a minute: another person's bundle may have the id.
        if ports.store.bundle(bundle_id) is None:
            link, link_hash = Links(ports.policy.key, ports.policy.link_url).bundle(bundle_id, staff)
            ports.store.save_bundle(Bundle(bundle_id, staff, bells, link_hash, now + BUNDLE_FOR))
            return {"count": len(bells), "link": link}
    raise Unavailable("bundle")


def _dispatch(
    ports: Ports, notice: Notice, fate: Fate, channel: Channel | None = None, detail: str = ""
) -> Dispatch:
    to = notice.recipient
    return Dispatch(
        notice.version,
        notice.template,
        to.id,
        to.name,
        to.role,
        str(channel or ""),
        fate,
        ports.clock.now(),
        detail,
    )
