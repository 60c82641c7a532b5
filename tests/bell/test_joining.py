"""A bell that joins a case which is open already, and the cases that are offered for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.bell import service
from chalicelib.bell.changes import answer_token
from chalicelib.bell.rules import Status
from chalicelib.case import commands as do
from chalicelib.case.state import Ref
from chalicelib.core.chain import Actor, verify
from chalicelib.core.errors import Stale
from chalicelib.core.ids import number
from tests.contract.client import Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, sign_in, two_communities

ZHAO = Actor("staff", "zhao", "赵虹", "specialist")
WORDS = Ref("words", "ab" * 32)
OTHER = {"phone": "13900000002", "text": "楼上半夜还在装修，吵死了"}


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


def of(rung: dict[str, str], verb: str = "") -> str:
    return f"/v1/bells/{rung['id']}" + (f"/{verb}" if verb else "")


def opened(web: Web, **changes: str) -> str:
    """A case that somebody else's bell has opened; its id."""
    rung = web.ring(**changes).json
    token = token_for(web, rung)
    assert web.post(of(rung, "answer"), token=token).status == 200
    found = web.post(of(rung, "accept"), token=token)
    assert found.status == 200, found.text
    return str(found.json["case_id"])


def token_for(web: Web, rung: dict[str, str]) -> str:
    """The one-tap token of whoever was asked first."""
    web.world.settle()
    bell = web.world.file(rung["id"]).bell
    return answer_token(web.world.ports.policy.key, bell, bell.alerted[0].id)


def answered(web: Web, **changes: str) -> tuple[dict[str, str], str]:
    """Another bell, answered; with the answerer's token."""
    rung = web.ring(**{**OTHER, **changes}).json
    token = token_for(web, rung)
    assert web.post(of(rung, "answer"), token=token).status == 200
    return rung, token


@pytest.mark.parametrize("write", [str, number, lambda case: number(case).lower()])
def test_a_bell_joins_the_case_and_whoever_rang_follows_it(web: Web, write: Any) -> None:
    case = opened(web)
    rung, token = answered(web)
    joined = web.post(of(rung, "accept"), {"case": write(case)}, token=token)
    assert (joined.status, joined.json["status"], joined.json["case_id"]) == (200, "accepted", case)
    file = web.world.case_file(case)
    assert file.case.bells[1:] == (rung["id"],)
    assert verify(file.events, file.case.tip, file.case.thing).intact
    assert file.events[-1].actor["id"] == "zhao"
    assert len(web.world.store.all_cases()) == 1
    assert web.get(f"/v1/cases/{case}", token=rung["tracking_token"]).status == 200


def test_joining_is_three_calls_and_without_a_case_it_is_two(web: Web) -> None:
    case = opened(web)
    rung, token = answered(web)
    web.world.store.calls.clear()
    web.post(of(rung, "accept"), {"case": case}, token=token)
    assert web.world.store.calls == {"opening": 1, "case_opening": 1, "commit": 1}
    rung, token = answered(web, phone="13900000003", text="电梯坏了")
    web.world.store.calls.clear()
    web.post(of(rung, "accept"), {}, token=token)
    assert web.world.store.calls == {"opening": 1, "commit": 1}


def test_no_body_and_one_without_a_case_open_a_new_case(web: Web) -> None:
    for count, body in enumerate((b"", b" ", b"{}", b'{"case": ""}')):
        rung, token = answered(web, phone=f"1390000010{count}", text=f"第{count}件事")
        assert web.send("POST", of(rung, "accept"), body, token=token).status == 200
    assert len(web.world.store.all_cases()) == 4


def test_a_body_that_a_form_sends_by_mistake_is_told_apart_from_none(web: Web) -> None:
    rung, token = answered(web)
    assert web.form(of(rung, "accept"), {"case": "x"}, token=token).code == "broken_json"
    assert web.form(of(rung, "accept"), {}, token=token).status == 200


