"""Every text fits one SMS with the longest legal parameters, in both languages, and none is missing or idle."""

from __future__ import annotations

import re
from datetime import timedelta
from string import Formatter

import pytest

from chalicelib.case import commands as do
from chalicelib.case.state import Option
from chalicelib.core import chain, ids, links
from chalicelib.core.links import Purpose
from chalicelib.notice import rules, texts
from chalicelib.notice.types import HIDDEN, Dispatch, Notice
from chalicelib.notice.words.polls import POLLS
from chalicelib.people.staff import Channel
from chalicelib.place.categories import CATEGORIES
from chalicelib.place.ladder import Urgency
from tests.case.lives import LI as LI_OF_CASES
from tests.case.lives import text
from tests.notice.caselife import CREW, FIRM, Told, party
from tests.notice.samples import ANN, BOSS, KEY, LI, NOON, WANG, Record, dispatch, person

BASE = "https://bell.example.org"  # 24 characters: the longest that is allowed
LANGUAGES = ("zh-CN", "en")
LONGEST = {
    "place": "很长很长很长很长很长的小区名",
    "by": "一个名字特别特别特别特别长的人",
    "number": "MX-7F3K-92QD",
    "case": "MX-7F3K-92QD",
    "minutes": 123_456,
    "count": 12_345,
    "code": "123456",
    "when": "25 Dec 14:00",
    "voted": 12_345_678,
    "units": 12_345_678,
    "link": f"{BASE}/a/{links.token(KEY, ids.new_id('ZZ', NOON, 2047), Purpose.ANSWER, 'li', 1)}",
}


def every() -> list[tuple[str, str]]:
    return [(template, language) for template in texts.TEMPLATES for language in LANGUAGES]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("template", "language"), every())
def test_an_sms_is_one_segment_whatever_the_names(template: str, language: str) -> None:
    assert len(LONGEST["link"]) == texts.LINK_LIMIT  # type: ignore[arg-type] # the link is a str
    for category in [category.id for category in CATEGORIES] + ["no-such"]:
        for odd in ("", "🔔" * 20):
            params = LONGEST | {"category": category} | ({"place": odd, "by": odd} if odd else {})
            rendered = texts.render(template, language, params, Channel.SMS)
            assert texts.units(rendered.text) <= texts.SEGMENT, rendered.text
            assert rendered.subject == ""
            rendered.text.encode("utf-16-le")


@pytest.mark.parametrize(("template", "language"), every())
def test_every_template_has_an_sms_and_a_mail_that_names_what_it_is(template: str, language: str) -> None:
    words = texts.TEMPLATES[template][language]
    mail = texts.render(template, language, LONGEST | {"category": "gas"}, Channel.MAIL)
    assert mail.subject
    assert mail.text.startswith(words.body.partition("{")[0])
    assert ("协商铃" if language == "zh-CN" else "Bell") in mail.text
    if language == "zh-CN":
        assert words.sms.startswith("协商铃")
    # What a reader can do is the same in both forms and both languages.
    other = texts.TEMPLATES[template]["en"]
    assert ("link" in fields(words.sms)) == ("link" in fields(words.body)) == ("link" in fields(other.sms))


@pytest.mark.parametrize(("template", "language"), every())
def test_the_link_ends_the_sms_so_that_every_phone_recognises_it(template: str, language: str) -> None:
    sms = texts.TEMPLATES[template][language].sms
    assert "{link}" not in sms or sms.endswith(" {link}")


@pytest.mark.parametrize(
    "text",
    [text for pair in texts.TEMPLATES.values() for w in pair.values() for text in (w.sms, w.subject, w.body)],
)
def test_no_text_asks_for_personal_data(text: str) -> None:
    known = {"place", "by", "number", "case", "minutes", "count", "category", "link", "code", "when"}
    known |= {"voted", "units"}
    assert fields(text) <= known
    assert not known & HIDDEN


def test_every_template_exists_in_both_languages() -> None:
    assert {frozenset(pair) for pair in texts.TEMPLATES.values()} == {frozenset(LANGUAGES)}


def all_notices() -> list[Notice]:
    """The notices of one bell of each kind of life."""
    found: list[Notice] = []
    sent: list[Dispatch] = []
    bell, gone, held = Record(), Record(chance=2), Record(Urgency.EMERGENCY, chance=3)
    for record in (bell, gone, held):
        found += record.notices(record.events[0])
        alerts = [
            record.alerted(LI, WANG),
            record.alerted(WANG, repeat=1),
            record.alerted(ANN, level=1, after=300),
        ]
        alerts.append(record.exhausted(BOSS))
        found += [notice for alert in alerts for notice in record.notices(alert)]
        sent = [dispatch(alerts[0], LI), dispatch(alerts[0], WANG)]
        if record is gone:
            found += record.notices(record.transferred(LI, WANG), *sent)
            again = record.alerted(LI)
            found += record.notices(record.add("withdrawn", {}), dispatch(again, LI))
            continue
        found += record.notices(record.answered(LI), *sent)
        found += record.notices(record.overdue(LI))
        end = {"by": person(LI), "reason_code": "not_in_scope", "reason": "x", "go_to": "y", "case": bell.id}
        found += record.notices(record.add("accepted" if record is bell else "declined", end))
    return [*found, *bell.notices(bell.add("accepted", end | {"joined": True}))]


