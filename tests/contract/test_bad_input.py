"""Whatever is sent, the answer is a clear 4xx in our words and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.contract.client import FORM, JSON, RING, TYPED, Answer, Web, visiting


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as found:
        yield found


def refused(web: Web, body: bytes | str, **options: str) -> Answer:
    with web.nothing_written():
        answer = web.send("POST", "/v1/bells", body, **{"Content_Type": JSON, **options})
    assert 400 <= answer.status < 500
    also = {"possible", "since"} if answer.status == 409 else set()
    assert answer.json.keys() == {"code", "message", "details"} | also
    assert answer.json["message"]
    return answer


def whole(**changes: object) -> str:
    return json.dumps({**RING, **changes})


UNREADABLE = {
    "nothing": "",
    "half a body": whole()[:-9],
    "two bodies": whole() * 2,
    "a byte order mark": "\ufeff" + whole(),
    "single quotes": "{'desk': 'community'}",
    "NaN": '{"desk": NaN}',
    "a number too large": '{"desk": 1e999}',
    "a very long number": '{"desk": ' + "9" * 5_000 + "}",
    "a raw control character": whole().replace("\\u5f20", "\x01"),
    "a lone high surrogate": whole().replace('"community"', '"\\ud800"'),
    "a lone low surrogate": whole().replace('"community"', '"\\udc00"'),
    "a broken escape": whole().replace('"community"', '"\\x41"'),
    "bytes that are no UTF-8": whole().encode().replace(b"community", b"\xff\xfe"),
    "another encoding": whole().encode("utf-16"),
    "half a surrogate in bytes": whole().encode().replace(b"community", b"\xed\xa0\x80"),
    "a list in a list in a list": "[" * 30_000 + "]" * 30_000,
    "an object in an object": '{"a":' * 10_000 + "1" + "}" * 10_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_json_is_refused(web: Web, name: str) -> None:
    answer = refused(web, UNREADABLE[name])
    assert (answer.status, answer.code) == (400, "broken_json")


@pytest.mark.parametrize("body", ["[]", '"ring"', "null", "true", "7", json.dumps([RING])])
def test_json_that_is_no_object_is_refused(web: Web, body: str) -> None:
    assert refused(web, body).code == "not_an_object"


def test_a_field_given_twice_is_refused_because_nobody_knows_which_was_meant(web: Web) -> None:
    assert refused(web, whole()[:-1] + ', "phone": "13900000002"}').code == "duplicate_field"


@pytest.mark.parametrize("field", [*RING, "where", "building", "unit"])
@pytest.mark.parametrize("value", [None, 0, 1.5, True, [], {}, ["x"], {"a": {"b": 1}}], ids=repr)
def test_a_field_of_the_wrong_type_is_named(web: Web, field: str, value: object) -> None:
    assert refused(web, whole(**{field: value})).fields == {field: "wrong_type"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("text", "", "required"),
        ("text", " \n\t\u3000", "required"),
        ("name", "\u2003", "required"),
        ("name", "张\x00三", "control_characters"),
        ("name", "张\u0085三", "control_characters"),
        ("where", "\x1b[31m", "control_characters"),
        ("desk", "community\x00", "unknown"),
        ("desk", "COMMUNITY", "unknown"),
        ("category", "noise ", "unknown"),
        ("neighbourhood", "MX", "unknown"),
        ("neighbourhood", "mishi", "unknown"),
        ("neighbourhood", "yiqing' OR '1'='1", "unknown"),
        ("phone", "1390000000", "not_a_phone"),
        ("phone", "+8612000000000", "not_a_phone"),
        ("phone", "13900000001#1", "not_a_phone"),
        ("phone", "<script>", "not_a_phone"),
        ("phone", "1" * 5_000, "not_a_phone"),
        ("phone", "12320000000", "not_a_phone"),
        ("consent_version", "", "consent_required"),
        ("consent_version", "2026-11-29 ", "outdated_consent"),
        ("unit", "u" * 21, "too_long"),
        ("building", "👩‍👩‍👧" * 5, "too_long"),
    ],
)
def test_a_field_that_means_nothing_is_named(web: Web, field: str, value: str, code: str) -> None:
    assert refused(web, whole(**{field: value})).fields == {field: code}


@pytest.mark.parametrize(
    "typed", ["１３９０００００００１", "139 0000 0001", "+86 139-0000-0001", "0086 13900000001"]
)
def test_a_phone_may_be_typed_as_people_type_it(web: Web, typed: str) -> None:
    assert web.ring(phone=typed).status == 201


def test_unknown_fields_are_ignored(web: Web) -> None:
    assert web.ring(colour="red", __proto__={"admin": True}).status == 201


def test_five_megabytes_are_too_much(web: Web) -> None:
    answer = refused(web, whole(text="字" * (5 * 1024 * 1024 // 6)))
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert "256 KB" in answer.json["message"]


def test_five_megabytes_are_too_much_for_a_form(web: Web) -> None:
    with web.nothing_written():
        answer = web.form("/", {**TYPED, "text": "x" * 5 * 1024 * 1024})
    assert answer.status == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", FORM, "multipart/form-data; boundary=x", "image/png", "x", "é"]
)
def test_another_content_type_is_refused(web: Web, kind: str) -> None:
    answer = refused(web, whole(), Content_Type=kind)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_json_may_name_its_encoding(web: Web) -> None:
    answer = web.send("POST", "/v1/bells", whole(), Content_Type="Application/JSON; charset=UTF-8")
    assert answer.status == 201


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/bells", "GET, POST"),
        ("PUT", "/v1/bells", "GET, POST"),
        ("GET", "/v1/bells/MX1WQNG4WT/answer", "POST"),
        ("PATCH", "/v1/bells/MX1WQNG4WT", "GET"),
        ("POST", "/v1/statistics", "GET"),
    ],
)
def test_another_method_is_refused_and_the_right_ones_named(
    web: Web, method: str, path: str, allowed: str
) -> None:
    with web.nothing_written():
        answer = web.send(method, path, Content_Type=JSON)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert ", ".join(sorted(str(answer.headers["allow"]).split(", "))) == allowed


@pytest.mark.parametrize("path", ["/", "/t/x", "/a/x", "/board", "/privacy", "/static/style.css"])
def test_pages_know_no_other_method(web: Web, path: str) -> None:
    with web.nothing_written():
        assert web.send("PUT", path, "x").code == "method_not_allowed"


# -- headers and addresses


ODD = ["", "\x7f", "é", "💥", "\u202e", "a" * 8_000, "' OR 1=1 --", "${jndi:ldap://x}", "\ud800", "../../etc"]


@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_odd_headers_break_nothing(web: Web, value: str) -> None:
    answer = web.ring(key=value or " ", language=value)
    assert answer.status == 201
    rung = answer.json
    cookies = f"lang={value}; elder={value}; ={value}; {value}"
    assert web.get("/", Cookie=cookies).status == 200
    assert web.get("/v1/categories", language=value, Accept=value).status == 200
    assert web.get(f"/v1/bells/{rung['id']}", Authorization=f"Bearer {value}").status == 401
    assert web.get(f"/v1/bells/{rung['id']}", Authorization=value).code == "token_missing"


QUERIES = [
    "lang=xx",
    "lang=",
    "lang",
    "&&&",
    "=",
    "lang=en&lang=xx",
    "elder=7",
    "elder=1;elder=2",
    "told=%3Cscript%3E",
    "desk=%00&category=%FF&neighbourhood=%ED%A0%80",
    "desk[]=x",
    "x" * 5_000,
    "&".join(f"q{n}=1" for n in range(900)),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q[:30])
def test_absurd_queries_break_nothing(web: Web, query: str) -> None:
    token = web.ring().json["tracking_token"]
    with web.nothing_written():
        for path in (
            "/",
            f"/t/{token}",
            "/board",
            "/privacy",
            "/v1/categories",
            "/v1/bells",
            "/v1/statistics",
        ):
            assert web.get(f"{path}?{query}").status == 200, path


def test_a_language_nobody_speaks_here_is_chinese(web: Web) -> None:
    assert 'lang="zh-CN"' in web.get("/?lang=xx", language="de").text


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-02-30", "2026", "0000-00-00", "-1", "20261123", "2026-W01-1", "%00"]
)
def test_a_day_that_is_none_is_refused(web: Web, day: str) -> None:
    assert web.get(f"/v1/statistics?day={day}").fields == {"day": "not_a_day"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_far_away_has_no_figures(web: Web, day: str) -> None:
    assert web.get(f"/v1/statistics?day={day}").json["rung"] == 0


@pytest.mark.parametrize("prefix", ["ZZ", "mx", "MX%23", "%00", "../MX", "M" * 3_000])
def test_a_place_not_served_here_is_not_found(web: Web, prefix: str) -> None:
    for path in ("/v1/bells", "/v1/statistics"):
        answer = web.get(f"{path}?prefix={prefix}")
        assert (answer.status, answer.code) == (404, "no_such_place")
    assert web.get(f"/board?prefix={prefix}").status == 404


TOKENS = [
    "x",
    "z" * 19,
    "0" * 19,
    "1" * 18,
    "1" * 20,
    "1" * 5_000,
    "%00",
    "%2e%2e",
    "<script>",
    "é",
    "{token}",
]


@pytest.mark.parametrize("token", TOKENS, ids=lambda t: t[:20])
def test_links_that_open_nothing_say_so(web: Web, token: str) -> None:
    with web.nothing_written():
        for kind in "tas":
            answer = web.get(f"/{kind}/{token}")
            assert answer.status == 401
            assert "<script>" not in answer.text
        for kind in "ta":
            assert (
                web.form(f"/{kind}/{token}", {"action": "answer" if kind == "a" else "withdraw"}).status
                == 401
            )


# -- forms


@pytest.mark.parametrize(
    "body",
    [
        b"text=\xff\xfe&desk=community",
        b"text=%FF%FE&desk=community",
        b"text=%ED%A0%80",
        "&".join(f"f{n}=1" for n in range(2_000)).encode(),
    ],
    ids=["raw bytes", "escaped bytes", "half a character", "two thousand fields"],
)
@pytest.mark.parametrize("path", ["/", "/t/{}", "/a/{}"])
def test_a_form_that_cannot_be_read_is_refused(web: Web, path: str, body: bytes) -> None:
    rung = web.ring().json
    target = path.format(rung["tracking_token"] if "/t/" in path else web.alert("zhao"))
    web.world.settle()
    with web.nothing_written():
        answer = web.send("POST", target, body, Content_Type=FORM)
    assert answer.status == 400
    assert "<h1>" in answer.text


@pytest.mark.parametrize("kind", [JSON, "text/plain", "multipart/form-data; boundary=x"])
def test_pages_take_forms_only(web: Web, kind: str) -> None:
    with web.nothing_written():
        assert web.send("POST", "/", "desk=community", Content_Type=kind).status == 415


@pytest.mark.parametrize("action", ["", "delete", "ANSWER", "withdraw\x00", "decide"])
def test_a_button_that_is_on_no_page_does_nothing(web: Web, action: str) -> None:
    rung, staff = web.ring().json, web.alert("zhao")
    with web.nothing_written():
        assert web.form(f"/a/{staff}", {"action": action}).status == 400
        assert web.form(f"/t/{rung['tracking_token']}", {"action": action}).status == 400
        assert web.form(f"/t/{rung['tracking_token']}").status == 400
