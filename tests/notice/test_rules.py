"""Who hears what when something happens to a bell."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bell.rules import fold
from chalicelib.core import ids, links
from chalicelib.core.links import Purpose
from chalicelib.notice import rules
from chalicelib.notice.types import Dispatch, Fate, Notice
from chalicelib.place.ladder import Urgency
from tests.notice.samples import ANN, BOSS, DIRECTORY, KEY, LI, WANG, Record, dispatch, person


def told(notices: tuple[Notice, ...]) -> list[tuple[str, str]]:
    return [(notice.recipient.id, notice.template) for notice in notices]


def test_a_ring_is_confirmed_to_the_resident_with_the_tracking_link() -> None:
    bell = Record()
    (notice,) = bell.notices(bell.events[0])
    token = links.token(KEY, bell.id, Purpose.TRACK)
    assert (notice.recipient.id, notice.template) == ("resident", "rung")
    assert notice.params == {"number": ids.number(bell.id), "link": f"https://bell.example/t/{token}"}


def test_the_first_level_is_alerted_each_with_a_link_of_their_own() -> None:
    bell = Record()
    first, second = bell.notices(bell.alerted(LI, WANG))
    assert told((first, second)) == [("li", "alert"), ("wang", "alert")]
    assert first.alert
    assert not first.pressing
    assert first.params["place"] == "沁雅"
    token = links.token(KEY, bell.id, Purpose.ANSWER, "li", 1)
    assert first.params["link"] == f"https://bell.example/a/{token}"
    assert second.params["link"] != first.params["link"]


def test_the_next_level_hears_how_long_the_resident_has_waited() -> None:
    bell = Record()
    (notice,) = bell.notices(bell.alerted(WANG, level=1, after=300))
    assert (notice.template, notice.params["minutes"]) == ("escalated", 5)


def test_a_level_reached_at_once_is_not_told_of_a_wait() -> None:
    bell = Record()
    bell.add("level_skipped", {"level": 0, "roles": ["specialist"], "reason": "nobody_on_duty"})
    assert told(bell.notices(bell.alerted(WANG, level=1))) == [("wang", "alert")]


def test_a_repetition_says_so_at_every_level() -> None:
    bell = Record()
    assert told(bell.notices(bell.alerted(WANG, level=1, repeat=1, after=600))) == [("wang", "alert_again")]


def test_an_emergency_is_pressing_at_every_step() -> None:
    bell = Record(Urgency.EMERGENCY)
    (alert,) = bell.notices(bell.alerted(LI))
    assert (alert.template, alert.params["category"], alert.pressing) == ("emergency", "gas", True)
    (again,) = bell.notices(bell.exhausted(BOSS, after=120))
    assert (again.template, again.pressing, again.params["category"]) == ("emergency", True, "gas")


def test_the_place_is_named_in_the_readers_language() -> None:
    bell = Record()
    (notice,) = bell.notices(bell.alerted(ANN))
    assert notice.params["place"] == "Qinya"


def test_the_resident_hears_who_answered_and_the_others_that_it_is_taken() -> None:
    bell = Record()
    first, second = bell.alerted(LI), bell.alerted(WANG, level=1, after=300)
    notices = bell.notices(
        bell.answered(LI, after=320), dispatch(first, LI), dispatch(second, WANG, "escalated")
    )
    assert told(notices) == [("resident", "answered"), ("wang", "taken")]
    assert notices[0].params["by"] == "李敏"
    assert notices[1].params == {"number": ids.number(bell.id), "by": "李敏"}
    assert not notices[1].urgent


def test_others_hear_at_once_that_an_emergency_is_taken() -> None:
    bell = Record(Urgency.EMERGENCY)
    alert = bell.alerted(LI, WANG)
    sent = [dispatch(alert, LI, "emergency"), dispatch(alert, WANG, "emergency", Fate.UNKNOWN)]
    taken = bell.notices(bell.answered(LI), *sent)[1]
    assert (taken.recipient.id, taken.template, taken.urgent) == ("wang", "taken", True)


def test_whoever_was_never_reached_is_not_told_the_end_of_the_story() -> None:
    bell = Record()
    alert = bell.alerted(LI, WANG, ANN)
    never = [dispatch(alert, WANG, fate=Fate.FAILED), dispatch(alert, ANN, fate=Fate.HELD)]
    assert told(bell.notices(bell.answered(LI), dispatch(alert, LI), *never)) == [("resident", "answered")]


def test_alerts_of_an_earlier_ringing_do_not_count() -> None:
    bell = Record()
    early = bell.alerted(LI, WANG)
    bell.answered(LI)
    bell.add("declined", {"by": person(LI), "reason_code": "not_in_scope", "reason": "x", "go_to": "y"}, 120)
    bell.add("appealed", {"level": 1}, 600)
    late = bell.alerted(WANG, ANN, level=1, after=600)
    sent = [dispatch(early, WANG), dispatch(early, LI), dispatch(late, WANG), dispatch(late, ANN)]
    assert told(bell.notices(bell.answered(ANN, 700), *sent)) == [("resident", "answered"), ("wang", "taken")]


def test_a_withdrawn_bell_is_called_off_for_those_who_still_care() -> None:
    bell = Record()
    alert = bell.alerted(LI, WANG)
    sent: list[Dispatch] = [dispatch(alert, LI), dispatch(alert, WANG)]
    answered = bell.answered(LI)
    sent.append(dispatch(answered, WANG, "taken"))
    assert told(bell.notices(bell.add("withdrawn", {}, 90), *sent)) == [("li", "withdrawn")]


def test_accepting_and_declining_are_told_to_the_resident_alone() -> None:
    bell = Record()
    bell.alerted(LI)
    bell.answered(LI)
    (accepted,) = bell.notices(bell.add("accepted", {"by": person(LI), "case": bell.id}, 90))
    assert (accepted.template, accepted.params["case"]) == ("accepted", ids.number(bell.id))
    other = Record(chance=2)
    other.alerted(LI)
    other.answered(LI)
    decline = {"by": person(LI), "reason_code": "not_in_scope", "reason": "x", "go_to": "y"}
    assert told(other.notices(other.add("declined", decline, 90))) == [("resident", "declined")]


def test_an_overdue_decision_reminds_and_waits_for_the_morning_only_when_ordinary() -> None:
    for urgency, urgent in ((Urgency.ORDINARY, False), (Urgency.URGENT, True)):
        bell = Record(urgency)
        bell.alerted(LI)
        bell.answered(LI)
        (notice,) = bell.notices(bell.overdue(LI))
        assert (notice.template, notice.urgent, notice.alert) == ("decide", urgent, True)


def test_what_concerns_nobody_tells_nobody() -> None:
    bell = Record()
    bell.alerted(LI)
    quiet = [
        bell.add("rearmed", {"reason": "lost"}),
        bell.add("notified", {"of": 2, "notices": []}),
        bell.add("level_skipped", {"level": 1, "roles": [], "reason": "nobody_on_duty"}),
    ]
    assert [bell.notices(event) for event in quiet] == [(), (), ()]


def test_an_erased_resident_gets_nothing() -> None:
    bell = Record()
    scene = replace(bell.scene(bell.events[0]), resident=None)
    assert rules.notices_of(bell.events[0], scene) == ()


def test_whoever_has_left_is_named_but_has_no_address() -> None:
    bell = Record()
    without = replace(DIRECTORY, staff=(WANG,))
    (notice,) = bell.notices(bell.alerted(LI), directory=without)
    assert (notice.recipient.name, notice.recipient.addresses) == ("李敏", ())


def test_an_alert_is_moot_once_its_ringing_is_over() -> None:
    bell = Record()
    (alert,) = bell.notices(bell.alerted(LI))
    ringing = fold(bell.events)
    assert not rules.moot(alert, ringing)
    bell.answered(LI)
    assert rules.moot(alert, fold(bell.events))
    assert rules.moot(alert, replace(ringing, epoch=2))
    assert rules.moot(alert, None)


def test_a_reminder_to_decide_is_moot_once_it_is_decided() -> None:
    bell = Record()
    bell.alerted(LI)
    bell.answered(LI)
    (reminder,) = bell.notices(bell.overdue(LI))
    assert not rules.moot(reminder, fold(bell.events))
    bell.add("accepted", {"by": person(LI), "case": bell.id}, 100_000)
    assert rules.moot(reminder, fold(bell.events))


def test_what_is_no_alert_is_never_moot() -> None:
    bell = Record()
    assert not rules.moot(bell.notices(bell.events[0])[0], None)


def test_the_record_says_each_fate_once_and_never_who_the_resident_is() -> None:
    bell = Record()
    alert = bell.alerted(LI)
    resident = Dispatch(alert.seq, "rung", "resident", "", "resident", "sms", Fate.SENT, bell.at)
    data = rules.told_of(alert.seq, [dispatch(alert, LI), resident], bell.events)
    assert data == {
        "of": 2,
        "notices": [
            {
                "to": "li",
                "name": "李敏",
                "role": "specialist",
                "channel": "sms",
                "template": "alert",
                "fate": "sent",
            },
            {"to": "resident", "role": "resident", "channel": "sms", "template": "rung", "fate": "sent"},
        ],
    }
    bell.add("notified", data)
    assert rules.told_of(alert.seq, [dispatch(alert, LI), resident], bell.events) is None
    failed = dispatch(alert, LI, fate=Fate.FAILED)
    more = rules.told_of(alert.seq, [dispatch(alert, LI), failed], bell.events)
    assert more is not None
    assert [entry["fate"] for entry in more["notices"]] == ["failed"]


def test_a_transfer_is_told_to_the_resident_and_to_those_whom_an_alert_of_that_ringing_reached() -> None:
    bell = Record()
    first, second = bell.alerted(LI), bell.alerted(WANG, level=1, after=300)
    moved = bell.transferred(ANN, LI, WANG, BOSS)
    sent = (dispatch(first, LI), dispatch(second, WANG, "escalated", Fate.MOOT))
    assert told(bell.notices(moved, *sent)) == [("resident", "transferred"), ("li", "transferred_away")]
    assert bell.notices(moved, *sent)[1].params == {"number": ids.number(bell.id), "by": "Ann"}


def test_who_answers_after_a_transfer_concerns_only_those_asked_since() -> None:
    bell = Record()
    first = bell.alerted(LI)
    bell.transferred(WANG, LI)
    second = bell.alerted(BOSS, after=100)
    answered = bell.answered(ANN, after=200)
    sent = (dispatch(first, LI), dispatch(second, BOSS))
    assert told(bell.notices(answered, *sent)) == [("resident", "answered"), ("boss", "taken")]


def test_a_bell_that_joins_a_case_is_told_so() -> None:
    bell = Record()
    bell.answered(LI)
    joined = bell.add("accepted", {"by": person(LI), "case": bell.id, "joined": True})
    (notice,) = bell.notices(joined)
    assert (notice.recipient.id, notice.template) == ("resident", "joined")
