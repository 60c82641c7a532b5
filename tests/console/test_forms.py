"""The forms of the console ask for what the API's requests hold; whatever is posted gets an answer."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec
import pytest

from chalicelib.case import stages, wire
from chalicelib.case.access import NOT_STAFFS, asked_for
from chalicelib.case.orders import ORDERS
from chalicelib.console.forms import FORMS, LIKELY, PRESSING, Input
from chalicelib.console.posted import body
from tests.console.browser import Browser
from tests.console.test_pages import ZHAO
from tests.contract.client import Web, visiting
from tests.fakes.world import World
from tests.session.people import two_communities

SHANGHAI = ZoneInfo("Asia/Shanghai")
OF_PAIRS = {"merge": wire.MergeRequest, "split": wire.SplitRequest}
# What people sign and accept themselves is asked for elsewhere; reminders keep their usual time.
ELSEWHERE = {"version", "code"}
# A specialist is nobody's superior.
REFUSED = {"press": {403}}


def names(part: Input) -> set[str]:
    return {inner.name for inner in part.rows}


@pytest.mark.parametrize("verb", FORMS)
def test_a_form_asks_for_the_fields_of_the_request(verb: str) -> None:
    shape = OF_PAIRS[verb] if verb in OF_PAIRS else ORDERS[verb].shape
    fields = {field.name: field for field in msgspec.structs.fields(shape)}
    asked = {part.name for part in FORMS[verb].inputs}
    assert asked <= set(fields)
    assert {name for name, field in fields.items() if field.required} <= asked
    extra = set(fields) - asked - ELSEWHERE
    assert extra <= {"files"}, "everything that can be said has a field"


def test_every_order_of_staff_has_its_form() -> None:
    verbs = {verb for _, verb in stages.TRANSITIONS} - NOT_STAFFS - {"join", "absorb"}
    assert set(asked_for(verbs)) == set(FORMS)


def test_what_is_likely_or_pressing_exists() -> None:
    assert {verb for verbs in LIKELY.values() for verb in verbs} | set(PRESSING) <= set(FORMS)
    assert set(LIKELY) == set(stages.Stage)


def test_rows_lines_and_choices_become_lists() -> None:
    posted = {
        "form": "minutes",
        "facts": "",
        "terms": " 一、赔偿 \r\n\r\n二、整改\r\n",
        "duties-1-who": "wuye",
        "duties-1-text": "整改",
        "duties-1-due_at": "2026-12-01T10:00",
        "duties-2-who": "resident",
        "signatories.resident": "yes",
        "signatories.wuye": "",
    }
    found, wrong = body(FORMS["draft"], posted, SHANGHAI)
    assert wrong == ()
    assert found["terms"] == ["一、赔偿", "二、整改"]
    assert found["signatories"] == ["resident"]
    assert found["duties"] == [{"who": "wuye", "text": "整改", "due_at": "2026-12-01T10:00:00+08:00"}]


@pytest.mark.parametrize(
    ("typed", "coins"),
    [
        ("23.80", 2380),
        ("¥1,200", 120_000),
        ("", None),
        ("0", 0),
        ("1.234", None),
        ("NaN", None),
        ("1e99", None),
    ],
)
def test_prices_are_read_as_people_write_them(typed: str, coins: int | None) -> None:
    posted = {"options-0-text": "凝胶", "options-0-price": typed}
    found, wrong = body(FORMS["offer"], posted, SHANGHAI)
    assert found["options"] == [{"text": "凝胶", "price": coins}]
    assert bool(wrong) == (coins is None and bool(typed))


def test_what_is_typed_is_not_touched_but_for_line_ends() -> None:
    words = "  <b>一</b>\r\n\r\n二 🔔\u202e "
    found, _ = body(FORMS["visit"], {"text": words, "files": "a.jpg, b.jpg a.jpg"}, SHANGHAI)
    assert found == {"text": words.replace("\r\n", "\n"), "files": ["a.jpg", "b.jpg"]}


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Browser, str, Web]]:
    with visiting(World(two_communities())) as web:
        rung = web.world.ring()
        web.world.settle()
        case_id = web.world.accept(rung)
        yield Browser(web, ZHAO), case_id, web


@pytest.mark.parametrize("verb", [verb for verb in FORMS if FORMS[verb].inputs])
@pytest.mark.parametrize(
    "rubbish", ["", "💥", "-1", "99999999999999999999", "\x00\u202e", "../..", "x" * 5_000]
)
def test_whatever_is_posted_gets_an_answer_and_changes_nothing(
    desk: tuple[Browser, str, Web], verb: str, rubbish: str
) -> None:
    zhao, case_id, web = desk
    inputs = FORMS[verb].inputs
    fields = {part.name: rubbish for part in inputs if part.kind not in {"textarea", "lines"}}
    fields |= {f"{part.name}-0-{inner}": rubbish for part in inputs for inner in names(part)}
    fields |= {f"{part.name}.{rubbish}": "yes" for part in inputs if part.kind == "checkboxes"}
    before = web.world.case(case_id)
    answer = zhao.act(case_id, verb, sure="yes", **fields)
    assert answer.status in REFUSED.get(verb, {400, 409}), answer.status
    assert web.world.case(case_id) == before
