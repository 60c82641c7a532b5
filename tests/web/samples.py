"""Realistic view models, from the newspaper page's stories, for the preview and for the tests of the templates."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from chalicelib.mydata.visits import SURE
from chalicelib.web import my_data_views as m
from chalicelib.web import views as v
from chalicelib.web.case_labels import party_kind, unmask_reason
from chalicelib.web.case_sentences import Teller, case_sentence
from chalicelib.web.i18n import Language, translate
from chalicelib.web.labels import channel, fate, role
from chalicelib.web.my_data_labels import kept, shown
from chalicelib.web.privacy import notice
from chalicelib.web.problems import message
from chalicelib.web.sentences import sentence

NOW = datetime(2026, 11, 3, 6, 34, 12, tzinfo=UTC)
LEAK = "楼上漏水，楼下遭殃，多次协商都没有效果。\n昨晚厨房的吊顶掉了一块下来，老人在家不敢进去。"
WALL = "围墙边搭了车棚、小厨房，还开了小吃店，没有排烟管，用餐高峰期油烟全排向居民楼，还有消防隐患。"
HOTLINES = (
    v.Hotline("fire", "119"),
    v.Hotline("police", "110"),
    v.Hotline("ambulance", "120"),
    v.Hotline("gas", "0571-967266"),
)
CATEGORIES = tuple(
    v.CategoryTile(name, urgency)
    for name, urgency in (
        ("gas", "emergency"),
        ("fire", "emergency"),
        ("injury", "emergency"),
        ("trapped", "emergency"),
        ("water-leak", "ordinary"),
        ("power", "urgent"),
        ("fire-safety", "urgent"),
        ("illegal-structure", "ordinary"),
        ("noise", "ordinary"),
        ("greenery", "ordinary"),
        ("road", "ordinary"),
        ("elevator", "urgent"),
        ("parking", "ordinary"),
        ("sanitation", "ordinary"),
        ("property-management", "ordinary"),
        ("neighbour-dispute", "ordinary"),
        ("quarantine-help", "urgent"),
        ("other", "ordinary"),
    )
)
COMMUNITIES = (
    v.CommunityGroup("半道红社区", (v.NeighbourhoodOption("midu-bridge", "密渡桥路小区"),)),
    v.CommunityGroup(
        "米市社区", (v.NeighbourhoodOption("yiqing", "一清新村"), v.NeighbourhoodOption("wenyi", "文一大院"))
    ),
    v.CommunityGroup(
        "夹城巷社区",
        (v.NeighbourhoodOption("zuojia", "左家新村"), v.NeighbourhoodOption("xiaohe-east", "小河东村")),
    ),
)
TOKEN = "3fQ9zK1mXb7Lw0Pa2Rd"
LEVELS = (("specialist",), ("community",), ("subdistrict",))


def frame(path: str = "/", elder: bool = False, base_path: str = "", speed: float = 1) -> v.Frame:
    """The page around the sample views."""
    return v.Frame(path, "米市巷街道", "Asia/Shanghai", NOW, base_path, elder, speed)


def ring(language: Language) -> v.RingView:
    """The first page, untouched."""
    return v.RingView(("community", "lawyer", "police"), CATEGORIES, COMMUNITIES, HOTLINES, "2026-11-01")


def ring_emergency(language: Language) -> v.RingView:
    """A gas leak was chosen, and the server answered with a correction."""
    form = v.RingForm(
        category="gas", neighbourhood="zuojia", where="厨房", text="闻到漏气的味道。", name="孙女士"
    )
    errors = (
        v.FieldError("phone", "请填写手机号码。" if language == "zh-CN" else "Please give a mobile number."),
    )
    return v.RingView(
        ("community", "lawyer", "police"),
        CATEGORIES,
        COMMUNITIES,
        HOTLINES,
        "2026-11-01",
        form,
        errors,
        "k-1",
    )


def ring_errors(language: Language) -> v.RingView:
    """Several things wrong at once; what was typed is kept, markup and all."""
    zh = language == "zh-CN"
    form = v.RingForm("lawyer", "", "", "3幢", "", "新安装的<script>宣传栏", WALL, "陈阿姨", "1380", True)
    errors = (
        v.FieldError("category", "请选择是什么事。" if zh else "Please choose what it is about."),
        v.FieldError("neighbourhood", "请选择小区。" if zh else "Please choose your neighbourhood."),
        v.FieldError(
            "phone", "这不像是一个手机号码，请检查。" if zh else "This does not look like a mobile number."
        ),
    )
    return v.RingView(
        ("community", "lawyer", "police"),
        CATEGORIES,
        COMMUNITIES,
        HOTLINES,
        "2026-11-01",
        form,
        errors,
        "k-2",
    )


def at(minutes: float) -> datetime:
    """So many minutes before now."""
    return NOW - timedelta(minutes=minutes)


Told = tuple[str, float, Mapping[str, Any]]
ZHAO = {"id": "zhao-hong", "name": "赵虹"}
CHEN = {"id": "chen-siyang", "name": "陈思阳"}
RUNG: tuple[Told, ...] = (
    ("rung", 6.8, {}),
    ("alerted", 6.8, {"level": 1, "roles": ["specialist"], "staff": [ZHAO], "repeat": 0}),
    (
        "notified",
        6.7,
        {"notices": [
            {"to": "resident", "role": "resident", "channel": "sms", "fate": "sent"},
            {"to": "zhao-hong", "name": "赵虹", "role": "specialist", "channel": "sms", "fate": "sent"},
        ]},
    ),
    ("alerted", 1.8, {"level": 2, "roles": ["community"], "staff": [CHEN, {"id": "li", "name": "李敏"}], "repeat": 0}),
)  # fmt: skip
ANSWERED: tuple[Told, ...] = (*RUNG, ("answered", 0.6, {"level": 2, "name": "陈思阳", "role": "community"}))


def events(told: tuple[Told, ...], language: str) -> tuple[v.TimelineEvent, ...]:
    """Timeline events with their sentences."""
    return tuple(
        v.TimelineEvent(seq, kind, at(ago), sentence(kind, data, "system", language))
        for seq, (kind, ago, data) in enumerate(told, 1)
    )


def _levels(*states: Any) -> tuple[v.LevelStep, ...]:
    return tuple(v.LevelStep(n, LEVELS[n - 1], state) for n, state in enumerate(states, 1))


def _track(language: Language, status: str, told: tuple[Told, ...], **more: Any) -> v.TrackView:
    values: dict[str, Any] = {
        "urgency": "ordinary", "category": "water-leak", "levels": _levels("past", "now", "next"),
        "record": v.RecordPanel(len(told), "9f2c" * 16, True),
    } | more  # fmt: skip
    return v.TrackView(
        token=TOKEN, bell_id="MX7F3K92QD", number="MX-7F3K-92QD", status=status, desk="community",
        neighbourhood="文一大院", building="3幢", unit="502", where="厨房", text=LEAK, name_masked="陈*",
        phone_masked="138****1234", rung_at=at(6.8), events=events(told, language), hotlines=HOTLINES, **values,
    )  # fmt: skip


def track_ringing(language: Language) -> v.TrackView:
    """Level two is being called."""
    due = NOW + timedelta(minutes=3, seconds=12)
    return _track(
        language,
        "ringing",
        RUNG,
        due_at=due,
        step_at=due - timedelta(minutes=5),
        can_withdraw=True,
        flash="rung",
    )


def track_emergency(language: Language) -> v.TrackView:
    """A gas leak: everybody is called at once."""
    told: tuple[Told, ...] = (
        ("rung", 1, {}),
        (
            "alerted",
            1,
            {"level": 1, "roles": ["specialist", "community", "subdistrict"], "staff": [ZHAO, CHEN]},
        ),
    )
    due = NOW + timedelta(minutes=1)
    return _track(
        language, "ringing", told, urgency="emergency", category="gas", levels=_levels("now", "now", "now"),
        due_at=due, step_at=due - timedelta(minutes=2), can_withdraw=True, flash="duplicate",
    )  # fmt: skip


def track_exhausted(language: Language) -> v.TrackView:
    """Nobody has answered; the supervisor was told."""
    told: tuple[Told, ...] = (
        *RUNG,
        ("level_skipped", 1.5, {"level": 3, "roles": ["subdistrict"], "reason": "nobody_on_duty"}),
        ("exhausted", 1.5, {"round": 1, "staff": [{"id": "wang", "name": "王建国"}]}),
    )
    due = NOW + timedelta(minutes=8)
    return _track(
        language, "ringing", told, exhausted=True, levels=_levels("past", "past", "skipped"), due_at=due,
        step_at=at(2), can_withdraw=True,
    )  # fmt: skip


def track_answered(language: Language) -> v.TrackView:
    """Somebody answered and must decide."""
    return _track(
        language, "answered", ANSWERED, levels=_levels("past", "answered", "next"), can_withdraw=True,
        answered_by=v.Person("陈思阳", "community"), answered_at=at(0.6), due_at=NOW + timedelta(hours=23),
        step_at=at(0.6),
    )  # fmt: skip


def track_accepted(language: Language) -> v.TrackView:
    """A case was opened."""
    told = (*ANSWERED, ("accepted", 0.2, {"case_number": "MX-7F3M-01QA"}))
    return _track(
        language, "accepted", told, levels=_levels("past", "answered", "next"), case_number="MX-7F3M-01QA",
        answered_by=v.Person("陈思阳", "community"), answered_at=at(0.6),
    )  # fmt: skip


DECLINED = v.Decline(
    "other_authority",
    "这面墙属于铁路用地，街道无权拆除。",
    "杭州铁路办事处 0571-12306；我们已把您的事转过去。",
)


def track_declined(language: Language) -> v.TrackView:
    """Refused with a reason; it can be appealed once."""
    data = {"reason_code": DECLINED.reason_code, "reason": DECLINED.reason, "go_to": DECLINED.go_to}
    return _track(
        language, "declined", (*ANSWERED, ("declined", 0.2, data)), levels=_levels("past", "answered", "next"),
        decline=DECLINED, can_appeal=True, answered_by=v.Person("陈思阳", "community"),
    )  # fmt: skip


def track_withdrawn(language: Language) -> v.TrackView:
    """The resident withdrew."""
    return _track(language, "withdrawn", (*RUNG, ("withdrawn", 0.2, {})), flash="withdrawn")


def _answer(state: v.AnswerState, **more: Any) -> v.AnswerView:
    return v.AnswerView(state, TOKEN, "MX-7F3K-92QD", "文一大院", "water-leak", hotlines=HOTLINES, **more)


def answer_waiting(language: Language) -> v.AnswerView:
    """Before the tap."""
    due = NOW + timedelta(minutes=4, seconds=31)
    return _answer("waiting", rung_at=at(0.5), due_at=due, step_at=due - timedelta(minutes=5))


def answer_emergency(language: Language) -> v.AnswerView:
    """Before the tap, gas."""
    due = NOW + timedelta(minutes=1, seconds=20)
    return v.AnswerView(
        "waiting", TOKEN, "MX-7F3K-92QD", "左家新村", "gas", "emergency", rung_at=at(0.6), due_at=due,
        step_at=due - timedelta(minutes=2), hotlines=HOTLINES,
    )  # fmt: skip


def answer_mine(language: Language) -> v.AnswerView:
    """After the tap, with a decline that lacked its reason."""
    detail = v.AnswerDetail("陈阿姨", "13800001234", LEAK, "厨房", "3幢", "502")
    return _answer(
        "mine", rung_at=at(6.8), detail=detail, answered_at=at(0.2), due_at=NOW + timedelta(hours=23)
    )


def answer_mine_errors(language: Language) -> v.AnswerView:
    """The decline form came back."""
    detail = v.AnswerDetail("陈阿姨", "13800001234", LEAK, "厨房", "3幢", "502")
    errors = (
        v.FieldError("go_to", "请写明可以去哪里办。" if language == "zh-CN" else "Say where to go instead."),
    )
    form = v.DeclineForm("other_authority", "这面墙属于铁路用地。", "")
    return _answer("mine", rung_at=at(6.8), detail=detail, answered_at=at(0.2), form=form, errors=errors)


def answer_elsewhere(language: Language) -> v.AnswerView:
    """The form to hand it on came back."""
    places = v.CommunityGroup("文一社区", (v.NeighbourhoodOption("wenyi", "文一大院"),))
    wrong = "请选择原因。" if language == "zh-CN" else "Please choose the reason."
    errors = (v.FieldError("transfer_reason", wrong),)
    form = v.TransferForm((places,), ("community", "lawyer", "police"), desk="lawyer", open=True)
    return _answer("mine", rung_at=at(6.8), answered_at=at(0.2), errors=errors, transfer=form)


def answer_transferred(language: Language) -> v.AnswerView:
    """Handed on."""
    return _answer("transferred")


def answer_taken(language: Language) -> v.AnswerView:
    """Somebody was quicker."""
    return _answer("taken", answered_by=v.Person("陈思阳", "community"), answered_at=at(2))


def answer_accepted(language: Language) -> v.AnswerView:
    """Decided: accepted."""
    detail = v.AnswerDetail("陈阿姨", "13800001234", LEAK, "厨房", "3幢", "502")
    return _answer("accepted", case_number="MX-7F3M-01QA", detail=detail)


def answer_declined(language: Language) -> v.AnswerView:
    """Decided: declined."""
    return _answer("declined", decline=DECLINED)


def answer_withdrawn(language: Language) -> v.AnswerView:
    """The resident withdrew in the meantime."""
    return _answer("withdrawn")


def answer_expired(language: Language) -> v.AnswerView:
    """An old link."""
    return _answer("expired")


def answer_superseded(language: Language) -> v.AnswerView:
    """A link of an earlier assignee."""
    return _answer("superseded")


def bells(language: Language) -> v.BellsView:
    """Three bells wait for one person."""
    return v.BellsView(
        "赵虹",
        (
            v.BellCard(
                TOKEN, "MX-7F3K-92QD", "左家新村", "gas", "emergency", at(0.7), NOW + timedelta(seconds=75)
            ),
            v.BellCard(
                TOKEN, "MX-7F3K-8R2A", "小河东村", "fire-safety", "urgent", at(2), NOW + timedelta(minutes=3)
            ),
            v.BellCard(
                TOKEN,
                "MX-7F3J-XW4T",
                "密渡桥路小区",
                "greenery",
                "ordinary",
                at(4),
                NOW + timedelta(minutes=1),
            ),
        ),
    )


def bells_none(language: Language) -> v.BellsView:
    """Nothing waits."""
    return v.BellsView("赵虹", ())


def board(language: Language) -> v.BoardView:
    """What is ringing in the subdistrict."""
    rows = (
        (
            "MX-7F3K-92QD",
            "左家新村",
            "gas",
            "emergency",
            ("specialist", "community", "subdistrict"),
            1,
            0.7,
            2,
            1.3,
        ),
        ("MX-7F3K-8R2A", "小河东村", "fire-safety", "urgent", ("community",), 2, 6, 5, 4),
        ("MX-7F3J-XW4T", "密渡桥路小区", "greenery", "ordinary", ("specialist",), 1, 4, 5, 1),
        ("MX-7F3J-M20C", "一清新村", "neighbour-dispute", "ordinary", ("lawyer",), 1, 1.2, 5, 3.8),
    )
    built = tuple(
        v.BoardRow(
            number, place, category, urgency, roles, level, at(ago), NOW + timedelta(minutes=left),
            NOW + timedelta(minutes=left - whole),
        )
        for number, place, category, urgency, roles, level, ago, whole, left in rows
    )  # fmt: skip
    return v.BoardView(built, 17, 94)


def board_quiet(language: Language) -> v.BoardView:
    """Nothing rings."""
    return v.BoardView((), 0, None)


def privacy(language: Language) -> v.PrivacyView:
    """The notice."""
    return notice(language, "米市巷街道", "12345").view()


def error_missing(language: Language) -> v.ErrorView:
    """A page that is not there."""
    return v.ErrorView(404, "没有找到这个页面。" if language == "zh-CN" else "There is no such page.")


def error_limited(language: Language) -> v.ErrorView:
    """Too many rings."""
    message = "这个号码按铃太多次了。" if language == "zh-CN" else "This number has rung too often."
    return v.ErrorView(429, message, (), NOW + timedelta(minutes=8))


def sign_in(language: Language) -> v.SignInView:
    """The phone first."""
    return v.SignInView()


def sign_in_code(language: Language) -> v.SignInView:
    """A code was texted, and mistyped."""
    message = "验证码不对，还可以试 4 次。" if language == "zh-CN" else "That is not the code; tries left: 4."
    return v.SignInView("code", "13800001234", (v.FieldError("code", message),))


def me(language: Language) -> v.MeView:
    """What a resident rang."""
    rows = (
        v.MyRow(f"/t/{TOKEN}", "MX-7F3K-92QD", "左家新村", "noise", "ordinary", "ringing", at(4)),
        v.MyRow(f"/t/{TOKEN}", "MX-7F3J-XW4T", "左家新村", "elevator", "urgent", "accepted", at(4000)),
    )
    return v.MeView("rung", rows, "/me?list=rung&cursor=x")


def me_places(language: Language) -> v.MeView:
    """What is open at the places of a member of staff."""
    due = NOW + timedelta(minutes=3)
    rows = (
        v.MyRow("/a/MX7F3K92QD", "MX-7F3K-92QD", "左家新村", "gas", "emergency", "ringing", at(1), due),
        v.MyRow("/a/MX7F3JXW4T", "MX-7F3J-XW4T", "小河东村", "noise", "ordinary", "answered", at(90), due),
    )
    return v.MeView("places", rows, "", "赵虹", "specialist")


def me_none(language: Language) -> v.MeView:
    """Nothing was rung from this number."""
    return v.MeView("rung", ())


def anchors(language: Language) -> v.AnchorsView:
    """Three days, and more before them."""
    days = [
        (f"2026-11-{day}", NOW, size, f"{day:02d}" * 32) for day, size in ((23, 1_645), (22, 1_640), (21, 1))
    ]
    return v.AnchorsView(tuple(v.AnchorLine(*day) for day in days), "2026-11-21")


def anchors_none(language: Language) -> v.AnchorsView:
    """Right after the first start."""
    return v.AnchorsView(())


def my_data(language: Language) -> m.MyDataView:
    """Of a case that was given up: everything is there, and it can be erased."""
    return m.MyDataView(
        path=f"/t/{TOKEN}/data",
        track=f"/t/{TOKEN}",
        number="MX-7F3K-92QD",
        status="accepted",
        rung_at=at(6.8),
        name="陈阿姨",
        phone="+8613812341234",
        text=LEAK,
        where="厨房",
        building="3幢",
        unit="502",
        neighbourhood="文一大院",
        consent_version="2026-11-30",
        case_numbers=("MX-7F3M-10QP",),
        wrote=(
            m.Wrote(at(60), _case_said("messaged", language), LEAK),
            m.Wrote(at(90), _case_said("replied", language), WALL),
        ),
        sent=(
            m.Sent(at(7), "MX-7F3K-92QD", channel("sms", language), fate("delivered", language)),
            m.Sent(at(9), "MX-7F3K-92QD", channel("sms", language), fate("sent", language)),
        ),
        readers=(
            m.Reader(at(8), "赵虹", role("specialist", language), shown("answered", language)),
            m.Reader(at(70), "陈思阳", role("community", language), unmask_reason("safety", language)),
        ),
        kept=_kept(language, "record", "others", "signature", "polls", "wish", "copies"),
    )


def my_data_waits(language: Language) -> m.MyDataView:
    """Of a bell that rings; the form came back because nobody was sure."""
    error = v.FieldError("sure", translate(language, SURE))
    return replace(
        my_data(language),
        status="ringing",
        case_numbers=(),
        wrote=(),
        waits=True,
        withdraw=True,
        errors=(error,),
        kept=_kept(language, "record", "polls", "wish", "copies"),
    )


def my_data_refused(language: Language) -> m.MyDataView:
    """Of a case that goes on."""
    why = message(language, "case_still_open", {"case": "MX-7F3M-10QP"})
    return replace(my_data(language), refused=why)


def my_data_erased(language: Language) -> m.MyDataView:
    """A moment later."""
    return m.MyDataView(
        path=f"/t/{TOKEN}/data",
        track=f"/t/{TOKEN}",
        number="MX-7F3K-92QD",
        status="accepted",
        rung_at=at(6.8),
        case_numbers=("MX-7F3M-10QP",),
        kept=_kept(language, "record", "others", "polls", "wish", "copies"),
        erased_at=NOW,
        told="erased",
    )


def all_my_data(language: Language) -> m.AllMyDataView:
    """Three bells: one rings, one's case goes on, one is over."""
    rows = (
        m.MyDataRow(f"/t/{TOKEN}/data", "MX-7F3K-92QD", "ringing", at(6.8), "文一大院", waits=True),
        m.MyDataRow(
            f"/t/{TOKEN}/data", "MX-7F3K-10QP", "accepted", at(90), "文一大院", case_number="MX-7F3M-10QP"
        ),
        m.MyDataRow(f"/t/{TOKEN}/data", "MX-7F2A-33TT", "declined", at(900), "一清新村"),
    )
    error = v.FieldError("sure", translate(language, SURE))
    return m.AllMyDataView(rows, at(9), waits=True, errors=(error,))


