"""The three stories of the newspaper, as what was done and what became of it, by the rules alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.case import commands as do
from chalicelib.case.rules import Stage
from chalicelib.case.state import Option
from chalicelib.core.errors import Conflict
from chalicelib.place.ladder import Urgency
from tests.case.lives import WANG, Life, kinds, text

CONTENT = do.Rate(True, True, True, ("quick",))


def test_the_wall_at_midu_bridge_road_comes_down_after_434_households_were_asked() -> None:
    life = Life(category="illegal-structure")
    life.later(hours=2)
    life.does(do.Visit(text("fumes"), photos=3))
    for party, kind in (
        ("jiugaiban", "renovation_office"),
        ("paichusuo", "police"),
        ("yunhe", "property_company"),
        ("shigong", "contractor"),
        ("zhuzhang", "representative"),
    ):
        life.does(do.Invite(party, kind), WANG)
    life.does(do.Negotiate())
    for day in (1, 2):
        at = life.now + timedelta(hours=20)
        life.does(do.Schedule(at, ("jiugaiban", "zhuzhang"), text("agenda")))
        life.until(at + timedelta(hours=2))
        life.does(do.RecordMeeting(day, ("jiugaiban", "zhuzhang"), text("minutes"), (text("wall"),)))
    life.does(do.Propose(text("plan")))
    duty = do.Duty("shigong", text("pull down"), life.now + timedelta(days=10))
    cleaning = do.Duty("community", text("clean up"), life.now + timedelta(days=11))
    life.does(do.Draft("minutes", (text("the wall goes"),), (duty, cleaning), ("zhuzhang", "shigong")))
    life.does(do.Consult("poll", life.now + timedelta(days=7), "POLL-1"), WANG)
    life.later(days=6)
    assert kinds(life.does(do.Conclude(True, text("77 %")), WANG)) == ["agreed"]
    life.does(do.CarryOut())
    life.later(days=3)
    for number in (1, 2):
        life.does(do.Perform(number, text("photo")))
        life.does(do.AcceptWork(number), WANG)
    life.does(do.Finish(text("gone")))
    life.resident(CONTENT)
    assert life.case.stage is Stage.CLOSED
    assert life.case.due_at is None
    assert [o.status for o in life.case.obligations] == ["accepted", "accepted"]
    assert life.intact()


def test_the_glass_door_is_paid_for_by_both_who_are_to_blame() -> None:
    life = Life(category="property-management")
    life.later(hours=1)
    life.does(do.Visit(text("re-enacted")))
    for party, kind in (
        ("wuye", "property_company"),
        ("anzhuang", "contractor"),
        ("jianli", "supervising_engineer"),
        ("lvshi", "lawyer"),
        ("tiaojie", "mediator"),
    ):
        life.does(do.Invite(party, kind))
    life.does(do.Negotiate())
    everybody = ("wuye", "anzhuang", "jianli", "lvshi", "tiaojie", "resident")
    at = life.now + timedelta(days=2)
    life.does(do.Schedule(at, everybody, text("agenda")))
    assert life.pass_time(days=1)[0].data["to"]["parties"] == list(everybody)
    life.until(at + timedelta(hours=2, minutes=30))
    life.does(do.RecordMeeting(1, everybody, text("minutes"), (text("both pay"), text("warning sign"))))
    half = [do.Duty(who, text(f"{who} pays"), life.now + timedelta(days=7)) for who in ("wuye", "anzhuang")]
    life.does(do.Draft("mediation", (text("joint"),), tuple(half), ("resident", "wuye", "anzhuang")))
    life.does(do.Consult("parties", life.now + timedelta(days=2)))
    for signatory in ("resident", "wuye", "anzhuang", "mediator"):
        assert kinds(life.does(do.Sign(signatory, "paper", text("sheet")))) == ["signed"]
    assert kinds(life.does(do.Sign("committee", "paper", text("seal")))) == ["signed", "agreed"]
    assert life.left("court") == timedelta(days=30)
    life.does(do.ConfirmInCourt(text("request")))
    life.does(do.CarryOut())
    life.does(do.Perform(1, text("receipt")))
    life.does(do.Perform(2, text("receipt")))
    life.resident(do.AcceptWork(1))
    life.resident(do.AcceptWork(2))
    life.does(do.Finish(text("forgiven")))
    life.resident(CONTENT)
    assert life.case.stage is Stage.CLOSED
    assert life.intact()


def test_the_medicine_is_chosen_bought_and_brought_with_its_receipt() -> None:
    life = Life(Urgency.URGENT, "quarantine-help")
    life.does(do.CarryOut())
    life.does(do.Promise(do.Duty("specialist", text("buy"), life.now + timedelta(hours=6), 3_600)))
    options = (Option("a", text("gel"), 2_380), Option("b", text("tablets"), 1_650))
    life.does(do.OfferOptions(options))
    life.does(do.Ask(text("which one, and how to pay?"), days=1))
    life.later(minutes=20)
    assert life.left("obligation:1") == timedelta(hours=6)
    life.resident(do.Reply(text("by the medical insurance card")))
    life.resident(do.Choose(1, "b"))
    life.does(do.Perform(1, text("receipt")))
    life.resident(do.AcceptWork(1))
    life.does(do.Finish(text("brought")))
    life.resident(CONTENT)
    assert (life.case.stage, life.case.offers[0].chosen) == (Stage.CLOSED, "b")
    assert life.intact()


def test_nothing_ends_while_somebody_still_owes_something() -> None:
    life = Life()
    life.does(do.CarryOut())
    life.does(do.Promise(do.Duty("community", text("mend"), life.now + timedelta(days=1))))
    with pytest.raises(Conflict) as refused:
        life.does(do.Finish(text("done")))
    assert "perform" in refused.value.params["possible"]
