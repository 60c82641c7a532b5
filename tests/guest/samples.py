"""The newspaper's stories with their words, as files of cases that residents and parties look at."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chalicelib.case import commands as do
from chalicelib.case.access import Side, Viewer
from chalicelib.case.reading import Lens
from chalicelib.case.shapes import Attachment, CaseFile, PartyContact
from chalicelib.case.state import Option, Ref
from chalicelib.case.writing import Pen
from chalicelib.core.chain import Actor
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Directory, Neighbourhood
from chalicelib.ports import Contact
from chalicelib.web.guest_views import Photo
from tests.case.lives import WANG, Life
from tests.fakes import places

BELL, SECOND = "MX00000000", "MX11111111"
RESIDENT = Actor("resident", BELL)
HURT = "新装的宣传栏玻璃门没有锁好，被大风吹开，把我撞伤了。赔偿的事一直谈不拢。"
CONTACT = Contact("陈桂芳", "+8613900000001", HURT, "宣传栏，3幢旁")
NEIGHBOUR = Contact("杨美娟", "+8613900000002", "我也差点被那扇玻璃门撞到。")
PARTIES = (
    PartyContact(
        "wuye", "property_company", "运河物业服务有限公司", "钱伟", "+8613800002001", organisation="yunhe"
    ),
    PartyContact("anzhuang", "contractor", "旧改施工单位（安装方）", "邵建明", "+8613800002004"),
    PartyContact("jianli", "supervising_engineer", "旧改监理", "方工"),
    PartyContact("lvshi", "lawyer", "求是律师事务所", "苏敏", mail="lvshi@example.org"),
    PartyContact("tiaojie", "mediator", "社区调解员 金阿姨", "金秀英"),
)
EVERYBODY = ("wuye", "anzhuang", "jianli", "lvshi", "tiaojie", "resident")


def party(party_id: str) -> Actor:
    """A party as the record names it."""
    return Actor("party", party_id)


@dataclass
class Story(Life):
    """A life whose words are kept, as the store keeps them."""

    parties: dict[str, PartyContact] = field(default_factory=dict)
    residents: dict[str, Contact] = field(default_factory=lambda: {BELL: CONTACT})
    pen: Pen = field(init=False)

    def __post_init__(self) -> None:
        counter = itertools.count(1)
        self.pen = Pen(lambda bits: next(counter))
        super().__post_init__()

    def says(self, words: str, *files: str) -> Ref:
        """Something written, with photos."""
        return self.pen.write("text", words, [Attachment(f, "image/jpeg", small=True) for f in files])

    def invites(self, contacts: Iterable[PartyContact]) -> None:
        """Parties come in."""
        for contact in contacts:
            self.does(do.Invite(contact.id, contact.kind))
            self.parties[contact.id] = contact

    def seen_by(self, viewer: Viewer, language: str = "zh-CN") -> Lens:
        """The case before those eyes."""
        texts = {text.id: text for text in self.pen.texts}
        file = CaseFile(self.case, "玻璃门伤人", self.events, texts, dict(self.parties), (), ())
        return Lens(file, viewer, dict(self.residents), _directory(), language, self.now, shown)

    def seen_by_resident(self, language: str = "zh-CN", bell: str = BELL) -> Lens:
        """The case before the eyes of whoever rang."""
        return self.seen_by(Viewer(Side.RESIDENT, bell), language)

    def seen_by_party(self, party_id: str = "wuye", language: str = "zh-CN") -> Lens:
        """The case before the eyes of a party."""
        return self.seen_by(Viewer(Side.PARTY, party_id), language)

    def seen_by_staff(self, language: str = "zh-CN") -> Lens:
        """The case before the eyes of its owner."""
        return self.seen_by(Viewer(Side.STAFF, "zhao", "赵虹", "specialist"), language)


def _directory() -> Directory:
    """With the neighbourhood in which lives are lived."""
    place = places.directory()
    here = Neighbourhood("midu", "一清新村", "Yiqing New Village")
    community = replace(place.communities[0], neighbourhoods=(here,))
    return replace(place, communities=(community,))


def shown(file: Attachment) -> Photo:
    """A photo whose link leads nowhere."""
    return Photo(f"/files/{file.id}", f"/files/{file.id}-s", file.name, file.kind.startswith("image/"))


def looked_into() -> Story:
    """The glass door was looked at, everybody invited to a meeting the day after tomorrow."""
    story = Story(category="property-management")
    story.later(hours=1)
    found = "到场查看宣传栏并模拟了事发情境：门锁未锁到位，无警示标志。"
    story.does(do.Visit(story.says(found, "a.jpg", "b.jpg"), 2))
    story.invites(PARTIES)
    story.does(do.Negotiate())
    agenda = "米市社区会议室（二楼）\n一、看现场；二、责任；三、赔偿数额。"
    story.does(do.Schedule(story.now + timedelta(days=2), EVERYBODY, story.says(agenda)))
    story.does(do.Respond(1, "wuye", "yes"), party("wuye"))
    story.does(do.Message(story.says("已联系各方，请您安心养伤。"), "resident"))
    return story


def met() -> Story:
    """They met for two and a half hours, a plan is there and commented on."""
    story = looked_into()
    story.until(story.case.meetings[0].at + timedelta(hours=2, minutes=30))
    minutes = (
        "律师说明：物业公司是小区设备的管理人，应日常管理和维护；存在安全隐患的，应设警示标志并及时维修，"
        "未尽职责造成他人损害的，依法承担赔偿责任。\n经两个半小时商讨，物业取得了居民的谅解。"
    )
    resolutions = ("由运河物业与安装方共同赔偿，各半。", "宣传栏三日内加装门锁、张贴警示标志。")
    story.does(do.RecordMeeting(1, EVERYBODY, story.says(minutes), tuple(map(story.says, resolutions))))
    plan = "物业与安装方各赔偿 1,800 元，七日内付清；宣传栏加装门锁和警示标志。"
    story.does(do.Propose(story.says(plan)))
    story.does(do.Comment(1, story.says("同意，本周内付。")), party("wuye"))
    return story


def to_sign(form: str = "mediation") -> Story:
    """The agreement is on the table; the contractor has signed."""
    story = met()
    due = story.now + timedelta(days=7)
    terms = (
        "运河物业服务有限公司与安装方共同赔偿陈桂芳医药费、误工费共计人民币 3,600 元，各承担一半。",
        "运河物业服务有限公司三日内为宣传栏加装门锁，张贴安全警示标志。",
        "各方就此事再无其他争议。",
    )
    duties = (
        do.Duty("wuye", story.says("支付 1,800 元；加装门锁，张贴警示标志"), due),
        do.Duty("anzhuang", story.says("支付 1,800 元"), due),
    )
    names = ("resident", "wuye", "anzhuang")
    story.does(do.Draft(form, tuple(map(story.says, terms)), duties, names))
    story.does(do.Consult("parties", story.now + timedelta(days=2)))
    story.later(hours=1)
    story.does(do.Sign("anzhuang", "code", story.says("138****2004")), party("anzhuang"))
    return story


def agreed(form: str = "mediation") -> Story:
    """Everybody signed; it is being carried out, and the property company has paid."""
    story = to_sign(form)
    story.later(hours=2)
    story.does(do.Sign("resident", "code", story.says("139****0001")), RESIDENT)
    story.does(do.Sign("wuye", "paper", story.says("", "sheet.jpg")))
    if form == "mediation":
        story.does(do.Sign("mediator", "paper", story.says("", "sheet.jpg")))
        story.does(do.Sign("committee", "paper", story.says("", "sheet.jpg")))
    story.does(do.CarryOut())
    story.later(days=1)
    story.does(do.Perform(1, story.says("已转账，门锁和警示标志已装好。", "c.jpg")), party("wuye"))
    return story


def done() -> Story:
    """Both have paid; the resident is asked how it went."""
    story = agreed()
    story.does(do.AcceptWork(1), RESIDENT)
    story.later(hours=3)
    story.does(do.Perform(2, story.says("已付款。", "d.jpg")), party("anzhuang"))
    story.does(do.AcceptWork(2), RESIDENT)
    story.later(hours=1)
    story.does(do.Finish(story.says("赔偿款已付清，门锁与警示标志已装好，居民谅解。")))
    return story


def rated(satisfied: bool = True) -> Story:
    """The resident has said how it went."""
    story = done()
    story.later(hours=5)
    story.does(do.Rate(True, satisfied, satisfied, ("quick",) if satisfied else ("not_fixed",)), RESIDENT)
    return story


def failed() -> Story:
    """They could not agree."""
    story = met()
    words = "安装方不同意赔偿数额，多次协商未果。"
    story.does(do.Fail("no_agreement", story.says(words)), WANG)
    return story


def medicine() -> Story:
    """Two medicines to choose from, and a question: the family of the third story."""
    story = Story(Urgency.URGENT, "quarantine-help")
    story.residents = {BELL: Contact("孙女士", "+8613900000003", "女儿牙龈肿痛，能不能帮我们去药店买点药？")}
    story.does(do.CarryOut())
    story.does(
        do.Promise(
            do.Duty("specialist", story.says("到药店买药送上门"), story.now + timedelta(hours=6), 3_600)
        )
    )
    options = (
        Option("a", story.says("人工牙龈凝胶 10 g\n外用，一日三次，适用于 2 岁以上儿童。", "gel.jpg"), 2_380),
        Option("b", story.says("布洛芬混悬液 100 ml\n口服，按体重，每日不超过四次。", "syrup.jpg"), 1_650),
    )
    story.does(do.OfferOptions(options))
    story.does(do.Ask(story.says("要哪一种？怎么付款，走医保吗？"), days=1))
    return story


def cosigned() -> Story:
    """A neighbour rang about the same door."""
    story = looked_into()
    story.residents[SECOND] = NEIGHBOUR
    story.does(do.Join(SECOND))
    return story
