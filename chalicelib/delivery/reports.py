"""What each provider's reports, replies and bounces mean, from the JSON as it documents them. Pure.

Nothing here trusts its input beyond its shape: what has another shape says nothing.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.core.text import phone
from chalicelib.delivery.rules import Report, Said, Wish, wants
from chalicelib.people.staff import Channel

Json = Mapping[str, Any]

_CHINA = "86"
# Soft bounces after which the mail is not there. A "General" one may be an automatic reply by somebody on holiday.
_NOT_THERE = frozenset({"MailboxFull", "MessageTooLarge", "ContentRejected", "AttachmentRejected"})


def of_aliyun(raw: object) -> tuple[Said, ...]:
    """Alibaba Cloud's `SmsReport` and `SmsUp`: arrays of reports, of replies."""
    return tuple(_of_aliyun(_objects(raw)))


def _of_aliyun(items: Iterable[Json]) -> Iterator[Said]:
    for item in items:
        if receipt := _text(item, "biz_id"):
            yield Report(Channel.SMS, receipt, item.get("success") in (True, "true"), _text(item, "err_code"))
        else:
            yield from _reply(_text(item, "phone_number"), _text(item, "content"))


def of_tencent(raw: object) -> tuple[Said, ...]:
    """Tencent Cloud's status notifications (an array) and replies (an object)."""
    return tuple(_of_tencent(_objects(raw)))


def _of_tencent(items: Iterable[Json]) -> Iterator[Said]:
    for item in items:
        if serial := _text(item, "sid"):
            arrived = item.get("report_status") == "SUCCESS"
            yield Report(Channel.SMS, serial, arrived, _text(item, "errmsg"))
        else:
            country = _text(item, "nationcode").removeprefix("+") or _CHINA
            yield from _reply(f"+{country}{_text(item, 'mobile')}", _text(item, "text"))


def of_wechat(raw: object) -> tuple[Said, ...]:
    """What WeChat pushes of a mini program: `subscribe_msg_sent_event` says what became of messages (`List` is an
    object when it is of one). What people tapped is told by the mini program itself, and whoever turned a template off
    in WeChat is refused when the next message goes (43101)."""
    sent = (push for push in _objects(raw) if _text(push, "Event") == "subscribe_msg_sent_event")
    return tuple(
        Report(
            Channel.WECHAT, _text(item, "MsgID"), _text(item, "ErrorCode") == "0", _text(item, "ErrorStatus")
        )
        for push in sent
        for item in _objects(push.get("List"))
    )


PROVIDERS: Mapping[str, Callable[[object], tuple[Said, ...]]] = {"aliyun": of_aliyun, "tencent": of_tencent}
"""Who reports over HTTP."""


def of_event(event: Json) -> tuple[Said, ...]:
    """What a function is told: SES's notifications by an SNS topic, or SNS's own log of what became of its SMS."""
    if "awslogs" in event:
        return tuple(said for line in _logged(event["awslogs"]) for said in _of_sns_log(line))
    records = (record.get("Sns") for record in _objects(event.get("Records")))
    messages = (_parsed(_text(sns, "Message")) for sns in records if isinstance(sns, dict))
    return tuple(said for message in messages for said in _of_ses(message))


def _of_ses(notice: Json) -> Iterator[Said]:
    """A notification of a feedback topic (`notificationType`) or of a configuration set (`eventType`)."""
    message = _text(_object(notice.get("mail")), "messageId")
    kind = _text(notice, "notificationType") or _text(notice, "eventType")
    if kind == "Delivery":
        yield Report(Channel.MAIL, message, arrived=True)
    elif kind == "Bounce":
        yield from _bounce(message, _object(notice.get("bounce")))
    elif kind in ("Reject", "Rendering Failure"):
        yield Report(Channel.MAIL, message, arrived=False, code=kind)
    elif kind == "Complaint":
        yield from _complaint(_object(notice.get("complaint")))


def _bounce(message: str, bounce: Json) -> Iterator[Said]:
    kind, precisely = _text(bounce, "bounceType"), _text(bounce, "bounceSubType")
    if kind != "Transient" or precisely in _NOT_THERE:
        yield Report(Channel.MAIL, message, arrived=False, code=f"{kind}/{precisely}")


def _complaint(complaint: Json) -> Iterator[Said]:
    if _text(complaint, "complaintFeedbackType") != "not-spam":
        for recipient in _objects(complaint.get("complainedRecipients")):
            yield Wish(Channel.MAIL, _text(recipient, "emailAddress"), out=True)


def _of_sns_log(line: Json) -> Iterator[Said]:
    """A line of the log that SNS keeps of SMS when delivery status logging is on."""
    delivery = _object(line.get("delivery"))
    said = _text(delivery, "providerResponse")
    message = _text(_object(line.get("notification")), "messageId")
    if status := _text(line, "status"):
        yield Report(Channel.SMS, message, status == "SUCCESS", said)
    if "opted out" in said.lower():
        yield Wish(Channel.SMS, _text(delivery, "destination"), out=True)


def _logged(data: object) -> Iterator[Json]:
    try:
        packed = base64.b64decode(_text(_object(data), "data"), validate=True)
        batch = _parsed(gzip.decompress(packed).decode("utf-8", "replace"))
    except (binascii.Error, OSError, EOFError, zlib.error):
        return
    for entry in _objects(batch.get("logEvents")):
        yield _parsed(_text(entry, "message"))


def _reply(number: str, text: str) -> Iterator[Said]:
    e164, out = phone(number, _CHINA), wants(text)
    if e164 and out is not None:
        yield Wish(Channel.SMS, e164, out)


def _parsed(text: str) -> Json:
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _object(raw: object) -> Json:
    return raw if isinstance(raw, dict) else {}


def _objects(raw: object) -> list[Json]:
    """The objects of an array; one alone counts as an array of one."""
    items = raw if isinstance(raw, list) else [raw]
    return [item for item in items if isinstance(item, dict)]


def _text(item: Json, name: str) -> str:
    found = item.get(name)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""
