"""Mail that comes back, in the forms that servers give it: written by hand, as short as the form allows."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

DOMAIN = "example.org"
TO = "zhao@example.net"
Form = Callable[[str], bytes]


def mail(lines: str) -> bytes:
    """A mail as it travels: line ends as RFC 5322 wants them."""
    return lines.strip().replace("\n", "\r\n").encode() + b"\r\n"


def returned(message: str) -> str:
    """The headers of a mail of ours with that id, as its server gives them back."""
    return (
        f"Return-Path: <bell@{DOMAIN}>\nFrom: bell@{DOMAIN}\nTo: {TO}\n"
        f"Message-ID: <{message}@{DOMAIN}>\nAuto-Submitted: auto-generated\n"
    )


def report(head: str, words: str, status: str, content: str, kind: str = "text/rfc822-headers") -> bytes:
    """A multipart/report of RFC 3462."""
    return mail(
        f"""{head}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"

This is a MIME-encapsulated message.

--=_1
Content-Type: text/plain; charset=utf-8

{words}

--=_1
Content-Type: message/delivery-status

{status}

--=_1
Content-Type: {kind}

{content}
--=_1--
"""
    )


def postfix(
    message: str,
    action: str = "failed",
    status: str = "5.1.1",
    *,
    envelope: bool = False,
    to: str = f"bell@{DOMAIN}",
    content: bool = True,
) -> bytes:
    """Postfix: the headers come back; `envelope`: the id of the envelope, too (RFC 3461)."""
    head = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com (Mail Delivery System)\n"
        f"To: {to}\nSubject: Undelivered Mail Returned to Sender"
    )
    named = f"\nOriginal-Envelope-Id: {message}" if envelope else ""
    fields = (
        f"Reporting-MTA: dns; mx.example.com{named}\nX-Postfix-Queue-ID: 4F2A\n\n"
        f"Final-Recipient: rfc822; {TO}\nOriginal-Recipient: rfc822;{TO}\nAction: {action}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; 550 {status} no such user"
    )
    return report(head, "I'm sorry to have to inform you.", fields, returned(message) if content else "")


def exim(message: str) -> bytes:
    """Exim of today: the whole mail comes back."""
    head = (
        f"Return-path: <>\nX-Failed-Recipients: {TO}\n"
        f"From: Mail Delivery System <Mailer-Daemon@mx.example.com>\nTo: bell@{DOMAIN}\n"
        "Subject: Mail delivery failed: returning message to sender"
    )
    fields = (
        f"Reporting-MTA: dns; mx.example.com\n\nAction: failed\nFinal-Recipient: rfc822;{TO}\nStatus: 5.0.0"
    )
    whole = f"{returned(message)}\n6K+35omT5byA6ZO+5o6l"
    return report(head, f"  {TO}\n    host mx.example.net: 550 unknown", fields, whole, "message/rfc822")


def old_exim(message: str) -> bytes:
    """Exim of old: a letter, and a header that says for whom."""
    return mail(
        f"""Return-path: <>
X-Failed-Recipients: {TO}
From: Mail Delivery System <Mailer-Daemon@mx.example.com>
To: bell@{DOMAIN}
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered. This is a permanent error.

  {TO}
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{returned(message)}"""
    )


def exchange(message: str) -> bytes:
    """Exchange: its words are HTML, and the id of our mail stands in its own headers."""
    return mail(
        f"""From: <postmaster@example.net>
To: <bell@{DOMAIN}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="=_x"
X-MS-Exchange-Message-Is-Ndr:
In-Reply-To: <{message}@{DOMAIN}>
References: <{message}@{DOMAIN}>
Subject: Undeliverable: =?utf-8?B?5Y2P5ZWG6ZOD?=
Auto-Submitted: auto-replied

--=_x
Content-Type: multipart/alternative; differences=Content-Type; boundary="=_y"

--=_y
Content-Type: text/plain; charset="us-ascii"

Delivery has failed to these recipients or groups: {TO}

--=_y
Content-Type: text/html; charset="us-ascii"

<html><body><b>Delivery has failed</b></body></html>

--=_y--

--=_x
Content-Type: message/delivery-status

Reporting-MTA: dns;ex.example.net

Final-recipient: RFC822;{TO}
Action: failed
Status: 5.1.10
Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound

--=_x
Content-Type: message/rfc822

From: <bell@{DOMAIN}>
To: <{TO}>
Subject: x

