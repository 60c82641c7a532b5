"""One-time codes: what somebody asked for, and no notice of anything."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.notice.words import Words

CODES: Mapping[str, Mapping[str, Words]] = {
    "code": {
        "zh-CN": Words(
            "协商铃：验证码{code}，{minutes}分钟内有效。请勿告诉任何人。",
            "协商铃：登录验证码",
            "您的登录验证码是{code}，{minutes}分钟内有效。请勿告诉任何人，工作人员也不会索要。",
        ),
        "en": Words(
            "Bell sign-in code {code}, good for {minutes} min. Tell nobody.",
            "Consultation Bell: your sign-in code",
            "Your sign-in code is {code}, good for {minutes} minutes. Tell nobody; our staff never ask for it.",
        ),
    },
    "sign": {
        "zh-CN": Words(
            "协商铃：签署验证码{code}，{minutes}分钟内有效。填入即表示同意协议，切勿告诉他人。",
            "协商铃：签署验证码",
            "您的签署验证码是{code}，{minutes}分钟内有效。填入即表示您同意协议；切勿告诉任何人，工作人员也不会索要。",
        ),
        "en": Words(
            "Bell code to SIGN: {code}, good for {minutes} min. Tell nobody.",
            "Consultation Bell: your code to sign",
            "Your code to sign the agreement is {code}, good for {minutes} minutes. Entering it means that you agree."
            " Tell nobody; our staff never ask for it.",
        ),
    },
    "vote": {
        "zh-CN": Words(
            "协商铃：投票验证码{code}，{minutes}分钟内有效。凭此码可代您表决，切勿告诉他人。",
            "协商铃：投票验证码",
            "您的投票验证码是{code}，{minutes}分钟内有效。知道此码的人可以代您表决；切勿告诉任何人，工作人员也不会索要。",
        ),
        "en": Words(
            "Bell code to VOTE: {code}, good for {minutes} min. Tell nobody.",
            "Consultation Bell: your code to vote",
            "Your code to vote is {code}, good for {minutes} minutes. Whoever has it can vote as you. Tell nobody; our"
            " staff never ask for it.",
        ),
    },
}
