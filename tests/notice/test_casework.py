"""Who hears what when something happens to a case, and when a notice has lost its point."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.case import commands as do
from chalicelib.case.stages import Stage
from chalicelib.case.state import Case, Option
from chalicelib.core import links
from chalicelib.core.chain import RESIDENT, Actor
from chalicelib.core.links import Purpose
from chalicelib.notice import casework, casework_moot
from chalicelib.notice.types import Notice
from chalicelib.place.ladder import Urgency
from tests.case.lives import LI, WANG, Life, text
from tests.notice.caselife import CREW, FIRM, KEY, Told, party

NOBODY: list[tuple[str, str]] = []
BELL, SECOND = "MX00000000", "MX00000011"


def notice(told: Told, kind: str, to: str) -> Notice:
    """What that person was told of the latest event of that kind."""
    return next(n for n in told.notices(told.last(kind)) if n.recipient.id == to)


# -- whose case it is


def test_opening_tells_nobody_because_the_bell_has_told_it() -> None:
    assert Told().since(0) == NOBODY


def test_a_new_owner_hears_it_once_and_the_old_one_never() -> None:
    told = Told()
    assert told.of(do.Assign("wang", "community"), LI) == [("wang", "assigned")]
    assigned = notice(told, "assigned", "wang")
    assert assigned.params["link"] == "https://bell.example/c/MX7F3K92QD"
    assert told.of(do.Assign("wang", "community"), LI) == NOBODY


def test_whoever_takes_a_case_themselves_needs_no_message() -> None:
    assert Told().of(do.Assign("wang", "community"), WANG) == NOBODY


def test_what_was_the_former_owners_is_no_longer_said_to_them() -> None:
    told = Told()
    told.of(do.Ask(text("q"), 3))
    told.of(do.Reply(text("a")), RESIDENT)
    replied = notice(told, "replied", "zhao")
    assert not casework_moot.moot(replied, told.life.case)
    told.of(do.Assign("wang", "community"), LI)
    assigned = notice(told, "assigned", "wang")
    assert casework_moot.moot(replied, told.life.case)
    told.of(do.Assign("li", "subdistrict"), LI)
    assert casework_moot.moot(assigned, told.life.case)


def test_when_the_owner_has_left_whoever_is_on_duty_in_their_place_hears() -> None:
    told = Told()
    told.leaves("zhao")
    # There is no other specialist, so it is the level above.
    assert told.of(do.Message(text("hello"), "staff"), RESIDENT) == [("wang", "message")]


# -- words


def test_a_word_to_the_resident_reaches_everybody_who_rang_by_their_own_link() -> None:
    told = Told()
    told.life.does(do.Join(SECOND))
    assert told.of(do.Message(text("hello"), "resident")) == [
        ("resident", "message"),
        (f"resident:{SECOND}", "message"),
    ]
    first, second = told.notices(told.last("messaged"))
    for notice_, bell in ((first, BELL), (second, SECOND)):
        assert notice_.params["link"] == f"https://bell.example/t/{links.token(KEY, bell, Purpose.TRACK)}"
        assert notice_.recipient.name == ""


def test_whoever_rang_twice_hears_it_once_and_who_is_erased_hears_nothing() -> None:
    told = Told()
    told.life.does(do.Join(SECOND))
    told.phones = {BELL: "+8613800000001", SECOND: "+8613800000001"}
    assert told.of(do.Message(text("hello"), "resident")) == [("resident", "message")]
    told.phones = {BELL: ""}
    assert told.of(do.Message(text("hello"), "resident")) == [(f"resident:{SECOND}", "message")]


def test_an_internal_note_reaches_nobody() -> None:
    assert Told().of(do.Message(text("note"), "staff")) == NOBODY


def test_a_word_to_a_party_reaches_that_party_alone() -> None:
    told = Told().negotiating()
    assert told.of(do.Message(text("hello"), FIRM)) == [("party:yunhe", "message")]
    token = links.token(KEY, told.life.case.id, Purpose.PARTY, FIRM)
    assert notice(told, "messaged", "party:yunhe").params["link"] == f"https://bell.example/p/{token}"


def test_what_a_resident_or_a_party_writes_reaches_the_owner_and_not_themselves() -> None:
    told = Told().negotiating()
    assert told.of(do.Message(text("hello"), "staff"), RESIDENT) == [("zhao", "message")]
    assert told.of(do.Message(text("hello"), "resident"), party(FIRM)) == [
        ("resident", "message"),
        ("zhao", "message"),
    ]
    assert told.of(do.Message(text("hello"), FIRM), party(FIRM)) == [("zhao", "message")]


def test_a_co_signer_who_writes_is_not_told_of_it() -> None:
    told = Told()
    told.life.does(do.Join(SECOND))
    by = Actor("resident", SECOND)
    assert told.of(do.Message(text("hello"), "resident"), by) == [
        ("resident", "message"),
        ("zhao", "message"),
    ]


def test_a_question_waits_for_the_resident_and_the_answer_goes_to_the_owner() -> None:
    told = Told()
    assert told.of(do.Ask(text("q"), 3)) == [("resident", "asked")]
    asked = notice(told, "asked", "resident")
    assert not casework_moot.moot(asked, told.life.case)
    assert told.of(do.Reply(text("a")), RESIDENT) == [("zhao", "replied")]
    assert casework_moot.moot(asked, told.life.case)


def test_a_pause_is_told_to_nobody_and_its_latest_end_to_the_owner() -> None:
    told = Told()
    assert told.of(do.Hold("weather", "the sun", told.life.now + timedelta(hours=2))) == NOBODY
    assert told.of(do.Resume()) == NOBODY
    told.of(do.Hold("weather", "the sun", told.life.now + timedelta(hours=2)))
    assert told.by_itself(hours=3) == [("zhao", "resumed")]


def test_options_are_put_to_the_resident_and_the_choice_goes_to_the_owner() -> None:
    told = Told()
    options = tuple(Option(name, text(name), 100) for name in "ab")
    assert told.of(do.OfferOptions(options)) == [("resident", "offered")]
    offered = notice(told, "offered", "resident")
    assert not casework_moot.moot(offered, told.life.case)
    assert told.of(do.Choose(1, "a"), RESIDENT) == [("zhao", "chosen")]
    assert casework_moot.moot(offered, told.life.case)


# -- parties and meetings


def test_an_invited_party_gets_its_link_and_a_removed_one_nothing_more() -> None:
    told = Told()
    assert told.party(FIRM) == [("party:yunhe", "invited")]
    invited = notice(told, "invited", "party:yunhe")
    assert not casework_moot.moot(invited, told.life.case)
    assert told.of(do.Remove(FIRM)) == NOBODY
    assert casework_moot.moot(invited, told.life.case)
    assert told.of(do.Message(text("hello"), FIRM)) == NOBODY


def test_a_meeting_is_told_to_all_invited_on_every_channel_in_the_places_time() -> None:
    told = Told().negotiating()
    at = told.life.now + timedelta(days=2)
    assert told.of(do.Schedule(at, (FIRM, "resident"), text("agenda"))) == [
        ("party:yunhe", "meeting"),
        ("resident", "meeting"),
    ]
    meeting = notice(told, "scheduled", "party:yunhe")
    assert meeting.everywhere
    assert meeting.params["when"] == "11月26日10:00"
    assert meeting.params["organizer"] == "zhao@example.org"
    told.language = "en"
    assert notice(told, "scheduled", "resident").params["when"] == "26 Nov 10:00"


def test_answers_to_an_invitation_go_to_the_owner() -> None:
    told = Told().negotiating()
    told.of(do.Schedule(told.life.now + timedelta(days=2), (FIRM,), text("agenda")))
    assert told.of(do.Respond(1, FIRM, "yes"), party(FIRM)) == [("zhao", "responded")]


def test_a_meeting_that_is_off_is_called_off_for_all_who_were_to_come() -> None:
    told = Told().negotiating()
    told.of(do.Schedule(told.life.now + timedelta(days=2), (FIRM, "resident"), text("agenda")))
    invited = notice(told, "scheduled", "resident")
    assert told.of(do.CancelMeeting(1)) == [("party:yunhe", "meeting_off"), ("resident", "meeting_off")]
    assert casework_moot.moot(invited, told.life.case)


def test_nobody_goes_to_a_meeting_of_a_case_that_is_over() -> None:
    told = Told().negotiating()
    told.of(do.Schedule(told.life.now + timedelta(days=2), (FIRM, "resident"), text("agenda")))
    # The resident hears of the failure, and one event tells one person one thing.
    assert told.of(do.Fail("no_agreement", text("why"))) == [
        ("resident", "failed"),
        ("party:yunhe", "meeting_off"),
    ]


def test_the_day_before_everybody_is_reminded_of_the_meeting() -> None:
    told = Told().negotiating()
    told.of(do.Schedule(told.life.now + timedelta(days=2), (FIRM, "resident"), text("agenda")))
    assert told.by_itself(days=1) == [
        ("party:yunhe", "meeting_soon"),
        ("resident", "meeting_soon"),
        ("zhao", "meeting_soon"),
    ]
    soon = notice(told, "reminded", "zhao")
    assert not soon.everywhere
    told.of(do.CancelMeeting(1))
    assert casework_moot.moot(soon, told.life.case)


def test_the_minutes_can_be_read_by_residents_and_whoever_was_invited() -> None:
    told = Told().negotiating()
    told.life.does(do.Join(SECOND))
    told.of(do.Schedule(told.life.now + timedelta(days=2), (FIRM, "resident"), text("agenda")))
    told.life.pass_time(days=3)
    # The crew was there though nobody had invited it: it has no business with what was said.
    assert told.of(do.RecordMeeting(1, (FIRM, CREW), text("minutes"))) == [
        ("resident", "minutes"),
        (f"resident:{SECOND}", "minutes"),
        ("party:yunhe", "minutes"),
    ]
    minutes = notice(told, "held", "party:yunhe")
    assert not casework_moot.moot(minutes, told.life.case)
    told.of(do.Remove(FIRM))
    assert casework_moot.moot(minutes, told.life.case)


def test_one_phone_behind_two_bells_is_told_of_the_minutes_once() -> None:
    told = Told().negotiating()
    told.life.does(do.Join(SECOND))
    told.phones = {BELL: "+8613800000001", SECOND: "+8613800000001"}
    told.of(do.Schedule(told.life.now + timedelta(days=2), ("resident",), text("agenda")))
    told.life.pass_time(days=3)
    assert told.of(do.RecordMeeting(1, ("resident",), text("minutes"))) == [("resident", "minutes")]


# -- plan and agreement


def test_a_plan_is_put_to_residents_and_parties_and_comments_go_to_the_owner() -> None:
    told = Told().negotiating()
    assert told.of(do.Propose(text("plan"))) == [
        ("resident", "proposed"),
        ("party:yunhe", "proposed"),
        ("party:shigong", "proposed"),
    ]
    first = notice(told, "proposed", "resident")
    assert told.of(do.Comment(1, text("hm")), party(CREW)) == [("zhao", "commented")]
    assert told.of(do.Comment(1, text("hm"))) == NOBODY
    told.of(do.Propose(text("plan 2")))
    assert casework_moot.moot(first, told.life.case)


def test_signatories_are_asked_when_it_can_be_signed_and_all_hear_of_the_agreement() -> None:
    told = Told().drafted()
    before = len(told.life.events)
    assert told.since(before - 1) == NOBODY, "a draft cannot be signed yet"
    asked = told.of(do.Consult("parties", told.life.now + timedelta(days=5)))
    assert asked == [("resident", "to_sign"), ("party:shigong", "to_sign")]
    to_sign = notice(told, "consulted", "resident")
    assert told.of(do.Sign("resident", "code", text("proof")), RESIDENT) == NOBODY
    assert casework_moot.moot(to_sign, told.life.case)
    assert told.of(do.Sign(CREW, "code", text("proof")), party(CREW)) == [
        ("resident", "agreed"),
        ("party:yunhe", "agreed"),
    ]


def test_one_signature_of_the_residents_is_asked_of_whose_bell_it_was_and_offices_sign_at_their_desk() -> (
    None
):
    told = Told()
    told.life.does(do.Join(SECOND))
    told.party("laoniang", "mediator")
    told.drafted("resident", SECOND, "community", form="mediation")
    asked = told.of(do.Consult("parties", told.life.now + timedelta(days=5)))
    assert asked == [
        ("resident", "to_sign"),
        (f"resident:{SECOND}", "to_sign"),
        ("wang", "to_sign"),
        ("party:laoniang", "to_sign"),
    ]
    assert notice(told, "consulted", "wang").params["link"] == "https://bell.example/c/MX7F3K92QD"


def test_what_the_neighbours_carried_is_still_to_be_signed() -> None:
    told = Told().drafted(CREW)
    assert told.of(do.Consult("poll", told.life.now + timedelta(days=5), "POLL-1")) == NOBODY
    assert told.of(do.Conclude(True, text("77 %"))) == [
        ("party:shigong", "to_sign"),
        ("resident", "agreed"),
        ("party:yunhe", "agreed"),
    ]


def test_a_plan_that_is_voted_down_is_told_to_residents_and_parties_until_there_is_a_way_on() -> None:
    told = Told().drafted(CREW)
    told.of(do.Consult("poll", told.life.now + timedelta(days=5), "POLL-1"))
    assert told.of(do.Conclude(False, text("31 %"))) == [
        ("resident", "voted_down"),
        ("party:yunhe", "voted_down"),
        ("party:shigong", "voted_down"),
    ]
    down = notice(told, "rejected", "resident")
    assert not casework_moot.moot(down, told.life.case)
    told.of(do.Fail("voted_down", text("why")))
    assert casework_moot.moot(down, told.life.case)


def test_when_carrying_out_is_broken_off_residents_and_whoever_was_bound_hear_it() -> None:
    told = Told().carrying_out()
    told.life.does(do.Promise(do.Duty(FIRM, text("paint"), told.life.now + timedelta(days=3))))
    off = do.BreakOff("work_stopped", text("why"))
    # Both the crew, which signed and repairs, and the firm, which only promised to paint.
    assert told.of(off) == [
        ("resident", "broken_off"),
        ("party:shigong", "broken_off"),
        ("party:yunhe", "broken_off"),
    ]
    first = notice(told, "broken_off", "party:shigong")
    assert not casework_moot.moot(first, told.life.case)
    _agree_anew(told)
    assert casework_moot.moot(first, told.life.case)
    # Of the first agreement nobody is bound any more: the firm does not hear twice that it is off.
    assert told.of(off) == [("resident", "broken_off"), ("party:shigong", "broken_off")]


def _agree_anew(told: Told) -> None:
    duty = do.Duty(CREW, text("repair"), told.life.now + timedelta(days=10))
    told.life.does(do.Propose(text("plan")))
    told.life.does(do.Draft("minutes", (text("term"),), (duty,), ("resident", CREW)))
    told.life.does(do.Consult("parties", told.life.now + timedelta(days=5)))
    for signatory in ("resident", CREW):
        told.life.does(do.Sign(signatory, "code", text("proof")))
    told.life.does(do.CarryOut())


def test_the_parties_are_reminded_of_the_court_in_time() -> None:
    told = Told()
    told.party("laoniang", "mediator")
    told.drafted(CREW, form="mediation")
    told.of(do.Consult("parties", told.life.now + timedelta(days=5)))
    for signatory in (CREW, "mediator", "committee"):
        told.of(do.Sign(signatory, "paper", text("photo")))
    reminders = [who for who in told.by_itself(days=25) if who[1] == "court"]
    assert reminders == [("party:shigong", "court"), ("party:laoniang", "court")]


# -- carrying out


def test_whoever_is_bound_hears_of_the_promise_the_reminder_and_the_verdict() -> None:
    told = Told().carrying_out()
    assert told.of(do.Promise(do.Duty(FIRM, text("paint"), told.life.now + timedelta(days=3)))) == [
        ("party:yunhe", "promised")
    ]
    assert told.by_itself(days=2) == [("party:yunhe", "duty_due"), ("zhao", "due_soon")]
    due = notice(told, "reminded", "party:yunhe")
    assert told.of(do.Perform(2, text("photo")), party(FIRM)) == [
        ("resident", "performed"),
        ("zhao", "performed"),
    ]
    assert casework_moot.moot(due, told.life.case)
    performed = notice(told, "performed", "resident")
    again = do.SendBack(2, text("drips"), told.life.now + timedelta(days=3))
    assert told.of(again, RESIDENT) == [("party:yunhe", "work_sent_back")]
    assert casework_moot.moot(performed, told.life.case)
    told.of(do.Perform(2, text("photo")), party(FIRM))
    assert told.of(do.AcceptWork(2), RESIDENT) == [("party:yunhe", "work_accepted")]


def test_an_obligation_that_is_overdue_goes_to_the_owner_and_one_level_up() -> None:
    told = Told().carrying_out()
    news = told.late("obligation:1", days=10)
    assert news == [("zhao", "overdue"), ("wang", "overdue_below")]
    late = next(
        told.notices(e)
        for e in told.life.events
        if e.data.get("key") == "obligation:1" and e.kind == "overdue"
    )
    assert not any(casework_moot.moot(n, told.life.case) for n in late)
    told.of(do.Perform(1, text("photo")), party(CREW))
    assert all(casework_moot.moot(n, told.life.case) for n in late)


def test_when_nobody_has_the_level_above_the_next_one_hears() -> None:
    told = Told().carrying_out()
    told.leaves("wang")
    assert told.late("obligation:1", days=10) == [("zhao", "overdue"), ("li", "overdue_below")]


# -- deadlines, pressing, more time


def test_a_stage_that_runs_out_is_told_to_the_owner_then_one_level_up_and_again_each_day() -> None:
    told = Told()
    assert told.by_itself(hours=23, minutes=59) == [("zhao", "due_soon")], "when the office opens"
    assert told.by_itself(minutes=1) == [("zhao", "overdue"), ("wang", "overdue_below")]
    assert told.by_itself(days=1) == [("zhao", "overdue"), ("wang", "overdue_below")]


def test_a_reminder_is_pointless_once_the_clock_stands_still_or_the_deadline_was_moved() -> None:
    told = Told()
    told.by_itself(hours=24)
    late = notice(told, "overdue", "zhao")
    paused = Told(life=Life())
    paused.life.pass_time(hours=24)
    paused.of(do.Hold("weather", "the sun", paused.life.now + timedelta(days=2)))
    assert casework_moot.moot(late, paused.life.case)
    told.of(do.Extend("stage", told.life.now + timedelta(days=2), "weather", text("rain")))
    told.of(do.DecideExtension(True), WANG)
    assert casework_moot.moot(late, told.life.case)


def test_more_time_is_asked_of_the_level_above_and_the_answer_goes_to_who_asked() -> None:
    told = Told()
    later = told.life.now + timedelta(days=10)
    extend = do.Extend("target", later, "materials", text("why"))
    assert told.of(extend) == [("wang", "extension_asked")]
    asked = notice(told, "extension_asked", "wang")
    assert told.of(do.DecideExtension(False), WANG) == [("zhao", "extension_refused")]
    assert casework_moot.moot(asked, told.life.case)
    told.of(extend)
    assert told.of(do.DecideExtension(True), WANG) == [("zhao", "extended")]


def test_pressing_reaches_the_owner_and_the_report_whoever_pressed() -> None:
    told = Told()
    told.of(do.Press(text("?")), WANG)
    assert told.of(do.Press(text("how is it?")), LI) == [("zhao", "pressed")]
    pressed = notice(told, "pressed", "zhao")
    assert told.of(do.Report(text("well"))) == [("li", "reported")]
    assert casework_moot.moot(pressed, told.life.case)


# -- the end


def test_a_case_that_is_done_asks_the_resident_to_rate_it_and_reminds_once() -> None:
    told = Told().done()
    assert told.since(len(told.life.events) - 1) == [("resident", "rate")]
    asked = notice(told, "finished", "resident")
    assert told.by_itself(days=13) == [("resident", "rate")]
    assert not casework_moot.moot(asked, told.life.case)
    told.of(do.Rate(True, False, False, ("not_fixed",)), RESIDENT)
    assert casework_moot.moot(asked, told.life.case)


@pytest.mark.parametrize("rating", [(True, False, True), (False, True, False)])
def test_a_bad_rating_reaches_the_owner_and_one_level_up_even_when_the_case_is_closed(
    rating: tuple[bool, bool, bool],
) -> None:
    told = Told().done()
    assert told.of(do.Rate(*rating, ("not_fixed",)), RESIDENT) == [
        ("zhao", "rated_low"),
        ("wang", "rated_low"),
    ]
    low = told.notices(told.last("rated"))
    told.by_itself(days=90)
    assert told.life.case.stage is Stage.CLOSED
    assert not any(casework_moot.moot(n, told.life.case) for n in low)


def test_a_bad_rating_is_no_news_once_the_case_was_reopened_and_a_good_one_never_is() -> None:
    told = Told().done()
    told.of(do.Rate(False, False, False), RESIDENT)
    low = notice(told, "rated", "wang")
    assert not casework_moot.moot(low, told.life.case)
    told.of(do.Reopen(text("it drips")), RESIDENT)
    assert casework_moot.moot(low, told.life.case)
    assert Told().done().of(do.Rate(False, True, True), RESIDENT) == NOBODY


def test_a_case_that_failed_tells_the_resident_and_that_survives_its_closing() -> None:
    told = Told()
    assert told.of(do.Fail("party_absent", text("why"))) == [("resident", "failed")]
    failed = notice(told, "failed", "resident")
    assert told.of(do.Close()) == NOBODY
    assert not casework_moot.moot(failed, told.life.case)


def test_reopening_is_told_to_the_owner() -> None:
    told = Told().done()
    told.of(do.Rate(True, False, False), RESIDENT)
    assert told.of(do.Reopen(text("it drips")), RESIDENT) == [("zhao", "reopened")]


def test_one_more_bell_is_told_to_the_owner_unless_they_took_it_in_themselves() -> None:
    told = Told()
    told.by_itself(minutes=5)
    assert told.of(do.Join(SECOND), WANG) == [("zhao", "one_more")]
    joined = notice(told, "joined", "zhao")
    assert joined.params["link"] == "https://bell.example/c/MX7F3K92QD"
    told.of(do.Assign("wang", "community"), LI)
    assert casework_moot.moot(joined, told.life.case)
    assert Told().of(do.Join(SECOND)) == NOBODY


def test_bells_with_which_a_case_began_are_no_news() -> None:
    told = Told()
    opened = told.life.events[0]
    beside = replace(told.last("opened"), kind="joined", seq=2, data={"bells": [SECOND]}, at=opened.at)
    assert told.notices(beside) == ()


def test_closing_merging_joining_and_visits_tell_nobody() -> None:
    told = Told()
    for command in (do.Join(SECOND), do.Visit(text("n")), do.CarryOut()):
        assert told.of(command) == NOBODY
    told.of(do.Finish(text("s")))
    assert told.by_itself(days=90) == [("resident", "rate"), (f"resident:{SECOND}", "rate")], "the reminder"
    assert told.life.case.stage is Stage.CLOSED
    assert Told().of(do.MergeInto("MX7F3K92QE")) == NOBODY


def test_once_it_is_closed_content_nobody_hears_anything() -> None:
    told = Told().done()
    told.of(do.Message(text("bye"), "resident"))
    everything = [n for event in told.life.events for n in told.notices(event)]
    told.of(do.Rate(True, True, True), RESIDENT)
    assert told.life.case.stage is Stage.CLOSED
    assert {n.template for n in everything if not casework_moot.moot(n, told.life.case)} == set()
    assert all(casework_moot.moot(n, None) for n in everything)


# -- how it is sent


@pytest.mark.parametrize(
    ("urgency", "urgent", "pressing"),
    [(Urgency.ORDINARY, False, False), (Urgency.URGENT, True, False), (Urgency.EMERGENCY, True, True)],
)
def test_only_an_ordinary_case_waits_for_the_morning(urgency: Urgency, urgent: bool, pressing: bool) -> None:
    told = Told(life=Life(urgency=urgency))
    told.of(do.Press(text("?")), WANG)
    pressed = notice(told, "pressed", "zhao")
    assert (pressed.urgent, pressed.pressing) == (urgent, pressing)
    told.of(do.Message(text("hello"), "staff"), RESIDENT)
    assert not notice(told, "messaged", "zhao").pressing


def test_residents_and_parties_are_not_kept_waiting() -> None:
    told = Told()
    told.of(do.Ask(text("q"), 3))
    asked = notice(told, "asked", "resident")
    assert (asked.urgent, asked.pressing, asked.recipient.is_staff) == (True, False, False)


def test_no_notice_holds_a_word_that_somebody_wrote_or_a_name() -> None:
    told = Told().done()
    for event in told.life.events:
        for n in told.notices(event):
            assert n.recipient.is_staff or n.recipient.name == ""
            assert set(n.shown) <= {"case", "link", "when"}


def test_an_unknown_kind_tells_nobody() -> None:
    told = Told()
    event = replace(told.life.events[0], kind="rearmed")
    assert told.notices(event) == ()
    assert not casework.tells(event)


def test_every_notice_of_every_event_is_at_most_one_to_each_person() -> None:
    told = Told().done()
    for event in told.life.events:
        keys = [n.key for n in told.notices(event)]
        assert len(keys) == len(set(keys))


def test_a_case_nobody_can_find_any_more_alerts_nobody() -> None:
    case: Case | None = None
    told = Told()
    told.of(do.Assign("wang", "community"), LI)
    assert casework_moot.moot(notice(told, "assigned", "wang"), case)
