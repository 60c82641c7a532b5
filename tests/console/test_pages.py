"""What staff can rely on at their desk: the worklist and the page of a case, as a browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.console.browser import Browser
from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, two_communities

ZHAO, LI = PHONES["specialist"], PHONES["subdistrict"]
WORDS = "看了现场：<b>墙</b>\n烟管没有装 🔔"


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


@pytest.fixture
def case_id(web: Web) -> str:
    rung = web.world.ring()
    web.world.settle()
    return web.world.accept(rung)


@pytest.fixture
def zhao(web: Web, case_id: str) -> Browser:
    return Browser(web, ZHAO)


def text_of(answer: Answer) -> str:
    """What is read on a page."""
    return unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u2068", "").replace("\u2069", "")


def forms(answer: Answer) -> list[str]:
    """The verbs that can be done."""
    return re.findall(r'id="form-(\w+)"', answer.text)


def test_the_worklist_shows_my_cases_and_leads_to_each(zhao: Browser, case_id: str) -> None:
    answer = zhao.get("/cases")
    assert answer.status == 200
    assert f'href="/c/{case_id}"' in answer.text
    assert re.search(r'<time class="due-count" datetime="[^"]+Z" data-deadline', answer.text)
    assert 'href="/me"' in answer.text


def test_a_list_is_one_query_and_a_case_two_calls(zhao: Browser, case_id: str) -> None:
    zhao.web.world.store.calls.clear()
    zhao.get("/cases")
    assert len(zhao.web.world.store.calls) == 1, zhao.web.world.store.calls
    zhao.web.world.store.calls.clear()
    zhao.get(f"/c/{case_id}")
    assert len(zhao.web.world.store.calls) == 2, zhao.web.world.store.calls


def test_filters_narrow_the_list_and_say_so(zhao: Browser, case_id: str) -> None:
    assert f"/c/{case_id}" in zhao.get("/cases?stage=looking_into").text
    none = zhao.get("/cases?stage=agreed")
    assert f"/c/{case_id}" not in none.text
    assert '<details class="more filters" id="filters" open>' in none.text
    assert f"/c/{case_id}" not in zhao.get("/cases?overdue=1").text
    zhao.web.world.clock.advance(days=2)
    zhao = Browser(zhao.web, ZHAO)
    assert f"/c/{case_id}" in zhao.get("/cases?overdue=1").text
    assert "is-late" in zhao.get("/cases").text


def test_words_and_numbers_get_an_address_a_telephone_does_not(zhao: Browser, case_id: str) -> None:
    found = zhao.post("/cases", action="search", q=case_id)
    assert found.status == 303
    assert parse_qs(urlsplit(found.location).query)["q"] == [case_id]
    assert f"/c/{case_id}" in zhao.get(found.location).text
    called = zhao.post("/cases", action="search", q="139 0000 0001")
    assert called.status == 200
    assert f"/c/{case_id}" in called.text
    assert f"/c/{case_id}" not in zhao.post("/cases", action="search", q="13711112222").text


def test_several_cases_change_hands_at_once_and_each_is_answered_for(
    web: Web, zhao: Browser, case_id: str
) -> None:
    web.world.clock.advance(minutes=20)
    second = web.world.accept(web.world.ring(category="parking", text="车位被占", phone="13900000002"))
    answer = zhao.post(
        "/cases",
        action="assign",
        staff="li",
        **{f"case.{case_id}": "yes", f"case.{second}": "yes", "case.MX00000000": "yes"},
    )
    assert answer.status == 200
    assert answer.text.count('class="is-done"') == 2
    assert answer.text.count('class="is-not"') == 1
    assert web.world.case(case_id).owner == web.world.case(second).owner == "li"


def test_nothing_selected_or_nobody_chosen_is_said_and_the_selection_stays(
    zhao: Browser, case_id: str
) -> None:
    nobody = zhao.post("/cases", action="assign", staff="", **{f"case.{case_id}": "yes"})
    assert nobody.status == 400
    assert f'name="case.{case_id}" value="yes" checked' in nobody.text
    assert 'id="staff-error"' in nobody.text
    assert zhao.post("/cases", action="assign", staff="li").status == 400


def test_a_case_tells_its_story_and_offers_only_what_is_possible(zhao: Browser, case_id: str) -> None:
    answer = zhao.get(f"/c/{case_id}")
    assert answer.status == 200
    assert {"visit", "negotiate", "carry_out", "message", "fail"} <= set(forms(answer))
    assert not {"sign", "perform", "finish", "close", "rate", "decide_extension", "press"} & set(
        forms(answer)
    )
    assert "楼上半夜装修" in answer.text
    assert "13900000001" in answer.text.replace(" ", "")


def test_a_colleague_reads_the_words_but_not_the_number(web: Web, case_id: str) -> None:
    answer = Browser(web, LI).get(f"/c/{case_id}")
    assert "139****0001" in answer.text
    assert "13900000001" not in answer.text.replace(" ", "")
    assert "press" in forms(answer)


def test_strangers_see_nothing(web: Web, case_id: str) -> None:
    assert web.get(f"/c/{case_id}").location == "/sign-in"
    assert Browser(web, PHONES["neighbouring specialist"]).get(f"/c/{case_id}").status == 403
    assert Browser(web, PHONES["resident"]).get("/cases").status == 403
    assert Browser(web, ZHAO).get("/c/MX00000000").status == 404


def test_a_visit_is_written_down_and_read_again(zhao: Browser, case_id: str) -> None:
    done = zhao.act(case_id, "visit", text=WORDS)
    assert (done.status, done.location) == (303, f"/c/{case_id}?did=visit")
    after = zhao.get(done.location)
    assert 'class="flash"' in after.text
    assert "看了现场：&lt;b&gt;墙&lt;/b&gt;\n烟管没有装 🔔" in after.text
    assert zhao.web.world.case(case_id).visits == 1


def test_a_form_that_is_wrong_comes_back_with_everything_typed(zhao: Browser, case_id: str) -> None:
    answer = zhao.act(
        case_id, "schedule", at="", place="二楼会议室", text=WORDS, **{"invited.resident": "yes"}
    )
    assert answer.status == 400
    assert 'id="do-schedule" open' in answer.text
    assert 'id="schedule-at-error"' in answer.text
    assert 'href="#schedule-at"' in answer.text
    assert 'value="二楼会议室"' in answer.text
    assert "看了现场：&lt;b&gt;墙&lt;/b&gt;" in answer.text
    assert 'name="invited.resident" value="yes" checked' in answer.text
    assert zhao.web.world.case(case_id).meetings == ()


def test_when_somebody_was_faster_their_words_come_first_and_mine_stay(
    web: Web, zhao: Browser, case_id: str
) -> None:
    seen = str(web.world.case(case_id).version)
    assert Browser(web, LI).act(case_id, "message", to="staff", text="我已联系物业").status == 303
    answer = zhao.act(case_id, "visit", version=seen, text=WORDS)
    assert answer.status == 409
    assert answer.text.index("我已联系物业") < answer.text.index('id="do-visit" open')
    assert "烟管没有装 🔔</textarea>" in answer.text
    assert web.world.case(case_id).visits == 0
    again = re.search(r'id="form-visit".*?name="version" value="(\d+)"', answer.text, re.DOTALL)
    assert again
    assert zhao.act(case_id, "visit", version=again[1], text=WORDS).status == 303


def test_what_is_no_longer_possible_is_said_and_what_was_typed_is_kept(
    web: Web, zhao: Browser, case_id: str
) -> None:
    assert zhao.act(case_id, "carry_out").status == 303
    answer = zhao.act(case_id, "propose", text="分三步整改")
    assert answer.status == 409
    assert "分三步整改" in answer.text
    assert "propose" not in forms(answer)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_hurts_asks_once_more(web: Web, case_id: str, language: str) -> None:
    zhao = Browser(web, ZHAO, language)
    asked = zhao.act(case_id, "fail", reason="no_agreement", text="谈不拢")
    assert asked.status == 200
    assert 'name="sure" value="yes"' in asked.text
    assert "谈不拢</textarea>" in asked.text
    assert web.world.case(case_id).stage == "looking_into"
    assert zhao.act(case_id, "fail", reason="no_agreement", text="谈不拢", sure="yes").status == 303
    assert web.world.case(case_id).stage == "failed"


def test_a_form_of_another_page_does_nothing(zhao: Browser, case_id: str) -> None:
    answer = zhao.web.form(
        f"/c/{case_id}", {"action": "visit", "text": "x", "csrf": "0" * 32}, Cookie=zhao.cookie
    )
    assert answer.status == 403
    assert zhao.post(f"/c/{case_id}", action="dance").status == 400


def test_looking_changes_nothing(zhao: Browser, case_id: str) -> None:
    with zhao.web.nothing_written():
        for path in (
            "/cases",
            "/cases?view=all&q=x",
            f"/c/{case_id}",
            f"/c/{case_id}?do=fail&reason=x&did=close",
        ):
            assert zhao.get(path).status == 200
        zhao.get(f"/c/{case_id}?similar=1")


def test_a_link_opens_a_form_filled_in(zhao: Browser, case_id: str) -> None:
    answer = zhao.get(f"/c/{case_id}?do=message&to=staff&text=%E5%B7%B2%E8%AF%BB")
    assert 'id="do-message" open' in answer.text
    assert '<option value="staff" selected>' in answer.text
    assert "已读</textarea>" in answer.text


def test_more_rows_keep_what_is_typed_and_do_nothing(zhao: Browser, case_id: str) -> None:
    first = {"options-0-text": "凝胶", "options-0-price": "23.80", "options-1-text": "混悬液"}
    answer = zhao.act(case_id, "offer", more="options", **first)
    assert answer.status == 200
    assert 'name="options-4-text"' in answer.text
    assert 'value="23.80"' in answer.text
    assert zhao.web.world.case(case_id).offers == ()
    assert zhao.act(case_id, "offer", **first).status == 303
    (offer,) = zhao.web.world.case(case_id).offers
    assert [option.price for option in offer.options] == [2380, None]


def test_a_price_that_is_none_and_a_number_that_is_none_are_said(zhao: Browser, case_id: str) -> None:
    odd = {"options-0-text": "a", "options-0-price": "gratis", "options-1-text": "b"}
    assert 'id="offer-options-error"' in zhao.act(case_id, "offer", **odd).text
    assert 'id="ask-days-error"' in zhao.act(case_id, "ask", text="?", days="soon").text


def test_times_are_typed_on_the_places_clock(web: Web, zhao: Browser, case_id: str) -> None:
    local = web.world.clock.now().astimezone(two_communities().subdistrict.zone)
    assert (
        zhao.act(
            case_id, "pause", reason="weather", waits_for="resident", until=f"{local.year + 1}-03-01T10:00"
        ).status
        == 303
    )
    pause = web.world.case(case_id).pause
    assert pause
    assert pause.until.isoformat() == f"{local.year + 1}-03-01T02:00:00+00:00"
    page = zhao.get(f"/c/{case_id}")
    assert 'class="banner"' in page.text
    assert "is-stopped" in page.text
    assert "resume" in forms(page)


def test_a_whole_story_is_played_with_the_forms_alone(web: Web, zhao: Browser, case_id: str) -> None:
    def does(action: str, **fields: str) -> None:
        answer = zhao.act(case_id, action, **fields)
        assert answer.status == 303, (action, text_of(answer)[:2000])
        assert zhao.get(answer.location).status == 200

    later = f"{web.world.clock.now().year + 1}-01-15T10:00"
    does("visit", text="看了现场")
    does("invite", kind="property_company", name="运河物业", phone="13800009999")
    does("negotiate")
    does("propose", text="装烟管")
    does("comment", plan="1", text="同意")
    terms = {
        "form": "minutes",
        "terms": "一、装烟管\n二、月底完成",
        "signatories.resident": "yes",
        "signatories.p-1": "yes",
    }
    does("draft", **terms, **{"duties-0-who": "p-1", "duties-0-text": "装烟管", "duties-0-due_at": later})
    does("consult", how="parties", until=later)
    does("sign", signatory="resident", kind="oral", text="电话中同意")
    does("sign", signatory="p-1", kind="oral", text="当面同意")
    assert web.world.case(case_id).stage == "agreed"
    does("carry_out")
    does("perform", obligation="1", text="装好了")
    does("send_back", obligation="1", text="管口漏油", due_at=later)
    does("perform", obligation="1", text="修好了")
    does("accept", obligation="1")
    does("finish", text="油烟问题解决")
    assert web.world.case(case_id).stage == "done"


def test_a_case_merged_into_another_leads_there(web: Web, zhao: Browser, case_id: str) -> None:
    web.world.clock.advance(minutes=20)
    other = web.world.accept(web.world.ring(category="parking", text="车位被占", phone="13900000002"))
    assert zhao.act(case_id, "merge", case="MX-0000-0000", sure="yes").status == 400
    done = zhao.act(case_id, "merge", case=other, sure="yes")
    assert done.location == f"/c/{other}?did=merge"
    assert f'href="/c/{other}"' in zhao.get(f"/c/{case_id}").text


def test_a_second_matter_becomes_a_case_of_its_own(web: Web, zhao: Browser, case_id: str) -> None:
    assert 'id="split-subject-error"' in zhao.act(case_id, "split", category="noise", subject=" ").text
    done = zhao.act(case_id, "split", category="noise", subject="楼道堆物")
    assert done.status == 303
    assert case_id not in done.location
    assert "楼道堆物" in zhao.get(done.location).text


def test_a_file_gets_a_place_and_goes_with_the_words(web: Web, zhao: Browser, case_id: str) -> None:
    answer = zhao.post(f"/c/{case_id}", action="upload", kind="image/jpeg", bytes="1000")
    assert answer.status == 200
    target = answer.json
    assert {"id", "url", "fields", "thumbnail"} <= set(target)
    assert zhao.act(case_id, "visit", text="看了", files=target["id"]).status == 400
    refused = zhao.post(f"/c/{case_id}", action="upload", kind="text/html", bytes="1000")
    assert refused.status == 400
    assert refused.json["message"]


def test_without_a_script_a_photo_is_uploaded_first(zhao: Browser, case_id: str) -> None:
    answer = zhao.get(f"/c/{case_id}?do=visit&key=incoming/CASE/9f86d081884c7d65.jpg")
    assert 'class="uploader stack-s"' in answer.text
    assert 'name="files" value="9f86d081884c7d65.jpg"' in answer.text


def test_a_draft_is_changed_without_writing_it_anew(web: Web, zhao: Browser, case_id: str) -> None:
    later = f"{web.world.clock.now().year + 1}-01-15T10:00"
    zhao.act(case_id, "negotiate")
    duty = {"duties-0-who": "community", "duties-0-text": "装烟管", "duties-0-due_at": later}
    terms = {"form": "minutes", "terms": "一、装烟管\n二、月底完成", "signatories.resident": "yes"}
    assert zhao.act(case_id, "draft", **terms, **duty).status == 303
    form = re.search(r'id="form-draft".*?</form>', zhao.get(f"/c/{case_id}").text, re.DOTALL)
    assert form
    assert "一、装烟管\n二、月底完成</textarea>" in form[0]
    assert f'name="duties-0-due_at" value="{later}"' in form[0]
    assert 'name="signatories.resident" value="yes" checked' in form[0]
    assert 'name="signatories.subdistrict" value="yes">' in form[0]


def test_everybody_is_asked_to_the_meeting_until_somebody_strikes_them_out(
    zhao: Browser, case_id: str
) -> None:
    zhao.act(case_id, "invite", kind="police", name="派出所", phone="13800009999")
    invited = re.findall(r'name="invited.([\w-]+)" value="yes" checked', zhao.get(f"/c/{case_id}").text)
    assert invited == ["resident", "p-1"]
    none = zhao.act(case_id, "schedule", at="", place="x", text="y")
    assert not re.findall(r'name="invited.[\w-]+" value="yes" checked', none.text)


def test_who_asks_for_more_time_and_for_what_stands_at_the_top(web: Web, zhao: Browser, case_id: str) -> None:
    later = f"{web.world.clock.now().year + 1}-01-15T10:00"
    assert (
        zhao.act(case_id, "extend", key="target", until=later, reason="complex", text="户数多").status == 303
    )
    assert "decide_extension" not in forms(zhao.get(f"/c/{case_id}"))
    chief = Browser(web, LI)
    page = chief.get(f"/c/{case_id}")
    assert "申请将" in text_of(page)
    assert "decide_extension" in forms(page)
    assert chief.act(case_id, "decide_extension", granted="").status == 400
    assert chief.act(case_id, "decide_extension", granted="yes").status == 303
    assert web.world.case(case_id).extension is None
