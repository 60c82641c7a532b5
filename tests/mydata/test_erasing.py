"""What a resident can rely on who has her data erased: it is gone, the record is whole, and nobody is misled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.bell.ringing import person_of
from chalicelib.core.chain import Actor
from chalicelib.core.ids import number
from chalicelib.core.links import Purpose
from chalicelib.core.links import token as link_token
from chalicelib.mydata import service
from chalicelib.record.service import verify_all
from infra import erase as erase_command
from tests.case.house import PHONE, SECRET, House
from tests.contract.client import visiting
from tests.fakes.world import World
from tests.mydata.ended import TRACES, ends, erase, held, traces, writes
from tests.session.people import sign_in


def intact(house: House) -> bool:
    """Whether every record verifies."""
    return all(found.intact for _, found in verify_all(house.world.ports))


def test_nothing_of_her_is_left_and_every_record_verifies(house: House) -> None:
    writes(house)
    ends(house)
    assert traces(house) == list(TRACES)
    answer = erase(house)
    assert answer.status == 200, answer.text
    assert (answer.json["texts"], answer.json["files"]) == (1, 2)
    house.world.settle()
    assert traces(house) == []
    assert house.world.files.stored == {
        key: file for key, file in house.world.files.stored.items() if key.startswith("incoming/")
    }
    person = person_of(house.world.ports.policy.key, f"+86{PHONE}")
    assert list(service.rung_with(house.world.ports, f"+86{PHONE}")) == []
    assert f"person='{person}'" not in repr(house.web.stored())
    assert intact(house)


def test_the_record_says_that_it_was_erased_and_by_whom_and_nothing_of_what(house: House) -> None:
    photo = writes(house)
    ends(house)
    erase(house)
    bell, case = house.world.file(house.bell).events[-1], house.world.case_file(house.case).events[-1]
    assert (bell.kind, bell.actor) == ("erased", {"kind": "resident"})
    assert bell.data == {"asked": "page", "what": ["contact"]}
    assert (case.kind, case.actor) == ("erased", {"kind": "resident", "id": house.bell})
    assert case.data["files"] == [photo, f"{photo}-s"]
    assert len(case.data["texts"]) == 1
    assert not any(trace in repr((bell, case)) for trace in TRACES)


def test_erasing_twice_is_erasing_once(house: House) -> None:
    writes(house)
    ends(house)
    first = erase(house).json
    events = house.world.file(house.bell).events, house.world.case_file(house.case).events
    again = erase(house).json
    assert (again["erased_at"], again["texts"], again["files"]) == (first["erased_at"], 0, 0)
    assert events == (house.world.file(house.bell).events, house.world.case_file(house.case).events)


def test_an_answer_that_was_lost_changes_nothing(house: House) -> None:
    ends(house)
    house.world.store.fail("commit", when="after")
    assert erase(house).status == 503
    assert erase(house).status == 200
    assert house.world.kinds(house.bell).count("erased") == 1
    assert intact(house)


def test_whoever_writes_at_the_same_moment_is_not_lost(house: House) -> None:
    ends(house)
    commit, raced = house.world.store.commit, []

    def after_somebody_else(*changes: object) -> None:
        if not raced:
            raced.append(True)
            house.act("zhao", "close")
        commit(*changes)  # type: ignore[arg-type]

    house.world.store.commit = after_somebody_else  # type: ignore[method-assign]
    assert erase(house).status == 200
    assert house.world.case_kinds(house.case)[-2:] == ["closed", "erased"]
    assert intact(house)


# -- what is not decided yet


def test_a_bell_that_rings_is_taken_back_only_when_she_says_so() -> None:
    world = World()
    rung = world.ring()
    world.settle()
    with visiting(world) as web:
        refused = web.post(f"/v1/bells/{rung.bell.id}/erase", {}, token=rung.token, language="en")
        assert (refused.status, refused.code) == (409, "bell_still_open")
        assert "taken back" in refused.json["message"]
        assert world.file(rung).contact is not None
        done = web.post(f"/v1/bells/{rung.bell.id}/erase", {"withdraw": True}, token=rung.token)
        assert (done.status, done.json["status"]) == (200, "withdrawn")
    assert world.kinds(rung)[-2:] == ["withdrawn", "erased"]
    assert world.file(rung).contact is None
    again = world.ring()
    assert again.bell.id != rung.bell.id, "the same words ring anew at once"


def test_a_case_that_goes_on_is_named_with_a_way_out_and_nothing_is_erased(house: House) -> None:
    with house.web.nothing_written():
        refused = erase(house, withdraw=True)
    assert (refused.status, refused.code) == (409, "case_still_open")
    assert number(house.case) in refused.json["message"]
    assert "12345" in refused.json["message"]
    ends(house)
    assert erase(house).status == 200


def test_a_co_signer_may_leave_a_case_that_goes_on(house: House) -> None:
    bell = house.joins()
    writes(house, bell, "我也睡不着")
    assert erase(house, bell).status == 200
    house.world.settle()
    assert house.stored().erased == (bell,)
    assert house.stored().bells == (house.bell, bell), "that a neighbour rang about it stays"
    assert "司马相如" not in repr(house.web.stored())
    assert "我也睡不着" not in repr(list(house.world.case_file(house.case).texts.values()))
    house.act("zhao", "message", {"text": "下周开会", "to": "resident"})
    assert house.world.file(house.bell).contact is not None
    assert intact(house)


def test_a_co_signer_who_has_signed_stays_until_it_is_done(house: House) -> None:
    bell = house.joins()
    house.agrees(bell, "resident")
    refused = erase(house, bell)
    assert (refused.status, refused.code) == (409, "case_still_open")


def test_a_matter_that_was_merged_is_erased_in_both_cases(house: House) -> None:
    writes(house)
    _, other = house.rings(phone="13900000088", name="司马相如", text="门铃坏了", where="")
    house.act("zhao", "merge", {"case": other})
    house.act(house.bell, "message", {"text": "我还在等"}, case=other)
    # She only co-signs there, so she may go; what she wrote in either case goes with her.
    assert erase(house).json["texts"] == 2
    house.world.settle()
    assert traces(house) == []
    assert "我还在等" not in repr(house.world.case_file(other).texts)
    assert house.world.case_file(other).subject == "门铃坏了"
    assert intact(house)


def test_whoever_was_erased_stays_so_in_the_case_that_theirs_is_merged_into(house: House) -> None:
    bell = house.joins()
    assert erase(house, bell).status == 200
    _, other = house.rings(phone="13900000088", name="诸葛亮", text="门铃坏了", where="")
    house.act("zhao", "merge", {"case": other})
    refused = house.tries(bell, "message", {"text": "还是我"}, case=other)
    assert (refused.status, refused.code) == (410, "data_erased")
    assert house.act(house.bell, "message", {"text": "我还在等"}, case=other)
    assert intact(house)


def test_whoever_was_erased_stays_so_in_the_case_that_is_split_off_with_them(house: House) -> None:
    bell, last = house.joins(), house.joins(phone="13900000077", name="诸葛亮", text="我也是")
    assert erase(house, last).status == 200
    assert erase(house, bell).status == 200
    second = {"category": "elevator", "subject": "电梯也坏了", "bells": [bell, last]}
    new = house.act("zhao", "split", second)["id"]
    for erased in (bell, last):
        refused = house.tries(erased, "message", {"text": "还是我"}, case=new)
        assert (refused.status, refused.code) == (410, "data_erased")
    assert intact(house)


# -- afterwards


def test_her_link_still_shows_the_record_and_lets_her_write_nothing_more(house: House) -> None:
    ends(house)
    erase(house)
    house.world.settle()
    seen = house.web.get(f"/v1/bells/{house.bell}", token=house.token(house.bell)).json
    assert (seen["text"], seen["contact"], seen["possible"]) == (None, None, [])
    assert seen["timeline"][-1]["kind"] == "erased"
    case = house.read("resident").json
    assert case["possible"] == []
    for verb, body in (
        ("message", {"text": "x"}),
        ("reopen", {"text": "x"}),
        ("files", {"kind": "image/jpeg", "bytes": 9}),
    ):
        refused = house.tries("resident", verb, body)
        assert (refused.status, refused.code) == (410, "data_erased"), verb


def test_staff_see_that_nobody_knows_her_any_more(house: House) -> None:
    ends(house)
    erase(house)
    case = house.read("zhao").json
    assert (case["subject"], SECRET in str(case), PHONE in str(case)) == ("", False, False)
    assert case["timeline"][-1]["kind"] == "erased"


def test_a_declined_bell_that_is_erased_is_not_appealed() -> None:
    with visiting() as web:
        rung = web.ring().json
        token = web.alert("zhao")
        web.post(f"/v1/bells/{rung['id']}/answer", token=token)
        refusal = {"reason_code": "other_authority", "reason": "归城管", "go_to": "12319"}
        assert web.post(f"/v1/bells/{rung['id']}/decline", refusal, token=token).status == 200
        mine = rung["tracking_token"]
        assert web.post(f"/v1/bells/{rung['id']}/erase", token=mine).status == 200
        assert web.post(f"/v1/bells/{rung['id']}/appeal", token=mine).status == 409


def test_the_photos_go_even_when_the_file_store_was_away(house: House) -> None:
    writes(house)
    ends(house)
    remove, failed = house.world.files.remove, []

    def at_the_second_try(owner: str, file_id: str) -> None:
        if not failed:
            failed.append(file_id)
            raise RuntimeError("S3 is away")
        remove(owner, file_id)

    house.world.files.remove = at_the_second_try  # type: ignore[method-assign]
    erase(house)
    house.world.settle()
    assert failed
    assert not [key for key in house.world.files.stored if key.startswith("kept/")]


def by_the_program(house: House) -> None:
    assert erase(house).status == 200


def by_the_page(house: House) -> None:
    path = f"/t/{house.token(house.bell)}/data"
    assert "<form" in house.web.get(path).text, "the button is still there"
    assert house.web.form(path, {"action": "erase", "sure": "yes"}).status == 303
    assert "<form" not in house.web.get(path).text


def by_the_command(house: House) -> None:
    held = service.find(house.world.ports, house.bell)
    assert erase_command.Found((held,)).open == (held,), "it is not passed over"
    service.erase_for(house.world.ports, house.bell, Actor("staff", "li.na", role="operator"))
    assert erase_command.Found((service.find(house.world.ports, house.bell),)).open == ()


@pytest.mark.parametrize("again", [by_the_program, by_the_page, by_the_command])
def test_more_texts_than_one_transaction_holds_are_all_erased(
    house: House, again: Callable[[House], None]
) -> None:
    count = 70
    for n in range(count):
        house.act("resident", "message", {"text": f"第{n}次"})
        house.world.pass_time(hours=1)
    house.signs_in_anew("zhao")
    ends(house)
    house.world.store.fail("erase_texts")
    assert erase(house).status == 503
    assert house.world.case_file(house.case).texts, "it broke off in between"
    again(house)
    mine = [t for t in house.world.case_file(house.case).texts.values() if t.words.startswith("第")]
    assert mine == []
    assert intact(house)


# -- whose link it is


@pytest.mark.parametrize("who", ["zhao", "neighbour", "party"])
def test_nobody_else_sees_or_erases_it(house: House, who: str) -> None:
    house.invites("yunhe")
    other = house.joins()
    tokens = {
        "zhao": house.token("zhao"),
        "neighbour": house.token(other),
        "party": link_token(house.world.ports.policy.key, house.case, Purpose.PARTY, "yunhe"),
    }
    ends(house)
    with house.web.nothing_written():
        seen = house.web.get(f"/v1/bells/{house.bell}/data", token=tokens[who])
        done = house.web.post(f"/v1/bells/{house.bell}/erase", {}, token=tokens[who])
    assert seen.status in (401, 403)
    assert done.status in (401, 403)


def test_a_one_tap_link_shows_nothing_of_it() -> None:
    with visiting() as web:
        rung = web.ring().json
        seen = web.get(f"/v1/bells/{rung['id']}/data", token=web.alert("zhao"))
        assert (seen.status, seen.code) == (403, "link_not_for_this")


def test_her_other_bells_stay_hers(house: House) -> None:
    ends(house)
    other = house.web.ring(phone=PHONE, text="另一件事").json
    erase(house)
    listed = house.web.get("/v1/me/bells", token=sign_in(house.web, PHONE)).json["items"]
    assert [bell["id"] for bell in listed] == [other["id"]]
    assert held(house)["contact"] is None
