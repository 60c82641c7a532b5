"""When a person may be sent something: shared, quiet hours, limits; whatever comes in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.notice import window as windows
from chalicelib.notice.types import Notice, Window
from chalicelib.notice.window import LIMITS, OPEN_FOR, Hold, NextChannel, Send, admit, shared
from tests.notice.samples import BOSS, DIRECTORY, LI, MORNING, NIGHT, NOON, notice, sms_only

EMPTY = Window("li")
ONLY_SMS = sms_only(LI)


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def full(now: datetime) -> Window:
    return Window("li", sent=tuple(now - seconds(60 * i) for i in (5, 4, 3, 2, 1)))


def test_the_first_alert_is_at_once_and_opens_a_window_of_two_minutes() -> None:
    first, second = notice(1), notice(2)
    assert admit(EMPTY, first, NOON) == Send()
    after = windows.let_through(EMPTY, [first], NOON)
    assert admit(after, second, NOON + seconds(119)) == Hold(NOON + seconds(120))
    assert admit(after, second, NOON + seconds(120)) == Send()


def test_an_emergency_never_waits_and_makes_nobody_wait() -> None:
    window = replace(full(NOON), open_until=NOON + seconds(60))
    pressing = notice(9, "emergency", pressing=True)
    assert admit(window, pressing, NOON, MORNING) == Send()
    assert windows.let_through(EMPTY, [pressing], NOON).open_until is None


def test_emergencies_use_up_nobodys_limit() -> None:
    window = EMPTY
    for version in range(2, 14):
        pressing = notice(9, "emergency", pressing=True, version=version)
        window = windows.let_through(window, [pressing], NOON)
    assert admit(window, notice(1), NOON) == Send()
    assert admit(window, notice(1, "taken"), NOON) == Send()


def test_what_is_not_urgent_waits_for_the_morning() -> None:
    taken = notice(1, "taken", urgent=False)
    assert admit(EMPTY, taken, NIGHT, MORNING) == Hold(MORNING)
    assert admit(EMPTY, taken, MORNING, None) == Send()
    assert admit(EMPTY, notice(1), NIGHT, MORNING) == Send()


def test_what_is_no_alert_is_not_kept_by_the_window_of_alerts() -> None:
    window = windows.let_through(EMPTY, [notice(1)], NOON)
    assert admit(window, notice(1, "taken", urgent=False, version=3), NOON + seconds(5)) == Send()


def test_at_the_limit_an_alert_takes_the_next_channel_and_the_rest_waits() -> None:
    assert admit(full(NOON), notice(1), NOON) == NextChannel()
    free = NOON - seconds(300) + timedelta(minutes=15)
    assert admit(full(NOON), notice(1, to=ONLY_SMS), NOON) == Hold(free)
    assert admit(full(NOON), notice(1, "taken"), NOON) == Hold(free)
    assert admit(full(NOON), notice(1, to=ONLY_SMS), free) == Send()


def test_beyond_the_limit_alerts_share_messages_too_and_use_up_no_sms() -> None:
    window = windows.let_through(full(NOON), [notice(1)], NOON, by_sms=False)
    assert window.sent == full(NOON).sent
    assert admit(window, notice(2), NOON + seconds(119)) == Hold(NOON + OPEN_FOR)
    for bell in (2, 3):
        window = windows.hold(window, notice(bell), NOON + OPEN_FOR)
    plan = windows.release(window, NOON + OPEN_FOR)
    assert [(m.notices, m.by_sms) for m in plan.messages] == [((notice(2), notice(3)), False)]
    assert plan.window.sent == full(NOON).sent
    assert plan.window.open_until == NOON + 2 * OPEN_FOR


def test_what_went_beyond_the_limit_before_a_crash_still_does_not_go_by_sms() -> None:
    later = NOON + timedelta(hours=2)
    window = windows.let_through(full(NOON), [notice(1)], NOON, by_sms=False)
    assert admit(window, notice(1), later) == NextChannel()
    assert windows.let_through(window, [notice(1)], later, by_sms=False) == window


def test_a_crashed_flush_beyond_the_limit_goes_on_as_it_was() -> None:
    window = replace(held(notice(1), notice(2)), sent=full(NOON).sent)
    plan = windows.release(window, NOON)
    again = windows.release(windows.hold(plan.window, notice(3), NOON + OPEN_FOR), NOON + windows.LEASE)
    assert [(m.notices, m.by_sms) for m in again.messages] == [((notice(1), notice(2)), False)]


def test_whoever_has_only_mail_knows_no_limit() -> None:
    assert admit(full(NOON), notice(1, to=BOSS), NOON) == Send()


def test_a_notice_let_through_before_a_crash_is_let_through_again() -> None:
    window = windows.let_through(EMPTY, [notice(1)], NOON)
    assert admit(window, notice(1), NOON + seconds(30)) == Send()
    assert windows.let_through(window, [notice(1)], NOON + seconds(30)) == window


def held(*notices: Notice, open_until: datetime | None = None) -> Window:
    window = replace(EMPTY, open_until=open_until)
    for one in notices:
        window = windows.hold(window, one, NOON)
    return window


def test_two_waiting_alerts_share_one_message_and_the_rest_goes_singly() -> None:
    a, b, info, more = notice(1), notice(2), notice(3, "taken"), notice(4, "withdrawn")
    plan = windows.release(held(a, info, b, more), NOON)
    assert [message.notices for message in plan.messages] == [(a, b), (info,), (more,)]
    assert len(plan.window.sent) == 3
    assert plan.window.open_until == NOON + OPEN_FOR


def test_one_waiting_alert_goes_as_itself() -> None:
    assert [m.notices for m in windows.release(held(notice(1)), NOON).messages] == [(notice(1),)]


def test_two_alerts_of_the_same_bell_are_one_and_the_later_one_speaks() -> None:
    early, late, other = notice(1), notice(1, "alert_again", version=4), notice(2)
    plan = windows.release(held(early, late, other), NOON)
    assert [m.notices for m in plan.messages] == [(late, other)]
    assert plan.superseded == (early,)


def test_what_is_moot_never_goes() -> None:
    plan = windows.release(held(notice(1), notice(2)), NOON, moot={notice(1).key})
    assert [m.notices for m in plan.messages] == [(notice(2),)]


def test_a_crashed_flush_is_taken_up_when_its_lease_ends() -> None:
    plan = windows.release(held(notice(1), notice(2)), NOON)
    assert plan.window.due_at == NOON + windows.LEASE
    again = windows.release(plan.window, NOON + windows.LEASE)
    assert [m.notices for m in again.messages] == [(notice(1), notice(2))]
    assert again.window.sent == plan.window.sent


def test_a_crashed_flush_does_not_draw_in_what_came_later() -> None:
    plan = windows.release(held(notice(1), notice(2)), NOON)
    later = windows.hold(plan.window, notice(3), NOON + OPEN_FOR)
    again = windows.release(later, NOON + windows.LEASE)
    assert [m.notices for m in again.messages] == [(notice(1), notice(2))]


def test_forgetting_leaves_the_window_due_for_the_rest() -> None:
    taken = notice(2, "taken", urgent=False)
    window = windows.hold(held(notice(1)), taken, MORNING)
    rest = windows.forget(window, {notice(1).key}, NIGHT, MORNING)
    assert (rest.held, rest.due_at) == ((taken,), MORNING)
    assert windows.forget(rest, {taken.key}, NIGHT, MORNING).due_at is None


def news(case: int, template: str = "message", *, urgent: bool = True, version: int = 2) -> Notice:
    """A notice about the case of that number."""
    whom = notice(1).recipient
    return Notice(f"CASE#{case:010}", version, template, whom, {}, urgent=urgent, alert=True)


def test_news_of_cases_wait_for_each_other_and_never_make_a_bell_wait() -> None:
    window = windows.let_through(EMPTY, [news(1)], NOON)
    assert admit(window, news(2), NOON + seconds(5)) == Hold(NOON + OPEN_FOR)
    assert admit(window, notice(1), NOON + seconds(5)) == Send()
    window = windows.let_through(EMPTY, [notice(1)], NOON)
    assert admit(window, news(2), NOON + seconds(5)) == Send()


def test_waiting_bells_and_waiting_cases_are_two_messages_bells_first() -> None:
    plan = windows.release(held(news(1), notice(1), news(2), notice(2)), NOON)
    assert [m.notices for m in plan.messages] == [(notice(1), notice(2)), (news(1), news(2))]
    assert (plan.window.open_until, plan.window.cases_until) == (NOON + OPEN_FOR, NOON + OPEN_FOR)


def test_what_is_urgent_does_not_wait_for_the_morning_with_what_is_not() -> None:
    window = windows.hold(held(news(1)), news(2, urgent=False), MORNING)
    plan = windows.release(window, NIGHT, MORNING)
    assert [m.notices for m in plan.messages] == [(news(1),)]


def test_an_emergency_shares_its_message_with_nobody() -> None:
    window = windows.let_through(EMPTY, [news(1)], NOON)
    assert admit(window, replace(news(2), pressing=True), NOON + seconds(5)) == Send()


@dataclass
class Phone:
    """A person to whom things happen, and what reaches them when."""

    window: Window = EMPTY
    texts: list[tuple[datetime, tuple[Notice, ...]]] = field(default_factory=list)
    mails: list[tuple[datetime, tuple[Notice, ...]]] = field(default_factory=list)

    def quiet_until(self, now: datetime) -> datetime | None:
        place = DIRECTORY.subdistrict
        opening = place.quiet.opening(now, place.zone)
        return opening if opening > now else None

    def comes(self, one: Notice, now: datetime) -> None:
        match admit(self.window, one, now, self.quiet_until(now)):
            case Send():
                self.window = windows.let_through(self.window, [one], now)
                self.texts.append((now, (one,)))
            case Hold(until):
                assert until > now
                self.window = windows.hold(self.window, one, until)
            case NextChannel():
                self.window = windows.let_through(self.window, [one], now, by_sms=False)
                self.mails.append((now, (one,)))

    def flush(self, now: datetime) -> None:
        plan = windows.release(self.window, now, self.quiet_until(now))
        for message in plan.messages:
            if message.by_sms:
                self.texts.append((now, message.notices))
            else:
                self.mails.append((now, message.notices))
        gone = {n.key for m in plan.messages for n in m.notices} | {n.key for n in plan.superseded}
        self.window = windows.forget(plan.window, gone, now, self.quiet_until(now))

    def until(self, now: datetime) -> None:
        """The sweeper, up to now."""
        for _ in range(200):
            due = self.window.due_at
            if due is None or due > now:
                return
            self.flush(due)
        raise AssertionError("the window never empties")


KINDS = st.sampled_from(["alert", "alert", "escalated", "exhausted", "taken", "quiet", "emergency"])
STEPS = st.lists(st.tuples(st.integers(0, 900), KINDS, st.integers(0, 30)), max_size=60)


def made(kind: str, bell: int, version: int, *, mail: bool) -> Notice:
    to = LI if mail else ONLY_SMS
    if kind == "quiet":
        return notice(bell, "withdrawn", to, urgent=False, version=version)
    return notice(bell, kind, to, pressing=kind == "emergency", version=version)


def lived(steps: list[tuple[int, str, int]], start: datetime, *, mail: bool) -> tuple[Phone, list[Notice]]:
    phone, now, all_notices = Phone(), start, []
    for version, (pause, kind, bell) in enumerate(steps, start=2):
        now += seconds(pause)
        phone.until(now)
        one = made(kind, bell, version, mail=mail)
        all_notices.append(one)
        phone.comes(one, now)
    phone.until(now + timedelta(days=2))
    return phone, all_notices


@settings(max_examples=150, deadline=None)
@given(STEPS, st.sampled_from([NOON, NIGHT]), st.booleans())
def test_alerts_never_come_twice_within_two_minutes(
    steps: list[tuple[int, str, int]], start: datetime, mail: bool
) -> None:
    phone, _ = lived(steps, start, mail=mail)
    everything = sorted((*phone.texts, *phone.mails), key=lambda sent: sent[0])
    times = [at for at, message in everything if any(map(shared, message))]
    assert all(b - a >= OPEN_FOR for a, b in pairwise(times))


@settings(max_examples=150, deadline=None)
@given(STEPS, st.sampled_from([NOON, NIGHT]), st.booleans())
def test_the_limits_hold_for_all_but_emergencies(
    steps: list[tuple[int, str, int]], start: datetime, mail: bool
) -> None:
    phone, _ = lived(steps, start, mail=mail)
    for at, message in phone.texts:
        if message[0].pressing:
            continue
        for span, most in LIMITS:
            counted = [other for other, before in phone.texts if other < at and not before[0].pressing]
            assert sum(at - span < other for other in counted) < most


@settings(max_examples=150, deadline=None)
@given(STEPS, st.sampled_from([NOON, NIGHT]), st.booleans())
def test_nothing_waits_for_ever_and_nothing_goes_twice(
    steps: list[tuple[int, str, int]], start: datetime, mail: bool
) -> None:
    phone, everything = lived(steps, start, mail=mail)
    assert phone.window.held == ()
    went = [n for _, message in (*phone.texts, *phone.mails) for n in message]
    assert len({n.key for n in went}) == len(went)
    missing = {n.thing for n in everything} - {n.thing for n in went}
    assert missing == set()
    assert {n.key for n in everything if not shared(n)} <= {n.key for n in went}


@settings(max_examples=100, deadline=None)
@given(STEPS, st.booleans())
def test_at_night_only_what_is_urgent_rings(steps: list[tuple[int, str, int]], mail: bool) -> None:
    phone, _ = lived([(pause % 300, kind, bell) for pause, kind, bell in steps], NIGHT, mail=mail)
    assert all(at >= MORNING for at, message in phone.texts for n in message if not n.urgent)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_an_emergency_is_always_at_once(steps: list[tuple[int, str, int]]) -> None:
    phone, everything = lived(steps, NIGHT, mail=False)
    assert {n.key for n in everything if n.pressing} == {m[0].key for _, m in phone.texts if m[0].pressing}
    assert all(len(m) == 1 for _, m in phone.texts if m[0].pressing)
