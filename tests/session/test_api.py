"""What a program that signs in can rely on, and what somebody who tries codes meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest

from chalicelib import wiring
from chalicelib.core.times import iso
from chalicelib.http import Call
from chalicelib.people.staff import Staff
from chalicelib.place.directories import REMEMBERED, CachedDirectories
from chalicelib.place.ladder import Role
from chalicelib.ports import PermanentFailure, TemporaryFailure
from chalicelib.session import rules
from tests.contract.client import RING, Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, RESIDENT, ask, code_for, sign_in, two_communities

ZHAO = PHONES["specialist"]


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


def enter(web: Web, phone: str, code: str):  # type: ignore[no-untyped-def]  # an Answer
    return web.post("/v1/session", {"phone": phone, "code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_is_texted_to_the_phone_and_to_nobody_else(web: Web) -> None:
    answer = ask(web, "139 0000 0001")
    assert answer.status == 202
    assert answer.json["valid_until"] == iso(web.world.clock.now() + timedelta(minutes=5))
    assert answer.json["again_at"] == iso(web.world.clock.now() + timedelta(minutes=1))
    web.world.settle()
    sent = web.world.expect("code", to="+8613900000001", channel="sms")
    assert "5分钟" in sent.text
    assert "http" not in sent.text
    web.world.no_other_message()


def test_the_words_are_the_same_whether_or_not_the_phone_is_known(web: Web) -> None:
    answers = [ask(web, phone) for phone in (ZHAO, "13977777777")]
    assert answers[0].text == answers[1].text
    assert {answer.status for answer in answers} == {202}


def test_an_english_reader_gets_an_english_message(web: Web) -> None:
    web.post("/v1/session/code", {"phone": ZHAO}, language="en")
    web.world.settle()
    assert web.world.expect("code").text.startswith("Bell sign-in code ")


def test_the_code_is_in_no_row_and_no_answer(web: Web) -> None:
    answer = ask(web, ZHAO)
    code = code_for(web, ZHAO)
    assert code not in answer.text
    assert not any(code in row for row in web.stored().values())


def test_staff_are_recognised_by_their_phone(web: Web) -> None:
    ask(web, ZHAO)
    answer = enter(web, ZHAO, code_for(web, ZHAO))
    assert answer.status == 200
    assert answer.json["person"] == {
        "kind": "staff", "id": "zhao", "name": "赵虹", "role": "specialist", "places": ["yiqing"],
    }  # fmt: skip
    assert answer.json["expires_at"] == iso(web.world.clock.now() + timedelta(hours=12))
    assert web.get("/v1/me", token=answer.json["token"]).json == answer.json["person"]


def test_everybody_else_is_a_resident(web: Web) -> None:
    ask(web, RESIDENT)
    answer = enter(web, RESIDENT, code_for(web, RESIDENT))
    person = answer.json["person"]
    assert (person["kind"], person["role"], person["name"], person["places"]) == (
        "resident",
        "resident",
        "",
        [],
    )
    assert RESIDENT not in answer.text
    assert answer.json["expires_at"] == iso(web.world.clock.now() + timedelta(days=7))


def test_a_token_holds_no_name_and_no_number(web: Web) -> None:
    claims = jwt.decode(sign_in(web, ZHAO), options={"verify_signature": False})
    assert "赵虹" not in str(claims)
    assert ZHAO not in str(claims)


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_was_the_last(web: Web) -> None:
    ask(web, ZHAO)
    code = code_for(web, ZHAO)
    answers = [enter(web, ZHAO, wrong(code)) for _ in range(5)]
    assert [(a.status, a.code, a.headers["x-tries-left"]) for a in answers] == [
        (401, "code_wrong", str(left)) for left in (4, 3, 2, 1, 0)
    ]
    with web.nothing_written():
        last = enter(web, ZHAO, code)
    assert (last.status, last.code) == (410, "code_expired")


def test_the_code_may_be_typed_with_spaces_or_wide_digits(web: Web) -> None:
    ask(web, ZHAO)
    code = code_for(web, ZHAO)
    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code[:3]) + " " + code[3:]
    assert enter(web, ZHAO, typed).status == 200


def test_a_code_works_once(web: Web) -> None:
    ask(web, ZHAO)
    code = code_for(web, ZHAO)
    assert enter(web, ZHAO, code).status == 200
    assert enter(web, ZHAO, code).code == "code_expired"


def test_a_code_ends_after_five_minutes(web: Web) -> None:
    ask(web, ZHAO)
    code = code_for(web, ZHAO)
    web.world.clock.advance(minutes=5)
    assert (enter(web, ZHAO, code).status, enter(web, ZHAO, code).code) == (410, "code_expired")


def test_a_code_is_for_its_own_phone(web: Web) -> None:
    ask(web, ZHAO)
    ask(web, RESIDENT)
    assert enter(web, ZHAO, code_for(web, RESIDENT)).code == "code_wrong"


def test_who_never_asked_is_answered_like_whoever_waited_too_long(web: Web) -> None:
    for phone in (ZHAO, "13977777777"):
        answer = enter(web, phone, "123456")
        assert (answer.status, answer.code) == (410, "code_expired")


def test_a_second_code_has_to_wait_a_minute_and_replaces_the_first(web: Web) -> None:
    ask(web, ZHAO)
    first = code_for(web, ZHAO)
    with web.nothing_written():
        refused = ask(web, ZHAO)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "too_many_codes", "60")
    web.world.clock.advance(minutes=1)
    assert ask(web, ZHAO).status == 202
    assert code_for(web, ZHAO) != first
    assert enter(web, ZHAO, first).code == "code_wrong"


def asked_all_day(web: Web, device: str = "") -> list[int]:
    """What somebody is answered who asks every ten minutes."""
    statuses = []
    for _ in range(30):
        body = {"phone": ZHAO} | ({"device": device} if device else {})
        statuses.append(web.post("/v1/session/code", body).status)
        web.world.clock.advance(minutes=10)
    return statuses


def device_of(web: Web, phone: str) -> str:
    """What a program keeps from signing in."""
    ask(web, phone)
    return str(enter(web, phone, code_for(web, phone)).json["device"])


def next_day(web: Web) -> None:
    """No limit of today's counts any more."""
    web.world.clock.go_to(web.world.clock.now() + timedelta(days=1))


