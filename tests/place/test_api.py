"""What a client can ask before it rings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.place.categories import CATEGORIES
from tests.contract.client import Web, visiting
from tests.fakes.world import CONSENT
from tests.session.people import PHONES, sign_in


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as found:
        yield found


def test_places_are_a_tree_down_to_the_neighbourhoods(web: Web) -> None:
    (root,) = web.get("/v1/places").json["items"]
    (community,) = root["children"]
    assert (root["id"], root["kind"], root["name_en"]) == (
        "mishixiang",
        "subdistrict",
        "Mishi Lane Subdistrict",
    )
    assert (community["id"], community["kind"]) == ("mishi", "community")
    assert [(n["id"], n["name"], n["kind"], n["children"]) for n in community["children"]] == [
        ("yiqing", "一清新村", "neighbourhood", []),
        ("wenyi", "文一大院", "neighbourhood", []),
    ]


def test_places_say_nothing_about_staff(web: Web) -> None:
    shown = web.get("/v1/places").text
    assert "赵虹" not in shown
    assert "1380000" not in shown


def test_every_neighbourhood_of_the_tree_can_be_rung_from(web: Web) -> None:
    (root,) = web.get("/v1/places").json["items"]
    for community in root["children"]:
        for place in community["children"]:
            assert web.ring(neighbourhood=place["id"]).status == 201


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "噪声油烟"), ("en", "Noise or fumes")])
def test_categories_have_a_name_in_the_callers_language_and_an_urgency(
    web: Web, language: str, name: str
) -> None:
    found = {item["id"]: item for item in web.get("/v1/categories", language=language).json["items"]}
    assert list(found) == [category.id for category in CATEGORIES]
    assert found["gas"]["urgency"] == "emergency"
    assert found["noise"]["name"] == name


def test_every_category_can_be_rung_with(web: Web) -> None:
    for number, item in enumerate(web.get("/v1/categories").json["items"]):
        answer = web.ring(category=item["id"], phone=f"139000001{number:02}")
        assert answer.status == 201
        bell = web.get(f"/v1/bells/{answer.json['id']}", token=answer.json["tracking_token"]).json
        assert bell["urgency"] == item["urgency"]


def test_staff_see_whom_a_case_can_invite_and_how_to_reach_them(web: Web) -> None:
    answer = web.get("/v1/organisations", token=sign_in(web, PHONES["specialist"]))
    assert answer.status == 200
    found = {item["id"]: item for item in answer.json["items"]}
    assert found["yunhe"] == {
        "id": "yunhe",
        "kind": "property_company",
        "name": "运河物业",
        "name_en": "Canal Property",
        "person": "钱伟",
        "phone": "+8613800003001",
        "mail": "yunhe@example.org",
        "places": ["yiqing"],
    }
    assert found["shigong"]["mail"] == found["lvshi"]["phone"] == ""
    assert answer.json["committee"] == "米市巷街道人民调解委员会"


def test_the_organisations_of_a_place_come_first_when_it_is_named(web: Web) -> None:
    places = web.world.store.places
    places["MX"] = replace(places["MX"], organisations=places["MX"].organisations[::-1])
    web.world.pass_time(minutes=1)
    token = sign_in(web, PHONES["community"])
    for place, first in (("yiqing", "yunhe"), ("wenyi", "lvshi"), ("", "lvshi"), ("nowhere", "lvshi")):
        items = web.get(f"/v1/organisations?place={place}", token=token).json["items"]
        assert (items[0]["id"], len(items)) == (first, 5)


def test_nobody_else_sees_an_organisations_telephone(web: Web) -> None:
    resident = sign_in(web, PHONES["resident"])
    tracking = web.ring().json["tracking_token"]
    for token, status in (("", 401), (tracking, 401), (resident, 403)):
        answer = web.get("/v1/organisations", token=token)
        assert answer.status == status
        assert "1380000" not in answer.text


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "隐私告知书"), ("en", "Privacy")])
def test_the_privacy_notice_has_the_version_to_consent_to(web: Web, language: str, title: str) -> None:
    notice = web.get("/v1/privacy-notice", language=language).json
    assert notice["version"] == CONSENT
    assert title in notice["text"]
    assert title in web.get("/privacy", language=language).text


def test_health_says_whether_a_place_is_loaded(web: Web) -> None:
    assert web.get("/v1/health").json == {"status": "ok", "places": 1, "now": "2026-11-23T02:00:00.000Z"}
    web.world.store.places.clear()
    answer = web.get("/v1/health")
    assert (answer.status, answer.json["status"]) == (503, "no_place")


def test_while_no_place_is_loaded_every_page_still_answers(web: Web) -> None:
    web.world.store.places.clear()
    assert web.get("/").status == 200
    assert web.get("/v1/places").json == {"items": []}
    assert web.ring().fields == {"neighbourhood": "unknown"}
    for path in ("/board", "/privacy", "/v1/privacy-notice"):
        assert web.get(path).status == 404


def test_static_files_are_served_with_their_types_and_may_be_kept(web: Web) -> None:
    files = set(re.findall(r"/static/([\w.]+)", web.get("/").text))
    assert {"style.css", "ring.js", "bell.svg"} <= files
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for name in files:
        answer = web.get(f"/static/{name}")
        assert answer.status == 200
        assert str(answer.headers["content-type"]).startswith(kinds[name.rpartition(".")[2]])
        assert "max-age" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["nope.css", "..", "%2e%2e%2fassets.py", "assets.py", "style.css%00", ".", "STYLE.CSS"]
)
def test_nothing_else_is_served(web: Web, name: str) -> None:
    assert web.get(f"/static/{name}").status == 404
