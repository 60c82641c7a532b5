"""A request as handlers see it: who asks, in which language, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

from chalicelib import wiring
from chalicelib.core import errors
from chalicelib.core.errors import FieldError
from chalicelib.http.bodies import MAX_BODY, BadRequest, in_shape, json_of
from chalicelib.ports import Ports
from chalicelib.session.rules import SIGNED_IN, Audience, Caller, Session
from chalicelib.web.i18n import negotiate

if TYPE_CHECKING:
    from chalicelib.people.staff import Staff
    from chalicelib.place.rules import Directory
    from chalicelib.session.service import Member

T = TypeVar("T")
SESSION_COOKIE = "session"
FORM = "application/x-www-form-urlencoded"


class Call:
    """One request. Programs bring their session in the Authorization header, browsers in a cookie; neither way is
    open to the other, so that no foreign page can make a browser call the API."""

    def __init__(self, request: Any, *, browser: bool = False) -> None:
        self._request = request
        self._browser = browser
        self._member: Member | None = None
        self.query: Mapping[str, str] = dict(request.query_params or {})
        self.cookies = _cookies(request.headers.get("cookie", ""))
        accepted = request.headers.get("accept-language")
        self.language = negotiate(self.query.get("lang"), self.cookies.get("lang"), accepted)

    @property
    def ports(self) -> Ports:
        """The ports of this process."""
        return wiring.ports()

    def header(self, name: str) -> str:
        """A header's value, empty when there is none."""
        return str(self._request.headers.get(name, "") or "")

    @property
    def path(self) -> str:
        """The path as the client asked for it, below the stage."""
        resource: str = self._request.path
        for name, value in (self._request.uri_params or {}).items():
            resource = resource.replace(f"{{{name}}}", value)
        return resource

    @property
    def address(self) -> str:
        """The caller's network address as API Gateway saw it; of IPv6 the line (/64), which one caller has."""
        return _line_of(str(self._request.context.get("identity", {}).get("sourceIp", "")))

    @property
    def prefix(self) -> str:
        """The subdistrict asked for, the first one by default; raises NotFound when it is not served here."""
        served = self.ports.policy.prefixes
        asked = self.query.get("prefix") or served[0]
        if asked not in served:
            raise errors.NotFound("no_such_place")
        return asked

    @property
    def bearer(self) -> str:
        """The token of the Authorization header; raises Unauthorized without one."""
        scheme, _, token = self.header("authorization").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise errors.Unauthorized("token_missing")
        return token.strip()

    @property
    def session_token(self) -> str:
        """The token of a session, or the empty string; links' tokens have no dot, sessions' have two."""
        if self._browser:
            return self.cookies.get(SESSION_COOKIE, "")
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and "." in token else ""

    @property
    def member(self) -> Member | None:
        """Who has signed in, None when nobody has; raises Unauthorized for a session that is over or not ours."""
        if self._member is None and self.session_token:
            from chalicelib.session import service

            self._member = service.resume(self.ports, self.session_token)
        return self._member

    @property
    def signed_in(self) -> Member:
        """Who has signed in; raises Unauthorized when nobody has."""
        if (member := self.member) is None:
            raise errors.Unauthorized("sign_in_first")
        return member

    @property
    def staff(self) -> tuple[Staff, Directory]:
        """The member of staff who has signed in, and their directory; raises Unauthorized, Forbidden for residents."""
        found = self.signed_in
        if found.staff is None or found.directory is None:
            raise errors.Forbidden("role_not_for_this")
        return found.staff, found.directory

    @property
    def perhaps_staff(self) -> Staff | None:
        """The member of staff who has signed in, if one has; a session that is over is no hindrance to reading."""
        try:
            return self.member.staff if self.member else None
        except errors.Unauthorized:
            return None

    @property
    def credential(self) -> str | Session:
        """What opens a bell: the session of a member of staff, or a link's token."""
        member = self.member
        return member.session if member else self.bearer

    def admit(self, audience: Audience) -> None:
        """Raise unless this caller may call a route of that audience. What a link opens is judged by who opens it."""
        # On a page the link decides where there is one: whose browser it is opened in does not matter.
        if Caller.NOBODY in audience or (self._browser and not audience <= SIGNED_IN):
            return
        member = self.member
        if member and member.session.caller not in audience:
            raise errors.Forbidden("role_not_for_this")
        if member is None and audience <= SIGNED_IN:
            raise errors.Unauthorized("sign_in_first")

    def body(self, most: int = MAX_BODY) -> bytes:
        """The raw body; raises BadRequest when it is larger than `most` bytes."""
        raw: bytes = self._request.raw_body or b""
        if len(raw) > most:
            raise BadRequest("body_too_large", 413)
        return raw

    def form(self, most: int = MAX_BODY) -> dict[str, str]:
        """The fields of a posted form, the last one wins; raises BadRequest when it is none."""
        if (kind := self.header("content-type")) and FORM not in kind.lower():
            raise BadRequest("unsupported_media_type", 415)
        try:
            text = self.body(most).decode()
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict"))
        except ValueError:  # not UTF-8, or more fields than any form of ours has
            raise BadRequest("broken_form") from None

    def read(
        self, shape: type[T], *, optional: bool = False, most: int = MAX_BODY
    ) -> tuple[T, tuple[FieldError, ...]]:
        """The JSON body in this shape, and every field that has not the right type or is missing.

        Wrong fields hold their type's empty value, so that the rules can look at the others too. `optional`: no body
        at all is an empty object.
        """
        body = self.body(most)
        raw = json_of(body) if body.strip() or not optional else {}
        if not isinstance(raw, dict):
            raise BadRequest("not_an_object")
        return in_shape(raw, shape)


def _line_of(address: str) -> str:
    if ":" not in address:
        return address
    if "." in address:  # one of IPv4 as IPv6 writes it
        return address.rpartition(":")[2]
    from ipaddress import IPv6Network

    return str(IPv6Network((address.partition("%")[0], 64), strict=False).network_address)


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}
