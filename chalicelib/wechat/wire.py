"""What clients send and get about somebody's WeChat. An openid is never among it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class WechatTemplate(Struct, frozen=True):
    """A template to ask for with `wx.requestSubscribeMessage`, three at once at most. `notices`: the messages that go
    by it. `left`: how many of them are accepted and not sent yet."""

    id: str
    notices: list[str]
    left: int


class WechatConsent(Struct, frozen=True):
    """What is kept of somebody's WeChat, and what for: to be read before binding it."""

    version: str
    text: str


class WechatBody(Struct, frozen=True):
    """Whether the caller's WeChat is bound, since when and under which consent."""

    bound: bool
    bound_at: str | None
    consent_version: str | None
    templates: list[WechatTemplate]
    consent: WechatConsent


class BindRequest(Struct, frozen=True):
    """Bind the WeChat of whoever ran `wx.login`."""

    code: Annotated[str, Meta(description="what `wx.login` gave; good once, for five minutes")]
    consent_version: Annotated[
        str, Meta(description="the version of the consent that was read and agreed to")
    ]


class GrantsRequest(Struct, frozen=True):
    """What `wx.requestSubscribeMessage` answered, as it is."""

    answers: Annotated[dict[str, str], Meta(description="template id → accept, reject, ban or filter")]
