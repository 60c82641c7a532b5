"""What residents and parties can rely on: their page, without an account and without JavaScript."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.links import Purpose
from chalicelib.core.links import token as link_token
from chalicelib.core.times import iso
from tests.contract.client import RING, TYPED, Answer, Web, visiting
from tests.session.people import PHONES, sign_in

WORDS = "楼上半夜装修，吵得睡不着"


@dataclass
class Neighbourhood:
    """A bell that zhao has accepted, and everybody's way in."""

    web: Web
    session: str
    case: str
    resident: str

    def does(self, verb: str, **body: Any) -> Answer:
        """Zhao does something, by the API."""
        answer = self.web.post(f"/v1/cases/{self.case}/{verb}", body, token=self.session)
        assert answer.status in {200, 201, 202}, answer.text
        self.web.world.settle()
        return answer

    def party(self, party: str = "yunhe") -> str:
        """The page of a party."""
        return f"/p/{link_token(self.web.world.ports.policy.key, self.case, Purpose.PARTY, party)}"

    def press(self, path: str, action: str, **fields: str) -> Answer:
        """Press a button of a page as it stands, with its hidden version."""
        version = re.search(r'name="version" value="(\d+)"', self.web.get(path).text)
        assert version
        return self.web.form(path, {"action": action, "version": version[1], **fields})

    def later(self, **span: float) -> str:
        """An instant from now."""
        return iso(self.web.world.clock.now() + timedelta(**span))

    def sent_code(self, path: str) -> str:
        """Ask for a code to sign with, and read it in the message."""
        assert self.press(path, "ask_code").status == 303
        self.web.world.settle()
        found = re.search(r"\d{6}", self.web.world.sent[-1].text)
        assert found, self.web.world.sent[-1].text
        return found[0]

    def to_sign(self, form: str = "minutes") -> None:
        """An agreement between the resident and the property company lies ready."""
        self.does("invite", organisation="yunhe")
        self.does("negotiate")
        self.does("propose", text="晚八点后不施工")
        duty = {"who": "yunhe", "text": "张贴施工时间", "due_at": self.later(days=3)}
        self.does(
            "draft",
            form=form,
            terms=["晚八点后不施工"],
            duties=[duty],
            signatories=["resident", "yunhe"],
        )
        self.does("consult", how="parties", until=self.later(days=2))

    def signed(self) -> None:
        """Both have signed, and it is being done."""
        self.to_sign()
        for path in (self.resident, self.party()):
            assert self.press(path, "sign", code=self.sent_code(path)).status == 303
            self.web.world.clock.advance(minutes=2)
        self.does("carry-out")


@pytest.fixture
def here() -> Iterator[Neighbourhood]:
    with visiting() as web:
        rung = web.ring(text=WORDS).json
        alert = f"/a/{web.alert('zhao')}"
        for action in ("answer", "accept"):
            assert web.form(alert, {"action": action}).status == 303
        web.world.settle()
        case = web.get(f"/v1/bells/{rung['id']}", token=rung["tracking_token"]).json["case_id"]
        yield Neighbourhood(web, sign_in(web, PHONES["specialist"]), case, f"/t/{rung['tracking_token']}")


