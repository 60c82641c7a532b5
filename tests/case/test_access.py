"""Who sees what of a case, and who may do what to it: staff, residents, co-signers, parties, everybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.case.access import NOT_STAFFS, PARTIES, RESIDENTS, Side, Viewer, unmasked
from chalicelib.case.orders import ORDERS
from chalicelib.case.service import LONG, MOST_A_DAY
from chalicelib.case.stages import TRANSITIONS
from chalicelib.session.rules import GUESTS, PARTYS_LINK, RESIDENTS_LINK, TABLE
from tests.case.house import NAME, PHONE, SECRET, House
from tests.console.browser import Browser
from tests.session.people import PHONES

NOTE, TO_RESIDENT, TO_PARTY = "物业看来不想出钱", "我们周三上门", "请带上施工合同"
FROM_PARTY, FROM_RESIDENT, REPLY = "合同里没有隔音条款", "其实是五楼的问题", "我白天都在家"
COSIGNER = "13900000088"


def told(house: House, who: str) -> str:
    """Everything that a reader is answered."""
    return house.read(who).text


def kinds(house: House, who: str) -> list[str]:
    """What a reader's timeline tells."""
    return [entry["kind"] for entry in house.read(who).json["timeline"]]


@pytest.fixture
def busy(house: House) -> House:
    """A case with a co-signer, two parties, and words in every direction."""
    house.joins()
    house.invites("yunhe", "shigong")
    house.act("zhao", "message", {"to": "staff", "text": NOTE})
    house.act("zhao", "message", {"to": "resident", "text": TO_RESIDENT})
    house.act("zhao", "message", {"to": "yunhe", "text": TO_PARTY})
    house.act("yunhe", "message", {"text": FROM_PARTY})
    house.act("resident", "message", {"text": FROM_RESIDENT})
    house.act("zhao", "ask", {"text": "您何时在家？"})
    house.act("resident", "reply", {"text": REPLY})
    house.act("zhao", "visit", {"text": "门口堆着建材", "files": [house.photo()]})
    return house


@pytest.fixture
def cosigner(busy: House) -> str:
    """The bell that joined."""
    return busy.stored().bells[1]


def test_staff_of_the_place_see_everything_that_was_written(busy: House) -> None:
    for who in ("zhao", "wang", "li", "he"):
        said = told(busy, who)
        for words in (NOTE, TO_RESIDENT, TO_PARTY, FROM_PARTY, FROM_RESIDENT, REPLY, "门口堆着建材"):
            assert words in said, (who, words)


def test_only_who_owns_the_case_sees_phones_and_full_names_of_residents(busy: House) -> None:
    owner, other = busy.read("zhao").json["bells"], busy.read("wang").json["bells"]
    assert (owner[0]["name"], owner[0]["phone"]) == (NAME, f"+86{PHONE}")
    assert owner[1]["phone"] == f"+86{COSIGNER}"
    for text in (told(busy, "wang"), told(busy, "li"), told(busy, "he")):
        assert PHONE not in text
        assert COSIGNER not in text
        assert NAME not in text
    assert other[0]["name"] == "欧*"
    busy.act("wang", "assign", {"staff": "wang"})
    assert busy.read("wang").json["bells"][0]["phone"] == f"+86{PHONE}"
    assert PHONE not in told(busy, "zhao")


@pytest.mark.parametrize("who", ["sun", "qian"])
def test_staff_of_the_neighbouring_community_see_nothing_and_do_nothing(busy: House, who: str) -> None:
    assert busy.read(who).code == "not_your_case"
    with busy.web.nothing_written():
        answers = [busy.tries(who, verb, _BODIES.get(verb, {})) for verb in ("negotiate", "visit", "merge")]
    assert {answer.status for answer in answers} == {403}
    assert {answer.code for answer in answers} == {"not_your_case"}


def test_a_lawyer_sees_a_case_only_while_it_is_theirs(busy: House) -> None:
    assert busy.read("lin").status == 403
    busy.act("zhao", "assign", {"staff": "lin"})
    assert NOTE in told(busy, "lin")
    busy.act("lin", "visit", {"text": "看过了"})
    busy.act("zhao", "assign", {"staff": "zhao"})
    assert busy.read("lin").status == 403


def test_a_resident_sees_their_own_words_and_what_is_said_to_them_and_no_note_of_the_house(
    busy: House,
) -> None:
    said = told(busy, "resident")
    assert TO_RESIDENT in said
    assert FROM_RESIDENT in said
    assert REPLY in said
    for words in (NOTE, TO_PARTY, FROM_PARTY, "门口堆着建材", COSIGNER, "司马相如", "我也被吵到了"):
        assert words not in said, words


