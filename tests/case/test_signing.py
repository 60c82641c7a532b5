"""Signing an agreement with a code that is texted to one's own phone, on paper, or by word of mouth."""

from __future__ import annotations

import pytest

from chalicelib.core.errors import Stale
from chalicelib.session.rules import CODE_TRIES
from tests.case.house import PHONE, House
from tests.contract.client import Answer

YUNHE = "13800003001"


@pytest.fixture
def agreed(house: House) -> House:
    """The resident and the property company are asked to sign."""
    house.invites("yunhe", "shigong", "lvshi")
    house.agrees("resident", "yunhe")
    return house


def asks(house: House, who: str) -> str:
    """Somebody asks for a code; the code."""
    house.act(who, "signature-code")
    return house.code(PHONE if who == "resident" else YUNHE)


def signatures(house: House) -> dict[str, str]:
    """Who signed how."""
    agreement = house.read("zhao").json["agreement"]
    return {s["signatory"]: s["kind"] for s in agreement["signatures"] if s["at"]}


def unsigned(house: House, who: str, code: str, **more: int) -> Answer:
    """The refusal of a code; nothing is signed."""
    before = signatures(house)
    answer = house.tries(who, "sign", {"code": code, **more})
    assert answer.status >= 400
    assert signatures(house) == before
    return answer


def test_a_code_goes_to_the_phone_that_the_case_knows_and_signs_once(agreed: House) -> None:
    told = agreed.act("resident", "signature-code")
    assert told["sent_to"] == "139****0077"
    assert agreed.act("resident", "sign", {"code": agreed.code(PHONE)})["stage"] == "consulting"
    assert agreed.act("yunhe", "sign", {"code": asks(agreed, "yunhe")})["stage"] == "agreed"
    assert signatures(agreed) == {"resident": "code", "yunhe": "code"}
    assert agreed.read("zhao").json["agreement"]["effective_at"]


def test_a_code_is_typed_as_people_type(agreed: House) -> None:
    code = asks(agreed, "resident")
    agreed.act("resident", "sign", {"code": f" {code[:3]} {code[3:]} "})
    assert signatures(agreed) == {"resident": "code"}


def test_a_wrong_code_says_how_many_tries_are_left_and_the_last_one_ends_it(agreed: House) -> None:
    code = asks(agreed, "resident")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in range(CODE_TRIES - 1, -1, -1):
        answer = unsigned(agreed, "resident", wrong)
        assert (answer.status, answer.code, answer.headers["x-tries-left"]) == (401, "code_wrong", str(left))
    answer = unsigned(agreed, "resident", code)
    assert (answer.status, answer.code) == (410, "code_expired")


def test_a_code_is_over_after_its_time_and_after_its_use(agreed: House) -> None:
    code = asks(agreed, "resident")
    agreed.world.clock.advance(minutes=6)
    assert unsigned(agreed, "resident", code).code == "code_expired"
    agreed.act("resident", "sign", {"code": asks(agreed, "resident")})
    agreed.act("zhao", "conclude", {"carried": False, "text": "物业要改"})
    answer = unsigned(agreed, "resident", agreed.code(PHONE))
    assert (answer.status, answer.code) == (409, "nothing_to_sign")


def test_signing_again_after_a_lost_answer_is_the_same_success_and_signs_nothing_more(agreed: House) -> None:
    code = asks(agreed, "resident")
    seen = agreed.read("resident").json["version"]
    first = agreed.act("resident", "sign", {"code": code, "version": seen})
    with agreed.web.nothing_written():
        again = agreed.tries("resident", "sign", {"code": code, "version": seen})
    assert (again.status, again.json) == (200, first)
    agreed.act("yunhe", "sign", {"code": asks(agreed, "yunhe")})
    assert agreed.tries("resident", "sign", {"code": code}).status == 200
    assert agreed.tries("resident", "signature-code").code == "nothing_to_sign"


def test_whoever_signed_on_paper_has_not_signed_by_code(agreed: House) -> None:
    paper = {"signatory": "resident", "kind": "paper", "text": "当面签", "files": [agreed.photo()]}
    agreed.act("zhao", "sign", paper)
    answer = unsigned(agreed, "resident", "123456")
    assert (answer.status, answer.code) == (409, "nothing_to_sign")


def test_somebody_else_s_code_signs_nothing(agreed: House) -> None:
    code = asks(agreed, "yunhe")
    assert unsigned(agreed, "resident", code).code == "code_expired"
    asks(agreed, "resident")
    assert unsigned(agreed, "resident", code).code == "code_wrong"


def test_a_code_for_signing_in_signs_nothing_and_one_for_signing_lets_nobody_in(agreed: House) -> None:
    agreed.web.post("/v1/session/code", {"phone": PHONE})
    agreed.world.settle()
    login = next(s.text for s in reversed(agreed.world.sent) if s.template == "code" and s.to.endswith(PHONE))
    digits = "".join(filter(str.isdigit, login))[:6]
    assert unsigned(agreed, "resident", digits).code == "code_expired"
    signing = asks(agreed, "resident")
    answer = agreed.web.post("/v1/session", {"phone": PHONE, "code": signing})
    assert answer.status in {401, 410} or signing == digits


