"""Which provider carries SMS, mail and WeChat messages, by configuration; read when the first message goes out.

`docs/providers.md` says what each setting is. Secrets may stand in the environment or in the safe that
PROVIDER_SECRETS names, a JSON object of the same names. Part of the wiring, apart from it because a ring sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from chalicelib.config import ConfigError, mail_comes_back
from chalicelib.people.staff import Channel
from chalicelib.ports import Mailbox, MiniProgram, PermanentFailure, Sender

if TYPE_CHECKING:
    from chalicelib.notice.shapes import Message
    from chalicelib.notify.wechat_account import Account, Template

Env = Mapping[str, str]
WECHAT = "WECHAT_APP_ID"
"""The setting without which there is no mini program."""
BOUNCES = "SMTP_BOUNCES"
"""The setting without which nobody reads what comes back of mail by SMTP."""


@dataclass(frozen=True)
class Tools:
    """What senders are made of: an AWS session, the wall clock (providers refuse requests of another time), a word
    that never comes twice, and one that is signed as well (`delivery.bounces.sealed`)."""

    session: Callable[[], Any]
    now: Callable[[], datetime]
    nonce: Callable[[], str]
    envelope: Callable[[], str]


def settings(env: Env, reveal: Callable[[str], Env]) -> Env:
    """The environment with what the safe adds to it; what the environment says counts."""
    if not (safe := env.get("PROVIDER_SECRETS", "").strip()):
        return env
    return {**reveal(safe), **{name: value for name, value in env.items() if value}}


def sender(channel: Channel, env: Env, tools: Tools) -> Sender:
    """The sender of a channel; raises ConfigError naming what is missing or wrong, never what a setting holds."""
    if channel is Channel.WECHAT:
        return wechat(env, tools) or Nobody()
    choices, setting = (_SMS, "SMS_PROVIDER") if channel is Channel.SMS else (_MAIL, "MAIL_PROVIDER")
    name = env.get(setting, "").strip() or next(iter(choices))
    if name not in choices:
        raise ConfigError(f"{setting} must be one of {', '.join(choices)}, not {name!r}")
    return choices[name](env, tools)


def problems(env: Env, tools: Tools) -> tuple[str, ...]:
    """What is wrong with the settings, for whoever deploys; empty when every message has a way out."""
    found: list[str] = []
    for channel in Channel:
        try:
            sender(channel, env, tools)
        except ConfigError as error:
            found.append(str(error))
    if env.get("WECHAT_TEMPLATES", "").strip() and not env.get(WECHAT, "").strip():
        found.append(f"{WECHAT} is not set: without it there is no mini program for WECHAT_TEMPLATES")
    found += [problem for problem in _of_bounces(env, tools) if problem not in found]
    if env.get("SMS_PROVIDER", "").strip() in ("aliyun", "tencent") and not found:
        from chalicelib.notify.templates import lacking

        if names := lacking(_pairs(env, "SMS_TEMPLATES")):
            found.append(f"SMS_TEMPLATES has no template for: {', '.join(names)}")
    return tuple(found)


def _of_bounces(env: Env, tools: Tools) -> list[str]:
    if not env.get(BOUNCES, "").strip():
        return []
    if not mail_comes_back(env):
        return [f"{BOUNCES} is for mail by SMTP: take it out, or set MAIL_PROVIDER to smtp"]
    try:
        mailbox(env, tools)
    except ConfigError as error:
        return [str(error)]
    return []


class Nobody:
    """A sender where there is no provider: the recipient's next channel is used."""

    def send(self, message: Message) -> str:
        """Never."""
        raise PermanentFailure("no_provider")


def _sns(_: Env, tools: Tools) -> Sender:
    from chalicelib.notify.sns import SnsSender

    return SnsSender(tools.session)


