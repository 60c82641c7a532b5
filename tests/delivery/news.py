"""What providers say, as their documentation shows it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

NUMBER = "13800001001"


def aliyun_report(receipt: str, *, success: bool = True, code: str = "DELIVERED") -> list[dict[str, Any]]:
    """Alibaba Cloud's SmsReport."""
    return [
        {
            "phone_number": NUMBER,
            "send_time": "2026-11-24 10:00:00",
            "report_time": "2026-11-24 10:00:05",
            "success": success,
            "err_code": code,
            "err_msg": "用户接收成功" if success else "空号",
            "sms_size": "1",
            "biz_id": receipt,
            "out_id": "",
        }
    ]


def aliyun_reply(text: str, number: str = NUMBER) -> list[dict[str, Any]]:
    """Alibaba Cloud's SmsUp."""
    return [
        {
            "phone_number": number,
            "content": text,
            "send_time": "2026-11-24 10:00:00",
            "dest_code": "1234",
            "sequence_id": "1234567890",
        }
    ]


def tencent_report(serial: str, *, success: bool = True, code: str = "DELIVRD") -> list[dict[str, Any]]:
    """Tencent Cloud's status notification."""
    return [
        {
            "user_receive_time": "2026-11-24 10:00:05",
            "nationcode": "86",
            "mobile": NUMBER,
            "report_status": "SUCCESS" if success else "FAIL",
            "errmsg": code,
            "description": "用户短信送达成功" if success else "空号",
            "sid": serial,
        }
    ]


def wechat_push(*messages: str, error: str = "0") -> dict[str, Any]:
    """WeChat's `subscribe_msg_sent_event` in JSON: `List` is an object when it is of one message."""
    sent = [
        {
            "TemplateId": "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc",
            "MsgID": message,
            "ErrorCode": error,
            "ErrorStatus": "success" if error == "0" else "user block",
        }
        for message in messages
    ]
    return {
        "ToUserName": "gh_123456789abc",
        "FromUserName": "o7esq5OI1Uej6Xixw1lA2H7XDVbc",
        "CreateTime": "1620973045",
        "MsgType": "event",
        "Event": "subscribe_msg_sent_event",
        "List": sent if len(sent) > 1 else sent[0],
    }


def tencent_reply(text: str, number: str = NUMBER) -> dict[str, Any]:
    """Tencent Cloud's notification of a reply: no array."""
    return {
        "extend": "",
        "mobile": number,
        "nationcode": "86",
        "sign": "米市巷街道",
        "text": text,
        "time": 1457336869,
    }


def ses(kind: str, message: str, *, by: str = "notificationType", **about: object) -> dict[str, Any]:
    """A notification by SES, of a feedback topic or (`by="eventType"`) of a configuration set."""
    mail = {"timestamp": "2026-11-24T02:00:00.000Z", "source": "bell@example.org", "messageId": message}
    return {by: kind, "mail": {**mail, "destination": ["zhao@example.org"]}, **about}


def bounce(
    message: str, kind: str = "Permanent", precisely: str = "General", **options: str
) -> dict[str, Any]:
    """A bounce."""
    about = {
        "bounceType": kind,
        "bounceSubType": precisely,
        "bouncedRecipients": [{"emailAddress": "zhao@example.org", "action": "failed", "status": "5.1.1"}],
        "feedbackId": "0100",
    }
    return ses("Bounce", message, bounce=about, **options)  # type: ignore[arg-type]  # options are `by` only


def complaint(message: str, address: str, feedback: str = "abuse") -> dict[str, Any]:
    """A complaint."""
    about = {"complainedRecipients": [{"emailAddress": address}], "complaintFeedbackType": feedback}
    return ses("Complaint", message, complaint=about)


def by_sns(*notices: dict[str, Any]) -> dict[str, Any]:
    """As a function is called by an SNS topic."""
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "Sns": {"Type": "Notification", "Message": json.dumps(n)},
            }
            for n in notices
        ]
    }


def sns_log(
    message: str, status: str = "SUCCESS", response: str = "Message has been accepted by phone carrier"
) -> str:
    """A line of the log that SNS keeps of its SMS."""
    return json.dumps(
        {
            "notification": {"messageId": message, "timestamp": "2026-11-24 02:00:00.000"},
            "delivery": {"destination": "+8613800001001", "priceInUSD": 0.03, "providerResponse": response},
            "status": status,
        }
    )


def by_log(*lines: str) -> dict[str, Any]:
    """As a function is called by a subscription of a log group."""
    batch = {
        "messageType": "DATA_MESSAGE",
        "logGroup": "sns/eu-central-1/123456789012/DirectPublishToPhoneNumber/Failure",
        "logEvents": [{"id": str(n), "timestamp": 0, "message": line} for n, line in enumerate(lines)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}