def test_a_resident_is_told_of_a_visit_though_not_what_was_noted(busy: House) -> None:
    (visited,) = [e for e in busy.read("resident").json["timeline"] if e["kind"] == "visited"]
    assert (visited["who"], visited["words"], visited["files"]) == ("赵虹", "", [])


def test_a_co_signer_follows_the_case_and_reads_nothing_that_the_other_resident_wrote(
    busy: House, cosigner: str
) -> None:
    said = told(busy, cosigner)
    assert TO_RESIDENT in said
    assert "visited" in kinds(busy, cosigner)
    for words in (NAME, PHONE, SECRET, FROM_RESIDENT, REPLY, NOTE, FROM_PARTY, TO_PARTY):
        assert words not in said, words


def test_a_party_sees_what_concerns_it_and_nothing_of_the_residents(busy: House) -> None:
    said = told(busy, "yunhe")
    assert TO_PARTY in said
    assert FROM_PARTY in said
    for words in (
        NOTE,
        TO_RESIDENT,
        FROM_RESIDENT,
        REPLY,
        SECRET,
        NAME,
        PHONE,
        COSIGNER,
        "司马相如",
        "何时在家",
    ):
        assert words not in said, words
    assert set(kinds(busy, "yunhe")) <= {"opened", "invited", "messaged"}


def test_a_party_reads_as_little_of_the_residents_words_on_its_page_as_over_the_api(busy: House) -> None:
    page = busy.web.get(f"/p/{busy.token('yunhe')}").text
    assert TO_PARTY in page
    assert not [words for words in (SECRET, NAME, PHONE, FROM_RESIDENT, REPLY, NOTE) if words in page]


def test_a_party_is_not_shown_how_to_reach_another_party_nor_what_was_said_to_it(busy: House) -> None:
    said = told(busy, "shigong")
    for words in (TO_PARTY, FROM_PARTY, "13800003001", "yunhe@example.org", "钱伟", "/p/"):
        assert words not in said, words
    assert "运河物业" in said
    assert "13800003001" in told(busy, "zhao")


def test_a_party_sees_the_meetings_and_promises_it_is_in_and_no_others(busy: House) -> None:
    for invited, agenda in ((["yunhe"], "物业的事"), (["shigong", "resident"], "工地的事")):
        called = {"at": busy.soon(hours=2), "place": "社区", "text": agenda, "invited": invited}
        busy.act("zhao", "schedule", called)
    assert "物业的事" in told(busy, "yunhe")
    assert "工地的事" not in told(busy, "yunhe")
    busy.act("zhao", "carry-out")
    for who in ("yunhe", "shigong"):
        busy.act(
            "zhao", "promise", {"duty": {"who": who, "text": f"{who}要做的", "due_at": busy.soon(days=2)}}
        )
    assert [bound["who"] for bound in busy.read("yunhe").json["obligations"]] == ["yunhe"]
    assert "shigong要做的" not in told(busy, "yunhe")


def test_only_whoever_signs_an_agreement_sees_what_is_in_it(busy: House) -> None:
    busy.agrees("resident", "yunhe")
    assert "晚十点后不施工" in told(busy, "yunhe")
    assert "晚十点后不施工" in told(busy, "resident")
    assert busy.read("shigong").json["agreement"] is None
    assert "晚十点后不施工" not in told(busy, "shigong")


def test_a_rating_is_between_the_resident_and_the_staff(busy: House) -> None:
    busy.act("zhao", "carry-out")
    busy.act("zhao", "finish", {"text": "安静了"})
    busy.act("resident", "rate", {"answered": True, "solved": True, "satisfied": True, "text": "谢谢赵虹"})
    assert "谢谢赵虹" in told(busy, "zhao")
    assert "谢谢赵虹" not in told(busy, "yunhe")
    assert busy.read("yunhe").json["rating"] is None
    assert busy.read("resident").json["rating"]["satisfied"] is True


def test_whoever_left_the_case_sees_it_no_more(busy: House) -> None:
    busy.token("yunhe")
    busy.act("zhao", "remove", {"party": "yunhe"})
    assert (busy.read("yunhe").status, busy.read("yunhe").code) == (410, "party_gone")
    with busy.web.nothing_written():
        assert busy.tries("yunhe", "message", {"text": "喂"}).status == 410
    busy.act("zhao", "invite", {"organisation": "yunhe"})
    assert busy.read("yunhe").status == 200


