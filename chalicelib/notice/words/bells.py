"""What is said about a bell."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.notice.words import Words

BELLS: Mapping[str, Mapping[str, Words]] = {
    "alert": {
        "zh-CN": Words(
            "协商铃：{place}有新铃，请接 {link}",
            "协商铃：{place}有新铃，请接铃",
            "{place}有居民按铃，正在等您接铃。请打开链接查看并接铃：\n{link}",
        ),
        "en": Words(
            "Bell ringing: {place} {link}",
            "A bell is ringing at {place}",
            "A resident of {place} has rung and waits for you. Open the link to see and answer it:\n{link}",
        ),
    },
    "escalated": {
        "zh-CN": Words(
            "协商铃：{place}已等{minutes}分钟，请接 {link}",
            "协商铃：{place}已等{minutes}分钟，请接铃",
            "{place}的铃已响{minutes}分钟，前一级无人接铃，现转到您这里。请打开链接查看并接铃：\n{link}",
        ),
        "en": Words(
            "Bell {place}, {minutes} min {link}",
            "A bell at {place} has waited {minutes} minutes",
            "A bell at {place} has rung for {minutes} minutes, nobody before you has answered and it now comes to"
            " you. Open the link to see and answer it:\n{link}",
        ),
    },
    "alert_again": {
        "zh-CN": Words(
            "协商铃再次提醒：{place}待接铃 {link}",
            "协商铃再次提醒：{place}的铃还在等您",
            "{place}的铃还没有人接。请打开链接查看并接铃：\n{link}",
        ),
        "en": Words(
            "Still ringing: {place} {link}",
            "Still ringing: a bell at {place}",
            "The bell at {place} has not been answered yet. Open the link to see and answer it:\n{link}",
        ),
    },
    "emergency": {
        "zh-CN": Words(
            "协商铃紧急：{place}{category}，请即接 {link}",
            "协商铃紧急：{place}{category}，请立即接铃",
            "紧急：{place}{category}。各级已同时收到提醒，请立即打开链接接铃：\n{link}",
        ),
        "en": Words(
            "URGENT {category} {place} {link}",
            "URGENT: {category} at {place}",
            "Emergency at {place}: {category}. All levels are alerted at once. Answer now:\n{link}",
        ),
    },
    "exhausted": {
        "zh-CN": Words(
            "协商铃：{place}无人接铃{minutes}分钟 {link}",
            "协商铃：{place}各级无人接铃，已{minutes}分钟",
            "{place}的铃已响{minutes}分钟，各级都无人接铃。请安排人员，或打开链接接铃：\n{link}",
        ),
        "en": Words(
            "No reply {minutes}m {place} {link}",
            "Nobody has answered a bell at {place} for {minutes} minutes",
            "A bell at {place} has rung for {minutes} minutes and nobody at any level has answered. Please see to"
            " it, or answer it yourself:\n{link}",
        ),
    },
    "bundle": {
        "zh-CN": Words(
            "协商铃：有{count}个铃等您接 {link}",
            "协商铃：有{count}个铃等您接",
            "有{count}个铃正在等您接铃。请打开链接逐一查看：\n{link}",
        ),
        "en": Words(
            "{count} bells ringing: {link}",
            "{count} bells are waiting for you",
            "{count} bells are waiting for you. Open the link to see them all:\n{link}",
        ),
    },
    "taken": {
        "zh-CN": Words(
            "协商铃：{number}已由{by}接铃，您无需再处理。",
            "协商铃：{number}已有人接铃",
            "铃{number}已由{by}接铃，您无需再处理。",
        ),
        "en": Words(
            "Bell {number}: {by} took it. Nothing more for you to do.",
            "Bell {number} has been answered",
            "Bell {number} was answered by {by}. There is nothing more for you to do.",
        ),
    },
    "withdrawn": {
        "zh-CN": Words(
            "协商铃：{number}居民已撤回，您无需再处理。",
            "协商铃：{number}已撤回",
            "铃{number}已由居民撤回，您无需再处理。",
        ),
        "en": Words(
            "Bell {number} was withdrawn. Nothing more for you to do.",
            "Bell {number} was withdrawn",
            "The resident has withdrawn bell {number}. There is nothing more for you to do.",
        ),
    },
    "transferred_away": {
        "zh-CN": Words(
            "协商铃：{number}已由{by}转出，您无需再处理。",
            "协商铃：{number}已转出",
            "铃{number}已由{by}转给其他人员，您无需再处理。",
        ),
        "en": Words(
            "Bell {number}: {by} passed it on. Nothing more to do.",
            "Bell {number} was passed on",
            "{by} passed bell {number} on to others. There is nothing more for you to do.",
        ),
    },
    "decide": {
        "zh-CN": Words(
            "协商铃：{number}待受理，请办 {link}",
            "协商铃：{number}已接铃，尚未决定是否受理",
            "铃{number}已接铃，但还没有决定是否受理。请打开链接办理：\n{link}",
        ),
        "en": Words(
            "Decide {number}: {link}",
            "Bell {number} was answered but not decided",
            "Bell {number} was answered, but nobody has accepted or declined it yet. Please decide:\n{link}",
        ),
    },
    "rung": {
        "zh-CN": Words(
            "协商铃已收到{number}，进展 {link}",
            "协商铃：已收到，铃号{number}",
            "您的铃已响起，铃号{number}。随时查看进展：\n{link}",
        ),
        "en": Words(
            "Bell rung {number}: {link}",
            "Your bell is ringing: {number}",
            "Your bell {number} is ringing. Follow it here:\n{link}",
        ),
    },
    "answered": {
        "zh-CN": Words(
            "协商铃：{by}已接您的铃 {link}",
            "协商铃：{number}已由{by}接铃",
            "您的铃{number}已由{by}接铃。查看进展：\n{link}",
        ),
        "en": Words(
            "Answered by {by}: {link}",
            "Your bell {number} was answered by {by}",
            "{by} has answered your bell {number}. Follow it here:\n{link}",
        ),
    },
    "accepted": {
        "zh-CN": Words(
            "协商铃已受理，事项{case} {link}",
            "协商铃：{number}已受理，事项号{case}",
            "您的铃{number}已受理，协商事项号{case}。查看进展：\n{link}",
        ),
        "en": Words(
            "Accepted {case}: {link}",
            "Your bell {number} was accepted as case {case}",
            "Your bell {number} was accepted and is being settled as case {case}. Follow it here:\n{link}",
        ),
    },
    "joined": {
        "zh-CN": Words(
            "协商铃已并入事项{case} {link}",
            "协商铃：{number}已并入事项{case}",
            "您的铃{number}已受理，并入同一问题的协商事项{case}一起解决。查看进展：\n{link}",
        ),
        "en": Words(
            "Joined {case}: {link}",
            "Your bell {number} was accepted and joined case {case}",
            "Your bell {number} was accepted. Case {case} is about the same and your bell joined it. Follow it"
            " here:\n{link}",
        ),
    },
    "transferred": {
        "zh-CN": Words(
            "协商铃：{number}已转办，进展 {link}",
            "协商铃：{number}已转办",
            "您的铃{number}已转给负责的人员，正在重新响铃。查看进展：\n{link}",
        ),
        "en": Words(
            "Passed on {number}: {link}",
            "Your bell {number} was passed on",
            "Your bell {number} was passed on to those responsible and rings again. Follow it here:\n{link}",
        ),
    },
    "declined": {
        "zh-CN": Words(
            "协商铃：{number}未受理，详见 {link}",
            "协商铃：{number}未受理",
            "您的铃{number}未受理。原因、可去办理的地方，以及如何要求上一级复核，请看：\n{link}",
        ),
        "en": Words(
            "Declined {number}: {link}",
            "Your bell {number} was not accepted",
            "Your bell {number} was not accepted. The reason, where to go instead and how to ask the next level to"
            " look again:\n{link}",
        ),
    },
}
