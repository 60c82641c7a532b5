"""Whoever has signed in binds their WeChat, says which messages they accepted there, and unbinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.core.errors import Conflict, FieldError, Invalid, NotFound
from chalicelib.ports import Ports, Wechat
from chalicelib.wechat import rules
from chalicelib.wechat.rules import Binding


def offered(ports: Ports) -> Wechat:
    """What there is of WeChat; raises NotFound where there is no mini program."""
    if ports.wechat is None:
        raise NotFound("wechat_not_offered")
    return ports.wechat


def binding(ports: Ports, person: str) -> Binding | None:
    """A person's WeChat; one AWS call."""
    return offered(ports).bindings.binding(person)


def bind(ports: Ports, person: str, code: str, consent_version: str) -> Binding:
    """Keep as a person's WeChat whoever ran `wx.login` to get that code; one AWS call and a request to WeChat. Raises
    Invalid unless they agreed to the text of today, and as `ports.MiniProgram` does."""
    wechat = offered(ports)
    if problems := tuple(_problems(code, consent_version)):
        raise Invalid(*problems)
    openid = wechat.program.openid(code)
    return wechat.bindings.bind(person, openid, consent_version, ports.clock.now())


def accept(ports: Ports, person: str, answers: Mapping[str, str]) -> Binding:
    """Count what somebody accepted, of all that `wx.requestSubscribeMessage` answered them; one AWS call. Raises
    Invalid for templates that nobody was to be asked for, Conflict for who has not bound their WeChat."""
    wechat = offered(ports)
    accepted = rules.accepted(answers)
    if problems := tuple(_unaskable(accepted, wechat)):
        raise Invalid(*problems)
    found = (
        wechat.bindings.grant(person, accepted, ports.clock.now())
        if accepted
        else wechat.bindings.binding(person)
    )
    if found is None:
        raise Conflict("wechat_not_bound")
    return found


def unbind(ports: Ports, person: str) -> None:
    """Forget a person's WeChat, whether or not they had bound it; one AWS call."""
    offered(ports).bindings.unbind(person)


def _problems(code: str, consent_version: str) -> Iterator[FieldError]:
    if fault := rules.fault_of(code):
        yield FieldError("code", fault)
    if consent_version != rules.CONSENT:
        yield FieldError("consent_version", "wechat_consent")


def _unaskable(accepted: tuple[str, ...], wechat: Wechat) -> Iterator[FieldError]:
    if len(accepted) > rules.AT_ONCE:
        yield FieldError("answers", "too_many")
    if not set(accepted) <= wechat.program.templates().keys():
        yield FieldError("answers", "unknown")