def _aliyun(env: Env, tools: Tools) -> Sender:
    from chalicelib.notify.aliyun import ENDPOINT, Account, AliyunSender

    account = Account(
        key_id=_need(env, "SMS_KEY_ID"),
        secret=_need(env, "SMS_KEY_SECRET"),
        sign=_need(env, "SMS_SIGN"),
        templates=_templates(env),
        endpoint=_endpoint(env, "SMS_ENDPOINT", ENDPOINT),
    )
    return AliyunSender(account, tools.now, tools.nonce)


def _tencent(env: Env, tools: Tools) -> Sender:
    from chalicelib.notify.tencent import ENDPOINT, REGION, Account, TencentSender

    account = Account(
        secret_id=_need(env, "SMS_KEY_ID"),
        secret=_need(env, "SMS_KEY_SECRET"),
        app=_need(env, "SMS_APP_ID"),
        sign=_need(env, "SMS_SIGN"),
        templates=_templates(env),
        region=env.get("SMS_REGION", "").strip() or REGION,
        endpoint=_endpoint(env, "SMS_ENDPOINT", ENDPOINT),
    )
    return TencentSender(account, tools.now)


def _ses(env: Env, tools: Tools) -> Sender:
    from chalicelib.notify.ses import SesSender

    events = env.get("MAIL_CONFIGURATION_SET", "").strip()
    return SesSender(tools.session, _from(env), configuration_set=events)


def _smtp(env: Env, tools: Tools) -> Sender:
    from chalicelib.notify.smtp import Account, SmtpSender

    security = env.get("SMTP_SECURITY", "").strip() or "tls"
    if security not in ("tls", "starttls"):
        raise ConfigError(f"SMTP_SECURITY must be tls or starttls, not {security!r}")
    tls = security == "tls"
    user = env.get("SMTP_USER", "").strip()
    account = Account(
        host=_need(env, "SMTP_HOST"),
        port=_port(env, 465 if tls else 587),
        sender=_from(env),
        user=user,
        password=_need(env, "SMTP_PASSWORD") if user else "",
        tls=tls,
        returns=mail_comes_back(env),
        return_path=_return_path(env),
    )
    return SmtpSender(account, tools.now, tools.envelope)


def _return_path(env: Env) -> str:
    """`bell+*@example.org`; 64 characters are what a server must take before the @ (RFC 5321, 4.5.3.1.1)."""
    path = env.get("SMTP_RETURN_PATH", "").strip()
    local = path.partition("@")[0]
    word = r"[A-Za-z0-9.!#$%&'+/=?^_{|}~-]*"
    if path and (not re.fullmatch(rf"{word}\*{word}@[A-Za-z0-9.-]+", path) or len(local) > 33):
        raise ConfigError(
            f"SMTP_RETURN_PATH must be like bell+*@example.org (33 characters at most before the @), not {path!r}"
        )
    return path


def mailbox(env: Env, tools: Tools) -> Mailbox:
    """The mailbox to which mail comes back; raises ConfigError naming what is missing or wrong."""
    from chalicelib.notify.imap import Account, ImapMailbox

    given = env.get(BOUNCES, "").strip()
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port or 993
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme != "imaps" or not host or parts.password is not None or parts.query or parts.fragment:
        # Not what was given: somebody may have put a password into it.
        raise ConfigError(
            f"{BOUNCES} must be like imaps://imap.example.org or imaps://user%40host@host:993/Folder"
        )
    user = unquote(parts.username or "") or _need(env, "SMTP_USER")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not re.fullmatch(r"[A-Za-z0-9.@_+=-]+", user) or not re.fullmatch(r"[ !#-\[\]-~]+", folder):
        raise ConfigError(f"{BOUNCES}: the user must be a name or an address, the folder's name in ASCII")
    name = "SMTP_BOUNCES_PASSWORD" if env.get("SMTP_BOUNCES_PASSWORD") else "SMTP_PASSWORD"
    return ImapMailbox(Account(host, port, user, _need(env, name), folder), tools.now)


def _nobody(_: Env, __: Tools) -> Sender:
    return Nobody()