@pytest.mark.parametrize("case", ["nowhere", "MX00000000", "ZZ00000000", "%"])
def test_a_case_that_does_not_exist_here_is_a_wrong_field(web: Web, case: str) -> None:
    rung, token = answered(web)
    with web.nothing_written():
        answer = web.post(of(rung, "accept"), {"case": case}, token=token)
    assert (answer.status, answer.fields) == (400, {"case": "unknown"})
    assert web.post(of(rung, "accept"), {"case": 7}, token=token).fields == {"case": "wrong_type"}
    assert web.world.file(rung["id"]).bell.status is Status.ANSWERED


def test_a_case_out_of_the_answerers_sight_is_a_wrong_field(web: Web) -> None:
    case = opened(web, neighbourhood="zuojia")
    rung, token = answered(web)
    with web.nothing_written():
        answer = web.post(of(rung, "accept"), {"case": case}, token=token)
    assert (answer.status, answer.fields) == (400, {"case": "unknown"})


def test_a_case_that_is_over_takes_no_bell_and_says_what_can_be_done_instead(web: Web) -> None:
    case = opened(web)
    web.world.does(case, do.Fail("no_agreement", WORDS), ZHAO)
    rung, token = answered(web)
    with web.nothing_written():
        answer = web.post(of(rung, "accept"), {"case": case}, token=token)
    assert (answer.status, answer.code) == (409, "case_not_open")
    assert "协商未成" in answer.json["message"]
    assert answer.json["possible"] == ["withdraw", "accept", "decline", "transfer"]
    assert web.post(of(rung, "accept"), token=token).status == 200


def test_a_case_that_went_on_in_another_names_that_one(web: Web) -> None:
    first, second = opened(web), opened(web, phone="13900000009", text="路灯不亮")
    staff = sign_in(web, PHONES["community"])
    assert web.post(f"/v1/cases/{first}/merge", {"case": second}, token=staff).status == 200
    rung, token = answered(web)
    answer = web.post(of(rung, "accept"), {"case": first}, token=token)
    assert (answer.status, answer.code) == (409, "merged_into")
    assert number(second) in answer.json["message"]


def test_joining_twice_is_no_error_and_no_second_event(web: Web) -> None:
    case = opened(web)
    rung, token = answered(web)
    web.post(of(rung, "accept"), {"case": case}, token=token)
    with web.nothing_written():
        again = web.post(of(rung, "accept"), {"case": case}, token=token)
    assert (again.status, again.json["case_id"]) == (200, case)


def test_whoever_did_not_answer_it_is_told_so_before_the_case_is_looked_at(web: Web) -> None:
    rung, _ = answered(web)
    other = sign_in(web, PHONES["community"])
    answer = web.post(of(rung, "accept"), {"case": "nowhere"}, token=other)
    assert (answer.status, answer.code) == (409, "already_answered")


def test_bell_and_case_are_written_together_or_not_at_all(web: Web) -> None:
    case = opened(web)
    rung, token = answered(web)
    before = web.world.case_file(case)
    web.world.store.fail("commit", times=20, error=Stale("CASE"))
    assert web.post(of(rung, "accept"), {"case": case}, token=token).status == 503
    assert web.world.case_file(case) == before
    assert web.world.file(rung["id"]).bell.status is Status.ANSWERED


