"""A bell that is handed on: by whom, where to, how often, and what is left of its first ringing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bell import service
from chalicelib.bell.changes import answer_token
from chalicelib.bell.rules import (
    MOST_TRANSFERS,
    TRANSFER_REASONS,
    Accept,
    Answer,
    Decline,
    Person,
    Status,
    Withdraw,
    fold,
    possible,
)
from chalicelib.core.chain import verify
from chalicelib.core.errors import Conflict, DomainError, Invalid
from chalicelib.escalation import rules as escalation
from chalicelib.place.ladder import Desk
from chalicelib.store import codec
from tests.bell.lives import HE, LI, WANG, ZHAO, Life
from tests.contract.client import Web, visiting
from tests.fakes.world import World, token_of
from tests.session.people import PHONES, sign_in, two_communities

CASE = "MX00000000"


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


def of(rung: dict[str, str], verb: str = "") -> str:
    return f"/v1/bells/{rung['id']}" + (f"/{verb}" if verb else "")


# -- the rules


def test_it_rings_anew_by_the_ladder_of_the_desk_it_goes_to(life: Life) -> None:
    life.later(minutes=2).moves(ZHAO, desk="lawyer")
    bell = life.bell
    assert (bell.status, bell.desk, bell.epoch, bell.transfers) == (Status.RINGING, Desk.LAWYER, 2, 1)
    assert bell.ladder == life.directory.ladder(bell.urgency, Desk.LAWYER)
    assert [person.id for person in bell.alerted] == ["lin"]
    assert bell.due_at is not None
    assert bell.due_at > life.now
    assert [event.kind for event in life.events[-2:]] == ["transferred", "alerted"]


def test_the_record_says_who_handed_it_on_from_where_to_where_and_why(life: Life) -> None:
    life.moves(WANG, place="wenyi", reason="wrong_place")
    moved = next(event for event in life.events if event.kind == "transferred")
    assert (moved.actor["id"], moved.actor["name"], moved.actor["role"]) == ("wang", "王丽芬", "community")
    assert moved.data["by"]["id"] == "wang"
    assert moved.data["from"] == {"neighbourhood": "yiqing", "community": "mishi", "desk": "community"}
    assert moved.data["to"] == {"neighbourhood": "wenyi", "community": "mishi", "desk": "community"}
    assert moved.data["reason_code"] == "wrong_place"
    assert verify(life.events, life.bell.tip).intact


def test_whoever_was_asked_and_is_not_asked_there_is_relieved(life: Life) -> None:
    life.later(minutes=5).falls_due()
    (moved, *_) = life.moves(HE, place="wenyi", reason="wrong_place")
    # Wenyi has no specialist, so Wang is asked there at once; Zhao need not come.
    assert [person["id"] for person in moved.data["relieved"]] == ["zhao"]
    assert [person.id for person in life.bell.alerted] == ["wang"]


def test_after_an_answer_nobody_is_relieved_and_the_new_ones_have_their_whole_time(life: Life) -> None:
    life.later(minutes=1).does(Answer(ZHAO))
    (moved, *_) = life.later(minutes=30).moves(ZHAO, desk="police")
    assert moved.data["relieved"] == []
    assert (life.bell.answered_by, life.bell.answered_at, life.bell.reminders) == (None, None, 0)
    assert life.bell.ringing_since == life.now


def test_a_resident_whom_nobody_answered_has_waited_since_the_ring(life: Life) -> None:
    begun = life.now
    life.later(minutes=4).moves(ZHAO, desk="lawyer")
    assert life.bell.ringing_since == begun
    (answered,) = life.later(minutes=2).does(Answer(LI))
    assert answered.data["after_seconds"] == 360


def test_an_answered_bell_is_handed_on_by_its_answerer_only(life: Life) -> None:
    life.does(Answer(ZHAO))
    with pytest.raises(Conflict) as refused:
        life.moves(WANG, desk="lawyer")
    assert (refused.value.code, refused.value.params["by"]) == ("already_answered", "赵虹")


@pytest.mark.parametrize("reason", ["", "because", "not_in_scope"])
def test_a_reason_is_one_of_the_codes(life: Life, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        life.moves(ZHAO, reason=reason)
    wrong = {error.field: error.code for error in refused.value.errors}
    assert wrong == {"reason": "unknown", "neighbourhood": "same_place"}


@pytest.mark.parametrize(
    "end",
    [
        [Withdraw()],
        [Answer(ZHAO), Accept(ZHAO, CASE)],
        [Answer(ZHAO), Decline(ZHAO, "not_in_scope", "归城管", "12345")],
    ],
)
def test_what_is_decided_stays_where_it_is(
    life: Life, end: list[Answer | Accept | Decline | Withdraw]
) -> None:
    for command in end:
        life.does(command)
    with pytest.raises(Conflict) as refused:
        life.moves(ZHAO, desk="lawyer")
    assert refused.value.code == "not_possible_now"


def test_it_is_handed_on_five_times_and_then_somebody_keeps_it(life: Life) -> None:
    for number in range(MOST_TRANSFERS):
        life.moves(ZHAO, desk="lawyer" if number % 2 == 0 else "community")
    with pytest.raises(Conflict) as refused:
        life.moves(ZHAO, desk="community")
    assert refused.value.code == "too_many_transfers"
    assert refused.value.params["possible"] == ["answer", "withdraw"]
    life.does(Answer(ZHAO))
    assert possible(life.bell) == ("withdraw", "accept", "decline")


def test_a_transfer_does_not_cost_the_resident_the_appeal(life: Life) -> None:
    life.moves(ZHAO, desk="lawyer")
    life.does(Answer(HE))
    life.does(Decline(HE, "not_in_scope", "归城管", "12345"))
    life.appeals()
    assert (life.bell.status, life.bell.appeals, life.bell.transfers) == (Status.RINGING, 1, 1)
    life.does(Answer(LI))
    life.does(Decline(LI, "not_in_scope", "归城管", "12345"))
    with pytest.raises(Conflict) as refused:
        life.appeals()
    assert refused.value.code == "no_appeal"


def test_a_late_word_that_an_earlier_alert_reached_nobody_skips_no_level_of_the_new_ringing(
    life: Life,
) -> None:
    first = life.events[-1]
    life.moves(ZHAO, desk="lawyer")
    assert escalation.unreached(life.bell, first, life.directory, life.now) == ()
    assert escalation.unreached(life.bell, life.events[-1], life.directory, life.now) != ()


_STEPS = st.sampled_from(["lawyer", "police", "community", "wenyi", "yiqing", "due", "answer", "decline"])


@given(st.lists(st.tuples(_STEPS, st.sampled_from([ZHAO, WANG, LI])), max_size=25))
def test_however_it_is_handed_on_the_bell_is_the_fold_of_a_whole_record(
    steps: list[tuple[str, Person]],
) -> None:
    life = Life()
    for step, by in steps:
        life.later(minutes=3)
        try:
            _step(life, step, by)
        except DomainError:
            continue
    bell = life.bell
    assert fold(life.events) == bell
    assert verify(life.events, bell.tip).intact
    assert bell.transfers <= MOST_TRANSFERS
    assert bell.epoch == 1 + bell.transfers + bell.appeals
    assert bell.open == (bell.due_at is not None)
    assert codec.decode(type(bell), codec.encode(bell)) == bell


def _step(life: Life, step: str, by: Person) -> None:
    match step:
        case "due":
            life.later(minutes=10).falls_due()
        case "answer":
            life.does(Answer(by))
        case "decline":
            life.does(Decline(by, "not_in_scope", "归城管", "12345"))
        case "wenyi" | "yiqing":
            life.moves(by, place=step, reason="wrong_place")
        case _:
            life.moves(by, desk=step)


# -- over the API


def test_a_transfer_is_two_calls_and_answers_the_bell(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.world.store.calls.clear()
    answer = web.post(of(rung, "transfer"), {"desk": "lawyer", "reason": "wrong_desk"}, token=token)
    assert web.world.store.calls == {"opening": 1, "commit": 1}
    assert (answer.status, answer.json["status"], answer.json["answered_by"]) == (200, "ringing", None)
    shown = web.get(of(rung), token=rung["tracking_token"]).json
    assert (shown["desk"], shown["level"]) == ("lawyer", 1)


@pytest.mark.parametrize("reason", TRANSFER_REASONS)
@pytest.mark.parametrize(("language", "wanted"), [("zh", "赵虹"), ("en", "Yiqing")])
def test_the_resident_reads_who_handed_it_on_where_and_why(
    web: Web, reason: str, language: str, wanted: str
) -> None:
    rung = web.ring().json
    web.post(of(rung, "transfer"), {"desk": "police", "reason": reason}, token=web.alert("zhao"))
    shown = web.get(of(rung), token=rung["tracking_token"], language=language).json["timeline"]
    (told,) = [entry["text"] for entry in shown if entry["kind"] == "transferred"]
    assert wanted in told
    assert "赵虹" in told
    assert reason not in told
    assert ("小区专员" if language == "zh" else "Neighbourhood specialist") in told


def test_every_wrong_field_is_named_at_once(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    with web.nothing_written():
        answer = web.post(
            of(rung, "transfer"), {"neighbourhood": "nowhere", "desk": "mayor", "reason": "x"}, token=token
        )
    assert answer.status == 400
    assert answer.fields == {"neighbourhood": "unknown", "desk": "unknown", "reason": "unknown"}
    assert web.post(of(rung, "transfer"), {"desk": 5}, token=token).fields == {
        "reason": "required",
        "desk": "wrong_type",
    }
    same = {"neighbourhood": "yiqing", "desk": "community", "reason": "wrong_place"}
    assert web.post(of(rung, "transfer"), same, token=token).fields == {"neighbourhood": "same_place"}


def test_links_of_before_open_nothing_any_more(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    moved = {"neighbourhood": "zuojia", "reason": "wrong_place"}
    assert web.post(of(rung, "transfer"), moved, token=token).status == 200
    for answer in (
        web.get(of(rung), token=token),
        web.post(of(rung, "answer"), token=token),
        web.post(of(rung, "transfer"), moved, token=token),
    ):
        assert (answer.status, answer.code) == (410, "link_superseded")
    assert web.post(of(rung, "answer"), token=web.alert("sun")).status == 200


def test_who_hands_a_bell_out_of_their_sight_sees_it_no_more(web: Web) -> None:
    rung = web.ring().json
    wang, stranger = sign_in(web, PHONES["community"]), sign_in(web, PHONES["neighbouring community"])
    moved = {"neighbourhood": "zuojia", "reason": "other_competence"}
    assert web.post(of(rung, "transfer"), moved, token=stranger).code == "not_your_place"
    assert web.post(of(rung, "transfer"), moved, token=wang).status == 200
    assert web.get(of(rung), token=wang).code == "not_your_place"
    assert web.get(of(rung), token=stranger).status == 200


def test_residents_hand_nothing_on(web: Web) -> None:
    rung = web.ring().json
    body = {"desk": "lawyer", "reason": "wrong_desk"}
    assert web.post(of(rung, "transfer"), body, token=rung["tracking_token"]).status == 403
    assert web.post(of(rung, "transfer"), body).status == 401


def test_a_bell_that_went_elsewhere_is_no_longer_behind_the_bundled_message() -> None:
    world = World(two_communities())
    rungs = [world.ring(text=f"第{count}件事", phone=f"139{count:08d}") for count in range(4)]
    world.pass_time(minutes=3)
    token = token_of(world.expect("bundle", to="zhao"))
    assert len(service.waiting(world.ports, token).bells) == 3
    moved = rungs[1].bell
    by = answer_token(world.ports.policy.key, moved, "zhao")
    service.transfer(world.ports, by, "wrong_place", neighbourhood="zuojia")
    left = service.waiting(world.ports, token).bells
    assert [bell.id for bell in left] == [rungs[2].bell.id, rungs[3].bell.id]
