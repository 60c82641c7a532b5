"""Whatever happens to a case in whatever order: the stream never stops at it, and nobody is told what is no use."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.case.deadlines import Policy
from chalicelib.case.rules import Stage
from chalicelib.notice import casework, casework_moot, texts
from chalicelib.notice.types import PARTY, RESIDENT, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.place.ladder import Urgency
from tests.case.test_lives import STEPS, Step, _live
from tests.notice.caselife import DIRECTORY, Told

WUYE = Recipient("party:wuye", "", PARTY, "en", ((Channel.SMS, "+8613700000001"),))


@settings(max_examples=60)
@given(st.sampled_from(list(Urgency)), STEPS, st.sets(st.sampled_from([m.id for m in DIRECTORY.staff])))
def test_every_event_can_be_told_to_whoever_is_there_in_one_sms(
    urgency: Urgency, steps: list[Step], gone: set[str]
) -> None:
    told = Told(_live(Policy(), urgency, steps), parties={"wuye": WUYE})
    for member in gone:
        told.leaves(member)
    for event, _, found in told.walk():
        assert bool(found) <= casework.tells(event)
        assert len({n.key for n in found}) == len(found)
        for n in found:
            assert n.recipient.id not in gone
            assert n.recipient.is_staff == (n.recipient.role not in {PARTY, RESIDENT})
            for language in ("zh-CN", "en"):
                sms = texts.render(n.template, language, n.shown, Channel.SMS)
                assert texts.units(sms.text) <= texts.SEGMENT
                assert texts.render(n.template, language, n.shown, Channel.MAIL).subject


@settings(max_examples=60)
@given(st.sampled_from(list(Urgency)), STEPS)
def test_after_closing_only_failure_bad_ratings_and_meetings_that_are_off_are_still_told(
    urgency: Urgency, steps: list[Step]
) -> None:
    told = Told(_live(Policy(), urgency, steps), parties={"wuye": WUYE})
    before: list[Notice] = []
    for _, case, found in told.walk():
        before += found
        if case.stage is Stage.CLOSED:
            assert {n.template for n in before if not casework_moot.moot(n, case)} <= casework_moot.LASTING