def test_two_bells_that_join_at_once_are_both_in_the_case(web: Web) -> None:
    case = opened(web)
    (first, one), (second, two) = answered(web), answered(web, phone="13900000003", text="装修太吵")
    read, between = web.world.store.case_opening, [True]

    def slow(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        if between and between.pop():
            service.accept(web.world.ports, two, "", case)
        return found

    web.world.store.case_opening = slow  # type: ignore[method-assign]  # what a slow network does to one call
    assert web.post(of(first, "accept"), {"case": case}, token=one).status == 200
    assert set(web.world.case(case).bells[1:]) == {first["id"], second["id"]}


@pytest.mark.parametrize(("language", "office"), [("zh", "小区专员"), ("en", "Neighbourhood specialist")])
def test_who_accepted_joined_or_declined_is_said_by_name_and_role(
    web: Web, language: str, office: str
) -> None:
    case = opened(web)
    joined, token = answered(web)
    web.post(of(joined, "accept"), {"case": case}, token=token)
    declined, token = answered(web, phone="13900000003", text="别的事")
    refusal = {"reason_code": "duplicate", "reason": "已在办理", "go_to": "社区"}
    web.post(of(declined, "decline"), refusal, token=token)
    for rung, kind in ((joined, "accepted"), (declined, "declined")):
        shown = web.get(of(rung), token=rung["tracking_token"], language=language).json["timeline"]
        (told,) = [entry["text"] for entry in shown if entry["kind"] == kind]
        assert "赵虹" in told
        assert office in told
        if kind == "accepted":
            assert number(case) in told


# -- what is offered


def test_open_cases_about_the_same_are_offered_likeliest_first(web: Web) -> None:
    same = opened(web, text="楼上半夜装修，吵")
    opened(web, phone="13900000008", text="电梯坏了", category="elevator")
    rung, token = answered(web)
    found = web.get(of(rung, "similar-cases"), token=token)
    assert found.status == 200
    assert [item["id"] for item in found.json["items"]] == [same]
    assert found.json["items"][0]["subject"] == "楼上半夜装修，吵"


def test_looking_for_them_is_two_calls_and_changes_nothing(web: Web) -> None:
    opened(web)
    rung, token = answered(web)
    web.world.store.calls.clear()
    with web.nothing_written():
        web.get(of(rung, "similar-cases"), token=token)
    assert web.world.store.calls == {"opening": 1, "worklist": 1}


def test_only_cases_in_ones_sight_are_offered(web: Web) -> None:
    opened(web)  # the specialist's, which lawyers do not see
    rung = web.ring(**{**OTHER, "desk": "lawyer"}).json
    assert web.get(of(rung, "similar-cases"), token=token_for(web, rung)).json["items"] == []
    staff = sign_in(web, PHONES["community"])
    assert len(web.get(of(rung, "similar-cases"), token=staff).json["items"]) == 1


def test_neither_does_the_page_offer_what_is_out_of_sight(web: Web) -> None:
    opened(web, text="楼上半夜装修，吵")
    rung = web.ring(**{**OTHER, "desk": "lawyer"}).json
    page = f"/a/{token_for(web, rung)}"
    assert web.form(page, {"action": "answer"}).status == 303
    assert "楼上半夜装修，吵" not in web.get(page).text


def test_they_are_offered_to_nobody_who_may_not_answer(web: Web) -> None:
    rung, _ = answered(web)
    assert web.get(of(rung, "similar-cases"), token=rung["tracking_token"]).status == 403
    assert web.get(of(rung, "similar-cases")).status == 401
    stranger = sign_in(web, PHONES["neighbouring community"])
    assert web.get(of(rung, "similar-cases"), token=stranger).code == "not_your_place"


def test_without_the_residents_words_the_category_still_tells(web: Web) -> None:
    same = opened(web)
    rung, token = answered(web)
    web.world.store.erase_contact(rung["id"])
    assert [i["id"] for i in web.get(of(rung, "similar-cases"), token=token).json["items"]] == [same]


def test_declaring_these_routes_imports_nothing_that_only_a_case_needs() -> None:
    program = """
import sys
from chalicelib.bell import api
names = ("chalicelib.case.deadlines", "chalicelib.case.lists", "chalicelib.case.present", "chalicelib.case.bodies",
         "chalicelib.case.decisions", "chalicelib.case.commands", "chalicelib.place.casework", "chinese_calendar")
print([name for name in names if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]", run.stdout
