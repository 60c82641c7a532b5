"""Our senders and the stand-ins that they talk to, set up for each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES
from chalicelib.notice.words.codes import CODES
from chalicelib.notify import aliyun, imap, mini_program, smtp, tencent, wechat
from chalicelib.notify.templates import WITHOUT_TOKEN, names
from chalicelib.notify.wechat_account import Account, Template
from tests.notify.standins import tls
from tests.notify.standins.aliyun import Aliyun
from tests.notify.standins.aliyun import aliyun as aliyun_standin
from tests.notify.standins.imap import Inbox, inbox
from tests.notify.standins.smtp import Mailbox, mailbox
from tests.notify.standins.tencent import Tencent
from tests.notify.standins.tencent import tencent as tencent_standin
from tests.notify.standins.wechat import Wechat
from tests.notify.standins.wechat import wechat as wechat_standin

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
FAST = 0.2
SECRET = "only-we-know-this-secret"
TOKEN = "MX7F3K92QD0123456AB"
PHONE = "+8613900000001"
OPENID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
ALERT = {"place": "沁雅", "link": f"https://b.example.org/a/{TOKEN}", "epoch": 2}
SMS = Message(PHONE, "协商铃：沁雅有新铃，请接 …", "alert", ALERT)
MAIL = Message("li@example.org", "请打开链接", "alert", ALERT, "协商铃：有新铃")


class Watch:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def ids() -> dict[str, str]:
    """An id of the provider for each of our templates, as an operator would configure them."""
    return {name: f"SMS_{number}" for number, name in enumerate(TEMPLATES, 100)}


def gaps_of(template: str) -> set[str]:
    """The names of the gaps in the text that was applied for."""
    found = set(names(TEMPLATES[template]["zh-CN"].sms))
    if "link" in found:
        found = found - {"link"} if template in WITHOUT_TOKEN else found | {"way"}
    return {"code"} if template in CODES else found


def aliyun_sender(url: str, watch: Watch, read_seconds: float = FAST) -> aliyun.AliyunSender:
    """Our sender for Alibaba Cloud."""
    numbers = itertools.count()
    account = aliyun.Account("key-1", SECRET, "米市巷街道", ids(), url)
    return aliyun.AliyunSender(account, watch, lambda: f"nonce-{next(numbers)}", read_seconds)


def tencent_sender(url: str, watch: Watch, read_seconds: float = FAST) -> tencent.TencentSender:
    """Our sender for Tencent Cloud."""
    account = tencent.Account("id-1", SECRET, "1400006666", "米市巷街道", ids(), "ap-guangzhou", url)
    return tencent.TencentSender(account, watch, read_seconds)


def wechat_sender(url: str, watch: Watch, read_seconds: float = FAST) -> wechat.WechatSender:
    """Our sender for WeChat, with one template."""
    return wechat.WechatSender(wechat_account(url), watch, read_seconds)


def wechat_program(url: str, watch: Watch, read_seconds: float = FAST) -> mini_program.WechatProgram:
    """Our mini program, with that template."""
    ids = {"answered": "T-1"}
    return mini_program.WechatProgram(ids, lambda: wechat_account(url), watch, read_seconds)


def wechat_account(url: str) -> Account:
    """The mini program at WeChat."""
    template = Template("T-1", {"thing1": "by", "character_string2": "number"})
    return Account("wx1", SECRET, {"answered": template}, "pages/track/track?token=", url)


def smtp_sender(
    box: Mailbox, read_seconds: float = FAST, *, returns: bool = False, return_path: str = ""
) -> smtp.SmtpSender:
    """Our sender for a mail server."""
    numbers = itertools.count()
    account = smtp.Account(
        "127.0.0.1",
        box.port,
        "协商铃 <bell@example.org>",
        "bell",
        SECRET,
        box.tls,
        box.trust,
        returns,
        return_path,
    )
    return smtp.SmtpSender(account, lambda: NOW, lambda: f"mail-{next(numbers)}", read_seconds)


def imap_mailbox(
    box: Inbox, watch: Watch, read_seconds: float = imap.READ_SECONDS, **account: str
) -> imap.ImapMailbox:
    """Our reader of a mailbox."""
    usual = {"user": "bell", "password": SECRET, "folder": "INBOX"} | account
    trusted = imap.Account("127.0.0.1", box.port, trust=tls.trust(), **usual)
    return imap.ImapMailbox(trusted, watch, read_seconds)


@contextmanager
def aliyun_with_account(watch: Watch) -> Iterator[Aliyun]:
    """Alibaba Cloud, where everything of ours is approved."""
    with aliyun_standin(watch) as provider:
        provider.keys["key-1"] = SECRET
        provider.signs.add("米市巷街道")
        provider.templates.update({code: gaps_of(name) for name, code in ids().items()})
        yield provider


@contextmanager
def tencent_with_account(watch: Watch) -> Iterator[Tencent]:
    """Tencent Cloud, where everything of ours is approved."""
    with tencent_standin(watch) as provider:
        provider.keys["id-1"] = SECRET
        provider.signs.add("米市巷街道")
        provider.templates.update({code: len(gaps_of(name)) for name, code in ids().items()})
        yield provider


@contextmanager
def wechat_with_account(watch: Watch) -> Iterator[Wechat]:
    """WeChat, where our template is approved and one reader has accepted one message."""
    with wechat_standin(watch) as provider:
        provider.apps["wx1"] = SECRET
        provider.templates["T-1"] = {"thing1", "character_string2"}
        provider.accepted[(OPENID, "T-1")] = 1
        yield provider


@contextmanager
def mailbox_with_account(**settings: object) -> Iterator[Mailbox]:
    """A mail server that knows us."""
    with mailbox(users={"bell": SECRET}, **settings) as box:
        yield box


@contextmanager
def inbox_with_account(**settings: object) -> Iterator[Inbox]:
    """A mailbox that is ours."""
    with inbox(users={"bell": SECRET}, **settings) as box:
        yield box
