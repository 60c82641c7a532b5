"""Languages, catalogues, sentences, filters, the notice, static files."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.web import assets, filters, labels
from chalicelib.web.i18n import LANGUAGES, Language, catalogue, negotiate, translate
from chalicelib.web.privacy import VERSION, notice
from chalicelib.web.sentences import sentence
from tests.web.catalogue import folder, rendered, untranslated

NOON = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_catalogues_on_file_are_what_extraction_and_compiling_give(locale: str) -> None:
    text, compiled = rendered(locale)
    assert (folder(locale) / "messages.po").read_bytes() == text
    assert (folder(locale) / "messages.mo").read_bytes() == compiled


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_no_message_is_left_untranslated(locale: str) -> None:
    assert untranslated(locale) == []


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "language"),
    [
        (None, None, None, "zh-CN"),
        ("en", "zh-CN", "zh", "en"),
        ("zh", "en", "en", "zh-CN"),
        (None, "en", "zh-CN", "en"),
        ("fr", "", "de, en;q=0.5, zh;q=0.4", "en"),
        (None, None, "fr-FR, de", "zh-CN"),
        (None, None, "en;q=0, zh;q=0.1", "zh-CN"),
        (None, None, "zh-Hant-TW,en;q=0.9", "zh-CN"),
        (None, None, "en;q=abc", "zh-CN"),
        ("<script>", "\x00", ",;=,,", "zh-CN"),
    ],
)
def test_the_link_decides_then_the_cookie_then_the_browser(
    query: str | None, cookie: str | None, accept: str | None, language: Language
) -> None:
    assert negotiate(query, cookie, accept) == language


def test_messages_are_filled_in_and_counted() -> None:
    assert translate("zh-CN", "Rung at %(time)s", time="14:05") == "14:05 按铃"
    assert translate("en", "Rung at %(time)s", time="14:05") == "Rung at 14:05"
    assert translate("zh-CN", "100% sure") == "100% sure"
    one, many = "%(num)d bell is ringing", "%(num)d bells are ringing"
    assert catalogue("en").ngettext(one, many, 1) == one
    assert catalogue("zh-CN").ngettext(one, many, 3) == "有 %(num)d 个铃在响"


SENTENCES = [
    ("rung", {}, "按铃人按响了铃。"),
    (
        "alerted",
        {"level": 1, "roles": ["specialist"], "staff": [{"id": "z", "name": "赵虹"}], "repeat": 0},
        "已呼叫小区专员：赵虹。",
    ),
    ("alerted", {"roles": ["community"], "staff": [{"name": "李"}], "repeat": 1}, "第 2 次呼叫社区：李。"),
    ("alerted", {"roles": ["specialist", "community"]}, "已呼叫小区专员、社区。"),
    (
        "level_skipped",
        {"roles": ["subdistrict"], "reason": "nobody_on_duty"},
        "街道无人值班，铃声直接转往上一级。",
    ),
    (
        "level_skipped",
        {"roles": ["police"], "reason": "nobody_reachable"},
        "民警值班人员联系不上，铃声直接转往上一级。",
    ),
    (
        "exhausted",
        {"round": 1, "staff": [{"name": "李", "role": "subdistrict"}, {"name": "王", "role": "supervisor"}]},
        "各级都没有人接铃，已报督办人王，并继续呼叫。",
    ),
    ("exhausted", {"round": 2, "staff": []}, "仍无人接铃（第 2 轮），正在再次呼叫所有人。"),
    (
        "notified",
        {
            "notices": [
                {"to": "z", "name": "赵虹", "role": "specialist", "channel": "sms", "fate": "sent"},
                {"to": "resident", "name": "", "role": "resident", "channel": "sms", "fate": "failed"},
                {"to": "l", "name": "李", "role": "community", "channel": "", "fate": "unreachable"},
            ]
        },
        "给赵虹的短信：已发出；给按铃人的短信：没有发出；给李的通知：联系不上。",
    ),
    ("answered", {"level": 1, "name": "赵虹", "role": "specialist"}, "赵虹（小区专员）接了铃。"),
    ("accepted", {"case_number": "MX-1"}, "已受理，协商事项编号 MX-1。"),
    (
        "declined",
        {"reason_code": "duplicate", "reason": "已在办。", "go_to": "社区"},
        "不予受理：已在办理，重复反映。理由：已在办。可以找：社区。",
    ),
    ("withdrawn", {}, "按铃人撤回了这次按铃。"),
    ("appealed", {}, "按铃人不同意这个决定，铃声转上一级，重新响起。"),
    ("decision_overdue", {}, "接铃后没有按时作出决定，已催办。"),
    ("rearmed", {"reason": "lost"}, "计时中断，已重新开始。"),
    ("moon_landed", {}, "已记录：moon_landed。"),
]


@pytest.mark.parametrize(("kind", "data", "words"), SENTENCES)
def test_each_event_is_told_in_plain_words(kind: str, data: dict[str, object], words: str) -> None:
    said = sentence(kind, data, "system", "zh-CN")
    assert said.replace("\u2068", "").replace("\u2069", "") == words
    english = sentence(kind, data, "system", "en")
    assert "%(" not in english
    assert english != said


def test_a_name_in_a_sentence_cannot_turn_it_round() -> None:
    said = sentence("answered", {"name": "\u202e虹\u2069赵\u0000", "role": "specialist"}, "x", "zh-CN")
    assert said == "\u2068虹赵␀\u2069（小区专员）接了铃。"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_has_its_words(language: Language) -> None:
    tables = (
        labels.CATEGORIES,
        labels.DESKS,
        labels.ROLES,
        labels.STATUSES,
        labels.DECLINE_REASONS,
        labels.FATES,
    )
    for table in tables:
        words = [translate(language, message) for message in table.values()]
        assert len(set(words)) == len(words)


def test_times_are_shown_on_the_places_clock() -> None:
    assert filters.clock_time(NOON, "Asia/Shanghai") == "12:00"
    assert filters.clock_time(NOON, "Asia/Shanghai", seconds=True) == "12:00:00"
    assert filters.day_time(NOON, "Europe/Berlin", "en") == "3 Nov, 05:00"
    assert filters.day_time(NOON, "Asia/Shanghai", "zh-CN") == "11月3日 12:00"
    late = NOON + timedelta(hours=13)
    assert filters.when(late, NOON, "Asia/Shanghai", "zh-CN") == "11月4日 01:00"
    assert filters.when(late, NOON, "UTC", "zh-CN") == "17:00"
    assert filters.iso(NOON) == "2026-11-03T04:00:00.000Z"


def test_spans_are_told_in_two_units() -> None:
    assert filters.span(94, "zh-CN") == "1 分 34 秒"
    assert filters.span(7260, "en") == "2 h 1 min"
    assert filters.span(-5, "en") == "0 s"
    assert filters.remaining(NOON, NOON, "zh-CN") == "马上"


def test_the_share_left_stays_within_the_dial() -> None:
    assert filters.share_left(NOON, NOON - timedelta(minutes=5), NOON - timedelta(minutes=2)) == 40
    assert filters.share_left(NOON, NOON - timedelta(minutes=5), NOON + timedelta(minutes=2)) == 0
    assert filters.share_left(NOON, None, NOON) == 100
    assert filters.share_left(NOON, NOON, NOON) == 100


def test_phones_are_masked_and_numbers_grouped() -> None:
    assert filters.masked_phone("13800001234") == "138****1234"
    assert filters.masked_phone("12345") == "*****"
    assert (
        filters.readable_phone("+8613800001234") == filters.readable_phone("13800001234") == "138 0000 1234"
    )
    assert filters.readable_phone("+44 20 7946") == "+44 20 7946"
    assert filters.number(10879) == "10,879"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_names_who_handles_what_why_how_long_and_the_rights(language: Language) -> None:
    said = notice(language, "米市巷街道", "0571-1234")
    view = said.view()
    assert said.version == VERSION == view.version
    assert "{" not in said.text
    assert "米市巷街道" in said.text
    assert "0571-1234" in said.text
    assert sum(block.kind == "heading" for block in view.blocks) == 7
    assert all(block.items and all(block.items) for block in view.blocks)


def test_only_files_of_the_static_folder_are_served() -> None:
    assert assets.names() >= {
        "style.css",
        "bell.svg",
        "icons.svg",
        "ring.js",
        "live.js",
        "countdown.js",
        "verify.js",
    }
    assert all(assets.asset(name) for name in assets.names())
    for name in ("../views.py", "/etc/passwd", "", ".", "style.css/", "nothing.js", "%2e%2e/views.py"):
        assert assets.asset(name) is None


def test_the_catalogue_of_an_unknown_language_is_the_chinese_one() -> None:
    assert catalogue("fr").gettext("Ringing") == "响铃中"
