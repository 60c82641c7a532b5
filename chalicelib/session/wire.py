"""What clients send and get about signing in and their own lists."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

_DEVICE = Meta(
    description="what signing in gave this device: nobody who asks for this phone's codes can use up those left to it"
)


class CodeRequest(Struct, frozen=True):
    """Whom to text a code."""

    phone: Annotated[str, Meta(description="a mobile number, or with country code")]
    device: Annotated[str, _DEVICE] = ""


class CodeAnswer(Struct, frozen=True):
    """The same for every phone, known here or not. Times are UTC."""

    message: str
    valid_until: str
    again_at: Annotated[str, Meta(description="when another code may be asked for")]


class SessionRequest(Struct, frozen=True):
    """The phone and the code that it was sent."""

    phone: str
    code: Annotated[str, Meta(description="six digits")]
    device: Annotated[str, _DEVICE] = ""


class WechatSessionRequest(Struct, frozen=True):
    """The code that a mini program's button of the kind `getPhoneNumber` gave."""

    code: Annotated[str, Meta(description="good once, for five minutes")]


class PersonBody(Struct, frozen=True):
    """Who has signed in. `kind`: staff or resident; residents have neither name nor places here."""

    kind: str
    id: str
    name: str
    role: str
    places: list[str]


class SessionAnswer(Struct, frozen=True):
    """A session: send `token` as Bearer until `expires_at`. `device` is to be kept beyond that and sent with the next
    request for a code; it opens nothing. Empty after signing in by WeChat."""

    token: str
    expires_at: str
    person: PersonBody
    device: str = ""


class SignedOut(Struct, frozen=True):
    """The session has ended for this client, which forgets its token. `everywhere`: within 15 seconds all sessions of
    this member of staff end."""

    signed_out: bool = True
    everywhere: bool = False


class MyBell(Struct, frozen=True):
    """A bell of a list. `url` is its tracking page, or for staff the page to answer it on."""

    id: str
    number: str
    status: str
    category: str
    urgency: str
    neighbourhood: str
    level: int
    rung_at: str
    due_at: str | None
    url: str
    tracking_token: str | None = None


class MyBells(Struct, frozen=True):
    """One page; ask again with `cursor` for the next, which is empty on the last."""

    items: list[MyBell]
    cursor: str