def words(answer: Answer) -> str:
    """What the page says, without its tags and the marks around names."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return re.sub(r"\s+", " ", text.translate(dict.fromkeys((0x2068, 0x2069))))


def test_the_bells_page_becomes_that_of_its_case(here: Neighbourhood) -> None:
    page = here.web.get(here.resident)
    assert page.status == 200
    assert "轮到社区" in words(page)
    assert "赵虹" in words(page)
    assert WORDS in page.text


def test_looking_changes_nothing(here: Neighbourhood) -> None:
    here.to_sign()
    with here.web.nothing_written():
        for path in (here.resident, here.party()):
            assert here.web.get(path).status == 200
            assert here.web.get(f"{path}/print/agreement").status == 200


def test_a_question_is_answered_on_the_page(here: Neighbourhood) -> None:
    here.does("ask", text="几点开始的？", days=2)
    page = here.web.get(here.resident)
    assert "轮到您了" in words(page)
    assert "几点开始的？" in page.text
    answer = here.press(here.resident, "reply", text="十一点")
    assert answer.location == f"{here.resident}?told=replied"
    after = here.web.get(here.resident)
    assert "轮到社区" in words(after)
    assert "十一点" in after.text


def test_an_empty_answer_is_refused_beside_its_field(here: Neighbourhood) -> None:
    here.does("ask", text="几点开始的？", days=2)
    with here.web.nothing_written():
        answer = here.press(here.resident, "reply", text="  ")
    assert answer.status == 400
    assert 'id="reply-text-error"' in answer.text


def test_one_of_two_medicines_is_chosen(here: Neighbourhood) -> None:
    options = [{"text": "凝胶", "price": 2380}, {"text": "混悬液", "price": 1650}]
    here.does("offer", options=options)
    page = here.web.get(here.resident)
    assert "¥23.80" in words(page)
    assert here.press(here.resident, "choose", number="1", option="b").status == 303
    assert "已选" in words(here.web.get(here.resident))


def test_what_was_typed_survives_what_others_did_meanwhile(here: Neighbourhood) -> None:
    old = re.search(r'name="version" value="(\d+)"', here.web.get(here.resident).text)
    assert old
    here.does("visit", text="到场看了")
    typed = '还有\r\n</textarea><b>"狗"</b>'
    answer = here.web.form(here.resident, {"action": "message", "version": old[1], "text": typed})
    assert answer.status == 409
    assert "您打开本页之后有了新情况" in words(answer)
    kept = re.search(r'<textarea[^>]*id="message-text".*?>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert kept
    assert html.unescape(kept[1]) == typed.replace("\r\n", "\n")
    assert here.press(here.resident, "message", text=typed).status == 303


def test_a_party_sees_no_residents_name_phone_or_door(here: Neighbourhood) -> None:
    here.to_sign()
    paths = ("", "/print/agreement")
    for shown in (here.web.get(here.party() + path) for path in paths):
        for secret in (RING["name"], RING["phone"], "13900000001"):
            assert str(secret) not in shown.text


def test_a_party_replies_and_takes_the_meeting_into_its_calendar(here: Neighbourhood) -> None:
    here.does("invite", organisation="yunhe")
    here.does(
        "schedule", at=here.later(days=2), place="二楼会议室", text="责任", invited=["yunhe", "resident"]
    )
    page = here.party()
    assert "二楼会议室" in here.web.get(page).text
    assert here.press(page, "respond", number="1", answer="yes").status == 303
    assert "您的回复：参加" in words(here.web.get(page))
    for path in (page, here.resident):
        file = here.web.get(f"{path}/meeting/1")
        assert file.headers["content-type"].startswith("text/calendar")
        assert "BEGIN:VEVENT" in file.text
        assert "责任" not in file.text


def test_another_time_is_asked_for_with_a_time(here: Neighbourhood) -> None:
    here.does("invite", organisation="yunhe")
    here.does("schedule", at=here.later(days=2), place="二楼", text="责任", invited=["yunhe"])
    assert here.press(here.party(), "respond", number="1", answer="other", at="").status == 400
    other = here.press(here.party(), "respond", number="1", answer="other", at="2026-12-01T14:00")
    assert other.status == 303
    assert "12月1日 14:00" in words(here.web.get(here.party()))


def test_everybody_signs_with_a_code_of_their_own(here: Neighbourhood) -> None:
    here.signed()
    page = words(here.web.get(here.resident))
    assert page.count("已用验证码签名") == 2
    assert "已生效" in page


def test_the_joint_request_to_the_court_is_noted_by_a_party(here: Neighbourhood) -> None:
    here.to_sign(form="mediation")
    for path in (here.resident, here.party()):
        assert here.press(path, "sign", code=here.sent_code(path)).status == 303
        here.web.world.clock.advance(minutes=2)
    assert 'name="action" value="confirm"' not in here.web.get(here.party()).text
    for signatory in ("mediator", "committee"):
        here.does("sign", signatory=signatory, kind="paper", text="原件已存")
    assert here.press(here.party(), "confirm", text="拱墅区人民法院，今天").status == 303
    assert "已就本协议向人民法院申请司法确认" in words(here.web.get(here.party()))


def test_a_wrong_code_signs_nothing(here: Neighbourhood) -> None:
    here.to_sign()
    code = here.sent_code(here.resident)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answer = here.press(here.resident, "sign", code=wrong)
    assert answer.status == 401
    assert 'id="sign-code-error"' in answer.text
    assert "已用验证码签名" not in words(here.web.get(here.resident))


def test_what_was_promised_is_reported_looked_at_and_sent_back(here: Neighbourhood) -> None:
    here.signed()
    assert here.press(here.party(), "perform", number="1", text="已张贴").status == 303
    assert "已张贴" in here.web.get(here.resident).text
    back = here.press(here.resident, "send_back", number="1", text="没有看到", at="2026-12-20")
    assert back.status == 303, back.text
    assert "没有看到" in here.web.get(here.party()).text
    assert here.press(here.party(), "perform", number="1", text="门厅右侧").status == 303
    assert here.press(here.resident, "accept", number="1").status == 303


def test_a_resident_who_promised_something_says_on_their_page_that_it_is_done(here: Neighbourhood) -> None:
    here.signed()
    due = (here.web.world.clock.now() + timedelta(days=3)).isoformat()
    here.does("promise", duty={"who": "resident", "text": "清走花盆", "due_at": due})
    assert 'id="perform-2"' in here.web.get(here.resident).text
    assert here.press(here.resident, "perform", number="2", text="已清走").status == 303
    after = here.web.get(here.resident).text
    assert "已清走" in after
    assert 'name="action" value="accept"' not in after, "others accept it"


def test_a_photo_goes_up_first_and_travels_with_the_words(here: Neighbourhood) -> None:
    page = here.web.get(here.resident).text
    form = page[page.index("data-upload") :]
    fields = dict(
        re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form[: form.index("</form>")])
    )
    assert fields["success_action_redirect"].startswith(
        html.escape(here.web.world.ports.policy.public_url + here.resident)
    )
    name = fields["key"].rpartition("/")[2]
    upload = {key: html.unescape(value) for key, value in fields.items()}
    action = re.search(r'action="([^"]+)" enctype', page)
    assert action
    assert here.web.world.files.post(action[1], upload, b"\xff\xd8jpeg") == 303
    back = here.web.get(f"{here.resident}?slot=message&files={name}")
    assert "已附 1 个文件" in words(back)
    assert here.press(here.resident, "message", text="看照片", files=name).status == 303
    assert f"kept/{here.case}/{name}" in here.web.get(here.resident).text


def test_a_script_asks_the_page_where_a_photo_goes(here: Neighbourhood) -> None:
    asked = {"action": "upload", "kind": "image/jpeg", "bytes": "12345"}
    answer = here.web.form(here.resident, asked)
    assert answer.status == 200
    assert {"id", "url", "fields", "thumbnail"} <= set(answer.json)
    assert here.web.form(here.resident, {**asked, "kind": "text/html"}).status == 400
    assert here.web.form(here.resident, {**asked, "bytes": "-1"}).status == 400


def done(here: Neighbourhood) -> None:
    """Nothing is owed any more; the resident is asked."""
    here.does("carry-out")
    here.does("finish", text="已劝停")


def test_three_taps_rate_it(here: Neighbourhood) -> None:
    done(here)
    page = here.web.get(here.resident)
    assert 'name="satisfied" value="yes"' in page.text
    rated = here.press(here.resident, "rate", answered="yes", solved="yes", satisfied="yes")
    assert rated.status == 303
    assert "归档" in words(here.web.get(here.resident))


def test_a_rating_that_leaves_something_out_keeps_the_rest(here: Neighbourhood) -> None:
    done(here)
    answer = here.press(here.resident, "rate", answered="yes", satisfied="no", reason_slow="yes")
    assert answer.status == 400
    assert re.search(r'name="answered" value="yes" required checked', answer.text)
    assert re.search(r'name="reason_slow" value="yes" checked', answer.text)


def test_who_is_not_satisfied_can_have_it_opened_again_at_once(here: Neighbourhood) -> None:
    done(here)
    here.press(here.resident, "rate", answered="yes", solved="no", satisfied="no", reason_not_fixed="yes")
    assert "您不满意，要重新协商吗？" in words(here.web.get(here.resident))
    assert here.press(here.resident, "reopen", text="还是很吵").status == 303
    assert "协商" in words(here.web.get(here.resident))


def test_when_it_failed_the_routes_that_remain_are_named(here: Neighbourhood) -> None:
    here.does("fail", reason="no_agreement", text="谈不拢")
    page = words(here.web.get(here.resident))
    for route in ("仲裁", "主管部门", "法院"):
        assert route in page


def test_who_was_taken_off_is_told_so_and_sees_nothing_more(here: Neighbourhood) -> None:
    here.does("invite", organisation="yunhe")
    page = here.party()
    assert here.web.get(page).status == 200
    here.does("remove", party="yunhe")
    gone = here.web.get(page)
    assert gone.status == 410
    assert "您已不再参与本事项" in words(gone)
    assert here.web.form(page, {"action": "message", "text": "?"}).status == 410


def test_a_stranger_opens_nothing(here: Neighbourhood) -> None:
    wrong = link_token(b"another key", here.case, Purpose.PARTY, "yunhe")
    for path in (f"/p/{wrong}", f"/p/{here.resident[3:]}", f"/t/{here.party()[3:]}"):
        assert here.web.get(path).status in {401, 403}


def test_a_party_cannot_do_what_is_the_residents(here: Neighbourhood) -> None:
    here.does("invite", organisation="yunhe")
    done(here)
    answer = here.web.form(
        here.party(), {"action": "rate", "answered": "yes", "solved": "yes", "satisfied": "yes"}
    )
    assert answer.status == 403


def test_a_neighbour_who_joined_follows_it_as_a_cosigner(here: Neighbourhood) -> None:
    second = here.web.form("/", {**TYPED, "phone": "13900000077", "text": "我家也听得到"})
    assert second.status == 303
    other = second.location.partition("?")[0]
    here.web.world.pass_time(minutes=2)
    alert = f"/a/{here.web.alert('zhao')}"
    assert here.web.form(alert, {"action": "answer"}).status == 303
    assert here.web.form(alert, {"action": "accept", "join": here.case}).status == 303
    page = words(here.web.get(other))
    assert "联名人" in page
    assert "我家也听得到" in page
    assert "另有 1 位居民" in words(here.web.get(here.resident))


def test_a_case_that_is_over_takes_no_bell_and_the_page_says_so(here: Neighbourhood) -> None:
    here.does("fail", reason="no_agreement", text="谈不拢")
    here.web.form("/", {**TYPED, "phone": "13900000077", "text": "我家也听得到"})
    here.web.world.pass_time(minutes=2)
    alert = f"/a/{here.web.alert('zhao')}"
    here.web.form(alert, {"action": "answer"})
    with here.web.nothing_written():
        answer = here.web.form(alert, {"action": "accept", "join": here.case})
    assert answer.status == 409
    assert "协商未成" in words(answer)
    with here.web.nothing_written():
        unknown = here.web.form(alert, {"action": "accept", "join": "MX00000000"})
    assert unknown.status == 400
    assert here.web.form(alert, {"action": "accept", "join": ""}).status == 303


def test_similar_open_cases_are_offered_to_whoever_decides(here: Neighbourhood) -> None:
    here.web.form("/", {**TYPED, "phone": "13900000077", "text": "楼上半夜又在装修，睡不着"})
    here.web.world.pass_time(minutes=2)
    alert = f"/a/{here.web.alert('zhao')}"
    assert 'name="join"' not in here.web.get(alert).text
    here.web.form(alert, {"action": "answer"})
    assert f'name="join" value="{here.case}"' in here.web.get(alert).text


@pytest.mark.parametrize("action", ["", "assign", "finish", "withdraw_all"])
def test_only_the_buttons_of_the_page_do_something(here: Neighbourhood, action: str) -> None:
    with here.web.nothing_written():
        assert here.web.form(here.resident, {"action": action}).status == 400


def test_staff_print_with_full_names_and_need_to_sign_in(here: Neighbourhood) -> None:
    here.to_sign()
    path = f"/c/{here.case}/print/agreement"
    assert here.web.get(path).status == 303
    page = here.web.get(path, Cookie=f"session={here.session}")
    assert page.status == 200
    assert str(RING["name"]) in page.text


@pytest.mark.parametrize("paper", ["minutes-1", "minutes-x", "agreement", "nothing"])
def test_a_paper_that_is_not_there_is_not_found(here: Neighbourhood, paper: str) -> None:
    assert here.web.get(f"{here.resident}/print/{paper}").status == 404
