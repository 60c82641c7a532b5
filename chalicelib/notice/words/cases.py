"""What is said about a case: to those who work on it, to its residents, to its parties."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.notice.words import Words

CASES: Mapping[str, Mapping[str, Words]] = {
    "assigned": {
        "zh-CN": Words(
            "协商铃：{case}由您负责 {link}",
            "协商铃：事项{case}由您负责",
            "协商事项{case}现由您负责。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Yours now: {case} {link}",
            "Case {case} is now yours",
            "You are now in charge of case {case}. Open it here:\n{link}",
        ),
    },
    "one_more": {
        "zh-CN": Words(
            "协商铃：又有居民加入{case} {link}",
            "协商铃：又有居民加入事项{case}",
            "又有一位居民按铃反映同一件事，已并入您负责的协商事项{case}。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Joined {case} {link}",
            "One more resident joined case {case}",
            "Another resident rang about the same matter and joined your case {case}. Open it here:\n{link}",
        ),
    },
    "message": {
        "zh-CN": Words(
            "协商铃：{case}有新留言 {link}",
            "协商铃：事项{case}有新留言",
            "协商事项{case}有给您的新留言。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Message on {case} {link}",
            "A message on case {case}",
            "There is a new message for you on case {case}. Read it here:\n{link}",
        ),
    },
    "asked": {
        "zh-CN": Words(
            "协商铃：{case}请回答问题 {link}",
            "协商铃：事项{case}有一个问题请您回答",
            "办理协商事项{case}需要您回答一个问题，回答之前计时暂停。请打开链接回答：\n{link}",
        ),
        "en": Words(
            "Question: {case} {link}",
            "A question on case {case}",
            "We need your answer to a question on case {case}; the clock stands still until then."
            " Answer it here:\n{link}",
        ),
    },
    "replied": {
        "zh-CN": Words(
            "协商铃：{case}居民已答复 {link}",
            "协商铃：事项{case}的问题已答复",
            "协商事项{case}的问题已得到答复，计时继续。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Answer on {case} {link}",
            "Your question on case {case} is answered",
            "The question on case {case} was answered and its clock goes on. Read the answer here:\n{link}",
        ),
    },
    "offered": {
        "zh-CN": Words(
            "协商铃：{case}请选择方案 {link}",
            "协商铃：事项{case}请您选择",
            "协商事项{case}有几个选项请您选择，每项都附有说明和价格。请打开链接选择：\n{link}",
        ),
        "en": Words(
            "Choose for {case} {link}",
            "Please choose on case {case}",
            "There are options to choose from on case {case}, each with its description and price."
            " Choose here:\n{link}",
        ),
    },
    "chosen": {
        "zh-CN": Words(
            "协商铃：{case}居民已选定 {link}",
            "协商铃：事项{case}居民已选定",
            "协商事项{case}的居民已作出选择。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Chosen: {case} {link}",
            "The resident has chosen on case {case}",
            "The resident has made a choice on case {case}. See it here:\n{link}",
        ),
    },
    "invited": {
        "zh-CN": Words(
            "协商铃：邀请您参与{case} {link}",
            "协商铃：邀请您参与协商事项{case}",
            "邀请您作为参与方参加协商事项{case}。请用您的专用链接查看，无需注册；请勿转发：\n{link}",
        ),
        "en": Words(
            "Invited to {case} {link}",
            "You are invited to take part in case {case}",
            "You are invited to take part in case {case}. This link is yours alone, no account is"
            " needed; please do not pass it on:\n{link}",
        ),
    },
    "meeting": {
        "zh-CN": Words(
            "协商铃：{when}协商会，请回复 {link}",
            "协商铃：{when}协商会（事项{case}）",
            "邀请您参加协商事项{case}的协商会，时间：{when}。地点和议程请看链接，并请回复能否到会：\n{link}",
        ),
        "en": Words(
            "Meeting {when} {link}",
            "Meeting on case {case}: {when}",
            "You are invited to a meeting on case {case}: {when}. See where and what about, and say"
            " whether you can come:\n{link}",
        ),
    },
    "meeting_off": {
        "zh-CN": Words(
            "协商铃：{when}的协商会（{case}）已取消，无需到场。",
            "协商铃：{when}协商会已取消",
            "协商事项{case}原定{when}的协商会已取消，您无需到场。",
        ),
        "en": Words(
            "Bell: the meeting {when} on case {case} is cancelled.",
            "Meeting cancelled: case {case}, {when}",
            "The meeting on case {case} planned for {when} is cancelled. You need not come.",
        ),
    },
    "meeting_soon": {
        "zh-CN": Words(
            "协商铃提醒：{when}协商会 {link}",
            "协商铃提醒：{when}协商会（事项{case}）",
            "提醒您：协商事项{case}的协商会将于{when}举行。地点和议程请看：\n{link}",
        ),
        "en": Words(
            "Meeting is {when} {link}",
            "Reminder: meeting on case {case}, {when}",
            "A reminder: the meeting on case {case} is on {when}. Where and what about:\n{link}",
        ),
    },
    "minutes": {
        "zh-CN": Words(
            "协商铃：{case}会议纪要 {link}",
            "协商铃：事项{case}的会议纪要",
            "协商事项{case}的协商会已召开，会议纪要请看：\n{link}",
        ),
        "en": Words(
            "Minutes: {case} {link}",
            "Minutes of the meeting on case {case}",
            "The meeting on case {case} has taken place. Read its minutes here:\n{link}",
        ),
    },
    "responded": {
        "zh-CN": Words(
            "协商铃：{case}有人回复会议 {link}",
            "协商铃：事项{case}的协商会有人回复",
            "有参与方回复了协商事项{case}的协商会邀请。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "RSVP on {case} {link}",
            "An answer to the meeting of case {case}",
            "Somebody has answered the invitation to the meeting of case {case}. See it here:\n{link}",
        ),
    },
    "proposed": {
        "zh-CN": Words(
            "协商铃：{case}有新方案 {link}",
            "协商铃：事项{case}有新方案",
            "协商事项{case}有新的方案，请打开链接查看，可以提出意见：\n{link}",
        ),
        "en": Words(
            "New plan: {case} {link}",
            "A new plan for case {case}",
            "There is a new version of the plan for case {case}. Read it and comment on it here:\n{link}",
        ),
    },
    "commented": {
        "zh-CN": Words(
            "协商铃：{case}方案有意见 {link}",
            "协商铃：事项{case}的方案有新意见",
            "协商事项{case}的方案收到新意见。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Comment on {case} {link}",
            "A comment on the plan of case {case}",
            "Somebody has commented on the plan of case {case}. Read it here:\n{link}",
        ),
    },
    "to_sign": {
        "zh-CN": Words(
            "协商铃：{case}请签署协议 {link}",
            "协商铃：事项{case}的协议请您签署",
            "协商事项{case}的协议已拟好，请打开链接阅读；同意的，请用短信验证码签署：\n{link}",
        ),
        "en": Words(
            "To sign: {case} {link}",
            "Please sign the agreement of case {case}",
            "The agreement of case {case} is ready. Read it here and, if you agree, sign it with a"
            " one-time code:\n{link}",
        ),
    },
    "voted_down": {
        "zh-CN": Words(
            "协商铃：{case}表决未通过 {link}",
            "协商铃：事项{case}的方案表决未通过",
            "协商事项{case}的方案征询意见后未获通过，将继续协商新的方案。结果请看：\n{link}",
        ),
        "en": Words(
            "Voted no: {case} {link}",
            "Case {case}: the plan was voted down",
            "The plan for case {case} was voted down; a new one will be negotiated. See the result here:\n{link}",
        ),
    },
    "agreed": {
        "zh-CN": Words(
            "协商铃：{case}已达成协议 {link}",
            "协商铃：事项{case}已达成协议",
            "协商事项{case}已达成协议。谁在何时之前做什么，请看：\n{link}",
        ),
        "en": Words(
            "Agreed: {case} {link}",
            "Case {case}: an agreement is reached",
            "An agreement was reached on case {case}. Who does what by when:\n{link}",
        ),
    },
    "promised": {
        "zh-CN": Words(
            "协商铃：{case}您有履约事项 {link}",
            "协商铃：事项{case}中您有一项履约事项",
            "协商事项{case}中有一项由您履行的事项。内容和期限请看：\n{link}",
        ),
        "en": Words(
            "Your duty: {case} {link}",
            "Something for you to do on case {case}",
            "There is something for you to carry out on case {case}. What it is and by when:\n{link}",
        ),
    },
    "broken_off": {
        "zh-CN": Words(
            "协商铃：{case}协议已终止 {link}",
            "协商铃：事项{case}的协议已终止",
            "协商事项{case}的协议已终止履行，其中尚未完成的事项不再有约束力，将重新协商。原因请看：\n{link}",
        ),
        "en": Words(
            "Off: {case} {link}",
            "Case {case}: the agreement is off",
            "The agreement of case {case} is no longer carried out. What is not done yet binds nobody any more and is"
            " negotiated anew. See why:\n{link}",
        ),
    },
    "performed": {
        "zh-CN": Words(
            "协商铃：{case}履约待验收 {link}",
            "协商铃：事项{case}有一项履约待验收",
            "协商事项{case}中有一项已履行并附有凭证，请打开链接验收：\n{link}",
        ),
        "en": Words(
            "To check: {case} {link}",
            "Case {case}: work to accept",
            "Something agreed on case {case} is reported done, with proof. Please look and accept it here:\n{link}",
        ),
    },
    "work_accepted": {
        "zh-CN": Words(
            "协商铃：{case}履约已验收 {link}",
            "协商铃：事项{case}的履约已验收",
            "您在协商事项{case}中履行的事项已验收。详情请看：\n{link}",
        ),
        "en": Words(
            "Work OK: {case} {link}",
            "Case {case}: your work is accepted",
            "What you carried out on case {case} has been accepted. See it here:\n{link}",
        ),
    },
    "work_sent_back": {
        "zh-CN": Words(
            "协商铃：{case}履约需返工 {link}",
            "协商铃：事项{case}的履约未通过验收",
            "您在协商事项{case}中履行的事项未通过验收。原因和新的期限请看：\n{link}",
        ),
        "en": Words(
            "Do again: {case} {link}",
            "Case {case}: your work was not accepted",
            "What you carried out on case {case} was not accepted. The reason and the new date:\n{link}",
        ),
    },
    "duty_due": {
        "zh-CN": Words(
            "协商铃：{case}履约将到期 {link}",
            "协商铃提醒：事项{case}的履约即将到期",
            "提醒您：协商事项{case}中由您履行的事项即将到期。请看：\n{link}",
        ),
        "en": Words(
            "Duty due: {case} {link}",
            "Reminder: your duty on case {case} is due soon",
            "A reminder: what you are to carry out on case {case} is due soon. See it here:\n{link}",
        ),
    },
    "court": {
        "zh-CN": Words(
            "协商铃：{case}可去法院确认 {link}",
            "协商铃提醒：事项{case}的协议可申请司法确认",
            "提醒您：协商事项{case}的调解协议可由双方共同向法院申请司法确认，期限将至。详情请看：\n{link}",
        ),
        "en": Words(
            "To court: {case} {link}",
            "Reminder: court confirmation for case {case}",
            "A reminder: the parties can still ask the court together to confirm the mediation"
            " agreement of case {case}; the time for it ends soon:\n{link}",
        ),
    },
    "rate": {
        "zh-CN": Words(
            "协商铃：{case}已办结请评价 {link}",
            "协商铃：事项{case}已办结，请您评价",
            "协商事项{case}已办结。有没有人答复、问题解决了吗、您满意吗？请打开链接评价；不满意可以要求重新开启：\n{link}",
        ),
        "en": Words(
            "Rate it: {case} {link}",
            "Case {case} is done: please rate it",
            "Case {case} is done. Were you answered, is it solved, are you satisfied? Tell us here;"
            " you can have it reopened:\n{link}",
        ),
    },
    "rated_low": {
        "zh-CN": Words(
            "协商铃：{case}评价不满意 {link}",
            "协商铃：事项{case}收到不满意评价",
            "居民对协商事项{case}的评价为未解决或不满意。请打开链接查看：\n{link}",
        ),
        "en": Words(
            "Rated low: {case} {link}",
            "Case {case} was rated unsolved or unsatisfying",
            "The resident says that case {case} is not solved or is not satisfied with it. See the rating:\n{link}",
        ),
    },
    "failed": {
        "zh-CN": Words(
            "协商铃：{case}协商未成 {link}",
            "协商铃：事项{case}协商未成",
            "协商事项{case}未能协商一致。原因，以及仲裁、行政和诉讼等其他途径，请看：\n{link}",
        ),
        "en": Words(
            "Unsettled: {case} {link}",
            "Case {case} could not be settled",
            "Case {case} could not be settled by consultation. Why, and the ways that remain"
            " (arbitration, authorities, court):\n{link}",
        ),
    },
    "reopened": {
        "zh-CN": Words(
            "协商铃：{case}已重新开启 {link}",
            "协商铃：事项{case}已重新开启",
            "协商事项{case}已重新开启，请继续办理：\n{link}",
        ),
        "en": Words(
            "Reopened: {case} {link}",
            "Case {case} is open again",
            "Case {case} was reopened and is yours to go on with:\n{link}",
        ),
    },
    "resumed": {
        "zh-CN": Words(
            "协商铃：{case}已恢复计时 {link}",
            "协商铃：事项{case}暂停期满，已恢复计时",
            "协商事项{case}的暂停已到最后期限，计时继续。请打开链接办理：\n{link}",
        ),
        "en": Words(
            "Goes on: {case} {link}",
            "The pause of case {case} is over",
            "The pause of case {case} has reached its latest end and its clock goes on. Open it here:\n{link}",
        ),
    },
    "due_soon": {
        "zh-CN": Words(
            "协商铃：{case}即将到期 {link}",
            "协商铃提醒：事项{case}即将到期",
            "提醒您：协商事项{case}有一项期限即将到期。请打开链接办理：\n{link}",
        ),
        "en": Words(
            "Due soon: {case} {link}",
            "Reminder: case {case} is due soon",
            "A reminder: a deadline of case {case} is close. Open it here:\n{link}",
        ),
    },
    "overdue": {
        "zh-CN": Words(
            "协商铃：{case}已超期请办 {link}",
            "协商铃：事项{case}已超期",
            "协商事项{case}有一项期限已过，请尽快办理；上一级已同时收到提醒：\n{link}",
        ),
        "en": Words(
            "Overdue: {case} {link}",
            "Case {case} is overdue",
            "A deadline of case {case} has passed; the level above is told, too. Please see to it:\n{link}",
        ),
    },
    "overdue_below": {
        "zh-CN": Words(
            "协商铃督促：{case}已超期 {link}",
            "协商铃督促：事项{case}已超期",
            "协商事项{case}有一项期限已过，经办人尚未办理。请关注或督办：\n{link}",
        ),
        "en": Words(
            "Late case {case} {link}",
            "Case {case} below you is overdue",
            "A deadline of case {case} has passed and whoever is in charge has not met it. Please"
            " look into it:\n{link}",
        ),
    },
    "pressed": {
        "zh-CN": Words(
            "协商铃督办：{case}请回报 {link}",
            "协商铃督办：事项{case}请回报进展",
            "上级对协商事项{case}进行督办，请按时回报进展：\n{link}",
        ),
        "en": Words(
            "Report on {case} {link}",
            "A report on case {case} is asked for",
            "Your superior wants to hear how case {case} stands. Please report in time:\n{link}",
        ),
    },
    "reported": {
        "zh-CN": Words(
            "协商铃：{case}督办已回报 {link}",
            "协商铃：事项{case}的督办已回报",
            "您督办的协商事项{case}已回报进展。请看：\n{link}",
        ),
        "en": Words(
            "Report in: {case} {link}",
            "The report on case {case} is there",
            "The report you asked for on case {case} is there. Read it here:\n{link}",
        ),
    },
    "extension_asked": {
        "zh-CN": Words(
            "协商铃：{case}申请延期 {link}",
            "协商铃：事项{case}申请延期，请审批",
            "协商事项{case}申请延期，请打开链接查看理由并审批：\n{link}",
        ),
        "en": Words(
            "More time? {case} {link}",
            "More time is asked for on case {case}",
            "More time is asked for on case {case}. See why, and decide here:\n{link}",
        ),
    },
    "extended": {
        "zh-CN": Words(
            "协商铃：{case}延期已批准 {link}",
            "协商铃：事项{case}的延期已批准",
            "您为协商事项{case}申请的延期已批准。新的期限请看：\n{link}",
        ),
        "en": Words(
            "Extended: {case} {link}",
            "Case {case} has more time",
            "The extension you asked for on case {case} is granted. The new date:\n{link}",
        ),
    },
    "extension_refused": {
        "zh-CN": Words(
            "协商铃：{case}延期未批准 {link}",
            "协商铃：事项{case}的延期未批准",
            "您为协商事项{case}申请的延期未获批准，原期限不变。请看：\n{link}",
        ),
        "en": Words(
            "Refused: {case} {link}",
            "No more time for case {case}",
            "The extension you asked for on case {case} is refused; the deadline stands. See here:\n{link}",
        ),
    },
    "cases": {
        "zh-CN": Words(
            "协商铃：{count}件事项等您处理 {link}",
            "协商铃：{count}件协商事项等您处理",
            "有{count}件协商事项有新情况等您处理。请打开链接逐一查看：\n{link}",
        ),
        "en": Words(
            "{count} cases need you {link}",
            "{count} cases need you",
            "There is something new on {count} of your cases. See them all here:\n{link}",
        ),
    },
}
