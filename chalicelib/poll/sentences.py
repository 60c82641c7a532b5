"""A result in words, for a case's own record: Chinese first, English beside it. Pure."""

from __future__ import annotations

from chalicelib.poll.outcome import Outcome, Ratio, TopicResult
from chalicelib.poll.state import Poll
from chalicelib.poll.tally import Count

_OUTCOMES = {
    Outcome.PASSED: ("通过", "carried"),
    Outcome.FAILED: ("未通过", "not carried"),
    Outcome.NO_QUORUM: ("参与不足, 未通过", "too few took part, not carried"),
    Outcome.TIE: ("票数相同, 未通过", "a tie, not carried"),
}


def result(poll: Poll, counted: Count) -> str:
    """Every topic with its figures."""
    questions = {topic.id: topic.question for topic in poll.topics}
    return "\n".join(_topic(questions[found.topic], found) for found in counted.topics)


def percent(ratio: Ratio) -> str:
    """A share with two decimals, rounded down: 49.999 % is never shown as half."""
    hundredths = ratio.part * 10_000 // ratio.whole if ratio.whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _topic(question: str, found: TopicResult) -> str:
    chinese, english = _OUTCOMES[found.outcome]
    consent, took = found.consent.heads, found.participation.heads
    figures = f"参与 {took.part}/{took.whole} ({percent(took)})"
    agreed = f"同意 {consent.part}/{consent.whole} ({percent(consent)})"
    said = f"took part {took.part}/{took.whole}, agreed {consent.part}/{consent.whole} ({percent(consent)})"
    return f"{question}: {chinese}。{figures}，{agreed}。\n{question}: {english}; {said}."