def test_a_link_ends_after_a_year(busy: House) -> None:
    busy.token("yunhe")
    busy.world.clock.advance(minutes=366 * 24 * 60)
    assert (busy.read("yunhe").status, busy.read("yunhe").code) == (410, "link_expired")


def test_a_link_opens_its_own_case_and_no_other(busy: House) -> None:
    other_bell, other = busy.rings(phone="13900000099", text="楼上又装修")
    for who in ("yunhe", "resident"):
        assert busy.read(who, other).status in {401, 403}
        with busy.web.nothing_written():
            assert busy.tries(who, "message", {"text": "x"}, case=other).status in {401, 403}
    assert busy.read(other_bell).status == 403
    assert busy.read(other_bell, other).status == 200


def test_what_a_side_can_do_is_named_to_it_and_works_or_is_refused_by_the_table_alone(busy: House) -> None:
    for who, allowed in (("resident", RESIDENTS), ("yunhe", PARTIES)):
        for verb in ORDERS:
            if verb in allowed:
                continue
            answer = busy.tries(who, verb.replace("_", "-"), _BODIES.get(verb, {}))
            assert answer.status in {401, 403}, (who, verb, answer.text)
        possible = {verb.replace("-", "_") for verb in busy.read(who).json["possible"]}
        assert possible <= allowed


def test_the_routes_let_in_exactly_whom_the_rules_let_act() -> None:
    for verb in ORDERS:
        audience = TABLE[f"POST /v1/cases/{{case_id}}/{verb.replace('_', '-')}"]
        assert (verb in RESIDENTS) == (audience >= RESIDENTS_LINK), verb
        assert (verb in PARTIES) == (audience >= PARTYS_LINK), verb
        assert (verb in NOT_STAFFS) == (not audience - GUESTS), verb
    assert {verb for _, verb in TRANSITIONS} >= RESIDENTS | PARTIES


def test_nobody_speaks_to_another_resident_or_party_but_the_staff(busy: House) -> None:
    for who in ("resident", "yunhe"):
        for to in ("resident", "shigong"):
            answer = busy.tries(who, "message", {"text": "x", "to": to})
            assert (answer.status, answer.fields) == (400, {"to": "unknown"})


def test_a_party_fulfils_its_own_promises_only(busy: House) -> None:
    busy.act("zhao", "carry-out")
    busy.act("zhao", "promise", {"duty": {"who": "yunhe", "text": "装垫子", "due_at": busy.soon(days=2)}})
    answer = busy.tries("shigong", "perform", {"obligation": 1, "text": "装好了"})
    assert (answer.status, answer.fields) == (400, {"obligation": "not_yours"})
    busy.act("yunhe", "perform", {"obligation": 1, "text": "装好了"})


def test_a_resident_fulfils_their_own_promises_which_others_then_accept(busy: House) -> None:
    other = busy.joins(phone="13900000066", text="我家也一样")
    busy.act("zhao", "carry-out")
    busy.act(
        "zhao", "promise", {"duty": {"who": "resident", "text": "清走花盆", "due_at": busy.soon(days=2)}}
    )
    busy.act("zhao", "promise", {"duty": {"who": "yunhe", "text": "装垫子", "due_at": busy.soon(days=2)}})
    done = {"obligation": 1, "text": "清走了"}
    answer = busy.tries("resident", "perform", {**done, "obligation": 2})
    assert (answer.status, answer.fields) == (400, {"obligation": "not_yours"})
    assert busy.tries(other, "perform", done).fields == {"obligation": "not_yours"}
    assert "perform" not in busy.read(other).json["possible"]
    assert "perform" in busy.read("resident").json["possible"]
    busy.act("resident", "perform", done)
    assert "accept" not in busy.read("resident").json["possible"]
    for verb, more in (("accept", {}), ("send-back", {"text": "x", "due_at": busy.soon(days=3)})):
        answer = busy.tries("resident", verb, {"obligation": 1, **more})
        assert (answer.status, answer.fields) == (400, {"obligation": "own_work"})
    busy.act(other, "accept", {"obligation": 1})


def test_a_resident_may_choose_while_a_question_to_them_stands_open(busy: House) -> None:
    options = [{"text": "甲药", "price": 100}, {"text": "乙药", "price": 200}]
    busy.act("zhao", "offer", {"options": options})
    busy.act("zhao", "ask", {"text": "对什么过敏？", "days": 2})
    offer = busy.read("resident").json["offers"][0]
    busy.act("resident", "choose", {"offer": offer["number"], "option": offer["options"][0]["id"]})
    assert busy.stored().paused