--=_x--
"""
    )


def qmail(message: str, why: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    """qmail: a letter of its own form (QSBMF)."""
    return mail(
        f"""Return-Path: <>
Date: 24 Nov 2026 02:31:00 -0000
From: MAILER-DAEMON@mx.example.com
To: bell@{DOMAIN}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{TO}>:
{why}

--- Below this line is a copy of the message.

{returned(message)}"""
    )


def qq(message: str) -> bytes:
    """A Chinese provider of mailboxes: a page of HTML in base 64, and the mail with it."""
    words = (
        "<html><style>p{margin:0}</style><body><p>很抱歉，您发送的邮件被退回，以下是该邮件的相关信息：</p>"
        f"<table><tr><td>收件人</td><td>{TO}</td></tr><tr><td>退信原因</td>"
        "<td>收件人邮箱不存在&nbsp;550 Mailbox not found</td></tr></table></body></html>"
    )
    return mail(
        f"""From: PostMaster@qq.example
To: bell@{DOMAIN}
Subject: =?gb18030?B?z7XNs83L0MU=?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="----=_q"

------=_q
Content-Type: text/html; charset="gb18030"
Content-Transfer-Encoding: base64

{base64.encodebytes(words.encode("gb18030")).decode()}
------=_q
Content-Type: message/rfc822

{returned(message)}
------=_q--
"""
    )


def netease(message: str, why: str = f"收件人不存在 (550 User not found: {TO})") -> bytes:
    """Another: one text, with the headers of our mail below."""
    text = f"抱歉，您的邮件未能送达：{TO}\n原因：{why}\n\n原邮件信息：\n{returned(message)}"
    return mail(
        f"""From: "=?gbk?B?z7XNs83L0MU=?=" <postmaster@163.example>
To: bell@{DOMAIN}
Subject: =?gbk?B?z7XNs83L0MU=?=
Content-Type: text/plain; charset=GBK
Content-Transfer-Encoding: base64

{base64.encodebytes(text.encode("gbk")).decode()}"""
    )


def aliyun(message: str) -> bytes:
    """A third: a report whose words are Chinese and whose mail comes back whole."""
    head = f"From: <MAILER-DAEMON@aliyun.example>\nTo: bell@{DOMAIN}\nSubject: 退信通知"
    fields = f"Reporting-MTA: dns; smtp.aliyun.example\n\nFinal-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.2.1"
    return report(head, "您的邮件被退回：账号被冻结", fields, f"{returned(message)}\nx", "message/rfc822")


def in_utf8(message: str) -> bytes:
    """The parts that may hold addresses in UTF-8 (RFC 6533)."""
    plain = postfix(message).replace(b"message/delivery-status", b"message/global-delivery-status")
    return plain.replace(b"text/rfc822-headers", b"message/global-headers")


def late_exim(message: str) -> bytes:
    """Exim has not given up yet: no header says for whom."""
    return mail(
        f"""Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.com>
To: bell@{DOMAIN}
Subject: Warning: message 1a2b delayed 24 hours

A message that you sent has not yet been delivered: host mx.example.net: 451 4.7.1 try later

{returned(message)}"""
    )


def holiday(message: str) -> bytes:
    """Somebody is away. Their answer quotes us, and even goes to where bounces go."""
    return mail(
        f"""Return-Path: <>
From: Zhao Hong <{TO}>
To: bell@{DOMAIN}
Subject: 自动回复
In-Reply-To: <{message}@{DOMAIN}>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

我在休假，有事请打 550 或 5.1.1。"""
    )


def receipt(message: str) -> bytes:
    """Somebody's program says that the mail was shown (RFC 8098)."""
    shown = "message/disposition-notification"
    made = report(f"From: {TO}\nTo: bell@{DOMAIN}", "Shown.", "Disposition: automatic; displayed", message)
    return made.replace(b"message/delivery-status", shown.encode()).replace(
        b"=delivery-status", b"=disposition-notification"
    )


FAILURES: Mapping[str, tuple[Form, str]] = {
    "Postfix": (postfix, "5.1.1"),
    "Exim": (exim, "5.0.0"),
    "an old Exim": (old_exim, ""),
    "Exchange": (exchange, "5.1.10"),
    "qmail": (qmail, "5.1.1"),
    "QQ": (qq, "550"),
    "NetEase": (netease, "550"),
    "Alibaba": (aliyun, "5.2.1"),
    "a server of mail in UTF-8": (in_utf8, "5.1.1"),
}
"""Every form of "it did not arrive", with the code that is kept of it."""
