"""Session tokens: JSON Web Tokens, HS256. PyJWT is imported by the first request that needs one."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import Unauthorized
from chalicelib.session.rules import SIGNED_IN, Caller, Session

if TYPE_CHECKING:
    from jwt.types import Options

_ALGORITHM = "HS256"
_AUDIENCE = "consultation-bell"
_UNCHECKED: Options = {"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "aud"]}


def issue(key: bytes, session: Session, now: datetime) -> str:
    """The signed token of a session; nothing in it is a name or a number."""
    import jwt

    claims = {
        "aud": _AUDIENCE,
        "sub": session.person,
        "caller": str(session.caller),
        "staff": session.staff,
        "prefix": session.prefix,
        "iat": int(now.timestamp()),
        "exp": int(session.expires_at.timestamp()),
    }
    return jwt.encode(claims, _secret(key), algorithm=_ALGORITHM)


def read(key: bytes, token: str, now: datetime) -> Session:
    """The session of a token; raises Unauthorized for one that is not ours, or over."""
    import jwt

    try:
        # The clock is the port's, which PyJWT does not know.
        claims = jwt.decode(token, _secret(key), [_ALGORITHM], _UNCHECKED, audience=_AUDIENCE)
        session = _session(claims)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError):
        raise Unauthorized("session_unknown") from None
    if session.expires_at <= now:
        raise Unauthorized("session_over")
    return session


def _session(claims: dict[str, Any]) -> Session:
    caller = Caller(claims["caller"])
    if caller not in SIGNED_IN:
        raise ValueError(caller)
    ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
    return Session(str(claims["sub"]), caller, ends, str(claims["staff"]), str(claims["prefix"]))


def _secret(key: bytes) -> bytes:
    """A key for sessions alone, of the length that HS256 wants."""
    return hmac.digest(key, b"session", hashlib.sha256)