def test_too_many_codes_are_refused_with_when_to_come_back(agreed: House) -> None:
    agreed.act("resident", "signature-code")
    answer = agreed.tries("resident", "signature-code")
    assert (answer.status, answer.code) == (429, "too_many_codes")
    assert int(answer.headers["retry-after"]) <= 60
    agreed.world.clock.advance(minutes=1)
    agreed.act("resident", "signature-code")


def test_whoever_signs_nothing_gets_no_code(agreed: House) -> None:
    for who in ("shigong", "lvshi"):
        for verb, body in (("signature-code", {}), ("sign", {"code": "123456"})):
            answer = agreed.tries(who, verb, body)
            assert (answer.status, answer.code) == (409, "nothing_to_sign")
    assert agreed.tries("zhao", "signature-code").status == 403
    assert agreed.words("sign") == []


def test_a_code_is_for_an_agreement_that_is_out_for_signature(house: House) -> None:
    house.invites("yunhe")
    assert house.tries("resident", "signature-code").code == "nothing_to_sign"
    house.act("zhao", "negotiate")
    draft = {"form": "minutes", "terms": ["安静"], "signatories": ["resident", "yunhe"]}
    house.act("zhao", "draft", draft)
    answer = house.tries("resident", "signature-code")
    assert (answer.status, answer.code) == (409, "nothing_to_sign")
    assert "comment" not in answer.json["possible"]
    assert house.words("sign") == []


def test_a_signatory_without_a_phone_signs_on_paper(house: House) -> None:
    house.invites("lvshi")
    house.agrees("resident", "lvshi")
    answer = house.tries("lvshi", "signature-code")
    assert (answer.status, answer.fields) == (400, {"code": "no_phone"})
    paper = {"signatory": "lvshi", "kind": "paper", "text": "当面签", "files": [house.photo()]}
    house.act("zhao", "sign", paper)
    assert signatures(house) == {"lvshi": "paper"}


def test_staff_never_sign_with_a_code_nor_for_somebody_who_is_not_asked(agreed: House) -> None:
    for body, wrong in (
        ({"signatory": "resident", "kind": "code", "text": "x"}, {"kind": "unknown"}),
        ({"signatory": "shigong", "kind": "paper", "text": "x"}, {"signatory": "unknown"}),
        ({"signatory": "resident", "kind": "oral"}, {"text": "required"}),
    ):
        answer = agreed.tries("zhao", "sign", body)
        assert (answer.status, answer.fields) == (400, wrong)


def test_who_signs_with_a_link_signs_for_themselves_whatever_they_send(agreed: House) -> None:
    code = asks(agreed, "resident")
    agreed.act("resident", "sign", {"code": code, "signatory": "yunhe", "kind": "paper", "text": "x"})
    assert signatures(agreed) == {"resident": "code"}


def test_a_code_outlives_a_refusal_for_another_reason(agreed: House) -> None:
    seen = agreed.read("resident").json["version"]
    code = asks(agreed, "resident")
    agreed.act("yunhe", "sign", {"code": asks(agreed, "yunhe")})
    assert unsigned(agreed, "resident", code, version=seen).code == "changed_meanwhile"
    assert unsigned(agreed, "resident", "").fields == {"code": "required"}
    agreed.act("resident", "sign", {"code": code, "version": agreed.stored().version})


def test_a_new_draft_takes_the_place_of_the_signatures(agreed: House) -> None:
    agreed.act("resident", "sign", {"code": asks(agreed, "resident")})
    agreed.act("zhao", "conclude", {"carried": False, "text": "物业要改"})
    draft = {"form": "minutes", "terms": ["晚九点后不施工"], "signatories": ["resident", "yunhe"]}
    agreed.act("zhao", "draft", draft)
    assert signatures(agreed) == {}


def test_a_lost_race_while_signing_is_decided_again(agreed: House) -> None:
    code = asks(agreed, "resident")
    agreed.world.store.fail("commit", 2, error=Stale("CASE"))
    agreed.act("resident", "sign", {"code": code})
    assert signatures(agreed) == {"resident": "code"}


def test_two_residents_sign_each_for_themselves(house: House) -> None:
    bell = house.joins()
    house.agrees("resident", bell)
    assert house.tries(bell, "signature-code").status == 202
    house.act(bell, "sign", {"code": house.code("13900000088")})
    assert signatures(house) == {bell: "code"}
    house.act("resident", "sign", {"code": asks(house, "resident")})
    assert house.stored().stage == "agreed"


def test_no_phone_is_in_the_record_of_a_signature(agreed: House) -> None:
    agreed.act("resident", "sign", {"code": asks(agreed, "resident")})
    (signed,) = [e for e in agreed.world.case_file(agreed.case).events if e.kind == "signed"]
    kept = repr((signed.data, signed.actor))
    assert PHONE not in kept
    assert "****" not in kept