def test_five_codes_an_hour_and_ten_a_day_are_the_most_for_one_phone(web: Web) -> None:
    device = device_of(web, ZHAO)
    next_day(web)
    statuses = asked_all_day(web, device)
    assert statuses[:6] == [202] * 5 + [429]
    assert statuses.count(202) == 10


def test_of_these_strangers_get_four_and_seven(web: Web) -> None:
    statuses = asked_all_day(web)
    assert statuses[:6] == [202] * 4 + [429] * 2
    assert statuses.count(202) == 7


def test_nobody_can_keep_a_member_of_staff_from_signing_in_on_their_own_device(web: Web) -> None:
    """Whoever wants to asks for their codes all day, from as many addresses as they like."""
    device = device_of(web, ZHAO)
    next_day(web)
    assert asked_all_day(web)[-1] == 429
    for _ in range(3):
        web.world.clock.advance(hours=1)
        assert ask(web, ZHAO).status == 429
        assert web.post("/v1/session/code", {"phone": ZHAO, "device": device}).status == 202
        body = {"phone": ZHAO, "code": code_for(web, ZHAO), "device": device}
        assert web.post("/v1/session", body).status == 200
    web.world.clock.advance(hours=1)
    assert web.post("/v1/session/code", {"phone": ZHAO, "device": device}).status == 429, "ten were texted"


def test_in_the_same_hour_too(web: Web) -> None:
    device = device_of(web, ZHAO)
    next_day(web)
    for _ in range(6):
        ask(web, ZHAO)
        web.world.clock.advance(minutes=2)
    assert ask(web, ZHAO).status == 429
    assert web.post("/v1/session/code", {"phone": ZHAO, "device": device}).status == 202


