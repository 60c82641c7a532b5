"""The three stories of the newspaper, from the bell to the rating, as what people do one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infra.demo import asking
from infra.demo.story import CHEN, PHONES, SHEN, WANG, ZHAO, Body, Story


def wall(story: Story) -> None:
    """密渡桥路: the wall, the sheds and the kitchen fumes; 434 households are asked, more than 77 % agree."""
    story.ring(
        {
            "desk": "community",
            "category": "illegal-structure",
            "neighbourhood": "midu-bridge",
            "text": "密渡桥路14号旁有一堵围墙，有人借着墙搭车棚、搭小厨房开小吃店，油烟全排向2号和8号，还有消防隐患。",
            "where": "密渡桥路14号旁",
            "name": "陈阿姨",
            "phone": "13900000011",
        }
    )
    story.answered_by(ZHAO)
    story.hands.wait(minutes=30)
    _looked_at_wall(story)
    for number, (agenda, minutes, resolution) in enumerate(_LEADERS_MEETINGS, 1):
        _leaders_meeting(story, number, agenda, minutes, resolution)
    plan = (
        "拆除围墙、违章建筑和私搭车棚；电动车移至小区集中充电点；拆除后由社区清理现场，旧改施工单位修补地面。"
    )
    story.staff(WANG, "propose", {"text": plan})
    story.party("xiaozuzhang", "comment", {"plan": 1, "text": "同意，请避开早晚高峰施工。"})
    _drafted_wall(story)
    asking.households(story, WANG, ZHAO)
    story.staff(WANG, "carry-out")
    story.hands.wait(days=1)
    _pulled_down(story)
    story.hands.wait(hours=1)
    words = "说拆就拆了，速度噶快的，社区解决问题效率越来越高了。"
    story.ringer("rate", _content(("quick",), words))


def _looked_at_wall(story: Story) -> None:
    noon = "正值中午，小店没有排烟管，炒菜油烟全部排向居民楼；车棚有安全充电装置，但杂物堆积、缺少消防设施。"
    story.staff(
        ZHAO, "visit", {"text": noon, "files": [story.photo(ZHAO, "油烟"), story.photo(ZHAO, "车棚")]}
    )
    for organisation in ("jiugaiban", "paichusuo", "yunhe", "shigong", "xiaozuzhang"):
        story.staff(WANG, "invite", {"organisation": organisation})
    story.staff(WANG, "negotiate")


_LEADERS_MEETINGS = (
    ("听取居民意见", "各楼道小组长反映：油烟扰民、消防通道被占；经营户担心生计。", "请旧改办测绘围墙归属"),
    (
        "敲定方案",
        "旧改办确认围墙处于管理边界，可以拆除；派出所、物业、施工单位愿意配合。",
        "拟定拆除方案并入户征询434户",
    ),
)


def _leaders_meeting(story: Story, number: int, agenda: str, minutes: str, resolution: str) -> None:
    invited = ["jiugaiban", "xiaozuzhang", "yunhe", "paichusuo", "resident"]
    called = {"at": story.in_time(hours=26), "place": "半道红社区会议室", "text": agenda, "invited": invited}
    story.staff(WANG, "schedule", called)
    story.party("jiugaiban", "respond", {"meeting": number, "answer": "yes"})
    story.ringer("respond", {"meeting": number, "answer": "yes"})
    story.hands.wait(hours=28)
    sheet = story.photo(WANG, "签到表")
    held = {
        "meeting": number,
        "attended": invited,
        "text": minutes,
        "resolutions": [resolution],
        "files": [sheet],
    }
    story.staff(WANG, "hold", held)


def _drafted_wall(story: Story) -> None:
    pulled_down = {"who": "shigong", "text": "拆除围墙、违章建筑及私搭车棚", "due_at": story.in_time(days=10)}
    cleaned = {"who": "community", "text": "清理施工现场", "due_at": story.in_time(days=12)}
    draft = {
        "form": "minutes",
        "facts": "围墙处于管理边界，违章搭建造成油烟扰民和消防隐患。",
        "terms": ["拆除围墙、违章建筑及私搭车棚", "电动车移至集中充电点", "拆除后清理现场并修补地面"],
        "duties": [pulled_down, cleaned],
        "signatories": ["resident", "shigong"],
    }
    story.staff(WANG, "draft", draft)


def _pulled_down(story: Story) -> None:
    gone = story.hands.photo(story.case, story.hands.invitation(PHONES["shigong"]), "拆除后")
    story.party(
        "shigong", "perform", {"obligation": 1, "text": "围墙、违章建筑和车棚已拆除。", "files": [gone]}
    )
    story.staff(
        ZHAO, "perform", {"obligation": 2, "text": "施工现场已清理。", "files": [story.photo(ZHAO, "清理后")]}
    )
    story.ringer("accept", {"obligation": 1})
    story.ringer("accept", {"obligation": 2})
    story.staff(ZHAO, "finish", {"text": "围墙已拆，油烟没有了，现场已清理。"})


def door(story: Story) -> None:
    """一清新村: the unlocked glass door that hurt a passer-by; the property company and the installer both pay."""
    story.ring(
        {
            "desk": "community",
            "category": "property-management",
            "neighbourhood": "yiqing",
            "text": "新装的宣传栏玻璃门没锁好，被大风吹开，我路过时被迎面撞伤，赔偿谈不拢，请社区帮忙。",
            "where": "一清新村宣传栏",
            "name": "吴先生",
            "phone": "13900000012",
        }
    )
    story.answered_by(CHEN)
    story.hands.wait(hours=1)
    seen = "与物业到场查看宣传栏，模拟了事发经过：锁扣未到位，风一吹就开。"
    story.staff(CHEN, "visit", {"text": seen, "files": [story.photo(CHEN, "宣传栏")]})
    for organisation in ("yunhe", "anzhuang", "jianli", "lvshi", "tiaojieyuan"):
        story.staff(CHEN, "invite", {"organisation": organisation})
    story.staff(
        CHEN, "message", {"to": "staff", "text": "物业与施工方各执一词，建议请律师和调解员一起协商。"}
    )
    story.staff(CHEN, "negotiate")
    _met_about_door(story)
    story.staff(CHEN, "draft", _compensation(story))
    _signed_compensation(story)
    story.staff(CHEN, "carry-out")
    story.hands.wait(hours=20)
    for number, who in enumerate(("yunhe", "anzhuang"), 1):
        story.party(who, "perform", {"obligation": number, "text": "已转账，回单见附件。"})
        story.ringer("accept", {"obligation": number})
    story.staff(CHEN, "finish", {"text": "赔偿已到位，警示标志已张贴。"})
    story.hands.wait(hours=1)
    story.ringer("rate", _content(("clear", "kind"), "对协商结果十分满意。"))


def _met_about_door(story: Story) -> None:
    invited = ["resident", "yunhe", "anzhuang", "jianli", "lvshi", "tiaojieyuan"]
    called = {
        "at": story.in_time(hours=26),
        "place": "米市社区会议室",
        "text": "赔偿数额、由谁赔偿",
        "invited": invited,
    }
    story.staff(CHEN, "schedule", called)
    for who in ("yunhe", "anzhuang", "jianli", "lvshi", "tiaojieyuan"):
        story.party(who, "respond", {"meeting": 1, "answer": "yes"})
    story.ringer("respond", {"meeting": 1, "answer": "yes"})
    # Two and a half hours of it, as the newspaper says.
    story.hands.wait(hours=28, minutes=30)
    law = "律师说明：物业应管理维护设备、设警示标志、及时维修，未尽职责应依法赔偿。物业取得了受伤居民的谅解。"
    both = ["由物业公司与安装方共同赔偿", "宣传栏加锁并张贴安全警示标志"]
    held = {
        "meeting": 1,
        "attended": invited,
        "text": law,
        "resolutions": both,
        "files": [story.photo(CHEN, "签字")],
    }
    story.staff(CHEN, "hold", held)


def _compensation(story: Story) -> Body:
    pays = [
        {"who": who, "text": "向受伤居民支付赔偿款的一半", "due_at": story.in_time(days=7)}
        for who in ("yunhe", "anzhuang")
    ]
    facts = "宣传栏玻璃门未上锁到位，被大风吹开撞伤居民；物业公司未尽管理职责，安装方安装不到位。"
    terms = ["物业公司与安装方共同赔偿受伤居民的医疗费用", "物业公司当日加锁并张贴安全警示标志"]
    signatories = ["resident", "yunhe", "anzhuang"]
    return {"form": "mediation", "facts": facts, "terms": terms, "duties": pays, "signatories": signatories}


def _signed_compensation(story: Story) -> None:
    story.staff(CHEN, "consult", {"how": "parties", "until": story.in_time(days=2)})
    for who in ("resident", "yunhe", "anzhuang"):
        story.signs(who)
    for who, words in (("mediator", "调解员当场签名"), ("committee", "人民调解委员会盖章")):
        paper = {"signatory": who, "kind": "paper", "text": words, "files": [story.photo(CHEN, words)]}
        story.staff(CHEN, "sign", paper)
    story.staff(CHEN, "confirm", {"text": "双方已共同向人民法院申请司法确认。"})


def medicine(story: Story) -> None:
    """左家新村: medicine for a child in a quarantined family, chosen, bought with the card, and brought."""
    story.ring(
        {
            "desk": "community",
            "category": "quarantine-help",
            "neighbourhood": "zuojia",
            "text": "我是居家健康观察人员，女儿牙龈肿痛，饭都吃不下，能不能麻烦你们去药店买点药？",
            "name": "孙女士",
            "phone": "13900000013",
        }
    )
    story.answered_by(SHEN)
    story.staff(SHEN, "message", {"to": "resident", "text": "好的，您先不要太担心，我马上为您安排。"})
    story.staff(SHEN, "carry-out")
    bought = {
        "who": "specialist",
        "text": "买药并送到家门口",
        "due_at": story.in_time(hours=6),
        "remind_before": 3600,
    }
    story.staff(SHEN, "promise", {"duty": bought})
    story.hands.wait(minutes=30)
    _chosen_medicine(story)
    story.hands.wait(hours=1)
    bag = story.photo(SHEN, "药品、医保卡和小票")
    done = {
        "obligation": 1,
        "text": "取了医保卡再去药店，药、医保卡和小票放在一个袋子里送到。",
        "files": [bag],
    }
    story.staff(SHEN, "perform", done)
    story.ringer("accept", {"obligation": 1})
    story.staff(SHEN, "finish", {"text": "药已送到，孙女士来电致谢，聊了聊居家的心情。"})
    story.hands.wait(minutes=30)
    words = "我只是简单地按了一下铃，却得到了这么周到的服务，千言万语只化成两个字“感谢”！"
    story.ringer("rate", _content(("quick", "kind"), words))


def _chosen_medicine(story: Story) -> None:
    gel = {"text": "口腔凝胶：涂在牙龈上，儿童可用", "price": 2380}
    syrup = {"text": "布洛芬混悬液：止痛，按体重服用", "price": 1650}
    story.staff(SHEN, "offer", {"options": [gel, syrup]})
    story.staff(SHEN, "ask", {"text": "医生推荐这两种，您选哪一种？怎么付款？", "days": 1})
    story.hands.wait(minutes=5)
    story.ringer("reply", {"text": "想走医保。"})
    story.ringer("choose", {"offer": 1, "option": "b"})


def _content(reasons: tuple[str, ...], words: str) -> Body:
    return {"answered": True, "solved": True, "satisfied": True, "reasons": list(reasons), "text": words}


STORIES: Mapping[str, Callable[[Story], None]] = {"wall": wall, "door": door, "medicine": medicine}