def test_private_persons_are_masked_for_other_guests_and_organisations_are_not(busy: House) -> None:
    private = {"kind": "person", "name": "王小二", "phone": "13800009999"}
    busy.act("zhao", "invite", private)
    crew = {"kind": "contractor", "name": "小二装修队", "person": "王小二", "phone": "13800009998"}
    busy.act("zhao", "invite", crew)
    names = {who: {p["id"]: p["name"] for p in busy.read(who).json["parties"]} for who in ("zhao", "p-1")}
    assert names["zhao"]["p-1"] == names["p-1"]["p-1"] == "王小二"
    for who in ("yunhe", "resident", "p-2"):
        read = busy.read(who)
        told = {p["id"]: p["name"] for p in read.json["parties"]}
        assert (told["p-1"], told["p-2"]) == ("王*", "小二装修队")
        assert "王小二" not in read.text


def test_whoever_is_merely_an_other_party_is_masked_too(busy: House) -> None:
    busy.act("zhao", "invite", {"kind": "other", "name": "王小二", "phone": "13800009999"})
    for who in ("yunhe", "resident"):
        assert "王小二" not in busy.read(who).text
        assert "王*" in busy.read(who).text
    pages = [f"/p/{busy.token('yunhe')}", f"/t/{busy.token('resident')}"]
    assert not any("王小二" in busy.web.get(page).text for page in pages)
    assert "王小二" in busy.read("p-1").text


def test_staff_are_not_handed_the_link_with_which_a_party_speaks(busy: House) -> None:
    links = [busy.token("yunhe"), busy.token("resident")]
    for who in ("zhao", "wang"):
        pages = [busy.read(who).text, page_of(busy, who, f"/c/{busy.case}")]
        assert not any(link in page for link in links for page in pages)


def test_the_story_on_paper_names_residents_whole_only_to_who_may_see_them(busy: House) -> None:
    paper = f"/c/{busy.case}/print/case"
    assert NAME in page_of(busy, "zhao", paper)
    assert NAME not in page_of(busy, "wang", paper)
    busy.act("wang", "unmask", {"bell": busy.bell, "reason": "complaint"})
    assert NAME in page_of(busy, "wang", paper)


def page_of(house: House, who: str, path: str) -> str:
    """A page as somebody who has signed in sees it."""
    answer = house.web.send("GET", path, Cookie=f"session={house.token(who)}")
    assert answer.status == 200, answer.text
    return answer.text


def test_parties_know_a_resident_by_the_first_character_of_the_name(busy: House) -> None:
    busy.act("zhao", "negotiate")
    busy.act("zhao", "propose", {"text": "装减振垫"})
    busy.act("resident", "comment", {"plan": 1, "text": "好"})
    busy.world.store.calls.clear()
    read = busy.read("yunhe")
    assert sum(busy.world.store.calls.values()) == 2
    assert read.json["plans"][0]["comments"][0]["who"] == f"{NAME[0]}*"
    for secret in (NAME, PHONE):
        assert secret not in read.text
    page = busy.web.get(f"/p/{busy.token('yunhe')}").text
    assert f"{NAME[0]}*" in page
    for secret in (NAME, PHONE):
        assert secret not in page


def test_a_colleague_sees_a_phone_with_a_reason_which_is_on_the_record(busy: House) -> None:
    def shown(who: str) -> tuple[str, str]:
        bell = busy.read(who).json["bells"][0]
        return bell["name"], bell["phone"]

    masked = (f"{NAME[0]}*", "139****0077")
    assert shown("wang") == masked
    assert "unmask" in busy.read("wang").json["possible"]
    assert "unmask" not in busy.read("zhao").json["possible"], "whose case it is sees it anyway"
    wrong = busy.tries("wang", "unmask", {"bell": "MX00000000", "reason": "curious"})
    assert (wrong.status, wrong.fields) == (400, {"bell": "unknown", "reason": "unknown"})
    assert shown("wang") == masked
    busy.act("wang", "unmask", {"bell": busy.bell, "reason": "owner_absent"})
    assert shown("wang") == (NAME, f"+86{PHONE}")
    assert shown("li") == masked
    event = busy.world.case_file(busy.case).events[-1]
    assert (event.kind, event.actor["id"]) == ("unmasked", "wang")
    assert event.data == {"bell": busy.bell, "reason": "owner_absent"}
    assert any(
        event.actor["name"] in e["text"]
        for e in busy.read("resident").json["timeline"]
        if e["kind"] == "unmasked"
    )
    assert "unmasked" not in [e["kind"] for e in busy.read("yunhe").json["timeline"]]
    viewer, events = Viewer(Side.STAFF, "wang"), busy.world.case_file(busy.case).events
    for hours, bells in ((23, {busy.bell}), (25, set())):
        assert unmasked(events, viewer, busy.world.clock.now() + timedelta(hours=hours)) == bells


