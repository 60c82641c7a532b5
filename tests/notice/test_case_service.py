"""Notices of cases on their way: what arrives, what waits, what is dropped, and what the record says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.case import commands as do
from chalicelib.core.chain import RESIDENT as BY_RESIDENT
from chalicelib.core.chain import Actor
from chalicelib.core.links import Purpose, token
from chalicelib.notice import service, texts
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Organisation
from chalicelib.ports import PermanentFailure, TemporaryFailure
from tests.case.lives import LI, START, WANG, Life, text
from tests.fakes.store import When
from tests.notice.caselife import DIRECTORY, KEY
from tests.notice.caseoffice import CREW, FIRM, PAPER, RESIDENT, CaseOffice
from tests.notice.office import Crash
from tests.notice.test_casework import SECOND

NIGHT = START + timedelta(hours=13)  # eleven in the evening
HELLO = do.Message(text("hello"), "resident")
NOTE = do.Message(text("note"), "staff")


def no_other_message(office: CaseOffice, *expected: tuple[str, str, str]) -> None:
    assert office.told() == list(expected)
    office.pass_time(minutes=10)
    assert office.told() == list(expected)


def test_a_word_to_the_resident_arrives_once_and_the_record_says_so() -> None:
    office = CaseOffice()
    (event,) = office.does(HELLO)
    office.announce(event)
    (sent,) = office.sent
    track = token(KEY, "MX00000000", Purpose.TRACK)
    assert (sent.to, sent.text) == (RESIDENT, f"协商铃：MX-7F3K-92QD有新留言 https://bell.example/t/{track}")
    (said,) = [e for e in office.file().events if e.kind == "notified"]
    entry = {"to": "resident", "role": "resident", "channel": "sms", "template": "message", "fate": "sent"}
    assert said.data == {"of": event.seq, "notices": [entry]}
    no_other_message(office, ("sms", "resident", "message"))


def test_the_record_names_a_party_by_its_id_alone() -> None:
    office = CaseOffice()
    office.does(do.Invite("yunhe", "property_company"))
    (said,) = [e for e in office.file().events if e.kind == "notified"]
    entry = {"to": "party:yunhe", "role": "party", "channel": "sms", "template": "invited", "fate": "sent"}
    assert said.data["notices"] == [entry]
    no_other_message(office, ("sms", "yunhe", "invited"))


def test_what_nobody_hears_costs_no_read() -> None:
    office = CaseOffice()
    office.store.calls.clear()
    (event,) = office.write(do.Visit(text("notes")))
    before = office.store.calls.copy()
    office.announce(event)
    assert office.store.calls == before
    no_other_message(office)


def test_a_party_whose_phone_fails_gets_a_mail_and_one_without_a_phone_gets_it_at_once() -> None:
    office = CaseOffice()
    office.sms.fail(PermanentFailure("opted out"))
    office.does(do.Invite("yunhe", "property_company"))
    office.does(do.Invite("zhuzhang", "representative"))
    assert office.record() == [
        [("party:yunhe", "sms", "failed"), ("party:yunhe", "mail", "sent")],
        [("party:zhuzhang", "mail", "sent")],
    ]
    no_other_message(office, ("mail", "yunhe", "invited"), ("mail", "zhuzhang", "invited"))


def test_an_organisation_is_reached_where_the_directory_says() -> None:
    firm = Organisation("yh", "property_company", "运河物业", phone="+8613700000099")
    office = CaseOffice(directory=replace(DIRECTORY, organisations=(firm,)))
    known = replace(FIRM, organisation="yh")
    file = office.store.case
    office.store.case = lambda case_id: replace(file(case_id), parties={"yunhe": known})  # type: ignore[method-assign,assignment,type-var]
    office.does(do.Invite("yunhe", "property_company"))
    assert [sent.to for sent in office.sent] == ["+8613700000099"]


def test_a_resident_whose_data_are_erased_gets_nothing() -> None:
    office = CaseOffice()
    office.store.erase_contact("MX00000000")
    office.does(HELLO)
    assert office.record() == []
    no_other_message(office)


# -- meetings


def scheduled(office: CaseOffice) -> Any:
    office.parties(FIRM, CREW, PAPER)
    at = office.clock.now() + timedelta(days=2)
    return office.does(do.Schedule(at, ("yunhe", "shigong", "zhuzhang", "resident"), text("agenda")))[0]


MEETING = [
    ("sms", "yunhe", "meeting"),
    ("mail", "yunhe", "meeting"),
    ("sms", "shigong", "meeting"),
    ("mail", "zhuzhang", "meeting"),
    ("sms", "resident", "meeting"),
]


def test_a_meeting_goes_out_by_sms_and_by_mail_and_the_mail_has_the_calendar() -> None:
    office = CaseOffice()
    event = scheduled(office)
    office.announce(event)
    sms, mail = office.sent[:2]
    link = f"https://bell.example/p/{token(KEY, office.case().id, Purpose.PARTY, 'yunhe')}"
    assert sms.text == f"协商铃：11月26日10:00协商会，请回复 {link}"
    assert texts.units(sms.text) <= texts.SEGMENT
    assert (sms.enclosures, mail.subject) == ((), "协商铃：11月26日10:00协商会（事项MX-7F3K-92QD）")
    assert set(mail.params) == {"case", "when", "link"}
    (file,) = mail.enclosures
    assert (file.name, file.kind) == ("meeting.ics", "text/calendar; charset=utf-8; method=REQUEST")
    for line in (
        "UID:MX7F3K92QD-1@consultation-bell",
        "DTSTART:20261126T020000Z",
        "DTEND:20261126T040000Z",
        "SUMMARY:协商会 MX-7F3K-92QD",
        'ORGANIZER;CN="米市巷街道":mailto:zhao@example.org',
        f"URL:{link}",
    ):
        assert f"\r\n{line}\r\n" in file.content
    assert "ATTENDEE;RSVP=FALSE:mailto:office@property.example" in file.content
    no_other_message(office, *MEETING)


def test_a_meeting_that_is_off_takes_itself_out_of_the_calendar() -> None:
    office = CaseOffice()
    scheduled(office)
    office.sent.clear()
    office.does(do.CancelMeeting(1))
    assert office.sent[0].text == "协商铃：11月26日10:00的协商会（MX-7F3K-92QD）已取消，无需到场。"
    content = office.sent[1].enclosures[0].content
    for line in ("METHOD:CANCEL", "SEQUENCE:1", "STATUS:CANCELLED", "UID:MX7F3K92QD-1@consultation-bell"):
        assert f"{line}\r\n" in content
    no_other_message(office, *((channel, who, "meeting_off") for channel, who, _ in MEETING))


def test_a_mail_that_fails_leaves_the_sms_as_it_is_and_nobody_is_unreachable() -> None:
    office = CaseOffice()
    office.parties(FIRM)
    office.mail.fail(PermanentFailure("no such box"))
    office.does(do.Schedule(office.clock.now() + timedelta(days=2), ("yunhe",), text("agenda")))
    assert office.record() == [[("party:yunhe", "sms", "sent"), ("party:yunhe", "mail", "failed")]]
    no_other_message(office, ("sms", "yunhe", "meeting"))


def test_an_invitation_that_reaches_nobody_says_so() -> None:
    office = CaseOffice()
    office.parties(FIRM)
    office.mail.fail(PermanentFailure("no such box"))
    office.sms.fail(PermanentFailure("opted out"))
    office.does(do.Schedule(office.clock.now() + timedelta(days=2), ("yunhe",), text("agenda")))
    fates = [
        ("party:yunhe", "sms", "failed"),
        ("party:yunhe", "mail", "failed"),
        ("party:yunhe", "", "unreachable"),
    ]
    assert office.record() == [fates]


def test_an_interrupted_invitation_goes_on_with_the_channel_that_is_left() -> None:
    office = CaseOffice()
    office.parties(FIRM)
    (event,) = office.write(do.Schedule(office.clock.now() + timedelta(days=2), ("yunhe",), text("agenda")))
    office.mail.fail(ConnectionError("the process dies"))
    with pytest.raises(ConnectionError):
        office.announce(event)
    assert office.told() == [("sms", "yunhe", "meeting")]
    office.announce(event)
    assert office.record() == [[("party:yunhe", "sms", "sent"), ("party:yunhe", "mail", "unknown")]]
    no_other_message(office, ("sms", "yunhe", "meeting"))


# -- staff: windows


def test_a_new_owner_is_texted_with_the_way_to_the_case() -> None:
    office = CaseOffice()
    office.does(do.Assign("wang", "community"), LI)
    assert office.sent[0].text == "协商铃：MX-7F3K-92QD由您负责 https://bell.example/c/MX7F3K92QD"
    no_other_message(office, ("sms", "wang", "assigned"))


def test_at_night_an_ordinary_case_waits_and_an_urgent_one_does_not() -> None:
    office = CaseOffice(NIGHT)
    office.does(NOTE, BY_RESIDENT)
    assert office.record() == [[("zhao", "", "held")]]
    office.pass_time(hours=9)
    assert office.told() == [("sms", "zhao", "message")]
    urgent = CaseOffice(NIGHT, life=Life(urgency=Urgency.URGENT, now=NIGHT))
    urgent.does(NOTE, BY_RESIDENT)
    assert urgent.told() == [("sms", "zhao", "message")]


def test_news_of_a_case_within_two_minutes_share_a_message() -> None:
    office = CaseOffice()
    office.parties(FIRM)
    office.does(NOTE, BY_RESIDENT)
    office.does(do.Message(text("me, too"), "staff"), Actor("party", "yunhe"))
    office.does(do.Message(text("again"), "staff"), BY_RESIDENT)
    assert office.told() == [("sms", "zhao", "message")]
    office.pass_time(minutes=3)
    no_other_message(office, ("sms", "zhao", "message"), ("sms", "zhao", "message"))
    assert office.record()[-2:] == [[("zhao", "", "moot")], [("zhao", "sms", "sent")]]


def test_fifty_cases_assigned_at_once_are_one_alert_and_one_number() -> None:
    offices = CaseOffice()
    (event,) = offices.write(do.Assign("wang", "community"), LI)
    (first,) = service.notices(offices.ports, offices.file(), event)
    others = [replace(first, thing=f"CASE#MX0000{n:04}") for n in range(1, 50)]
    found = offices.store.cases
    offices.store.cases = lambda ids: tuple(  # type: ignore[method-assign,assignment]
        replace(line, case=replace(line.case, id=case_id))
        for line in found([offices.case().id])
        for case_id in ids
    )
    service._deliver(offices.ports, [first, *others], ())
    offices.pass_time(minutes=3)
    assert offices.told() == [("sms", "wang", "assigned"), ("sms", "wang", "cases")]
    assert offices.sent[1].text == "协商铃：49件事项等您处理 https://bell.example/cases"


def test_news_held_for_the_former_owner_are_dropped_when_the_case_is_somebody_elses() -> None:
    office = CaseOffice(NIGHT)
    office.does(NOTE, BY_RESIDENT)
    office.does(do.Assign("wang", "community"), LI)
    office.does(do.Assign("li", "subdistrict"), LI)
    office.pass_time(hours=9)
    assert sorted(office.record()) == [
        [("wang", "", "held")],
        [("wang", "", "moot")],
        [("zhao", "", "held")],
        [("zhao", "", "moot")],
    ]
    no_other_message(office)


def test_an_overdue_case_that_is_closed_before_the_morning_alerts_nobody() -> None:
    office = CaseOffice(NIGHT)
    office.clock.go_to(office.clock.now() + timedelta(minutes=1))
    office.does(do.Press(text("?")), WANG)
    office.does(do.Fail("withdrawn", text("why")))
    office.does(do.Close())
    office.pass_time(hours=9)
    assert office.record() == [[("zhao", "", "held")], [("resident", "sms", "sent")], [("zhao", "", "moot")]]
    no_other_message(office, ("sms", "resident", "failed"))


def test_what_was_closed_between_two_tries_is_not_tried_again() -> None:
    office = CaseOffice()
    (event,) = office.write(do.Fail("withdrawn", text("why")))
    office.announce(event)
    office.sent.clear()
    (word,) = office.write(do.Message(text("bye"), "resident"))

    class Closing(type(office.clock)):  # type: ignore[misc] # the clock whose sleep lets something happen
        def sleep(self, seconds: float) -> None:
            office.write(do.Close())

    office.sms.fail(TemporaryFailure("busy"))
    service.announce(replace(office.ports, clock=Closing(office.clock.now())), word)
    assert office.record()[-1] == [("resident", "sms", "moot")]
    no_other_message(office)


def test_nobody_is_told_anything_by_a_record_that_comes_after_the_closing() -> None:
    office = CaseOffice()
    office.parties(FIRM)
    late = [*office.write(HELLO), *office.write(NOTE, BY_RESIDENT), *office.write(do.Press(text("?")), LI)]
    office.write(do.Fail("withdrawn", text("why")))
    office.write(do.Close())
    for event in late:
        office.announce(event)
    assert {fate for said in office.record() for _, _, fate in said} == {"moot"}
    no_other_message(office)


def test_a_case_nobody_knows_is_no_error() -> None:
    office = CaseOffice()
    (event,) = office.write(HELLO)
    office.announce(replace(event, thing="CASE#MX7F3K92QE"))
    no_other_message(office)


# -- crashes


def story(office: CaseOffice) -> None:
    """A meeting for two and a word to the owner, delivered until it is done."""
    office.parties(FIRM)
    meeting = do.Schedule(office.clock.now() + timedelta(days=2), ("yunhe", "resident"), text("agenda"))
    for command, by in (
        (meeting, WANG),
        (NOTE, BY_RESIDENT),
        (do.Respond(1, "yunhe", "yes"), Actor("party", "yunhe")),
    ):
        for event in office.write(command, by):
            office.announce_until_done(event)
    office.pass_time(minutes=4)


def attempts(office: CaseOffice) -> Counter[tuple[str, str, str]]:
    """How often each message was handed over on each channel."""
    messages = [("sms", m) for m in office.sms.tried] + [("mail", m) for m in office.mail.tried]
    return Counter((channel, message.to, message.template) for channel, message in messages)


@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_at_any_call_sends_nothing_twice_and_keeps_nothing_back(when: When) -> None:
    usual = CaseOffice()
    usual.store.arm(10_000, "before")
    story(usual)
    everybody = set(attempts(usual))
    assert len(everybody) == 5
    for call in range(1, 10_000 - usual.store.countdown + 1):
        office = CaseOffice()
        office.store.arm(call, when)
        try:
            story(office)
        except Crash:
            continue  # the story itself died, not the notices
        where = f"{office.store.died_at} ({when}, call {call})"
        assert max(attempts(office).values()) == 1, f"told twice after {where}"
        # A claim that may have been used is not used again: that channel is lost, and the record says so.
        lost = everybody - set(attempts(office))
        assert len(lost) <= (office.store.died_at == "claim" and when == "after"), f"not told after {where}"
        assert office.store.window("zhao").held == (), f"still held after {where}"


def test_a_second_bell_makes_its_ringer_a_co_signer_in_the_record() -> None:
    office = CaseOffice()
    office.write(do.Join(SECOND))
    contacts = office.store.contacts
    office.store.contacts = lambda bells: {
        b: replace(c, phone=c.phone[:-1] + b[-1]) for b, c in _both(contacts, bells)
    }  # type: ignore[method-assign,assignment]
    office.does(HELLO)
    assert office.record() == [[("resident", "sms", "sent"), (f"resident:{SECOND}", "sms", "sent")]]


def _both(contacts: Any, bells: Any) -> list[tuple[str, Any]]:
    """The one contact there is, for each of the bells."""
    (known,) = contacts(bells).values()
    return [(bell, known) for bell in bells]