def test_a_stranger_who_tries_codes_leaves_ones_own_device_its_tries(web: Web) -> None:
    device = device_of(web, ZHAO)
    next_day(web)
    ask(web, ZHAO)
    code = code_for(web, ZHAO)
    assert [enter(web, ZHAO, wrong(code)).status for _ in range(6)] == [401] * 5 + [410]
    assert enter(web, ZHAO, code).status == 410
    mine = {"phone": ZHAO, "device": device}
    once = web.post("/v1/session", {**mine, "code": wrong(code)})
    assert (once.status, once.headers["x-tries-left"]) == (401, "4")
    assert web.post("/v1/session", {**mine, "code": code}).status == 200
    assert web.post("/v1/session", {**mine, "code": code}).status == 410, "once"


def test_what_a_device_keeps_is_good_for_its_own_phone_half_a_year_and_cannot_be_made_up(web: Web) -> None:
    device, other = device_of(web, ZHAO), device_of(web, RESIDENT)
    day, _, seal = device.partition("-")
    next_day(web)
    for wrong_one in (
        other,
        f"{int(day) + 1}-{seal}",
        f"{day}-{'0' * 32}",
        seal,
        "-",
        "x-y",
        "²-²",
        "." * 9,
    ):
        asked = web.post("/v1/session/code", {"phone": ZHAO, "device": wrong_one})
        assert asked.status in {202, 429}
        web.world.clock.advance(minutes=12)
    assert web.post("/v1/session/code", {"phone": ZHAO, "device": 7}).fields == {"device": "wrong_type"}
    assert ask(web, ZHAO).status == 429
    assert web.post("/v1/session/code", {"phone": ZHAO, "device": f"{other}.{device}"}).status == 202
    web.world.clock.go_to(web.world.clock.now() + rules.DEVICE_FOR)
    statuses = asked_all_day(web, device)
    assert statuses.count(202) == 7


def test_what_a_device_keeps_names_nobody(web: Web) -> None:
    device = device_of(web, ZHAO)
    person = jwt.decode(sign_in(web, ZHAO), options={"verify_signature": False})["sub"]
    assert ZHAO not in device
    assert person not in device
    assert not any(device.partition("-")[2] in row for row in web.stored().values()), "it is nowhere kept"


def test_an_address_that_asks_for_many_phones_is_stopped(web: Web) -> None:
    statuses = [ask(web, f"139{n:08}").status for n in range(31)]
    assert statuses == [202] * 30 + [429]


def test_codes_for_numbers_abroad_share_a_limit_since_each_is_dear_and_some_live_on_them(web: Web) -> None:
    statuses = []
    for n in range(rules.ABROAD_LIMITS[0][0] + 1):
        statuses.append(ask(web, f"+44{7_700_900_000 + n}").status)
        web.world.clock.advance(minutes=1)
    assert statuses == [202] * rules.ABROAD_LIMITS[0][0] + [429]
    assert ask(web, RESIDENT).status == 202


def test_staff_with_a_number_abroad_sign_in_whoever_else_asks(web: Web) -> None:
    place = web.world.store.places["MX"]
    emma = Staff("emma", "Emma", Role.POLICE, ("mishixiang",), "+447911123456")
    web.world.place(replace(place, staff=(*place.staff, emma)))
    for n in range(rules.ABROAD_LIMITS[0][0]):
        ask(web, f"+44{7_700_900_000 + n}")
        web.world.clock.advance(minutes=1)
    assert sign_in(web, "+447911123456")