def test_whoever_looks_at_a_phone_disturbs_nobody_who_is_writing(busy: House) -> None:
    seen = busy.read("zhao").json["version"]
    busy.act("wang", "unmask", {"bell": busy.bell, "reason": "safety"})
    written = busy.tries("zhao", "visit", {"text": "看过", "version": seen})
    assert (written.status, written.json["version"]) == (200, seen + 2)


def test_a_phone_is_unmasked_on_the_page_of_the_case(busy: House) -> None:
    wang = Browser(busy.web, PHONES["community"])
    assert f"tel:+86{PHONE}" not in wang.get(f"/c/{busy.case}").text
    done = wang.act(busy.case, "unmask", bell=busy.bell, reason="complaint")
    assert done.status == 303
    assert f"tel:+86{PHONE}" in wang.get(f"/c/{busy.case}").text


def test_a_party_answers_for_itself_whatever_it_says(busy: House) -> None:
    called = {"at": busy.soon(hours=2), "place": "社区", "text": "议程", "invited": ["yunhe", "resident"]}
    busy.act("zhao", "schedule", called)
    busy.act("yunhe", "respond", {"meeting": 1, "answer": "yes", "party": "resident"})
    busy.act("zhao", "respond", {"meeting": 1, "answer": "no", "party": "resident"})
    (meeting,) = busy.read("zhao").json["meetings"]
    assert {r["party"]: r["answer"] for r in meeting["responses"]} == {"yunhe": "yes", "resident": "no"}
    assert busy.tries("shigong", "respond", {"meeting": 1, "answer": "yes"}).status == 400


def test_the_record_shows_everybody_the_same_events_and_nobody_s_words(busy: House) -> None:
    records = [_record(busy, who) for who in ("zhao", "resident", "yunhe")]
    assert records[0] == records[1] == records[2]
    assert records[0]["intact"] is True
    kept = str(records[0])
    private = (
        NOTE,
        TO_PARTY,
        FROM_PARTY,
        FROM_RESIDENT,
        REPLY,
        SECRET,
        NAME,
        PHONE,
        COSIGNER,
        "运河物业",
        "钱伟",
    )
    assert [words for words in private if words in kept] == []


def test_only_staff_above_the_owner_press_for_it_and_grant_more_time(busy: House) -> None:
    busy.act("zhao", "carry-out")
    asked = {"key": "target", "until": busy.soon(days=20), "reason": "complex", "text": "要请专家"}
    busy.act("zhao", "extend", asked)
    for verb, body in (("press", {"text": "请尽快"}), ("decide-extension", {"granted": True})):
        answer = busy.tries("zhao", verb, body)
        assert (answer.status, answer.code) == (403, "not_a_superior")
    busy.act("wang", "decide-extension", {"granted": True})
    busy.act("he", "press", {"text": "请尽快"})


def _record(house: House, who: str) -> Any:
    return house.web.get(f"/v1/cases/{house.case}/record", token=house.token(who)).json


_BODIES: dict[str, dict[str, Any]] = {
    "visit": {"text": "x"},
    "merge": {"case": "MX-0000-0000"},
    "assign": {"staff": "wang"},
}


def test_nobody_fills_a_record_with_a_link_and_a_script(busy: House) -> None:
    answers = [busy.tries("yunhe", "message", {"text": f"第{n}条"}) for n in range(MOST_A_DAY * 3)]
    statuses = [answer.status for answer in answers]
    assert statuses == sorted(statuses)
    assert MOST_A_DAY <= statuses.count(200) <= LONG
    assert (answers[-1].code, "retry-after" in answers[-1].headers) == ("too_many_words", True)
    page = f"/p/{busy.token('yunhe')}"
    typed = {"action": "message", "text": "还有一句", "version": "0"}
    again = busy.web.form(page, typed)
    assert (again.status, "还有一句" in again.text) == (429, True)
    busy.act("resident", "message", {"text": "我也有话说"})
    busy.act("zhao", "message", {"to": "yunhe", "text": "收到"})
    busy.world.clock.advance(days=1)
    busy.act("yunhe", "message", {"text": "一天以后"})