def case_notices() -> list[Notice]:
    """The notices of cases of each kind of life."""
    told = Told()
    told.life.pass_time(minutes=5)
    told.life.does(do.Join("MX00000011"), LI_OF_CASES)
    told.life.does(do.Assign("wang", "community"), LI_OF_CASES)
    told.life.does(do.Ask(text("q"), 3))
    told.life.does(do.Reply(text("a")), chain.RESIDENT)
    told.life.does(do.OfferOptions((Option("a", text("a")), Option("b", text("b")))))
    told.life.does(do.Choose(1, "a"), chain.RESIDENT)
    told.life.does(do.Hold("weather", "the sun", told.life.now + timedelta(hours=1)))
    told.life.pass_time(days=4)
    told.life.does(do.Extend("target", told.life.now + timedelta(days=60), "weather", text("x")))
    told.life.does(do.DecideExtension(False), LI_OF_CASES)
    told.life.does(do.Extend("target", told.life.now + timedelta(days=60), "weather", text("x")))
    told.life.does(do.DecideExtension(True), LI_OF_CASES)
    told.life.does(do.Press(text("?")), LI_OF_CASES)
    told.life.does(do.Report(text("!")))
    told.life.does(do.Assign("zhao", "specialist"), LI_OF_CASES)
    told.party("laoniang", "mediator")
    told.drafted(CREW, form="mediation")
    told.life.does(do.Message(text("hello"), FIRM))
    told.life.does(do.Comment(1, text("hm")), party(CREW))
    told.life.does(do.Schedule(told.life.now + timedelta(days=2), (FIRM, "resident"), text("agenda")))
    told.life.does(do.Respond(1, FIRM, "no"), party(FIRM))
    told.life.pass_time(days=1, hours=1)
    told.life.does(do.CancelMeeting(1))
    told.life.does(do.Schedule(told.life.now + timedelta(hours=2), (FIRM,), text("agenda")))
    told.life.pass_time(hours=3)
    told.life.does(do.RecordMeeting(2, (FIRM,), text("minutes")))
    told.life.does(do.Consult("poll", told.life.now + timedelta(days=5), "POLL-1"))
    told.life.does(do.Conclude(False, text("31 %")))
    told.life.does(do.Consult("parties", told.life.now + timedelta(days=5)))
    for signatory in (CREW, "mediator", "committee"):
        told.life.does(do.Sign(signatory, "paper", text("photo")))
    told.life.does(do.Promise(do.Duty(CREW, text("more"), told.life.now + timedelta(days=3))))
    told.life.does(do.CarryOut())
    told.life.pass_time(days=25)
    for number in (1, 2):
        told.life.does(do.Perform(number, text("photo")), party(CREW))
    told.life.does(do.SendBack(1, text("why"), told.life.now + timedelta(days=2)))
    told.life.does(do.Perform(1, text("photo")), party(CREW))
    for number in (1, 2):
        told.life.resident(do.AcceptWork(number))
    told.life.does(do.Finish(text("done")))
    told.life.resident(do.Rate(True, False, False))
    told.life.resident(do.Reopen(text("it drips")))
    told.life.does(do.Fail("no_agreement", text("why")))
    off = Told().carrying_out()
    off.life.does(do.BreakOff("work_stopped", text("why")))
    return [notice for life in (told, off) for event in life.life.events for notice in life.notices(event)]


# Several bells or cases in one message; codes are asked for by somebody and no notice of anything.
NO_NOTICES = {"bundle", "cases", "code", "sign", "vote"}
# Tried in test_polls and test_poll_reminders.
OF_POLLS = set(POLLS)


def test_no_template_is_unused_and_none_is_missing() -> None:
    told = {notice.template for notice in (*all_notices(), *case_notices())}
    assert told | NO_NOTICES | OF_POLLS == set(texts.TEMPLATES)


def test_every_notice_brings_exactly_what_its_template_needs() -> None:
    for notice in (*all_notices(), *case_notices()):
        needed: set[str] = set()
        for words in texts.TEMPLATES[notice.template].values():
            needed |= fields(words.sms) | fields(words.subject) | fields(words.body)
        assert needed == set(notice.shown), notice.template
        assert set(notice.params) <= needed | HIDDEN, notice.template


def test_an_unknown_language_is_answered_in_chinese() -> None:
    params = {"place": "沁雅", "link": "x"}
    assert texts.render("alert", "fr", params, Channel.SMS) == texts.render(
        "alert", "zh-CN", params, Channel.SMS
    )
    assert "ringing" in texts.render("alert", "en-GB", params, Channel.SMS).text


def test_a_name_cannot_turn_or_break_the_sentence() -> None:
    params = {"number": "MX-7F3K-92QD", "by": "李\u202e敏\n\u0000"}
    text = texts.render("taken", "zh-CN", params, Channel.SMS).text
    assert "由李敏接铃" in text
    assert re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x1f]", text) is None


def test_a_template_nobody_wrote_is_an_error_and_not_an_empty_message() -> None:
    with pytest.raises(KeyError):
        texts.render("no-such", "en", {}, Channel.SMS)
    with pytest.raises(KeyError):
        texts.render("alert", "en", {"place": "x"}, Channel.SMS)


def test_only_templates_that_ask_to_answer_are_alerts() -> None:
    assert set(texts.TEMPLATES) >= rules.RINGING