def all_my_data_moving(language: Language) -> m.AllMyDataView:
    """A code went to the new number, and a wrong one was typed."""
    wrong = v.FieldError("code", message(language, "code_wrong", {"left": 4}))
    return replace(all_my_data(language), errors=(wrong,), phone="13812345678", asked=True)


def all_my_data_erased(language: Language) -> m.AllMyDataView:
    """A moment later."""
    return m.AllMyDataView((), told="erased")


def guest_data(language: Language) -> m.GuestDataView:
    """Of a guest who has left the case; nobody was sure yet."""
    return m.GuestDataView(
        path=f"/p/{TOKEN}/data",
        back=f"/p/{TOKEN}",
        number="MX-7F3M-10QP",
        kind=party_kind("person", language),
        name="陈阿姨",
        phone="+8613812341234",
        wrote=(m.Wrote(at(60), _case_said("messaged", language), LEAK),),
        sent=(m.Sent(at(9), "MX-7F3M-10QP", channel("sms", language), fate("sent", language)),),
        kept=_kept(language, "record", "others", "wish", "copies"),
        errors=(v.FieldError("sure", translate(language, SURE)),),
    )


def guest_data_refused(language: Language) -> m.GuestDataView:
    """The case goes on with them."""
    why = message(language, "guest_still_needed", {"case": "MX-7F3M-10QP"})
    return replace(guest_data(language), refused=why, errors=())