def test_a_line_of_ipv6_is_one_address_however_many_it_has() -> None:
    def address(typed: str) -> str:
        context = {"identity": {"sourceIp": typed}}
        return Call(SimpleNamespace(query_params={}, headers={}, context=context)).address

    assert address("2001:db8:1:2:3:4:5:6") == address("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert address("2001:db8:1:3::1") != address("2001:db8:1:2::1")
    assert address("::ffff:203.0.113.7") == address("203.0.113.7") == "203.0.113.7"
    assert address("") == ""


@pytest.mark.parametrize("phone", ["", "12345", "call me", "+0", "138\x000000"])
def test_what_is_no_phone_is_said_so(web: Web, phone: str) -> None:
    for answer in (ask(web, phone), enter(web, phone, "123456")):
        assert answer.status == 400
        assert set(answer.fields) == {"phone"}


def test_missing_fields_are_named(web: Web) -> None:
    assert web.post("/v1/session", {}).fields == {"phone": "required", "code": "required"}
    assert web.post("/v1/session/code", {"phone": 7}).fields == {"phone": "wrong_type"}
    assert enter(web, ZHAO, " ").fields == {"code": "required"}


@pytest.mark.parametrize("code", ["0", "1" * 500, "abc", "²²²²²²", "-12345"])
def test_nonsense_in_the_place_of_a_code_is_a_wrong_code(web: Web, code: str) -> None:
    ask(web, ZHAO)
    assert enter(web, ZHAO, code).code == "code_wrong"


def test_a_message_told_twice_by_the_stream_is_sent_once(web: Web) -> None:
    ask(web, ZHAO)
    records = web.world.take_stream()
    web.world.deliver([*records, *records])
    web.world.expect("code")
    web.world.no_other_message()


def test_a_provider_that_stumbles_is_asked_again_and_one_that_refuses_is_not(web: Web) -> None:
    sms = web.world.senders["sms"]  # type: ignore[index]  # a StrEnum
    sms.fail(TemporaryFailure("busy"), times=2)
    ask(web, ZHAO)
    web.world.settle()
    web.world.expect("code")
    assert len(sms.tried) == 3
    sms.fail(PermanentFailure("blocked"))
    ask(web, RESIDENT)
    web.world.settle()
    assert len(sms.tried) == 4
    web.world.no_other_message()


def test_a_code_that_is_over_is_not_sent_any_more(web: Web) -> None:
    ask(web, ZHAO)
    web.world.clock.advance(minutes=5)
    web.world.settle()
    web.world.no_other_message()


# -- sessions


def test_a_session_ends_by_itself(web: Web) -> None:
    token = sign_in(web, ZHAO)
    web.world.clock.advance(hours=11, minutes=59)
    assert web.get("/v1/me", token=token).status == 200
    web.world.clock.advance(minutes=1)
    assert (web.get("/v1/me", token=token).status, web.get("/v1/me", token=token).code) == (
        401,
        "session_over",
    )


def test_somebody_who_has_left_or_lost_the_phone_is_out_at_once(web: Web) -> None:
    token, other = sign_in(web, ZHAO), sign_in(web, PHONES["community"])
    web.world.without("zhao")
    assert web.get("/v1/me", token=token).code == "session_over"
    assert web.get("/v1/me", token=other).status == 200


def test_forged_tokens_open_nothing(web: Web) -> None:
    token = sign_in(web, ZHAO)
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = [
        token[:-2] + ("AA" if not token.endswith("AA") else "BB"),
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        "a.b.c",
        "..",
        token.rpartition(".")[0] + ".",
    ]
    for one in forged:
        assert (web.get("/v1/me", token=one).status, web.get("/v1/me", token=one).code) == (
            401,
            "session_unknown",
        )


def test_nobody_signs_in_as_the_operator(web: Web) -> None:
    from chalicelib.session.tokens import _secret

    key = _secret(web.world.ports.policy.key)
    claims = jwt.decode(sign_in(web, ZHAO), options={"verify_signature": False})
    for caller in ("operator", "nobody", "party-token", "king"):
        token = jwt.encode({**claims, "caller": caller}, key, algorithm="HS256")
        assert web.get("/v1/me", token=token).code == "session_unknown"


def test_a_browsers_cookie_does_not_open_the_api(web: Web) -> None:
    assert web.get("/v1/me", Cookie=f"session={sign_in(web, ZHAO)}").code == "sign_in_first"


def test_signing_out_is_confirmed(web: Web) -> None:
    answer = web.send("DELETE", "/v1/session", token=sign_in(web, ZHAO))
    assert answer.json == {"signed_out": True, "everywhere": False}


def test_staff_end_every_session_of_theirs_from_any_of_them_and_nobody_elses(web: Web) -> None:
    """A telephone was lost, or somebody forgot to sign out in the hall."""
    lost, other = sign_in(web, ZHAO), sign_in(web, PHONES["community"])
    mine = sign_in(web, ZHAO)
    resident = sign_in(web, RESIDENT)
    web.world.store.calls.clear()
    answer = web.send("DELETE", "/v1/session?everywhere=1", token=mine)
    assert answer.json == {"signed_out": True, "everywhere": True}
    assert web.world.store.calls == {"end_sessions": 1}
    for token in (lost, mine):
        assert web.get("/v1/me", token=token).code == "session_over"
    for token in (other, resident):
        assert web.get("/v1/me", token=token).status == 200
    web.world.store.calls.clear()
    again = sign_in(web, ZHAO)
    assert web.get("/v1/me", token=again).status == 200
    assert web.get("/v1/me", token=lost).code == "session_over"
    assert set(web.world.store.calls) <= {"ask_code", "try_code", "use_code", "claim_code"}, (
        "asking costs nothing"
    )


def test_it_is_over_within_the_seconds_for_which_a_directory_is_remembered(web: Web) -> None:
    world = web.world
    directories = CachedDirectories(world.store, world.clock, ("MX",))
    wiring.install(replace(world.ports, directories=directories))
    token = sign_in(web, ZHAO)
    assert web.get("/v1/me", token=token).status == 200
    web.send("DELETE", "/v1/session?everywhere=1", token=token)
    world.clock.advance(seconds=REMEMBERED.total_seconds())
    world.store.calls.clear()
    assert web.get("/v1/me", token=token).code == "session_over"
    assert world.store.calls == {"directory": 1}, "which is read in any case"


def test_a_resident_signs_out_of_the_client_at_hand(web: Web) -> None:
    """Nothing that is read anyway could say so of residents: it would cost a call with each request."""
    token = sign_in(web, RESIDENT)
    with web.nothing_written():
        answer = web.send("DELETE", "/v1/session?everywhere=1", token=token)
    assert answer.json == {"signed_out": True, "everywhere": False}
    assert web.get("/v1/me", token=token).status == 200


# -- lists


def test_a_resident_lists_what_he_rang_with_its_tracking_links(web: Web) -> None:
    first = web.ring().json
    web.world.clock.advance(minutes=20)
    second = web.ring(text="又来了").json
    web.ring(phone="13900000002")
    token = sign_in(web, RESIDENT)
    web.world.store.calls.clear()
    answer = web.get("/v1/me/bells", token=token)
    assert web.world.store.calls == {"rung_by": 1}
    assert [item["id"] for item in answer.json["items"]] == [second["id"], first["id"]]
    shown = answer.json["items"][1]
    assert (shown["url"], shown["tracking_token"]) == (first["tracking_url"], first["tracking_token"])
    assert RING["text"] not in answer.text
    assert answer.json["cursor"] == ""


def test_many_bells_come_in_pages(web: Web) -> None:
    rung = []
    for number in range(27):
        web.world.clock.advance(minutes=10)
        rung.append(web.ring(text=f"第{number}件事").json["id"])
    token = sign_in(web, RESIDENT)
    first = web.get("/v1/me/bells", token=token).json
    rest = web.get(f"/v1/me/bells?cursor={first['cursor']}", token=token).json
    assert [item["id"] for item in first["items"] + rest["items"]] == rung[::-1]
    assert rest["cursor"] == ""
    assert web.get("/v1/me/bells?cursor=@@@", token=token).status == 400


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("specialist", {"yiqing"}),
        ("community", {"yiqing", "wenyi"}),
        ("neighbouring specialist", {"zuojia"}),
        ("neighbouring community", {"zuojia"}),
        ("subdistrict", {"yiqing", "wenyi", "zuojia"}),
        ("supervisor", {"yiqing", "wenyi", "zuojia"}),
        ("lawyer", set()),
    ],
)
def test_each_member_of_staff_lists_the_bells_of_their_own_places(web: Web, who: str, sees: set[str]) -> None:
    for place in ("yiqing", "wenyi", "zuojia"):
        web.ring(neighbourhood=place)
    token = sign_in(web, PHONES[who])
    web.world.store.calls.clear()
    items = web.get("/v1/me/worklist", token=token).json["items"]
    assert web.world.store.calls == {"ringing": 1}
    assert {item["neighbourhood"] for item in items} == sees


