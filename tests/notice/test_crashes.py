"""The process may die at any call of the store, before or after the call did its work: what is delivered again is
completed, nobody is told the same thing twice on one channel, and everybody is told in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.core.links import thing_id_of
from chalicelib.place.ladder import Urgency
from tests.fakes.store import When
from tests.notice.office import Crash, Office
from tests.notice.samples import LI, WANG

Story = Callable[[Office], None]


def one_alert(office: Office) -> None:
    bell = office.ring()
    office.announce_until_done(office.alert(bell, LI, WANG))
    office.pass_time(minutes=4)


def emergency(office: Office) -> None:
    bell = office.ring(Urgency.EMERGENCY)
    office.announce_until_done(office.file(bell).events[0])
    office.announce_until_done(office.alert(bell, LI, WANG))
    office.announce_until_done(office.answer(bell, LI))
    office.pass_time(minutes=4)


def three_bells(office: Office) -> None:
    """The first at once, two in a bundle."""
    for _ in range(3):
        bell = office.ring()
        office.announce_until_done(office.alert(bell, LI))
    office.pass_time(minutes=8)


def one_of_them_answered(office: Office) -> None:
    """The first at once, the second moot, the third alone."""
    bells = [office.ring() for _ in range(3)]
    for bell in bells:
        office.announce_until_done(office.alert(bell, LI))
    office.announce_until_done(office.answer(bells[1], WANG))
    office.pass_time(minutes=8)


def attempts(office: Office) -> Counter[tuple[str, ...]]:
    """How often each person was told each thing by each channel, counting what a bundle told of each of its bells."""
    found: Counter[tuple[str, ...]] = Counter()
    for channel, sender in (("sms", office.sms), ("mail", office.mail)):
        for message in sender.tried:
            about = str(message.params.get("link", message.params.get("number")))
            if message.template != "bundle":
                found[channel, message.to, message.template, about] += 1
                continue
            bundle = office.store._bundles[thing_id_of(about.rpartition("/")[2]) or ""]
            found.update((channel, message.to, "alert", office.link(bell, "li")) for bell in bundle.bells)
    return found


def people_told(office: Office) -> set[tuple[str, ...]]:
    """Who heard what, by whichever channel."""
    owner = {LI.phone: "li", LI.mail: "li", WANG.phone: "wang", WANG.mail: "wang"}
    return {(owner.get(to, "resident"), template, about) for _, to, template, about in attempts(office)}


def calls_of(story: Story) -> tuple[int, set[tuple[str, ...]]]:
    office = Office()
    office.store.arm(10_000, "before")
    story(office)
    return 10_000 - office.store.countdown, people_told(office)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("story", [one_alert, emergency, three_bells, one_of_them_answered])
def test_dying_at_any_call_loses_nobody_and_repeats_nothing(story: Story, when: When) -> None:
    calls, usual = calls_of(story)
    assert calls > 10
    died = set()
    for call in range(1, calls + 1):
        office = Office()
        office.store.arm(call, when)
        try:
            story(office)
        except Crash:
            continue  # the story itself (ringing, answering) died, not the notices
        died.add(office.store.died_at)
        where = f"{office.store.died_at} ({when}, call {call})"
        assert max(attempts(office).values()) == 1, f"told twice after {where}"
        told = people_told(office)
        if when == "before" or office.store.died_at != "claim":
            assert told == usual, f"not told after {where}"
        else:
            # Only the resident has no second channel: a claim that may have been used is not used again.
            assert {t for t in usual - told if t[0] != "resident"} == set(), f"not told after {where}"
        for staff in ("li", "wang"):
            assert office.store.window(staff).held == (), f"still held after {where}"
    assert {"claim", "settle", "window", "save_window", "append"} <= died


def beyond_the_limit(office: Office) -> list[str]:
    """The first at once by mail, two in a bundle by mail."""
    bells = [office.ring() for _ in range(3)]
    for bell in bells:
        office.announce_until_done(office.alert(bell, LI))
    office.pass_time(minutes=8)
    return bells


def unsure(office: Office, bells: list[str]) -> set[str]:
    """The links of those bells whose record says that nobody knows whether the mail arrived."""
    mail = ("li", "mail", "unknown")
    return {office.link(bell, "li") for bell in bells if any(mail in said for said in office.record(bell))}


@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_beyond_the_limit_sends_no_sms_and_repeats_nothing(when: When) -> None:
    usual = Office()
    usual.at_the_limit(LI)
    usual.store.arm(10_000, "before")
    beyond_the_limit(usual)
    assert len(usual.mail.tried) == 2
    for call in range(1, 10_000 - usual.store.countdown + 1):
        office = Office()
        office.at_the_limit(LI)
        office.store.arm(call, when)
        try:
            bells = beyond_the_limit(office)
        except Crash:
            continue  # the story itself died, not the notices
        where = f"{office.store.died_at} ({when}, call {call})"
        assert office.sms.tried == [], f"SMS after {where}"
        assert max(attempts(office).values()) == 1, f"told twice after {where}"
        # Mail is the last channel left: a claim that may have been used is not used again, and the record says so.
        missing = {link for _, _, link in people_told(usual) - people_told(office)}
        assert missing <= unsure(office, bells), f"not told after {where}"
        assert office.store.window("li").held == (), f"still held after {where}"