def guest_data_erased(language: Language) -> m.GuestDataView:
    """A moment later."""
    kept = _kept(language, "record", "others", "wish", "copies")
    return m.GuestDataView(
        f"/p/{TOKEN}/data", f"/p/{TOKEN}", "MX-7F3M-10QP", kept=kept, erased=True, told="erased"
    )


def _kept(language: Language, *names: str) -> tuple[m.Kept, ...]:
    return tuple(m.Kept(*kept(name, language, "12345")) for name in names)


def _case_said(kind: str, language: Language) -> str:
    return case_sentence(
        kind, {"to": "staff"}, Teller(voice="plain", actor="resident", me=frozenset({"resident"})), language
    )


PAGES: Mapping[str, tuple[str, str, Callable[[Language], object]]] = {
    "ring": ("ring.html", "/", ring),
    "ring-emergency": ("ring.html", "/", ring_emergency),
    "ring-errors": ("ring.html", "/", ring_errors),
    "track-ringing": ("track.html", f"/t/{TOKEN}", track_ringing),
    "track-emergency": ("track.html", f"/t/{TOKEN}", track_emergency),
    "track-exhausted": ("track.html", f"/t/{TOKEN}", track_exhausted),
    "track-answered": ("track.html", f"/t/{TOKEN}", track_answered),
    "track-accepted": ("track.html", f"/t/{TOKEN}", track_accepted),
    "track-declined": ("track.html", f"/t/{TOKEN}", track_declined),
    "track-withdrawn": ("track.html", f"/t/{TOKEN}", track_withdrawn),
    "answer-waiting": ("answer.html", f"/a/{TOKEN}", answer_waiting),
    "answer-emergency": ("answer.html", f"/a/{TOKEN}", answer_emergency),
    "answer-mine": ("answer.html", f"/a/{TOKEN}", answer_mine),
    "answer-mine-errors": ("answer.html", f"/a/{TOKEN}", answer_mine_errors),
    "answer-elsewhere": ("answer.html", f"/a/{TOKEN}", answer_elsewhere),
    "answer-transferred": ("answer.html", f"/a/{TOKEN}", answer_transferred),
    "answer-taken": ("answer.html", f"/a/{TOKEN}", answer_taken),
    "answer-accepted": ("answer.html", f"/a/{TOKEN}", answer_accepted),
    "answer-declined": ("answer.html", f"/a/{TOKEN}", answer_declined),
    "answer-withdrawn": ("answer.html", f"/a/{TOKEN}", answer_withdrawn),
    "answer-expired": ("answer.html", f"/a/{TOKEN}", answer_expired),
    "answer-superseded": ("answer.html", f"/a/{TOKEN}", answer_superseded),
    "bells": ("bells.html", f"/s/{TOKEN}", bells),
    "bells-none": ("bells.html", f"/s/{TOKEN}", bells_none),
    "board": ("board.html", "/board", board),
    "board-quiet": ("board.html", "/board", board_quiet),
    "sign-in": ("sign_in.html", "/sign-in", sign_in),
    "sign-in-code": ("sign_in.html", "/sign-in", sign_in_code),
    "me": ("me.html", "/me", me),
    "me-places": ("me.html", "/me", me_places),
    "me-none": ("me.html", "/me", me_none),
    "anchors": ("anchors.html", "/anchors", anchors),
    "anchors-none": ("anchors.html", "/anchors", anchors_none),
    "my-data": ("my_data.html", f"/t/{TOKEN}/data", my_data),
    "my-data-waits": ("my_data.html", f"/t/{TOKEN}/data", my_data_waits),
    "my-data-refused": ("my_data.html", f"/t/{TOKEN}/data", my_data_refused),
    "my-data-erased": ("my_data.html", f"/t/{TOKEN}/data", my_data_erased),
    "my-data-all": ("all_my_data.html", "/me/data", all_my_data),
    "my-data-all-moving": ("all_my_data.html", "/me/data", all_my_data_moving),
    "my-data-all-erased": ("all_my_data.html", "/me/data", all_my_data_erased),
    "guest-data": ("guest_data.html", f"/p/{TOKEN}/data", guest_data),
    "guest-data-refused": ("guest_data.html", f"/p/{TOKEN}/data", guest_data_refused),
    "guest-data-erased": ("guest_data.html", f"/p/{TOKEN}/data", guest_data_erased),
    "privacy": ("privacy.html", "/privacy", privacy),
    "error-missing": ("error.html", "/nowhere", error_missing),
    "error-limited": ("error.html", "/", error_limited),
}
"""Name of the preview → template, the page's path, its view in a language."""