def test_a_lawyer_sees_what_was_rung_at_his_desk(web: Web) -> None:
    rung = web.ring(desk="lawyer").json
    token = sign_in(web, PHONES["lawyer"])
    assert [item["id"] for item in web.get("/v1/me/worklist", token=token).json["items"]] == [rung["id"]]


# -- a bell by session


def of(rung: dict[str, str], verb: str = "") -> str:
    return f"/v1/bells/{rung['id']}" + (f"/{verb}" if verb else "")


def test_staff_read_answer_and_accept_a_bell_of_their_places(web: Web) -> None:
    rung = web.ring().json
    token = sign_in(web, PHONES["community"])  # was not asked yet, yet it is their community
    before = web.get(of(rung), token=token).json
    assert before["text"] is None
    assert before["possible"] == ["answer", "transfer"]
    web.world.store.calls.clear()
    answered = web.post(of(rung, "answer"), token=token)
    assert web.world.store.calls == {"opening": 1, "commit": 1}
    assert answered.json["answered_by"] == {"name": "王丽芬", "role": "community"}
    assert web.get(of(rung), token=token).json["contact"] == {"name": "张三", "phone": "+8613900000001"}
    assert web.post(of(rung, "accept"), token=token).json["case_id"]
    assert web.get(of(rung, "record"), token=token).json["intact"] is True


