"""Reports and wishes taken: fates move forward, wishes are kept. Whoever must be reached another way now is told by
the table's stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hmac import compare_digest

from chalicelib.core.errors import NotFound
from chalicelib.delivery import reports, rules
from chalicelib.delivery.rules import Report, Said
from chalicelib.ports import Ports


def pushed(ports: Ports, provider: str, secret: str, raw: object) -> int:
    """What a provider pushes over HTTP; answers how much of it concerned us. Raises NotFound unless the secret is this
    provider's."""
    read = reports.PROVIDERS.get(provider)
    expected = rules.secret_of(ports.policy.key, provider)
    if not compare_digest(expected.encode(), secret.encode("utf-8", "replace")) or read is None:
        raise NotFound("not_found")
    return take(ports, read(raw))


def told(ports: Ports, event: Mapping[str, object]) -> int:
    """What SNS or a log tells a function; answers how much of it concerned us."""
    return take(ports, reports.of_event(event))


def take(ports: Ports, said: Iterable[Said]) -> int:
    """Write it down; again, or in another order: the same comes of it. What belongs to no notice (one-time codes,
    messages of others in the same account) is passed over."""
    return sum(_taken(ports, one) for one in said)


def _taken(ports: Ports, one: Said) -> bool:
    now = ports.clock.now()
    if isinstance(one, Report):
        return rules.believable(one) and ports.store.report(one.channel, one.message, one.fate, now, one.code)
    key = rules.key_of(ports.policy.key, one.channel, one.address)
    ports.store.wish(key, now, out=one.out)
    return True
