"""What a program that rings, answers and follows bells can rely on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.chain import Event, Tip, verify
from tests.contract.client import RING, Web, visiting


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as found:
        yield found


def of(rung: dict[str, str], verb: str = "") -> str:
    return f"/v1/bells/{rung['id']}" + (f"/{verb}" if verb else "")


# -- ringing


def test_a_ring_is_answered_with_everything_a_client_needs(web: Web) -> None:
    answer = web.ring()
    assert answer.status == 201
    rung = answer.json
    assert rung.keys() == {"id", "number", "status", "tracking_token", "tracking_url", "repeated"}
    assert rung["number"] == f"{rung['id'][:2]}-{rung['id'][2:6]}-{rung['id'][6:]}"
    assert (rung["status"], rung["repeated"]) == ("ringing", False)
    assert rung["tracking_url"] == f"https://bell.example.org/t/{rung['tracking_token']}"
    assert answer.headers["location"] == rung["tracking_url"]


def test_a_ring_costs_one_call(web: Web) -> None:
    web.ring()
    assert web.world.store.calls == {"ring": 1}


def test_text_is_stored_as_it_was_typed(web: Web) -> None:
    text = " 楼上\r\n\t<b>吵</b> 👩‍👩‍👧 שלום \u202e\x00\x07 "
    rung = web.ring(text=text).json
    assert web.get(of(rung), token=rung["tracking_token"]).json["text"] == text


def test_four_thousand_characters_of_any_kind_fit(web: Web) -> None:
    assert web.ring(text="𠮷" * 4_000).status == 201


def test_the_same_key_is_the_same_bell(web: Web) -> None:
    first, second = web.ring(key="k1"), web.ring(key="k1")
    assert (first.status, second.status) == (201, 200)
    assert second.json["repeated"] is True
    assert second.json["id"] == first.json["id"]
    assert second.json["tracking_token"] == first.json["tracking_token"]


def test_a_key_used_for_another_bell_is_refused(web: Web) -> None:
    web.ring(key="k1")
    with web.nothing_written():
        answer = web.ring(key="k1", text="完全是另外一件事")
    assert (answer.status, answer.code) == (409, "idempotency_key_reused")


def test_long_keys_are_told_apart_to_their_last_letter(web: Web) -> None:
    assert web.ring(key="k" * 300 + "1").status == 201
    assert web.ring(key="k" * 300 + "2", text="完全是另外一件事").status == 201


@pytest.mark.parametrize(
    "again", ["Noise, again!", "NOISE AGAIN", "  noise\nagain…", "ｎｏｉｓｅ　ａｇａｉｎ"]
)
def test_the_same_words_within_ten_minutes_are_one_bell(web: Web, again: str) -> None:
    first = web.ring(text="noise again")
    web.world.clock.advance(minutes=9)
    with web.nothing_written():
        second = web.ring(text=again, phone="+86 139-0000-0001")
    assert (second.status, second.json["repeated"]) == (200, True)
    assert second.json["id"] == first.json["id"]


def test_after_ten_minutes_or_from_another_place_or_phone_it_is_another_bell(web: Web) -> None:
    web.ring()
    assert web.ring(neighbourhood="wenyi").status == 201
    assert web.ring(phone="13900000002").status == 201
    web.world.clock.advance(minutes=10, seconds=1)
    assert web.ring().status == 201


def test_who_rings_too_often_is_told_when_to_come_back(web: Web) -> None:
    for number in range(5):
        assert web.ring(text=f"第{number}件事").status == 201
    with web.nothing_written():
        answer = web.ring(text="第六件事", language="en")
    assert (answer.status, answer.code) == (429, "too_many_rings")
    seconds = int(answer.headers["retry-after"])
    assert 0 < seconds <= 600
    assert f"in {-(-seconds // 60)} min" in answer.json["message"]
    web.world.clock.advance(seconds=seconds)
    assert web.ring(text="第六件事").status == 201


def test_the_sentence_of_a_limit_is_chinese_by_default(web: Web) -> None:
    answers = [web.ring(text=f"第{number}件事") for number in range(6)]
    assert "分钟后再按铃" in answers[-1].json["message"]


def test_an_address_has_a_limit_too(web: Web) -> None:
    statuses = [web.ring(phone=f"139000001{n:02}").status for n in range(61)]
    assert statuses == [201] * 60 + [429]


def test_an_emergency_still_gets_through_when_the_limit_of_ordinary_bells_is_reached(web: Web) -> None:
    for number in range(6):
        web.ring(text=f"第{number}件事")
    assert web.ring(category="gas", text="闻到煤气味").status == 201


WRONG = {
    "desk": ("mayor", "unknown"),
    "category": ("ufo", "unknown"),
    "neighbourhood": ("atlantis", "unknown"),
    "text": ("字" * 4_001, "too_long"),
    "name": ("名" * 51, "too_long"),
    "phone": ("12345", "not_a_phone"),
    "where": ("w" * 201, "too_long"),
    "building": ("b\x07", "control_characters"),
    "unit": (7, "wrong_type"),
    "consent_version": ("1999-01-01", "outdated_consent"),
}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-CN", "请从列表中选择一项。"), ("en", "Please choose one from the list.")],
)
def test_every_wrong_field_is_named_at_once_in_the_callers_language(
    web: Web, language: str, sentence: str
) -> None:
    with web.nothing_written():
        answer = web.ring(language=language, **{name: value for name, (value, _) in WRONG.items()})
    assert (answer.status, answer.code) == (400, "invalid")
    assert answer.fields == {name: code for name, (_, code) in WRONG.items()}
    told = {detail["field"]: detail["message"] for detail in answer.json["details"]}
    assert told["category"] == sentence


def test_every_missing_field_is_named_at_once(web: Web) -> None:
    with web.nothing_written():
        answer = web.post("/v1/bells", {})
    needed = {"desk", "category", "neighbourhood", "text", "name", "phone", "consent_version"}
    assert answer.fields == dict.fromkeys(needed, "required")


# -- following


def test_the_resident_sees_every_hop_in_plain_words(web: Web) -> None:
    rung = web.ring().json
    web.world.pass_time(minutes=5)
    bell = web.get(of(rung), token=rung["tracking_token"], language="en").json
    assert bell["level"] == 2
    assert [entry["kind"] for entry in bell["timeline"] if entry["kind"] != "notified"] == [
        "rung",
        "alerted",
        "alerted",
    ]
    assert any("王丽芬" in entry["text"] for entry in bell["timeline"])
    assert bell["possible"] == ["withdraw"]
    assert bell["contact"] == {"name": "张*", "phone": "139****0001"}
    assert bell["due_at"] == "2026-11-23T02:10:00.000Z"


def test_the_number_as_people_write_it_opens_the_bell_too(web: Web) -> None:
    rung = web.ring().json
    shown = web.get(f"/v1/bells/{rung['number'].lower()}", token=rung["tracking_token"])
    assert shown.json["id"] == rung["id"]


def test_one_bells_token_does_not_open_another(web: Web) -> None:
    first, second = web.ring().json, web.ring(phone="13900000002").json
    answer = web.get(of(second), token=first["tracking_token"])
    assert (answer.status, answer.code) == (401, "link_unknown")


def test_staff_see_the_words_and_the_number_only_after_answering(web: Web) -> None:
    rung = web.ring(where="14号墙边").json
    token = web.alert("zhao")
    before = web.get(of(rung), token=token)
    assert before.json["contact"] is None
    assert before.json["text"] is None
    assert "张三" not in before.text
    assert "0001" not in before.text
    assert before.json["possible"] == ["answer", "transfer"]
    web.post(of(rung, "answer"), token=token)
    after = web.get(of(rung), token=token).json
    assert after["contact"] == {"name": "张三", "phone": "+8613900000001"}
    assert (after["text"], after["where"]) == (RING["text"], "14号墙边")
    assert after["possible"] == ["accept", "decline", "transfer"]


def test_the_board_says_what_rings_and_nothing_personal(web: Web) -> None:
    web.ring(name="欧阳锋", text="秘密的事")
    board = web.get("/v1/bells")
    assert [item["status"] for item in board.json["items"]] == ["ringing"]
    assert board.json["cursor"] == ""
    for secret in ("欧阳", "13900000001", "0001", "秘密"):
        assert secret not in board.text


def test_the_board_comes_in_pages(web: Web) -> None:
    for number in range(27):
        web.ring(phone=f"139000001{number:02}")
    first = web.get("/v1/bells").json
    second = web.get(f"/v1/bells?cursor={first['cursor']}".replace("#", "%23")).json
    assert (len(first["items"]), len(second["items"]), second["cursor"]) == (25, 2, "")
    ids = {item["id"] for item in first["items"] + second["items"]}
    assert len(ids) == 27


def test_the_board_of_a_place_that_is_not_served_is_not_found(web: Web) -> None:
    answer = web.get("/v1/bells?prefix=ZZ")
    assert (answer.status, answer.code) == (404, "no_such_place")


# -- answering and deciding


def test_answer_then_accept_opens_a_case(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    answered = web.post(of(rung, "answer"), token=token)
    assert answered.status == 200
    assert answered.json["answered_by"] == {"name": "赵虹", "role": "specialist"}
    accepted = web.post(of(rung, "accept"), token=token).json
    assert accepted["status"] == "accepted"
    assert accepted["case_number"].startswith("MX-")
    assert web.get(of(rung), token=rung["tracking_token"]).json["case_id"] == accepted["case_id"]


def test_a_second_tap_by_the_same_person_changes_nothing(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    first = web.post(of(rung, "answer"), token=token)
    with web.nothing_written():
        assert web.post(of(rung, "answer"), token=token).json == first.json


def test_a_second_person_is_told_who_was_first(web: Web) -> None:
    rung = web.ring().json
    first = web.alert("zhao")
    web.world.pass_time(minutes=5)
    second = web.alert("wang")
    web.post(of(rung, "answer"), token=first)
    with web.nothing_written():
        answer = web.post(of(rung, "answer"), token=second, language="en")
    assert (answer.status, answer.code) == (409, "already_answered")
    assert answer.json["message"] == "赵虹 has already answered this bell."
    assert web.post(of(rung, "accept"), token=second).code == "already_answered"


def test_accepting_before_answering_says_what_the_bell_is(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    answer = web.post(of(rung, "accept"), token=token, language="en")
    assert (answer.status, answer.code) == (409, "not_possible_now")
    assert "Ringing" in answer.json["message"]


REFUSAL = {"reason_code": "other_authority", "reason": "归城管", "go_to": "12319"}


def test_a_refusal_says_why_and_where_to_go(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    assert web.post(of(rung, "decline"), REFUSAL, token=token).json["status"] == "declined"
    shown = web.get(of(rung), token=rung["tracking_token"]).json
    assert shown["declined"] == REFUSAL
    assert shown["possible"] == ["appeal"]


def test_every_wrong_field_of_a_refusal_is_named_at_once(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    with web.nothing_written():
        wrong = {"reason_code": "mood", "reason": 5, "go_to": "x" * 501}
        answer = web.post(of(rung, "decline"), wrong, token=token)
    assert answer.fields == {"reason_code": "unknown", "reason": "wrong_type", "go_to": "too_long"}
    assert web.post(of(rung, "decline"), {}, token=token).status == 400


def test_an_unreadable_refusal_is_refused_even_after_a_good_one(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    web.post(of(rung, "decline"), REFUSAL, token=token)
    assert web.post(of(rung, "decline"), {**REFUSAL, "reason": 5}, token=token).fields == {
        "reason": "wrong_type"
    }
    with web.nothing_written():
        assert web.post(of(rung, "decline"), REFUSAL, token=token).status == 200


def test_the_resident_can_appeal_once(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    web.post(of(rung, "decline"), REFUSAL, token=token)
    appealed = web.post(of(rung, "appeal"), token=rung["tracking_token"]).json
    assert appealed["status"] == "ringing"
    assert web.get(of(rung), token=rung["tracking_token"]).json["level"] == 2
    with web.nothing_written():
        assert web.post(of(rung, "appeal"), token=rung["tracking_token"]).code == "no_appeal"


def test_a_link_of_the_ringing_before_the_appeal_is_gone(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    web.post(of(rung, "decline"), REFUSAL, token=token)
    web.post(of(rung, "appeal"), token=rung["tracking_token"])
    for answer in (
        web.get(of(rung), token=token),
        web.get(of(rung, "record"), token=token),
        web.post(of(rung, "answer"), token=token),
    ):
        assert (answer.status, answer.code) == (410, "link_superseded")


def test_the_resident_can_take_it_back_and_repeat_that(web: Web) -> None:
    rung = web.ring().json
    token = web.alert("zhao")
    assert web.post(of(rung, "withdraw"), token=rung["tracking_token"]).json["status"] == "withdrawn"
    with web.nothing_written():
        assert web.post(of(rung, "withdraw"), token=rung["tracking_token"]).status == 200
        assert web.post(of(rung, "answer"), token=token).code == "already_withdrawn"


def test_an_accepted_bell_cannot_be_taken_back(web: Web) -> None:
    rung, token = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=token)
    web.post(of(rung, "accept"), token=token)
    answer = web.post(of(rung, "withdraw"), token=rung["tracking_token"])
    assert (answer.status, answer.code) == (409, "not_possible_now")
    assert "已受理" in answer.json["message"]


# -- tokens


def test_who_has_no_token_is_asked_for_one(web: Web) -> None:
    rung = web.ring().json
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer  "}):
        answer = web.get(of(rung), **headers)
        assert (answer.status, answer.code) == (401, "token_missing")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_each_link_allows_its_own_only(web: Web) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    with web.nothing_written():
        for verb in ("withdraw", "appeal"):
            assert web.post(of(rung, verb), token=staff).code == "link_not_for_this"
        for verb in ("answer", "accept"):
            answer = web.post(of(rung, verb), token=rung["tracking_token"])
            assert (answer.status, answer.code) == (403, "link_not_for_this")


def test_forged_truncated_and_overlong_tokens_open_nothing(web: Web) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    forged = staff[:-1] + ("0" if staff[-1] != "0" else "1")
    garbage = (
        forged,
        staff[:-1],
        staff + "0",
        staff * 500,
        "z" * 19,
        "-" * 19,
        "%00",
        "\x00",
        "é" * 19,
        "0" * 19,
    )
    with web.nothing_written():
        for token in garbage:
            for answer in (web.get(of(rung), token=token), web.post(of(rung, "answer"), token=token)):
                assert (answer.status, answer.code) == (401, "link_unknown")


def test_a_link_expires(web: Web) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    web.world.clock.advance(days=7)
    with web.nothing_written():
        for answer in (web.get(of(rung), token=staff), web.post(of(rung, "answer"), token=staff)):
            assert (answer.status, answer.code) == (410, "link_expired")
    assert web.get(of(rung), token=rung["tracking_token"]).status == 200
    web.world.clock.advance(days=180)
    assert web.get(of(rung), token=rung["tracking_token"]).code == "link_expired"


def test_the_link_of_somebody_who_has_left_is_gone(web: Web) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=staff)
    web.world.without("zhao")
    for answer in (web.get(of(rung), token=staff), web.post(of(rung, "accept"), token=staff)):
        assert (answer.status, answer.code) == (410, "link_of_former_staff")
        assert "张三" not in answer.text


# -- the record


def recomputed(record: dict[str, object]) -> bool:
    events = [Event(**event) for event in record["events"]]  # type: ignore[attr-defined]  # parsed JSON
    return verify(events, Tip(**record["tip"])).intact  # type: ignore[arg-type]  # parsed JSON


def test_anybody_with_the_link_can_recompute_the_record(web: Web) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    web.post(of(rung, "answer"), token=staff)
    web.post(of(rung, "decline"), REFUSAL, token=staff)
    web.world.settle()
    answer = web.get(of(rung, "record"), token=rung["tracking_token"])
    record = answer.json
    assert (record["intact"], record["broken_at"]) == (True, None)
    assert recomputed(record)
    for secret in ("张三", "13900000001", RING["text"]):
        assert secret not in answer.text


def test_a_changed_event_is_found_by_the_server_and_by_the_reader(web: Web) -> None:
    rung = web.ring().json
    data = web.world.file(rung["id"]).events[0].data
    web.world.store.tamper(f"BELL#{rung['id']}", 1, {**data, "category": "parking"})
    record = web.get(of(rung, "record"), token=rung["tracking_token"]).json
    assert (record["intact"], record["broken_at"]) == (False, 1)
    assert not recomputed(record)


# -- faults


@pytest.mark.parametrize("operation", ["ring", "bell", "opening", "commit"])
def test_a_busy_store_is_said_and_nothing_of_it_shown(web: Web, operation: str) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    web.world.store.fail(operation, times=20)
    answers = (
        web.ring(phone="13900000009"),
        web.get(of(rung), token=rung["tracking_token"]),
        web.post(of(rung, "answer"), token=staff),
    )
    failed = [answer for answer in answers if answer.status == 503]
    assert failed
    for answer in failed:
        assert (answer.code, answer.headers["retry-after"]) == ("unavailable", "5")
        assert "scripted" not in answer.text


def test_time_on_the_wire_is_utc(web: Web) -> None:
    rung = web.ring().json
    web.world.clock.advance(seconds=1)
    bell = web.get(of(rung), token=rung["tracking_token"]).json
    assert bell["rung_at"] == "2026-11-23T02:00:00.000Z"
    assert bell["now"] == "2026-11-23T02:00:01.000Z"
    assert web.world.clock.now() - web.world.start == timedelta(seconds=1)


def test_the_timeline_tells_who_was_told_but_not_the_resident_of_his_own_messages(web: Web) -> None:
    rung = web.ring().json
    web.world.settle()
    told = [e["text"] for e in web.get(of(rung), token=rung["tracking_token"]).json["timeline"]]
    record = web.get(of(rung, "record"), token=rung["tracking_token"]).json["events"]
    assert [e["kind"] for e in record].count("notified") == 2
    assert len(told) == len(record) - 1, "the SMS to the resident is on the record only"
