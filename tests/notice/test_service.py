"""Notices on their way: failover, bundles, quiet hours, what is moot, and what the record says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core import ids
from chalicelib.core.errors import Unavailable
from chalicelib.core.links import Purpose, hash_of, thing_id_of, token
from chalicelib.notice import service, texts
from chalicelib.notice.types import Fate
from chalicelib.people.staff import Channel
from chalicelib.place.ladder import Urgency
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.notice.office import Crash, Office
from tests.notice.samples import ANN, BOSS, DIRECTORY, KEY, LI, MORNING, NIGHT, WANG, sms_only


def no_other_message(office: Office, *expected: tuple[str, str, str]) -> None:
    assert office.told() == list(expected)
    office.pass_time(minutes=10)
    assert office.told() == list(expected)


def test_an_alert_goes_out_at_once_by_sms_and_the_record_says_so() -> None:
    office = Office()
    bell = office.ring()
    office.announce(office.alert(bell, LI))
    assert office.sent[0].to == LI.phone
    assert office.sent[0].text.endswith(f"/a/{token(KEY, bell, Purpose.ANSWER, 'li', 1)}")
    assert office.record(bell) == [[("li", "sms", "sent")]]
    no_other_message(office, ("sms", "li", "alert"))


def test_a_record_delivered_twice_sends_and_writes_nothing_more() -> None:
    office = Office()
    bell = office.ring()
    rung, alert = office.file(bell).events[0], office.alert(bell, LI, WANG)
    for event in (rung, alert, alert, rung, alert):
        office.announce(event)
    assert len(office.record(bell)) == 2
    no_other_message(office, ("sms", "resident", "rung"), ("sms", "li", "alert"), ("sms", "wang", "alert"))


def test_the_resident_is_on_the_record_without_a_name() -> None:
    office = Office()
    bell = office.ring()
    office.announce(office.file(bell).events[0])
    (said,) = [e for e in office.file(bell).events if e.kind == "notified"]
    entry = {"to": "resident", "role": "resident", "channel": "sms", "template": "rung", "fate": "sent"}
    assert said.data == {"of": 1, "notices": [entry]}


def test_a_temporary_failure_is_tried_three_times_in_all() -> None:
    office = Office()
    office.sms.fail(TemporaryFailure("busy"), times=2)
    office.announce(office.alert(office.ring(), LI))
    assert len(office.sms.tried) == 3
    assert all(0 < pause <= 2 for pause in office.clock.slept)
    no_other_message(office, ("sms", "li", "alert"))


def test_after_three_failures_the_next_channel_is_used() -> None:
    office = Office()
    bell = office.ring()
    office.sms.fail(TemporaryFailure("busy"), times=3)
    office.announce(office.alert(bell, LI))
    assert office.record(bell) == [[("li", "sms", "failed"), ("li", "mail", "sent")]]
    no_other_message(office, ("mail", "li", "alert"))


def test_a_permanent_failure_uses_the_next_channel_at_once() -> None:
    office = Office()
    office.sms.fail(PermanentFailure("opted out"))
    office.announce(office.alert(office.ring(), LI))
    assert (len(office.sms.tried), office.clock.slept) == (1, [])
    assert office.sent[0].subject
    no_other_message(office, ("mail", "li", "alert"))


def test_an_unknown_outcome_is_never_repeated_on_its_channel() -> None:
    office = Office()
    bell = office.ring()
    office.sms.fail(UnknownOutcome("time-out"), delivered=True)
    event = office.alert(bell, LI)
    office.announce(event)
    office.announce(event)
    assert office.record(bell) == [[("li", "sms", "unknown"), ("li", "mail", "sent")]]
    no_other_message(office, ("sms", "li", "alert"), ("mail", "li", "alert"))


def test_whoever_has_no_channel_left_is_recorded_as_unreachable() -> None:
    office = Office()
    bell = office.ring()
    office.sms.fail(PermanentFailure("opted out"))
    office.announce(office.alert(bell, ANN))
    assert office.record(bell) == [[("ann", "sms", "failed"), ("ann", "", "unreachable")]]
    no_other_message(office)


def test_an_unknown_outcome_on_the_last_channel_stays_unknown() -> None:
    office = Office()
    bell = office.ring()
    office.sms.fail(UnknownOutcome("time-out"))
    office.announce(office.alert(bell, ANN))
    assert office.record(bell) == [[("ann", "sms", "unknown")]]


def test_whoever_left_before_the_alert_went_out_is_not_written_to() -> None:
    office = Office()
    bell = office.ring()
    event = office.alert(bell, LI)
    office.store.places["MX"] = replace(DIRECTORY, staff=(WANG,))
    office.announce(event)
    assert office.record(bell) == [[("li", "", "unreachable")]]
    no_other_message(office)


def test_twenty_bells_in_two_minutes_are_one_alert_and_one_bundle() -> None:
    office = Office()
    bells = [office.ring() for _ in range(20)]
    for bell in bells:
        office.announce(office.alert(bell, LI))
        office.clock.advance(seconds=5)
    office.pass_time(minutes=5)
    assert office.told() == [("sms", "li", "alert"), ("sms", "li", "bundle")]
    assert office.sent[1].params["count"] == 19
    assert texts.units(office.sent[1].text) <= texts.SEGMENT
    link = str(office.sent[1].params["link"]).rpartition("/s/")[2]
    bundle = office.store.bundle(thing_id_of(link) or "")
    assert bundle is not None
    assert (bundle.staff, bundle.bells, bundle.link_hash) == ("li", tuple(bells[1:]), hash_of(link))
    for bell in bells[1:]:
        assert office.record(bell) == [[("li", "", "held")], [("li", "sms", "sent")]]
    no_other_message(office, ("sms", "li", "alert"), ("sms", "li", "bundle"))


def test_a_single_alert_that_waited_goes_as_itself() -> None:
    office = Office()
    office.announce(office.alert(office.ring(), LI))
    office.clock.advance(seconds=60)
    second = office.ring()
    office.announce(office.alert(second, LI))
    office.pass_time(seconds=90)
    assert office.sent[1].text.endswith(token(KEY, second, Purpose.ANSWER, "li", 1))
    no_other_message(office, ("sms", "li", "alert"), ("sms", "li", "alert"))


def test_a_held_alert_is_dropped_when_its_bell_was_answered_meanwhile() -> None:
    office = Office()
    first, second = office.ring(), office.ring()
    office.announce(office.alert(first, LI))
    office.announce(office.alert(second, LI, WANG))
    office.announce(office.answer(second, WANG))
    expected = [("sms", "li", "alert"), ("sms", "wang", "alert"), ("sms", "resident", "answered")]
    no_other_message(office, *expected)
    assert office.record(second)[-1] == [("li", "", "moot")]
    assert office.store.window("li").held == ()


def test_a_later_step_of_the_same_bell_is_not_swallowed_by_the_first() -> None:
    office = Office()
    bell = office.ring()
    office.announce(office.alert(bell, LI))
    office.pass_time(minutes=5)
    office.announce(office.alert(bell, LI, repeat=1))
    no_other_message(office, ("sms", "li", "alert"), ("sms", "li", "alert_again"))


def test_two_held_steps_of_one_bell_are_one_message() -> None:
    office = Office()
    office.announce(office.alert(office.ring(), LI))
    bell = office.ring()
    office.announce(office.alert(bell, LI))
    office.announce(office.alert(bell, LI, repeat=1))
    office.pass_time(minutes=3)
    assert office.told() == [("sms", "li", "alert"), ("sms", "li", "alert_again")]
    assert office.record(bell)[-2:] == [[("li", "", "moot")], [("li", "sms", "sent")]]


def test_an_alert_that_comes_after_the_answer_is_not_sent() -> None:
    office = Office()
    bell = office.ring()
    alert = office.alert(bell, LI)
    office.answer(bell, WANG)
    office.announce(alert)
    assert office.record(bell) == [[("li", "", "moot")]]
    assert office.store.window("li").open_until is None
    no_other_message(office)


def test_an_answer_between_two_tries_stops_the_third() -> None:
    office = Office()
    bell = office.ring()
    event = office.alert(bell, LI)

    class Answering(type(office.clock)):  # type: ignore[misc] # the clock whose sleep lets something happen
        def sleep(self, seconds: float) -> None:
            office.answer(bell, WANG)

    office.sms.fail(TemporaryFailure("busy"))
    service.announce(replace(office.ports, clock=Answering(office.clock.now())), event)
    assert office.record(bell) == [[("li", "sms", "moot")]]
    no_other_message(office)


def test_others_who_were_alerted_hear_that_the_bell_is_taken() -> None:
    office = Office()
    bell = office.ring()
    office.announce(office.alert(bell, LI))
    office.pass_time(minutes=5)
    office.announce(office.alert(bell, WANG, level=1))
    office.announce(office.answer(bell, LI))
    no_other_message(
        office,
        ("sms", "li", "alert"),
        ("sms", "wang", "escalated"),
        ("sms", "resident", "answered"),
        ("sms", "wang", "taken"),
    )
    assert "李敏" in office.sent[3].text


def test_at_night_an_alert_rings_and_the_rest_waits_for_seven() -> None:
    office = Office(NIGHT)
    bell = office.ring()
    office.announce(office.alert(bell, LI, WANG))
    office.announce(office.answer(bell, LI))
    assert office.told()[-1] == ("sms", "resident", "answered")
    office.pass_time(hours=6, minutes=59)
    assert len(office.sent) == 3
    office.pass_time(minutes=2)
    assert office.told()[-1] == ("sms", "wang", "taken")
    assert office.sent[-1].at >= MORNING
    assert office.record(bell)[-1] == [("wang", "sms", "sent")]


def test_an_emergency_reaches_all_at_once_whatever_they_had_before() -> None:
    office = Office(NIGHT)
    for _ in range(3):
        office.announce(office.alert(office.ring(), LI))
    bells = [office.ring(Urgency.EMERGENCY) for _ in range(8)]
    for bell in bells:
        office.announce(office.alert(bell, LI, WANG))
    assert office.told().count(("sms", "li", "emergency")) == 8
    assert office.told().count(("sms", "wang", "emergency")) == 8
    office.announce(office.answer(bells[0], LI))
    assert office.told()[-1] in {("sms", "resident", "answered"), ("sms", "wang", "taken")}


def test_at_the_limit_an_alert_comes_by_mail() -> None:
    office = Office()
    for _ in range(6):
        office.announce(office.alert(office.ring(), LI))
        office.pass_time(minutes=2, seconds=30)
    assert [told[0] for told in office.told()] == ["sms"] * 5 + ["mail"]
    no_other_message(office, *office.told())


def test_beyond_the_limit_twenty_bells_are_one_mail_and_one_bundle_by_mail() -> None:
    office = Office()
    office.at_the_limit(LI)
    bells = [office.ring() for _ in range(20)]
    for bell in bells:
        office.announce(office.alert(bell, LI))
        office.clock.advance(seconds=5)
    office.pass_time(minutes=5)
    assert office.told() == [("mail", "li", "alert"), ("mail", "li", "bundle")]
    assert office.sent[1].params["count"] == 19
    assert office.record(bells[1]) == [
        [("li", "", "held")],
        [("li", "sms", "failed"), ("li", "mail", "sent")],
    ]
    no_other_message(office, *office.told())


def test_after_an_emergency_rang_all_the_while_an_ordinary_bell_still_comes_by_sms() -> None:
    office = Office()
    gas = office.ring(Urgency.EMERGENCY)
    for repeat in range(12):
        office.announce(office.alert(gas, LI, repeat=repeat))
        office.pass_time(minutes=1)
    office.announce(office.alert(office.ring(), LI))
    assert office.told()[-1] == ("sms", "li", "alert")
    no_other_message(office, *office.told())


def test_at_the_limit_an_alert_waits_when_there_is_no_other_channel() -> None:
    office = Office(directory=replace(DIRECTORY, staff=(sms_only(LI),)))
    bells = [office.ring() for _ in range(6)]
    for bell in bells:
        office.announce(office.alert(bell, LI))
        office.pass_time(minutes=2, seconds=30)
    assert len(office.sent) == 5
    office.pass_time(minutes=2)
    assert len(office.sent) == 6
    assert office.record(bells[5]) == [[("li", "", "held")], [("li", "sms", "sent")]]


def test_a_bundle_fails_over_like_any_message() -> None:
    office = Office()
    bells = [office.ring() for _ in range(3)]
    for bell in bells:
        office.announce(office.alert(bell, LI))
    office.sms.fail(PermanentFailure("opted out"))
    no = ("sms", "li", "alert")
    office.pass_time(minutes=3)
    assert office.told() == [no, ("mail", "li", "bundle")]
    assert office.record(bells[1])[-1] == [("li", "sms", "failed"), ("li", "mail", "sent")]


def test_a_held_alert_goes_to_the_number_of_today_and_not_to_whoever_left() -> None:
    office = Office()
    first, second = office.ring(), office.ring()
    for bell in (first, second):
        office.announce(office.alert(bell, LI, WANG))
    moved = replace(LI, phone="+8613900000099")
    office.store.places["MX"] = replace(DIRECTORY, staff=(moved, ANN, BOSS))
    office.pass_time(minutes=3)
    assert [sent.to for sent in office.sent] == [LI.phone, WANG.phone, moved.phone]
    assert sorted(said[0] for said in office.record(second)[1:]) == [
        ("li", "sms", "sent"),
        ("wang", "", "unreachable"),
    ]


def test_a_reminder_to_decide_is_not_sent_once_it_is_decided() -> None:
    office = Office(NIGHT)
    bell = office.ring(Urgency.ORDINARY)
    office.answer(bell, LI)
    office.announce(office.remind(bell, LI))
    office.write(bell, "withdrawn")
    office.pass_time(hours=9)
    assert office.told() == []
    assert office.record(bell) == [[("li", "", "held")], [("li", "", "moot")]]


def test_one_persons_trouble_keeps_nobody_else_waiting() -> None:
    office = Office()
    bell = office.ring()
    event = office.alert(bell, LI, WANG)
    office.store.fail("claim")
    with pytest.raises(Unavailable):
        office.announce(event)
    assert office.told() == [("sms", "wang", "alert")]
    office.announce(event)
    no_other_message(office, ("sms", "wang", "alert"), ("sms", "li", "alert"))


def test_a_channel_nobody_configured_counts_as_failed() -> None:
    office = Office()
    bell = office.ring()
    service.announce(replace(office.ports, senders={Channel.MAIL: office.mail}), office.alert(bell, LI))
    assert office.record(bell) == [[("li", "sms", "failed"), ("li", "mail", "sent")]]


def test_an_erased_resident_and_an_unknown_bell_are_no_error() -> None:
    office = Office()
    bell = office.ring()
    office.store.erase_contact(bell)
    event = office.file(bell).events[0]
    office.announce(event)
    office.announce(replace(event, thing=f"BELL#{ids.new_id('MX', NIGHT, 77)}"))
    office.announce(replace(event, thing="CASE#MX00000000"))
    assert office.record(bell) == []
    no_other_message(office)


def test_deliver_answers_every_fate_also_of_what_was_done_before() -> None:
    office = Office()
    bell = office.ring()
    event = office.alert(bell, LI)
    notices = service.notices(office.ports, office.file(bell), event)
    first = service._deliver(office.ports, notices, ())
    again = service._deliver(office.ports, notices, office.file(bell).dispatches)
    assert [d.fate for d in first] == [d.fate for d in again] == [Fate.SENT]
    assert len(office.sent) == 1


def test_flushing_what_is_not_due_does_nothing() -> None:
    office = Office()
    service.flush(office.ports, "li")
    office.announce(office.alert(office.ring(), LI))
    office.announce(office.alert(office.ring(), LI))
    service.flush(office.ports, "li")
    assert len(office.sent) == 1


def test_a_superseded_alert_delivered_again_stays_silent() -> None:
    office = Office()
    office.announce(office.alert(office.ring(), LI))
    bell = office.ring()
    early, late = office.alert(bell, LI), office.alert(bell, LI, repeat=1)
    for event in (early, late):
        office.announce(event)
    office.pass_time(minutes=6)
    for event in (early, late):
        office.announce(event)
    no_other_message(office, ("sms", "li", "alert"), ("sms", "li", "alert_again"))


def test_an_interrupted_failover_goes_on_at_once_even_within_a_window() -> None:
    office = Office()
    for _ in range(5):
        office.announce(office.alert(office.ring(), LI))
        office.pass_time(minutes=2, seconds=30)
    event = office.alert(office.ring(), LI)
    office.mail.fail(Crash("the process dies"))
    with pytest.raises(Crash):
        office.announce(event)
    office.pass_time(minutes=20)
    office.announce(office.alert(office.ring(), LI))
    before = len(office.sent)
    office.announce(event)
    assert office.record(event.thing[5:]) == [
        [("li", "sms", "failed"), ("li", "mail", "unknown")],
    ]
    assert len(office.sent) == before


def test_two_people_never_share_the_link_of_a_bundle() -> None:
    office = Office()
    for bell in [office.ring() for _ in range(3)]:
        office.announce(office.alert(bell, LI, WANG))
    office.ports.entropy.next_numbers += [7, 7, 7, 8]  # type: ignore[attr-defined] # a fake's
    office.pass_time(minutes=3)
    bundles = [sent for sent in office.sent if sent.template == "bundle"]
    opened = [office.store.bundle(thing_id_of(str(sent.params["link"])[-19:]) or "") for sent in bundles]
    assert [bundle.staff for bundle in opened if bundle] == ["li", "wang"]
