"""What is said about a poll: to whoever runs it, and to those who have not voted."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.notice.words import Words

POLLS: Mapping[str, Mapping[str, Words]] = {
    "poll_ending": {
        "zh-CN": Words(
            "协商铃：意向征询将截止 {link}",
            "协商铃：意向征询{number}即将截止",
            "意向征询{number}即将截止。请打开链接查看，可提醒尚未表态的人或延长期限：\n{link}",
        ),
        "en": Words(
            "Poll ends soon {link}",
            "Poll {number} ends soon",
            "Poll {number} ends soon. Open it to remind those who have not voted, or to extend it:\n{link}",
        ),
    },
    "poll_warned": {
        "zh-CN": Words(
            "协商铃：已投{voted}/{units}，将截止 {link}",
            "协商铃：意向征询{number}即将截止，已投{voted}/{units}",
            "意向征询{number}即将截止，{units}户（套）中已有{voted}户（套）表态。"
            "请打开链接查看，可提醒尚未表态的人或延长期限：\n{link}",
        ),
        "en": Words(
            "{voted}/{units} voted {link}",
            "Poll {number} ends soon: {voted} of {units} have voted",
            "Poll {number} ends soon. There are ballots for {voted} of {units} units. Open it to remind those who have"
            " not voted, or to extend it:\n{link}",
        ),
    },
    "poll_short": {
        "zh-CN": Words(
            "协商铃：{voted}/{units}，未达2/3 {link}",
            "协商铃：意向征询{number}即将截止，参与未达三分之二",
            "意向征询{number}即将截止，{units}套中已有{voted}套表态，参与表决的面积或人数尚未达到三分之二。"
            "请打开链接查看，可提醒尚未表态的业主或延长期限：\n{link}",
        ),
        "en": Words(
            "{voted}/{units}, need 2/3 {link}",
            "Poll {number} ends soon and too few take part",
            "Poll {number} ends soon. There are ballots for {voted} of {units} units; two thirds of the owners or of"
            " the area have not taken part yet. Open it to remind those who have not voted, or to extend it:\n{link}",
        ),
    },
    "poll_closed": {
        "zh-CN": Words(
            "协商铃：纸票录至{when} {link}",
            "协商铃：意向征询{number}已截止，请录入纸质票",
            "意向征询{number}已截止。截止前收到的纸质票和上门票请在{when}前录入，之后封箱计票：\n{link}",
        ),
        "en": Words(
            "Paper by {when} {link}",
            "Poll {number} is over: enter the paper ballots",
            "Poll {number} is over. Enter the ballots from paper and doors that were cast before its end by {when};"
            " then it is counted:\n{link}",
        ),
    },
    "poll_carried": {
        "zh-CN": Words(
            "协商铃：意向征询已通过 {link}",
            "协商铃：意向征询{number}已通过",
            "意向征询{number}已计票，各议题均获通过。这是意向征询，不是法定的业主大会表决。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Poll carried {link}",
            "Poll {number} was carried",
            "Poll {number} was counted and every topic passed. It is a consultation and not the statutory vote of the"
            " owners' assembly. See the result:\n{link}",
        ),
    },
    "poll_lost": {
        "zh-CN": Words(
            "协商铃：意向征询未通过 {link}",
            "协商铃：意向征询{number}未通过",
            "意向征询{number}已计票，未获全部通过。还差什么，请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Poll not carried {link}",
            "Poll {number} was not carried",
            "Poll {number} was counted; not every topic passed. See what is missing:\n{link}",
        ),
    },
    "poll_disputed": {
        "zh-CN": Words(
            "协商铃：有矛盾票待裁定 {link}",
            "协商铃：意向征询{number}有矛盾票，须先裁定",
            "意向征询{number}已计票，但同一户的几张票互相矛盾，足以改变结果。请打开链接逐一裁定，之后重新计票：\n{link}",
        ),
        "en": Words(
            "Ballots to rule on {link}",
            "Poll {number}: conflicts must be ruled on",
            "Poll {number} was counted, but ballots that contradict each other could turn its result round. Rule on"
            " them; it is then counted again:\n{link}",
        ),
    },
    "poll_reminder": {
        "zh-CN": Words(
            "协商铃：意向征询待您表态 {link}",
            "协商铃：意向征询正在等您表态",
            "您还没有对小区的意向征询表态。这是意向征询，不是法定的业主大会表决。请打开链接：\n{link}",
        ),
        "en": Words(
            "Consultation: vote {link}",
            "Your neighbourhood asks for your voice",
            "You have not voted in your neighbourhood's poll yet. It is a consultation and not the statutory vote of"
            " the owners' assembly. Open the link:\n{link}",
        ),
    },
}
