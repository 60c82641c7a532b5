"""What programs can rely on when they work on a case: what is refused, why, and that nothing is half done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.core.errors import Stale, Unavailable
from tests.case.house import House

Body = Mapping[str, Any]
FAR, NO_TIME = "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"


def refused(house: House, who: str, verb: str, body: Body, **options: str) -> dict[str, str]:
    """The wrong fields that a command is refused for; nothing is written."""
    house.token(who)
    with house.web.nothing_written():
        answer = house.tries(who, verb, body, **options)
    assert answer.status == 400, (answer.status, answer.text)
    return answer.fields


def conflict(house: House, who: str, verb: str, body: Body | None = None, **options: str) -> Any:
    """The 409 that a command meets; nothing is written."""
    house.token(who)
    with house.web.nothing_written():
        answer = house.tries(who, verb, body, **options)
    assert answer.status == 409, (answer.status, answer.text)
    return answer.json


# -- bad input


@pytest.mark.parametrize(
    ("verb", "body", "wrong"),
    [
        ("visit", {}, {"text": "required"}),
        ("visit", {"text": "字" * 4001}, {"text": "too_long"}),
        ("visit", {"text": "a\x00b"}, {"text": "control_characters"}),
        ("visit", {"text": " \u200b"}, {"text": "required"}),
        ("visit", {"text": 5, "files": "x"}, {"text": "wrong_type", "files": "wrong_type"}),
        ("visit", {"text": "x", "files": [f"{n:032x}.jpg" for n in range(10)]}, {"files": "too_many"}),
        ("visit", {"text": "x", "files": ["../../etc/passwd"]}, {"files": "upload_missing"}),
        ("visit", {"text": "x", "files": ["0" * 32 + ".jpg"]}, {"files": "upload_missing"}),
        ("visit", {"text": "x", "version": -1}, {"version": "out_of_range"}),
        ("visit", {"text": "x", "version": 10**40}, {"version": "out_of_range"}),
        ("assign", {"staff": "nobody"}, {"staff": "unknown"}),
        ("message", {"text": "x", "to": "a friend"}, {"to": "unknown"}),
        ("ask", {"text": "", "days": 31}, {"text": "required", "days": "out_of_range"}),
        ("ask", {"text": "x", "days": 10**40}, {"days": "out_of_range"}),
        (
            "pause",
            {"reason": "tired", "waits_for": "老王", "until": "tomorrow"},
            {"reason": "unknown", "waits_for": "unknown", "until": "not_a_time"},
        ),
        ("pause", {"reason": "weather", "waits_for": "resident", "until": FAR}, {"until": "too_far"}),
        ("offer", {"options": [{"text": "one"}]}, {"options": "required"}),
        ("offer", {"options": [{"text": "a", "price": 10**40}, {"text": "b"}]}, {"price": "out_of_range"}),
        (
            "offer",
            {"options": [{"text": "a", "price": -1}, {"text": ""}]},
            {"price": "negative", "options": "required"},
        ),
        ("invite", {"organisation": "nobody"}, {"organisation": "unknown"}),
        ("invite", {}, {"name": "required", "phone": "phone_or_mail", "kind": "unknown"}),
        (
            "invite",
            {"kind": "person", "name": "长" * 81, "person": "长" * 51, "phone": "12", "mail": "nowhere"},
            {"name": "too_long", "person": "too_long", "phone": "not_a_phone", "mail": "not_a_mail"},
        ),
        (  # the link with which the party speaks would go to somebody else, too
            "invite",
            {"kind": "person", "name": "丁", "mail": "ding@example.org, else@example.org"},
            {"mail": "not_a_mail"},
        ),
        (
            "schedule",
            {"at": NO_TIME, "place": "", "text": "  ", "invited": ["ghost"]},
            {"at": "not_a_time", "place": "required", "text": "required", "invited": "unknown"},
        ),
        (
            "schedule",
            {"at": FAR, "place": "长" * 201, "text": "议程", "invited": []},
            {"at": "too_far", "place": "too_long", "invited": "required"},
        ),
        ("extend", {"key": "target", "until": FAR, "reason": "complex", "text": "x"}, {"until": "too_far"}),
        ("fail", {"reason": "bored", "text": ""}, {"reason": "unknown", "text": "required"}),
    ],
)
def test_every_wrong_field_is_named_at_once(
    house: House, verb: str, body: Body, wrong: dict[str, str]
) -> None:
    found = refused(house, "zhao", verb, body)
    assert found.items() >= wrong.items()
    # A time that cannot be read is also no time to come; nothing else is said twice.
    assert len(found) == len(wrong)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_wrong_is_said_in_the_caller_s_language(house: House, language: str) -> None:
    body = {"at": "soon", "place": "", "text": "", "invited": ["ghost"]}
    answer = house.tries("zhao", "schedule", body, language=language)
    said = [detail["message"] for detail in answer.json["details"]]
    assert len(said) == 4
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in message) for message in said]
    assert all(chinese) if language == "zh" else not any(chinese)


def test_a_draft_names_everything_that_is_wrong_with_it(house: House) -> None:
    house.act("zhao", "negotiate")
    draft = {
        "form": "letter",
        "terms": ["", "好"],
        "signatories": ["ghost"],
        "duties": [{"who": "ghost", "text": "x", "due_at": house.soon(days=1), "remind_before": 10**30}],
    }
    wrong = {"form", "terms", "signatories", "who", "remind_before"}
    assert set(refused(house, "zhao", "draft", draft)) == wrong


def test_a_draft_never_holds_more_than_one_transaction_can_keep(house: House) -> None:
    house.act("zhao", "negotiate")
    draft = {"form": "minutes", "terms": [f"第{n}条" for n in range(1, 62)], "signatories": ["resident"]}
    assert refused(house, "zhao", "draft", draft) == {"terms": "too_many"}
    house.act("zhao", "draft", {**draft, "terms": draft["terms"][:60]})


def test_an_obligation_cannot_be_reminded_of_before_anybody_lived(house: House) -> None:
    house.act("zhao", "carry-out")
    duty = {"who": "specialist", "text": "x", "due_at": house.soon(days=1), "remind_before": 10**30}
    assert refused(house, "zhao", "promise", {"duty": duty}) == {"remind_before": "out_of_range"}


def test_whoever_was_at_a_meeting_is_named_by_an_id_and_never_typed(house: House) -> None:
    meeting = {"at": house.soon(hours=1), "place": "社区", "text": "议程", "invited": ["resident"]}
    house.act("zhao", "schedule", meeting)
    house.world.pass_time(hours=2)
    held = {"meeting": 1, "attended": ["resident", "老王"], "text": "纪要"}
    assert refused(house, "zhao", "hold", held) == {"attended": "unknown"}
    house.act("zhao", "hold", {**held, "attended": ["resident", "wang"]})


def test_a_file_is_taken_by_type_and_size(house: House) -> None:
    assert refused(house, "zhao", "files", {"kind": "text/html", "bytes": 0}) == {
        "kind": "unknown",
        "bytes": "out_of_range",
    }


def test_a_case_that_does_not_exist_is_not_found_and_an_unknown_link_opens_nothing(house: House) -> None:
    for case, status in (("MX-0000-0000", 404), ("nonsense", 404), ("MX1WQNJ440", 404)):
        assert house.web.get(f"/v1/cases/{case}", token=house.token("zhao")).status == status
    assert house.web.get(f"/v1/cases/{house.case}", token="x" * 19).status == 401
    assert house.web.get(f"/v1/cases/{house.case}").status == 401


# -- what is not possible


def test_what_cannot_be_done_now_is_refused_with_what_can(house: House) -> None:
    body = conflict(house, "zhao", "finish", {"text": "x"})
    assert body["code"] == "not_possible_now"
    assert body["possible"] == house.read("zhao").json["possible"]
    assert {"negotiate", "carry-out", "merge", "split"} <= set(body["possible"])
    assert "carry-out" not in conflict(house, "resident", "reply", {"text": "x"})["possible"]


def test_what_is_named_as_possible_is_an_address(house: House) -> None:
    house.act("zhao", "negotiate")
    house.act("zhao", "consult", {"how": "poll", "until": house.soon(days=3), "poll": "入户"})
    possible = conflict(house, "zhao", "finish", {"text": "x"})["possible"]
    assert "conclude" in possible
    for verb in possible:
        assert house.tries("zhao", verb, {"version": -1}).status == 400, verb


def test_while_the_clock_stands_still_only_some_things_go_on(house: House) -> None:
    house.act("zhao", "pause", {"reason": "weather", "waits_for": "community", "until": house.soon(days=3)})
    body = conflict(house, "zhao", "negotiate")
    assert body["code"] == "paused"
    assert "resume" in body["possible"]
    assert "negotiate" not in body["possible"]
    house.act("zhao", "resume")
    house.act("zhao", "negotiate")


def test_somebody_who_saw_an_older_version_is_told_what_others_did(house: House) -> None:
    seen = house.read("wang").json["version"]
    house.act("zhao", "visit", {"text": "我去看过"})
    house.act("resident", "message", {"text": "谢谢"})
    body = conflict(house, "wang", "assign", {"staff": "wang", "version": seen})
    assert body["code"] == "changed_meanwhile"
    assert [(e["kind"], e["who"]) for e in body["since"]] == [("visited", "赵虹"), ("messaged", "resident")]
    assert "assign" in body["possible"]
    house.act("wang", "assign", {"staff": "wang", "version": house.read("wang").json["version"]})


def test_a_reminder_in_between_surprises_nobody(house: House) -> None:
    seen = house.read("resident").json["version"]
    house.world.pass_time(hours=30)
    assert house.stored().version > seen
    house.act("resident", "message", {"text": "还没有人来", "version": seen})


def test_what_somebody_cannot_see_does_not_stand_in_their_way(house: House) -> None:
    house.invites("yunhe")
    house.act("zhao", "propose", {"text": "方案"})
    house.act("zhao", "negotiate")
    seen = house.read("yunhe").json["version"]
    house.act("zhao", "message", {"to": "staff", "text": "内部看法"})
    house.act("yunhe", "comment", {"plan": 1, "text": "同意", "version": seen})
    seen = house.read("resident").json["version"]
    house.act("yunhe", "message", {"text": "只给社区看"})
    house.act("resident", "comment", {"plan": 1, "text": "同意", "version": seen})
    house.act("zhao", "propose", {"text": "方案二"})
    body = conflict(house, "resident", "comment", {"plan": 1, "text": "再想想", "version": seen})
    # What the resident wrote meanwhile is there, too: perhaps from another device.
    assert [e["kind"] for e in body["since"]] == ["commented", "proposed"]


def test_a_merged_case_says_where_it_goes_on(house: House) -> None:
    _, other = house.rings(phone="13900000099", text="楼上又装修")
    house.act("zhao", "merge", {"case": other})
    body = conflict(house, "zhao", "visit", {"text": "x"})
    assert body["code"] == "merged_into"
    assert body["possible"] == []
    assert f"{other[:2]}-{other[2:6]}-{other[6:]}" in body["message"]
    assert house.read("zhao").json["merged_into"] == other


def test_the_same_choice_twice_is_one_and_another_is_refused(house: House) -> None:
    house.act("zhao", "offer", {"options": [{"text": "甲", "price": 1}, {"text": "乙"}]})
    house.act("resident", "choose", {"offer": 1, "option": "a"})
    kinds = house.world.case_kinds(house.case)
    body = conflict(house, "resident", "choose", {"offer": 1, "option": "b"})
    assert body["code"] in {"already_chosen", "not_possible_now"}
    assert house.world.case_kinds(house.case) == kinds


# -- retries


def test_a_race_that_was_lost_is_decided_again(house: House) -> None:
    house.token("wang")
    house.world.store.fail("commit", 2, error=Stale("CASE"))
    house.act("wang", "negotiate")
    assert house.stored().stage == "negotiating"
    house.world.store.fail("commit", 6, error=Stale("CASE"))
    answer = house.tries("wang", "visit", {"text": "x"})
    assert (answer.status, answer.code) == (503, "unavailable")
    assert house.world.case_kinds(house.case)[-1] == "negotiated"


def test_somebody_who_lost_the_race_is_refused_what_the_winner_made_impossible(house: House) -> None:
    house.token("wang")
    commit = house.world.store.commit

    def beaten(*changes: object) -> None:
        house.world.store.commit = commit
        house.tries("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"})
        commit(*changes)

    house.world.store.commit = beaten
    answer = house.tries("wang", "negotiate")
    assert (answer.status, answer.code) == (409, "not_possible_now")
    assert house.world.case_kinds(house.case)[-1] == "failed"


@pytest.mark.parametrize("operation", ["case_opening", "commit"])
def test_when_the_store_is_busy_nothing_is_written_and_one_may_try_again(
    house: House, operation: str
) -> None:
    house.token("zhao")
    house.world.store.fail(operation, error=Unavailable("busy"))
    with house.web.nothing_written():
        answer = house.tries("zhao", "negotiate")
    assert answer.status == 503
    house.act("zhao", "negotiate")


def test_a_photo_that_was_sent_twice_is_kept_once(house: House) -> None:
    photo = house.photo()
    house.world.store.fail("commit", error=Unavailable("busy"))
    assert house.tries("zhao", "visit", {"text": "x", "files": [photo]}).status == 503
    house.act("zhao", "visit", {"text": "x", "files": [photo, photo]})
    (visited,) = [e for e in house.read("zhao").json["timeline"] if e["kind"] == "visited"]
    assert [file["id"] for file in visited["files"]] == [photo]
    status, kind, content = house.world.files.fetch(visited["files"][0]["url"])
    assert (status, kind, content) == (200, "image/jpeg", b"a picture")


def test_a_photo_for_another_case_is_not_taken(house: House) -> None:
    _, other = house.rings(phone="13900000099", text="楼上又装修")
    photo = house.photo()
    assert refused(house, "zhao", "visit", {"text": "x", "files": [photo]}, case=other) == {
        "files": "upload_missing"
    }


def test_reading_a_case_changes_nothing_and_costs_two_calls(house: House) -> None:
    house.joins()
    for who in ("zhao", "resident"):
        house.token(who)
        before = house.world.store.calls.total()
        with house.web.nothing_written():
            assert house.read(who).status == 200
        assert house.world.store.calls.total() - before <= 2
