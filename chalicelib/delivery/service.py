"""Reports and wishes taken: fates move forward, wishes are kept. Whoever must be reached another way now is told by
the table's stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

from chalicelib.core.errors import NotFound
from chalicelib.delivery import bounces, reports, rules
from chalicelib.delivery.rules import Report, Said, Wish
from chalicelib.ports import Mailbox, NotRead, Ports

_MANY, _AT_ONCE = 4, 16
# A notice is found by its mail's id for eight days; and a day begins elsewhere when it has not begun here.
_COMES_BACK = timedelta(days=9)


@dataclass(frozen=True)
class Collected:
    """What a reading of the mailbox brought. `taken`: how many reports of our mail; `unreadable`: how many mails were
    left that seem to be some; `mark`: where the next reading goes on; `failure`: why it ended early, empty if not."""

    taken: int
    unreadable: int
    mark: str
    failure: str = ""


def pushed(ports: Ports, provider: str, secret: str, raw: object) -> int:
    """What a provider pushes over HTTP; answers how much of it concerned us. Raises NotFound unless the secret is this
    provider's."""
    read = reports.PROVIDERS.get(provider)
    expected = rules.secret_of(ports.policy.key, provider)
    if not compare_digest(expected.encode(), secret.encode("utf-8", "replace")) or read is None:
        raise NotFound("not_found")
    return take(ports, read(raw))


def check_wechat(ports: Ports, signature: str, timestamp: str, nonce: str) -> None:
    """Raise NotFound unless WeChat signed this, with the token of this stage."""
    token = rules.secret_of(ports.policy.key, "wechat")
    expected = rules.wechats_signature(token, timestamp, nonce)
    if not compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotFound("not_found")


def told(ports: Ports, event: Mapping[str, object]) -> int:
    """What SNS or a log tells a function; answers how much of it concerned us."""
    return take(ports, reports.of_event(event))


def collect(ports: Ports, mailbox: Mailbox, mark: str) -> Collected:
    """Read what came back of mail since that mark. What is no report of ours is left as it is, what cannot be read is
    left and counted; a reading that breaks off keeps what it came to."""
    taken = unreadable = 0

    def look(raw: bytes) -> bool:
        nonlocal taken, unreadable
        try:
            found = bounces.said(raw, ports.policy.key)
        except bounces.Unreadable:
            unreadable += 1
            return False
        if found is None:
            return False
        take(ports, found)
        taken += 1
        return True

    try:
        mark, failure = mailbox.read(mark, ports.clock.now() - _COMES_BACK, look), ""
    except NotRead as broken:
        mark, failure = broken.mark, broken.code
    return Collected(taken, unreadable, mark, failure)


def take(ports: Ports, said: Iterable[Said]) -> int:
    """Write it down; again, or in another order: the same comes of it. What belongs to no notice (one-time codes,
    messages of others in the same account) is passed over.

    Reports are written several at a time: a push may bring a hundred, and Alibaba waits for 0.7 seconds.
    """
    all_said = tuple(said)
    known = dict.fromkeys(one for one in all_said if isinstance(one, Report) and rules.believable(one))
    wishes = sum(_kept(ports, one) for one in all_said if isinstance(one, Wish))
    if len(known) < _MANY:
        return wishes + sum(_moved(ports, one) for one in known)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return wishes + sum(pool.map(lambda one: _moved(ports, one), known))


def _moved(ports: Ports, one: Report) -> bool:
    code = "".join(c for c in one.code[: rules.LONGEST_CODE] if c.isprintable())
    return ports.store.report(one.channel, one.message, one.fate, ports.clock.now(), code)


def _kept(ports: Ports, one: Wish) -> bool:
    key = rules.key_of(ports.policy.key, one.channel, one.address)
    ports.store.wish(key, ports.clock.now(), out=one.out)
    return True
