"""A case in words: every event in both languages and voices, the three stories, labels and refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from chalicelib.case import course, deadlines, folding, parties, promises, stages, work
from chalicelib.case.decisions import DECISIONS
from chalicelib.core.chain import Event
from chalicelib.web import case_labels, problems
from chalicelib.web.case_sentences import KINDS, Teller, case_sentence, case_story
from chalicelib.web.case_teller import Known
from chalicelib.web.i18n import LANGUAGES, Language
from tests.case import test_stories
from tests.case.lives import Life

REF = {"id": "t1", "commitment": "ab" * 32}
AT = "2026-11-24T06:00:00.000Z"
NAMES = {
    "zhao": "赵虹",
    "wang": "王芳",
    "li": "李强",
    "jiugaiban": "旧改办",
    "paichusuo": "派出所",
    "yunhe": "运河物业",
    "shigong": "宏达施工队",
    "zhuzhang": "陈立",
    "wuye": "万家物业",
    "anzhuang": "安心门业",
    "jianli": "周工",
    "lvshi": "孙律师",
    "tiaojie": "老吴",
}
STAFF = Teller(names=NAMES, actor="staff", actor_id="zhao", name="赵虹", role="specialist")
PLAIN = replace(STAFF, voice="plain", me=frozenset({"resident"}))
CLOCK = [{"key": "stage", "due_at": AT, "next_at": AT}]

# Data of every kind as the rules write it; where it can go several ways, the ways.
SAMPLES: dict[str, tuple[dict[str, Any], ...]] = {
    "opened": (
        {
            "bell": "MX00000000",
            "owner": {"id": "zhao", "name": "赵虹", "role": "specialist"},
            "stage": "looking_into",
            "set": CLOCK,
        },
    ),
    "assigned": (
        {"staff": "wang", "role": "community", "before": "zhao"},
        {"staff": "x", "role": "lawyer", "before": "y"},
    ),
    "visited": ({"notes": REF, "photos": 3}, {"notes": REF, "photos": 0}),
    "messaged": tuple({"text": REF, "to": to} for to in ("resident", "staff", "wuye", "p9")),
    "asked": ({"reason": "resident_asked", "waits_for": "resident", "until": AT, "text": REF},),
    "replied": ({"question": "t1", "text": REF},),
    "paused": tuple(
        {"reason": reason, "waits_for": whom, "until": AT}
        for reason, whom in zip(work.PAUSE_REASONS, ("resident", "wuye", "法院", "", "x", "y"), strict=True)
    ),
    "resumed": tuple({"reason": reason, "set": CLOCK} for reason in ("replied", "staff", "latest_end")),
    "offered": tuple(
        {"offer": 1, "options": [{"id": i, "what": REF, "price": price} for i in "ab"]}
        for price in (2380, None)
    ),
    "chosen": tuple({"offer": offer, "option": "b"} for offer in (1, 9)),
    "invited": ({"party": "wuye", "as": "property_company"}, {"party": "p9", "as": "person"}),
    "removed": ({"party": "wuye"}, {"party": "p9"}),
    "scheduled": tuple(
        {"meeting": 1, "at": AT, "online": online, "invited": invited}
        for online in (True, False)
        for invited in (["wuye", "resident"], ["wuye"])
    ),
    "responded": tuple(
        {"meeting": 1, "party": "wuye", "answer": answer, "at": AT} for answer in ("yes", "no", "other")
    ),
    "held": tuple(
        {"meeting": 1, "attended": ["wuye", "resident"], "minutes": REF, "resolutions": resolutions}
        for resolutions in ([], [{"number": 1, "text": REF}])
    ),
    "cancelled": ({"meeting": 1}, {"meeting": 9}),
    "proposed": ({"plan": 2, "text": REF},),
    "commented": ({"plan": 2, "text": REF},),
    "drafted": tuple(
        {
            "version": 1,
            "form": form,
            "terms": [{"number": 1, "text": REF}],
            "signatories": ["resident", "wuye", "mediator", "committee"],
            "obligations": [{"number": 1, "who": "wuye", "what": REF, "due_at": AT, "remind_before": 1}],
        }
        for form in promises.FORMS
    ),
    "signed": tuple(
        {
            "signatory": "wuye",
            "by": by,
            "proof": REF,
            "effective": last,
            "set": [{"key": "court", "due_at": AT}],
        }
        for by in promises.SIGNATURES
        for last in (False, True)
    ),
    "negotiated": ({"stage": "negotiating", "set": CLOCK}, {"stage": "negotiating", "set": []}),
    "consulted": tuple({"how": how, "until": AT, "poll": "P1", "set": CLOCK} for how in ("poll", "parties")),
    "agreed": ({"result": REF, "stage": "agreed", "set": []}, {"agreement": 1, "stage": "agreed", "set": []}),
    "rejected": ({"result": REF, "stage": "negotiating", "set": CLOCK},),
    "promised": tuple(
        {"obligation": {"number": 2, "who": who, "what": REF, "due_at": AT, "remind_before": 1}}
        for who in ("wuye", "resident", "specialist")
    ),
    "carried_out": ({"stage": "carrying_out", "set": []},),
    "broken_off": tuple(
        {"reason": reason, "text": REF, "stage": "negotiating", "set": CLOCK}
        for reason in course.BREAK_REASONS
    ),
    "performed": (
        {"obligation": 1, "proof": REF, "set": [{"key": "acceptance:1", "due_at": AT}]},
        {"obligation": 9, "proof": REF, "set": []},
    ),
    "accepted": ({"obligation": 1}, {"obligation": 9}),
    "sent_back": ({"obligation": 1, "reason": REF, "due_at": AT},),
    "confirmed": ({"paper": REF},),
    "finished": ({"summary": REF, "stage": "done", "set": [{"key": "rating", "due_at": AT}]},),
    "failed": tuple(
        {"reason": reason, "text": REF, "routes": list(course.ROUTES), "stage": "failed", "set": []}
        for reason in course.FAIL_REASONS
    ),
    "closed": tuple({"reason": reason, "stage": "closed"} for reason in ("staff", "rated", "time")),
    "rated": tuple(
        {
            "answered": good,
            "solved": good,
            "satisfied": good,
            "reasons": list(course.RATING_REASONS),
            "offers_reopening": not good,
        }
        for good in (True, False)
    ),
    "reopened": ({"text": REF, "stage": "negotiating", "set": CLOCK},),
    "extension_asked": tuple(
        {"key": "target", "until": AT, "reason": reason, "text": REF, "staff": "zhao", "role": "specialist"}
        for reason in work.EXTENSION_REASONS
    ),
    "extended": ({"key": "obligation:1", "for": "zhao", "text": [REF], "until": AT, "set": CLOCK},),
    "extension_refused": ({"key": "stage", "for": "zhao", "text": []},),
    "pressed": ({"text": REF, "set": [{"key": "press", "due_at": AT}]},),
    "reported": ({"text": REF},),
    "joined": ({"bells": ["MX7F3K92QD"]},),
    "unmasked": tuple({"bell": "MX7F3K92QD", "reason": reason} for reason in work.UNMASK_REASONS),
    "absorbed": ({"case": "MX7F3K92QD", "bells": ["MX7F3K92QE", "MX7F3K92QF"]},),
    "split_off": ({"case": "MX7F3K92QD", "bells": ["MX7F3K92QE"]}, {"case": "MX7F3K92QD", "bells": []}),
    "merged": ({"case": "MX7F3K92QD", "stage": "closed"},),
    "reminded": tuple(
        {"key": key, "to": to, "count": 0, "set": [{"key": key, "due_at": AT}]}
        for key, to in (
            ("stage", {"owner": "zhao"}),
            ("meeting:1", {"owner": "zhao", "parties": ["wuye", "resident"]}),
            ("rating", {"resident": True}),
        )
    ),
    "overdue": tuple(
        {"key": key, "to": {"owner": "zhao", "role": "community"}, "count": count, "set": []}
        | {"set": [{"key": key, "due_at": AT}]}
        for key, count in (("meeting:1", 1), ("obligation:1", 3), ("acceptance:1", 1), ("press", 2))
    ),
    "lapsed": ({"key": "rating"}, {"key": "court"}, {"key": "target"}),
    "rearmed": ({"reason": "age"}, {"reason": "lost"}),
    "erased": (
        {"asked": "page", "bell": "MX7F3K92QD", "texts": ["t1", "t2"], "files": []},
        {"asked": "request", "party": "wuye", "texts": [], "files": []},
    ),
    "notified": (
        {
            "notices": [
                {"to": "zhao", "name": "赵虹", "role": "specialist", "channel": "sms", "fate": "sent"},
                {"to": "party:wuye", "name": "", "role": "party", "channel": "mail", "fate": "failed"},
                {
                    "to": "resident:MX7F3K92QD",
                    "name": "",
                    "role": "resident",
                    "channel": "",
                    "fate": "unreachable",
                },
            ]
        },
        {},
    ),
}
KNOWN = Known.of(
    (kind, data)
    for kind in ("scheduled", "drafted", "offered", "invited")
    for data in reversed(SAMPLES[kind])
)
ACTORS = (
    {"kind": "staff", "id": "wang", "name": "王芳", "role": "community"},
    {"kind": "resident"},
    {"kind": "resident", "id": "MX7F3K92QD"},
    {"kind": "party", "id": "wuye"},
    {"kind": "party", "id": "gone"},
    {"kind": "system"},
)


def clean(said: str) -> str:
    """Without the marks that keep names apart."""
    return said.replace("\u2068", "").replace("\u2069", "")


def reads_well(said: str, language: str) -> bool:
    """Nothing left to fill in, a whole sentence, and in its own language."""
    odd = re.search(r"%\(|None|\{|\}|  |：。|, \.|、。|stage|[a-z]+_[a-z]+|: \.", said)
    strange = re.search(r"[a-z]{3,}", clean(said)) if language == "zh-CN" else None
    ends = said.endswith("." if language == "en" else "。")
    return not odd and not strange and ends and (language != "en" or said[:1].upper() == said[:1])


def test_every_kind_of_event_that_the_rules_write_has_its_words_and_a_sample() -> None:
    written = set(folding._CHANGES) | folding._PLAIN | folding._SILENT | {"opened"}
    assert set(KINDS) == written == set(SAMPLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("teller", [STAFF, PLAIN], ids=["staff", "plain"])
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_event_is_told_by_everybody_to_everybody(kind: str, teller: Teller, language: Language) -> None:
    for data in SAMPLES[kind]:
        for actor in ACTORS:
            now = replace(teller.of(actor, "negotiating"), known=KNOWN)
            for reader in (now.me, frozenset({"wuye"}), frozenset({"MX7F3K92QD", "resident"})):
                said = case_sentence(kind, data, replace(now, me=reader), language)
                if actor.get("id") != "gone" and data.get("party") != "p9" and data.get("to") != "p9":
                    assert reads_well(said, language), said
                assert "%(" not in said


def test_staff_read_names_roles_and_every_deadline() -> None:
    said = case_sentence("opened", SAMPLES["opened"][0], STAFF, "zh-CN")
    assert clean(said) == "已立为协商事项，负责人：赵虹（小区专员）。期限：上门走访（11月24日 14:00）。"
    said = case_sentence("assigned", SAMPLES["assigned"][0], STAFF, "zh-CN")
    assert clean(said) == "赵虹（小区专员）将事项由赵虹转派给王芳（社区）。"


def test_a_resident_reads_plain_words_and_is_addressed() -> None:
    teller = replace(PLAIN, now=datetime(2026, 11, 23, 4, tzinfo=UTC))
    said = clean(case_sentence("opened", SAMPLES["opened"][0], teller, "zh-CN"))
    assert said == "这件事已受理，由小区专员赵虹负责。最迟明天 14:00 上门了解情况。"
    mine = teller.of({"kind": "resident"})
    chosen = case_sentence("chosen", {"offer": 1, "option": "b"}, replace(mine, known=KNOWN), "zh-CN")
    assert chosen == "您选了第2项（¥23.80）。"
    assert case_sentence("replied", {}, mine, "en") == "You answered the question."
    assert (
        case_sentence("replied", {}, replace(mine, me=frozenset()), "en")
        == "The resident answered the question."
    )


def test_a_co_signer_is_not_taken_for_the_resident_who_acted() -> None:
    other = PLAIN.of({"kind": "resident", "id": "MX7F3K92QD"})
    assert case_sentence("replied", {}, other, "zh-CN") == "居民回答了问题。"


def test_a_party_is_told_what_it_has_to_do() -> None:
    teller = replace(PLAIN, me=frozenset({"wuye"}), known=KNOWN)
    assert "您" in case_sentence("promised", SAMPLES["promised"][0], teller, "zh-CN")
    assert "您" in case_sentence("invited", SAMPLES["invited"][0], teller, "zh-CN")
    assert "请您参加会议" in case_sentence("scheduled", SAMPLES["scheduled"][2], teller, "zh-CN")


def test_times_soon_to_come_are_told_as_days_and_those_that_passed_by_their_date() -> None:
    at = datetime(2026, 11, 24, 6, tzinfo=UTC)
    data = {"plan": 1, "text": REF, "stage": "negotiating", "set": CLOCK}
    told = [
        case_sentence("negotiated", data, replace(PLAIN, now=at + timedelta(days=days)), "zh-CN")
        for days in (1, 0, -1, -2)
    ]
    assert [word for said in told for word in ("昨天", "今天", "明天", "11月24日") if word in said] == [
        "11月24日",
        "今天",
        "明天",
        "11月24日",
    ]
    assert "11月24日 14:00" in case_sentence("negotiated", data, replace(STAFF, now=at), "zh-CN")


def test_a_name_cannot_turn_a_sentence_round() -> None:
    teller = replace(STAFF, names={"wuye": "\u202e物\u2069业"}, actor="party", actor_id="wuye")
    assert case_sentence("replied", {}, teller, "zh-CN") == "\u2068物业\u2069回答了问题。"


def test_a_kind_without_words_is_named_rather_than_hidden() -> None:
    assert case_sentence("moon_landed", {}, STAFF, "zh-CN") == "已记录：moon_landed。"


class Kept(Life):
    """A life that can be looked at after its story."""

    lives: list[Life]

    def __post_init__(self) -> None:
        super().__post_init__()
        type(self).lives.append(self)


def events_of(story: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Event, ...]:
    """The record of one of the three stories."""
    monkeypatch.setattr(Kept, "lives", [], raising=False)
    monkeypatch.setattr(test_stories, "Life", Kept)
    getattr(test_stories, story)()
    return Kept.lives[0].events


STORIES = [name for name in vars(test_stories) if re.match(r"test_the_(wall|glass|medicine)", name)]


def test_there_are_three_stories_to_tell() -> None:
    assert len(STORIES) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("teller", [STAFF, PLAIN], ids=["staff", "plain"])
@pytest.mark.parametrize("story", STORIES)
def test_each_story_reads_from_beginning_to_end(
    story: str, teller: Teller, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = events_of(story, monkeypatch)
    told = [clean(said) for said in case_story(events, teller, language)]
    assert len(told) == len(events)
    for said in told:
        assert reads_well(re.sub(r"POLL-1", "", said), language), said
    ends = {"zh-CN": "归档。", "en": "closed." if teller.voice == "plain" else "filed away."}
    assert told[-1].endswith(ends[language])


def test_the_medicine_is_told_to_the_family_in_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    story = next(name for name in STORIES if "medicine" in name)
    told = case_story(events_of(story, monkeypatch), PLAIN, "zh-CN")
    text = "\n".join(map(clean, told))
    for said in (
        "小区专员将在11月24日 16:00 前办好。",
        "小区专员赵虹提供了 2 个选项：¥23.80、¥16.50。请您选一个。",
        "小区专员赵虹有个问题想问您，请在11月25日 10:00 前回答。",
        "您选了第2项（¥16.50）。",
        "事情办好了。请在12月8日 10:20 前评价。",
    ):
        assert said in text


def test_the_glass_door_names_who_pays_and_who_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    story = next(name for name in STORIES if "glass" in name)
    text = "\n".join(map(clean, case_story(events_of(story, monkeypatch), STAFF, "zh-CN")))
    for said in (
        "履约事项：（1）万家物业，12月3日 13:30 前；（2）安心门业，12月3日 13:30 前。",
        "人民调解委员会签署了《人民调解协议书》（纸质签字）。至此各方均已签字，协议生效。",
        "居民验收了安心门业的履约事项2。",
    ):
        assert said in text


LISTS = {
    "stage": (case_labels.stage, [str(stage) for stage in stages.Stage]),
    "verb": (case_labels.verb, [verb for verb, _ in DECISIONS.values()] + ["agree", "reject"]),
    "done": (case_labels.done, [verb for verb, _ in DECISIONS.values()] + ["agree", "reject"]),
    "party": (case_labels.party_kind, list(parties.KINDS)),
    "person": (case_labels.person, [*promises.OFFICES, *promises.MEDIATION_SIGNATORIES]),
    "pause": (case_labels.pause_reason, list(work.PAUSE_REASONS)),
    "extension": (case_labels.extension_reason, list(work.EXTENSION_REASONS)),
    "break": (case_labels.break_reason, list(course.BREAK_REASONS)),
    "fail": (case_labels.fail_reason, list(course.FAIL_REASONS)),
    "route": (case_labels.route, list(course.ROUTES)),
    "rating": (case_labels.rating_reason, list(course.RATING_REASONS)),
    "signature": (case_labels.signature, list(promises.SIGNATURES)),
    "form": (case_labels.form, list(promises.FORMS)),
    "deadline": (
        case_labels.deadline,
        [
            *("target", "stage", "rating", "closing", "court", "press", "pause"),
            *("meeting:1", "obligation:2", "acceptance:2"),
        ],
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", sorted(LISTS))
def test_every_id_of_the_rules_has_words_of_its_own(what: str, language: Language) -> None:
    label, ids = LISTS[what]
    words = [label(name, language) for name in ids]
    assert not set(words) & set(ids)
    assert len(set(words)) == len(ids)
    assert all(re.search("[\u4e00-\u9fff]", word) for word in words) == (language == "zh-CN")


def test_a_deadline_is_named_after_what_is_due() -> None:
    assert case_labels.deadline("stage", "zh-CN", "looking_into") == "上门走访"
    assert case_labels.deadline("stage", "zh-CN", "negotiating") == "协商方案"
    assert case_labels.deadline("obligation:2", "zh-CN") == "履约事项2"
    assert case_labels.deadline("press", "zh-CN") == "督办答复"
    assert case_labels.deadline("target", "en") == "Overall target"
    assert {rule.stage for rule in deadlines.STAGE_TERMS} <= set(case_labels.STAGE_DEADLINES)


def test_prices_are_kept_in_fen_and_read_in_yuan() -> None:
    assert case_labels.price(2380) == "¥23.80"
    assert case_labels.price(120000) == "¥1,200"
    assert case_labels.price(5) == "¥0.05"
    assert case_labels.price(0) == "¥0"
    assert case_labels.price(None) == ""


def test_a_refusal_says_where_the_case_stands_and_what_can_be_done() -> None:
    params = MappingProxyType({"stage": stages.Stage.AGREED, "possible": ["sign", "carry_out", "message"]})
    said = problems.message("zh-CN", "not_possible_now", params)
    assert said == "现在不能这样做：事项处于“已达成”。现在可以：开始落实、签字。"
    assert "Agreed" in problems.message("en", "not_possible_now", params)
    nothing = problems.message("en", "not_possible_now", {"stage": "closed", "possible": []})
    assert nothing == "That is not possible now: the case is at “Closed”."
    bell = problems.message("zh-CN", "not_possible_now", {"status": "ringing"})
    assert "响铃中" in bell
    merged = problems.message("zh-CN", "merged_into", {"stage": "closed", "into": "MX7F3K92QD"})
    assert merged == "本事项已并入 MX-7F3K-92QD，请到那里继续办理。"


REFUSALS = (
    *("not_possible_now", "merged_into", "paused", "meeting_held", "meeting_cancelled"),
    *(f"obligation_{status}" for status in case_labels.OBLIGATION_STATUSES),
    *("already_chosen", "party_is_bound", "reopening_over", "not_a_superior", "changed_meanwhile"),
    *("no_such_case", "not_your_case", "party_gone", "upload_missing", "not_your_turn", "nothing_to_sign"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_of_a_case_is_a_sentence(code: str, language: Language) -> None:
    params = {"stage": "negotiating", "possible": ["propose", "fail"], "into": "MX7F3K92QD", "until": AT}
    said = problems.message(language, code, params)
    assert reads_well(said, language)
    assert said != code


FIELD_CODES = (
    *("past", "not_later", "not_yet", "out_of_range", "negative", "twice", "none_left", "no_draft"),
    *("no_commitment", "not_yours", "not_a_time", "not_a_price", "not_a_number", "not_a_mail"),
    *("phone_or_mail", "no_committee", "required", "unknown", "too_many"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", FIELD_CODES)
def test_every_wrong_field_of_a_case_is_a_sentence(code: str, language: Language) -> None:
    named = [field for field, of in problems.NAMED if of == code]
    for field in ("anything", *named):
        said = problems.field_message(language, field, code, {})
        assert said != code
        assert said.endswith("." if language == "en" else "。")