def wechat(env: Env, tools: Tools) -> Sender | None:
    """The sender to people's WeChat; None when no mini program is configured."""
    if not env.get(WECHAT, "").strip():
        return None
    from chalicelib.notify.wechat import WechatSender

    return WechatSender(_account(env), tools.now)


def mini_program(env: Env, secrets: Callable[[Env], Env], tools: Tools) -> MiniProgram:
    """The mini program; `secrets` adds what lies in the safe, once WeChat is asked something."""
    from chalicelib.notify.mini_program import WechatProgram

    ids = {name: template.id for name, template in _wechat_templates(env).items()}
    return WechatProgram(ids, lambda: _account(secrets(env)), tools.now)


def _account(env: Env) -> Account:
    from chalicelib.notify.wechat_account import ENDPOINT, Account

    return Account(
        app=_need(env, WECHAT),
        secret=_need(env, "WECHAT_SECRET"),
        templates=_wechat_templates(env),
        page=env.get("WECHAT_PAGE", "").strip(),
        endpoint=_endpoint(env, "WECHAT_ENDPOINT", ENDPOINT),
    )


def _wechat_templates(env: Env) -> dict[str, Template]:
    """`answered=<id>/thing1:by/character_string2:number,…`: a template's id and what its keywords show."""
    from chalicelib.notify.templates import parameters
    from chalicelib.notify.wechat_account import Template

    found: dict[str, Template] = {}
    for name, value in _pairs(env, "WECHAT_TEMPLATES").items():
        template, *keywords = value.split("/")
        shown = dict(keyword.split(":", 1) for keyword in keywords if ":" in keyword)
        if not template or len(shown) < len(keywords) or not shown:
            raise ConfigError(f"WECHAT_TEMPLATES: {name} must be like {name}=ID/thing1:by")
        if unknown := set(shown.values()) - set(parameters(name)):
            known = ", ".join(parameters(name))
            raise ConfigError(f"WECHAT_TEMPLATES: {name} can show {known}, not {', '.join(sorted(unknown))}")
        found[name] = Template(template, shown)
    return found


def _templates(env: Env) -> dict[str, str]:
    _need(env, "SMS_TEMPLATES")
    return _pairs(env, "SMS_TEMPLATES")


def _pairs(env: Env, name: str) -> dict[str, str]:
    """`alert=SMS_1, escalated=SMS_2`: our templates (`alert.en` in English) and the provider's ids."""
    from chalicelib.notice.texts import TEMPLATES

    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in env.get(name, "").replace("\n", ",").split(","))):
        ours, _, theirs = (side.strip() for side in part.partition("="))
        if ours.removesuffix(".en") not in TEMPLATES or not theirs:
            raise ConfigError(f"{name}: {part!r} is not like alert=SMS_123456789")
        pairs[ours] = theirs
    return pairs


def _need(env: Env, name: str) -> str:
    if value := env.get(name, "").strip():
        return value
    raise ConfigError(
        f"{name} is not set: give it in .chalice/config.json (environment_variables of the stage), a secret one in the"
        " safe that PROVIDER_SECRETS names; see docs/providers.md"
    )


def _from(env: Env) -> str:
    return env.get("MAIL_FROM", "").strip() or "bell@example.org"


def _endpoint(env: Env, name: str, default: str) -> str:
    url = (env.get(name, "").strip() or default).rstrip("/")
    if not re.fullmatch(r"https://[^/]+|http://127\.0\.0\.1:\d+", url):
        raise ConfigError(f"{name} must be like {default}, not {url!r}")
    return url


def _port(env: Env, default: int) -> int:
    text = env.get("SMTP_PORT", "").strip() or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise ConfigError(f"SMTP_PORT must be a port, not {text!r}")
    return int(text)


Build = Callable[[Env, Tools], Sender]
_SMS: Mapping[str, Build] = {"sns": _sns, "aliyun": _aliyun, "tencent": _tencent, "none": _nobody}
_MAIL: Mapping[str, Build] = {"ses": _ses, "smtp": _smtp, "none": _nobody}
"""The first of each is what a stage uses that says nothing."""
