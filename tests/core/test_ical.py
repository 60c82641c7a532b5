"""What RFC 5545 asks of a calendar file, read back by its own rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import ical
from chalicelib.core.ical import Appointment, Method

CST = timezone(timedelta(hours=8))
TWO = datetime(2026, 11, 25, 14, 0, tzinfo=CST)
MEETING = Appointment(
    uid=ical.uid("MX7F3K92QD", 1),
    starts=TWO,
    ends=TWO + timedelta(hours=2),
    stamp=TWO - timedelta(days=3),
    summary="协商会 MX-7F3K-92QD",
    organizer="mailto:wang@example.org",
    organizer_name="米市巷街道",
    attendee="office@property.example",
    location="社区活动室",
    url="https://bell.example/p/0123456789abcdefghi",
    method=Method.REQUEST,
)


def read(text: str) -> dict[str, str]:
    """Name and parameters -> value of every content line, unfolded."""
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]
    found = [re.fullmatch(r'((?:[^":]|"[^"]*")+):(.*)', line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def test_an_invitation_has_all_that_a_calendar_needs() -> None:
    assert ical.render(MEETING).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Consultation Bell//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:MX7F3K92QD-1@consultation-bell",
        "DTSTAMP:20261122T060000Z",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART:20261125T060000Z",
        "DTEND:20261125T080000Z",
        "SUMMARY:协商会 MX-7F3K-92QD",
        "LOCATION:社区活动室",
        "URL:https://bell.example/p/0123456789abcdefghi",
        'ORGANIZER;CN="米市巷街道":mailto:wang@example.org',
        "ATTENDEE;RSVP=FALSE:mailto:office@property.example",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_calling_off_names_the_same_meeting_and_is_the_later_word() -> None:
    off = read(ical.render(replace(MEETING, method=Method.CANCEL, sequence=1)))
    assert (off["METHOD"], off["STATUS"], off["SEQUENCE"]) == ("CANCEL", "CANCELLED", "1")
    assert off["UID"] == read(ical.render(MEETING))["UID"]


def test_what_is_published_names_no_attendee() -> None:
    assert "ATTENDEE" not in ical.render(replace(MEETING, method=Method.PUBLISH))


def test_what_has_no_place_and_no_address_leaves_them_out() -> None:
    bare = ical.render(replace(MEETING, location="", url="", organizer_name=""))
    assert "LOCATION" not in bare
    assert "URL" not in bare
    assert "ORGANIZER:mailto:wang@example.org" in bare


def test_the_media_type_names_the_method() -> None:
    assert ical.kind(Method.CANCEL) == "text/calendar; charset=utf-8; method=CANCEL"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a;b,c\\d", "a\\;b\\,c\\\\d"),
        ("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("tab\tbell\x07nul\x00", "tabbellnul"),
        ("colon: stays", "colon: stays"),
    ],
)
def test_text_is_escaped(written: str, kept: str) -> None:
    assert read(ical.render(replace(MEETING, location=written)))["LOCATION"] == kept


def test_a_name_cannot_end_its_quotes_or_begin_a_line() -> None:
    text = ical.render(replace(MEETING, organizer_name='x":mailto:evil@example.org\r\nATTACH:http://evil'))
    assert "\r\nATTACH" not in text
    assert read(text)['ORGANIZER;CN="x\':mailto:evil@example.orgATTACH:http://evil"'] == (
        "mailto:wang@example.org"
    )


ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


@given(ANY, ANY, ANY)
def test_no_line_is_over_75_octets_and_nothing_is_lost(summary: str, location: str, name: str) -> None:
    text = ical.render(replace(MEETING, summary=summary, location=location or "x", organizer_name=name))
    assert text.endswith("\r\n")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
        assert not re.search(r"[\x00-\x1f\x7f]", line)
    back = read(text)["SUMMARY"]
    for escaped, plain in (("\\\\", "\0"), ("\\n", "\n"), ("\\;", ";"), ("\\,", ","), ("\0", "\\")):
        back = back.replace(escaped, plain)
    expected = re.sub(r"\r\n?", "\n", summary)
    assert back == re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", expected)
