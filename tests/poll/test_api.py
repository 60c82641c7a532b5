"""Polls over the API, the whole application on fakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.times import iso, parse_iso
from chalicelib.poll import publication, receipts, recount
from chalicelib.poll.roll import Owner
from tests.contract.client import visiting
from tests.fakes.world import World
from tests.poll import samples
from tests.poll.hall import Hall
from tests.poll.house import announce, draft_poll, give_roll, open_poll
from tests.session.people import two_communities


@pytest.fixture
def hall() -> Iterator[Hall]:
    with visiting(World(two_communities())) as web:
        yield Hall(web)


def test_a_poll_is_drafted_announced_voted_on_and_counted(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    for unit in (1, 2, 3, 4):
        assert hall.vote(poll, unit).status == 201
    assert hall.vote(poll, 5, "against").status == 201
    hall.ends(poll)
    found = hall.read(poll)
    assert found["stage"] == "counted"
    topic = found["result"]["topics"][0]
    assert (topic["outcome"], topic["consent"]["heads"]) == ("passed", [4, 6, 4])
    assert "意向征询" in found["disclaimer"] or "consultation" in found["disclaimer"]


def test_the_published_file_is_what_the_record_says_and_anyone_can_recount_it(
    hall: Hall, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    poll = open_poll(hall.web, hall.community)
    voted = hall.vote(poll, 1).json
    hall.vote(poll, 2, "against")
    hall.ends(poll)
    answer = hall.web.get(f"/v1/polls/{poll}/result")
    assert answer.status == 200
    file = tmp_path / "result.json"
    file.write_text(answer.text, encoding="utf-8")
    assert recount.main([str(file)]) == 0
    assert "1" in capsys.readouterr().out
    mine = receipts.receipt(poll, "1", "for", voted["nonce"])
    assert mine == voted["receipts"]["1"]
    assert mine in answer.text
    file.write_text(answer.text.replace(mine, "A" * 43), encoding="utf-8")
    record = hall.web.get(f"/v1/polls/{poll}/record").json
    assert record["intact"] is True
    counted = next(event for event in record["events"] if event["kind"] == "counted")
    assert counted["data"]["published"] == publication.sha256(answer.text)


def test_the_last_vote_counts_and_all_are_kept(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.vote(poll, 1, "for")
    hall.world.pass_time(seconds=5)
    hall.vote(poll, 1, "against")
    hall.ends(poll)
    topic = hall.read(poll)["result"]["topics"][0]
    assert {c: n for c, n, _ in topic["choices"]}["against"] == 1
    assert hall.read(poll)["result"]["superseded"] == 1


def test_a_repeat_is_the_same_ballot_and_another_vote_under_its_key_is_refused(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    first, again = hall.vote(poll, 1, key="k"), hall.vote(poll, 1, key="k")
    assert (first.status, again.status, first.json) == (201, 201, again.json)
    other = hall.vote(poll, 1, "against", key="k")
    assert (other.status, other.json["code"]) == (409, "ballot_key_reused")


def test_nobody_votes_before_the_beginning_or_after_the_end(hall: Hall) -> None:
    give_roll(hall.world, samples.roll())
    poll = draft_poll(hall.web, hall.community, notice_days=3)
    announce(hall.web, hall.community, poll)
    early = hall.vote(poll, 1)
    assert (early.status, early.json["code"]) == (409, "poll_not_open")
    hall.world.pass_time(days=3 + 7)
    late = hall.vote(poll, 1)
    assert (late.status, late.json["code"]) == (409, "poll_over")


def test_what_is_no_choice_on_the_ballot_is_refused_by_name(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    answer = hall.vote(poll, 1, "perhaps")
    assert answer.status == 400
    assert answer.json["details"][0]["field"] == "choices"
    nothing = hall.web.post("/v1/vote", {"choices": {"1": "for"}}, token=hall.ticket(poll, 1))
    assert nothing.json["details"][0]["field"] == "Idempotency-Key"


def test_a_lost_sheets_link_opens_nothing_any_more(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    answer = hall.web.post(f"/v1/polls/{poll}/reissue", {"unit": 1}, token=hall.specialist)
    assert answer.status == 201
    assert hall.vote(poll, 1).status == 410
    fresh = answer.json["ticket"]
    assert hall.web.get("/v1/vote", token=hall.ticket(poll, 1)).status == 410
    voted = hall.web.post("/v1/vote", {"choices": {"1": "for"}}, token=fresh, Idempotency_Key="x")
    assert voted.status == 201


def test_a_ballot_from_the_door_counts_from_when_it_was_given(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.world.pass_time(hours=2)
    hall.vote(poll, 1, "against")
    hall.world.pass_time(hours=1)
    # Given three hours ago in a stairwell without a network: before the vote by link.
    assert hall.enter(poll, 1, "for", age=3 * 3_600 - 60).status == 201
    hall.ends(poll)
    choices = {c: n for c, n, _ in hall.read(poll)["result"]["topics"][0]["choices"]}
    assert (choices["for"], choices["against"]) == (0, 1)


def test_a_ballot_from_before_the_end_still_comes_in_and_one_from_after_it_never(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.world.pass_time(days=7, hours=2)
    assert hall.enter(poll, 1, age=3 * 3_600).status == 201
    late = hall.enter(poll, 2, age=3_600)
    assert (late.status, late.json["code"]) == (409, "poll_over")


def test_a_sheet_needs_its_photo_and_a_proxy_a_written_authority(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    answer = hall.enter(poll, 1, via="paper", proxy="李四")
    assert {d["field"] for d in answer.json["details"]} == {"photo", "proof"}
    form = hall.web.post(
        f"/v1/polls/{poll}/files", {"kind": "image/jpeg", "bytes": 1_000}, token=hall.specialist
    ).json
    missing = hall.enter(poll, 1, via="paper", photo=form["id"])
    assert missing.json["details"][0]["code"] == "upload_missing"
    hall.world.files.arrive(poll, form["id"])
    assert hall.enter(poll, 1, via="paper", photo=form["id"]).status == 201


def test_who_has_not_voted_is_for_those_who_go_from_door_to_door(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.vote(poll, 2)
    assert hall.web.get(f"/v1/polls/{poll}/missing").status == 401
    found = hall.web.get(f"/v1/polls/{poll}/missing?building=1幢", token=hall.specialist).json
    assert [unit["room"] for unit in found["items"]] == ["101", "103"]
    turnout = hall.web.get(f"/v1/polls/{poll}/turnout").json
    assert [(b["building"], b["voted"], b["units"]) for b in turnout["buildings"]] == [
        ("1幢", 1, 3),
        ("2幢", 0, 3),
    ]


def test_before_the_end_nobody_sees_what_was_chosen(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.vote(poll, 1)
    assert hall.read(poll)["result"] == {}
    assert hall.web.get(f"/v1/polls/{poll}/result").status == 404


def test_where_the_notice_says_nothing_before_the_end_the_turnout_is_not_shown(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community, terms={"public": "nothing"})
    assert hall.web.get(f"/v1/polls/{poll}/turnout").json["code"] == "not_before_the_end"
    assert hall.web.get(f"/v1/polls/{poll}/turnout", token=hall.specialist).status == 200


COUPLE = samples.unit(1, Owner("张三", "A1", "+8613900000101"), Owner("李四", "A2", "+8613900000102"))


def test_two_people_for_one_unit_are_shown_and_an_official_rules(hall: Hall) -> None:
    units = (COUPLE, samples.unit(2))
    poll = open_poll(hall.web, hall.community, units)
    hall.vote(poll, 1, "for", voter=0)
    hall.world.pass_time(minutes=5)
    hall.vote(poll, 1, "against", voter=1)
    hall.vote(poll, 2, "for")
    listed = hall.web.get(f"/v1/polls/{poll}/conflicts", token=hall.specialist).json["items"]
    assert [len(item["ballots"]) for item in listed] == [2]
    assert [b["choices"] for b in listed[0]["ballots"]] == [{}, {}], "the notice keeps choices secret"
    hall.ends(poll)
    assert hall.read(poll)["stage"] == "disputed"
    assert hall.read(poll)["result"] == {}, "a count before the ruling is nobody's business"
    first = listed[0]["ballots"][0]["id"]
    wrong = hall.do(poll, "rule", unit=1, ballot="nonsense", reason="owners_agreed")
    assert wrong.json["details"][0]["field"] == "ballot"
    assert hall.do(poll, "rule", unit=1, ballot=first, reason="owners_agreed").status == 200
    hall.world.settle()
    found = hall.read(poll)
    assert (found["stage"], found["result"]["topics"][0]["outcome"]) == ("counted", "passed")


def test_a_poll_can_be_extended_before_its_end_and_cancelled(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    end = hall.read(poll)["closes_at"]
    later = iso(parse_iso(end).replace(hour=23))
    assert hall.do(poll, "extend", closes_at=later, reason="participation").json["closes_at"] == later
    assert (
        hall.web.post(f"/v1/polls/{poll}/cancel", {"reason": "roll_wrong"}, token=hall.specialist).status
        == 403
    )
    assert hall.do(poll, "cancel", reason="roll_wrong").json["stage"] == "cancelled"
    assert hall.vote(poll, 1).json["code"] == "poll_over"


def test_a_draft_is_known_to_its_places_staff_only(hall: Hall) -> None:
    poll = draft_poll(hall.web, hall.community)
    assert hall.web.get(f"/v1/polls/{poll}").status == 404
    assert hall.web.get(f"/v1/polls/{poll}", token=hall.specialist).status == 200
    assert hall.web.get("/v1/polls").json["items"] == []


def test_without_a_roll_nobody_can_be_asked(hall: Hall) -> None:
    poll = draft_poll(hall.web, hall.community)
    now = hall.world.clock.now()
    answer = hall.do(poll, "announce", opens_at=iso(now), closes_at=iso(now.replace(day=30)))
    assert [(d["field"], d["code"]) for d in answer.json["details"]] == [("roll", "required")]


def code_for(hall: Hall, poll: str, **door: str) -> str:
    """The code that was texted, or the empty string."""
    before = len(hall.world.sent)
    body = {"building": "1幢", "room": "101", "phone": "+8613900000001", **door}
    answer = hall.web.post(f"/v1/polls/{poll}/codes", body)
    assert answer.status == 202, answer.text
    hall.world.settle()
    texts = [sent.text for sent in hall.world.sent[before:]]
    return "".join(c for c in texts[0] if c.isdigit())[:6] if texts else ""


def test_the_registered_phone_gets_a_code_that_opens_the_ballot(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    code = code_for(hall, poll)
    assert code
    door = {"building": "1幢", "room": "101", "phone": "+8613900000001"}
    wrong = hall.web.post(
        f"/v1/polls/{poll}/tickets", {**door, "code": "000000" if code != "000000" else "1"}
    )
    assert (wrong.status, wrong.json["code"]) == (401, "code_wrong")
    answer = hall.web.post(f"/v1/polls/{poll}/tickets", {**door, "code": code})
    assert answer.status == 201, answer.text
    voted = hall.web.post(
        "/v1/vote", {"choices": {"1": "for"}}, token=answer.json["ticket"], Idempotency_Key="a"
    )
    assert (voted.status, voted.json["unit"]) == (201, 1)


def test_whether_a_phone_is_on_the_roll_is_not_told(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    sent = len(hall.world.sent)
    assert code_for(hall, poll, phone="+8613800009999") == ""
    assert code_for(hall, poll, building="9幢", phone="+8613800009998") == ""
    assert len(hall.world.sent) == sent, "and no other message was sent"


def test_a_vote_is_one_call_and_entering_one_for_somebody_two(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    hall.world.store.calls.clear()
    hall.vote(poll, 1)
    assert dict(hall.world.store.calls) == {"cast": 1}
    assert hall.specialist
    hall.world.store.calls.clear()
    hall.enter(poll, 2)
    assert {name: n for name, n in hall.world.store.calls.items() if name != "directory"} == {
        "poll_opening": 1,
        "cast": 1,
    }


def test_a_case_waits_for_its_neighbours_and_goes_where_they_send_it(hall: Hall) -> None:
    for against, stage in ((0, "agreed"), (6, "negotiating")):
        rung = hall.world.ring(text=f"围墙{against}", phone=f"139000000{10 + against}")
        case = hall.world.accept(rung)
        moved = hall.web.post(f"/v1/cases/{case}/negotiate", {}, token=hall.specialist)
        assert moved.status == 200, moved.text
        give = None if against else give_roll(hall.world, samples.roll())
        assert give is None
        poll = draft_poll(hall.web, hall.community, case=case, neighbourhood="")
        announce(hall.web, hall.community, poll)
        assert hall.world.case(case).stage == "consulting"
        hall.world.settle()
        hall.world.pass_time(seconds=1)
        for unit in range(1, 7):
            assert hall.vote(poll, unit, "against" if unit <= against else "for").status == 201
        hall.ends(poll)
        assert hall.world.case(case).stage == stage


def test_a_poll_for_a_case_that_is_not_negotiating_is_not_announced(hall: Hall) -> None:
    case = hall.world.accept(hall.world.ring())
    give_roll(hall.world, samples.roll())
    poll = draft_poll(hall.web, hall.community, case=case, neighbourhood="")
    now = hall.world.clock.now()
    answer = hall.do(poll, "announce", opens_at=iso(now), closes_at=iso(now.replace(day=30)))
    assert (answer.status, answer.json["code"]) == (409, "case_not_negotiating")
    assert hall.web.get(f"/v1/polls/{poll}", token=hall.community).json["stage"] == "draft"


def test_nothing_in_the_record_names_anybody(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community, (COUPLE, samples.unit(2)))
    hall.vote(poll, 1, voter=0)
    hall.ends(poll)
    record = json.dumps(hall.web.get(f"/v1/polls/{poll}/record").json, ensure_ascii=False)
    assert not any(word in record for word in ("张三", "李四", "13900000101", "业主2"))


def test_the_page_of_a_case_leads_to_its_poll(hall: Hall) -> None:
    case = hall.world.accept(hall.world.ring())
    assert hall.web.post(f"/v1/cases/{case}/negotiate", {}, token=hall.specialist).status == 200
    page = hall.web.get(f"/c/{case}", Cookie=f"session={hall.community}").text
    assert f"/polls/new?case={case}" in page
    assert (
        f"/polls/new?case={case}" not in hall.web.get(f"/c/{case}", Cookie=f"session={hall.specialist}").text
    )
    give_roll(hall.world, samples.roll())
    poll = draft_poll(hall.web, hall.community, case=case, neighbourhood="")
    announce(hall.web, hall.community, poll)
    assert f"/polls/{poll}" in hall.web.get(f"/c/{case}", Cookie=f"session={hall.community}").text