def test_staff_decline_by_session_too(web: Web) -> None:
    rung = web.ring().json
    token = sign_in(web, ZHAO)
    web.post(of(rung, "answer"), token=token)
    refusal = {"reason_code": "duplicate", "reason": "已在办理", "go_to": "社区"}
    assert web.post(of(rung, "decline"), refusal, token=token).json["status"] == "declined"
    assert web.post(of(rung, "decline"), {}, token=token).status == 400


def test_who_is_second_is_told_who_was_first(web: Web) -> None:
    rung = web.ring().json
    web.post(of(rung, "answer"), token=sign_in(web, ZHAO))
    answer = web.post(of(rung, "answer"), token=sign_in(web, PHONES["community"]))
    assert (answer.status, answer.code) == (409, "already_answered")
    assert "赵虹" in answer.json["message"]


@pytest.mark.parametrize("who", ["neighbouring specialist", "neighbouring community", "lawyer"])
def test_the_neighbouring_community_is_kept_out(web: Web, who: str) -> None:
    rung = web.ring().json
    token = sign_in(web, PHONES[who])
    with web.nothing_written():
        for answer in (
            web.get(of(rung), token=token),
            web.get(of(rung, "record"), token=token),
            web.post(of(rung, "answer"), token=token),
            web.post(of(rung, "accept"), token=token),
        ):
            assert (answer.status, answer.code) == (403, "not_your_place")


def test_a_bell_that_does_not_exist_is_not_found(web: Web) -> None:
    token = sign_in(web, ZHAO)
    for bell_id in ("MX0000000", "nothing", "MX7F3K92QD"):
        for answer in (
            web.get(f"/v1/bells/{bell_id}", token=token),
            web.post(f"/v1/bells/{bell_id}/answer", token=token),
        ):
            assert answer.status == 404


def test_the_limits_are_those_of_the_carriers() -> None:
    assert rules.PHONE_LIMITS == ((5, 3_600), (10, 86_400))
    assert (timedelta(minutes=1), timedelta(minutes=5), 5) == (
        rules.CODE_AGAIN,
        rules.CODE_FOR,
        rules.CODE_TRIES,
    )
