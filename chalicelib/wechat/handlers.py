"""What the routes of somebody's WeChat do: each answers how things stand afterwards."""

from __future__ import annotations

from chalicelib.core.errors import Invalid
from chalicelib.core.times import iso
from chalicelib.http import Call
from chalicelib.web import privacy
from chalicelib.wechat import rules, service, wire
from chalicelib.wechat.rules import Binding


def my_wechat(call: Call) -> wire.WechatBody:
    """As it stands."""
    return _body(call, service.binding(call.ports, _person(call)))


def bind_wechat(call: Call) -> wire.WechatBody:
    """With a code of `wx.login`. Another WeChat takes the place of the one before, without what was accepted there."""
    body, problems = call.read(wire.BindRequest)
    if problems:
        raise Invalid(*problems)
    return _body(call, service.bind(call.ports, _person(call), body.code, body.consent_version))


def accept_messages(call: Call) -> wire.WechatBody:
    """One acceptance is one message."""
    body, problems = call.read(wire.GrantsRequest)
    if problems:
        raise Invalid(*problems)
    return _body(call, service.accept(call.ports, _person(call), body.answers))


def unbind_wechat(call: Call) -> wire.WechatBody:
    """Messages come as they did before."""
    service.unbind(call.ports, _person(call))
    return _body(call, None)


def _person(call: Call) -> str:
    return call.signed_in.session.person


def _body(call: Call, found: Binding | None) -> wire.WechatBody:
    known = service.offered(call.ports).program.templates()
    return wire.WechatBody(
        found is not None,
        iso(found.bound_at) if found else None,
        found.consent_version if found else None,
        [_template(own, names, found) for own, names in known.items()],
        wire.WechatConsent(rules.CONSENT, privacy.wechat(call.language)),
    )


def _template(template: str, names: tuple[str, ...], found: Binding | None) -> wire.WechatTemplate:
    return wire.WechatTemplate(template, list(names), found.left(template) if found else 0)
