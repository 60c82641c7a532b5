"""The newspaper's three stories, from the bell to the rating: what happens, who is sent what, what is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from chalicelib.case.access import refs_in
from chalicelib.record.service import verify_all
from infra.demo.stories import STORIES
from infra.demo.story import PHONES, Story
from tests.contract.client import visiting
from tests.fakes.senders import Sent
from tests.fakes.world import World
from tests.place.sample import mishixiang
from tests.scenarios.hands import FakeHands

Messages = dict[str, str]
# By template: who was sent it. "who*2" twice; mails are beside the texts as template@mail.
_RUNG = {"rung": "resident", "answered": "resident", "accepted": "resident", "rate": "resident"}
_FOUR = "jiugaiban paichusuo xiaozuzhang yunhe"
_FOUR_TWICE = "jiugaiban*2 paichusuo*2 xiaozuzhang*2 yunhe*2"
_FIVE = "anzhuang jianli lvshi tiaojieyuan yunhe"
MESSAGES: dict[str, Messages] = {
    "wall": {
        **_RUNG,
        "alert": "zhao-hong",
        "invited": f"{_FOUR} shigong",
        "meeting": f"{_FOUR_TWICE} resident*2",
        "meeting@mail": _FOUR_TWICE,
        "meeting_soon": f"{_FOUR_TWICE} resident*2 zhao-hong*2",
        "minutes": f"{_FOUR_TWICE} resident*2",
        # Twice at each meeting somebody replied; nobody else needs to know.
        "responded": "zhao-hong*4",
        "proposed": f"{_FOUR} shigong resident",
        "commented": "zhao-hong",
        "to_sign": "resident shigong",
        "agreed": _FOUR,
        "performed": "resident*2 zhao-hong",
        "work_accepted": "shigong wang-lifen",
        # Whoever drafted the poll hears how it goes; no household is written to that was not reminded.
        **dict.fromkeys(("poll_warned", "poll_closed", "poll_carried"), "wang-lifen"),
    },
    "door": {
        **_RUNG,
        "alert": "chen-siyang",
        "invited": _FIVE,
        "meeting": f"{_FIVE} resident",
        "meeting@mail": _FIVE,
        "meeting_soon": f"{_FIVE} resident chen-siyang",
        "minutes": f"{_FIVE} resident",
        # Six replied within minutes: the first at once, the others together.
        "responded": "chen-siyang*2",
        "to_sign": "anzhuang yunhe tiaojieyuan resident",
        "sign": "anzhuang yunhe resident",
        "agreed": f"{_FIVE} resident",
        "performed": "resident*2 chen-siyang",
        "work_accepted": "anzhuang yunhe",
    },
    "medicine": {
        **_RUNG,
        "alert": "gao-jun",
        "taken": "gao-jun",
        "message": "resident",
        "offered": "resident",
        "asked": "resident",
        "replied": "shen-jiayi",
        "chosen": "shen-jiayi",
        "performed": "resident",
        "work_accepted": "shen-jiayi",
    },
}
STAGES = {
    "wall": "looking_into negotiating consulting agreed carrying_out done closed",
    "door": "looking_into negotiating consulting agreed carrying_out done closed",
    "medicine": "looking_into carrying_out done closed",
}
TOLD = {
    "wall": ("negotiated", "held", "held", "proposed", "drafted", "consulted", "agreed", "carried_out"),
    "door": ("visited", "negotiated", "held", "drafted", "signed", "agreed", "confirmed", "performed"),
    "medicine": ("messaged", "promised", "offered", "asked", "replied", "resumed", "chosen", "performed"),
}


@dataclass(frozen=True)
class Played:
    """A story after it was played, and 70 days later."""

    name: str
    story: Story
    hands: FakeHands
    said: tuple[str, ...]
    page: dict[str, object]
    record: dict[str, object]

    @property
    def world(self) -> World:
        """The platform."""
        return self.hands.world

    def events(self) -> tuple[object, ...]:
        """Every event of the bell and of the case."""
        bell, case = self.world.file(self.story.bell), self.world.case_file(self.story.case)
        return (*bell.events, *case.events)


@cache
def play(name: str) -> Played:
    """The story, played once for all tests of this file; nothing happens for 70 days afterwards."""
    with visiting(World(mishixiang())) as web:
        said: list[str] = []
        hands = FakeHands(web)
        story = Story(hands, said.append)
        STORIES[name](story)
        hands.world.pass_time(days=70)
        page = hands.get(f"/v1/cases/{story.case}", story.resident)
        record = hands.get(f"/v1/cases/{story.case}/record", story.resident)
        return Played(name, story, hands, tuple(said), page, record)


@pytest.fixture(params=sorted(STORIES))
def played(request: pytest.FixtureRequest) -> Played:
    """Each of the stories."""
    return play(request.param)


def test_everybody_is_sent_what_concerns_them_and_nothing_else(played: Played) -> None:
    expected = Counter(dict(_expected(MESSAGES[played.name])))
    assert Counter(_named(sent) for sent in _news(played)) == expected


def test_nobody_is_sent_anything_after_the_rating(played: Played) -> None:
    closed = next(e for e in played.world.case_file(played.story.case).events if e.kind == "closed")
    assert max(sent.at.isoformat() for sent in played.world.sent) <= closed.at.replace("Z", "+00:00")


def test_the_case_passes_the_stages_of_the_story_and_ends_content(played: Played) -> None:
    events = played.world.case_file(played.story.case).events
    assert " ".join(e.data["stage"] for e in events if "stage" in e.data) == STAGES[played.name]
    assert played.page["stage"] == "closed"
    assert played.page["rating"] == {"answered": True, "solved": True, "satisfied": True}
    assert played.page["deadlines"] == []


def test_what_the_newspaper_tells_is_told_in_its_order(played: Played) -> None:
    kinds = iter(played.world.case_kinds(played.story.case))
    assert all(any(kind == seen for seen in kinds) for kind in TOLD[played.name])


def test_nothing_is_late_and_nobody_has_to_be_reminded_of_more_than_a_meeting(played: Played) -> None:
    kinds = played.world.case_kinds(played.story.case)
    assert "overdue" not in kinds
    reminded = [e for e in played.world.case_file(played.story.case).events if e.kind == "reminded"]
    assert all(str(e.data["key"]).startswith("meeting:") for e in reminded)


def test_every_record_verifies_the_bell_s_and_the_case_s(played: Played) -> None:
    assert played.record["intact"] is True
    assert len(played.record["events"]) == len(played.world.case_file(played.story.case).events)
    assert all(found.intact for _, found in verify_all(played.world.ports))
    assert played.world.failures == []


def test_nothing_that_anybody_typed_is_in_any_event(played: Played) -> None:
    kept = repr([(e.data, e.actor) for e in played.events()])
    written = {line for words in _words(played) for line in words.splitlines() if line.strip()}
    assert len(written) > 8
    assert [words for words in written if words in kept] == []
    assert [name for name in _private(played) if name in kept] == []


def test_every_text_and_every_photo_is_bound_to_the_record(played: Played) -> None:
    file = played.world.case_file(played.story.case)
    named = {ref for event in file.events for ref in refs_in(event.data)}
    assert named == set(file.texts)
    kept = {attached.id for text in file.texts.values() for attached in text.files}
    there = {name.rpartition("/")[2] for name in played.world.files.stored if name.startswith("kept/")}
    assert kept == there
    assert kept


def test_a_case_is_read_with_two_calls_and_changed_with_two(played: Played) -> None:
    dear = {
        request: spent
        for request, counts in played.hands.calls.items()
        if (spent := max(counts)) > (2 if request[0] == "GET" else _MOST.get(request[1], 2))
    }
    assert dear == {}


# Whoever signs with a code has it made and checked beside what every command costs.
_MOST = {"signature-code": 4, "sign": 6}


def test_no_party_is_ever_told_how_to_reach_anybody_else(played: Played) -> None:
    world = played.world
    parties = {played.hands.invitation(phone): phone for phone in _invited_phones(played)}
    answers = [(parties[token], text) for token, text in played.hands.answers if token in parties]
    with visiting(world) as web:
        for token, phone in parties.items():
            answers.append((phone, web.get(f"/v1/cases/{played.story.case}", token=token).text))
    phones = {*PHONES.values(), played.story.phone}
    for own, text in answers:
        assert [phone for phone in phones - {own} if phone in text] == []


def test_the_stories_are_said_in_chinese_and_english(played: Played) -> None:
    assert played.said[0].startswith("按铃 Rung: MX-")
    assert len(played.said) > 10


def test_the_wall_434_households_are_counted_and_two_meetings_held() -> None:
    page = play("wall").page
    assert [meeting["status"] for meeting in page["meetings"]] == ["held", "held"]
    assert any("335/434 (77.18%)" in entry["words"] for entry in page["timeline"])
    assert [bound["status"] for bound in page["obligations"]] == ["accepted", "accepted"]
    spent = play("wall").hands.poll_calls
    assert (spent["POST", "vote"], set(spent["POST", "ballots"])) == ({1: 40}, {2})
    file = play("wall").world.case_file(play("wall").story.case)
    seen = next(event.data["notes"]["id"] for event in file.events if event.kind == "visited")
    assert len(file.texts[seen].files) == 2


def test_the_door_both_pay_and_the_agreement_is_signed_by_all_and_confirmed() -> None:
    page = play("door").page
    agreement = page["agreement"]
    assert agreement["form"] == "mediation"
    assert agreement["confirmed"] is True
    assert {s["signatory"]: s["kind"] for s in agreement["signatures"]} == {
        "resident": "code",
        "yunhe": "code",
        "anzhuang": "code",
        "mediator": "paper",
        "committee": "paper",
    }
    assert [bound["who"] for bound in page["obligations"]] == ["yunhe", "anzhuang"]


def test_the_medicine_is_chosen_brought_with_its_receipt_and_the_clock_stood_still_meanwhile() -> None:
    page = play("medicine").page
    (offer,) = page["offers"]
    assert [option["price"] for option in offer["options"]] == [2380, 1650]
    assert offer["chosen"] == "b"
    (bound,) = page["obligations"]
    assert "小票" in bound["proof"]
    assert len(bound["files"]) == 1
    kinds = play("medicine").world.case_kinds(play("medicine").story.case)
    assert kinds.index("asked") < kinds.index("replied") < kinds.index("resumed")


def _expected(table: Messages) -> Iterator[tuple[tuple[str, str], int]]:
    for template, names in table.items():
        for named in names.split():
            who, _, times = named.partition("*")
            yield (who, template), int(times or 1)


def _news(played: Played) -> Iterator[tuple[Played, Sent]]:
    return ((played, sent) for sent in played.world.sent if sent.template != "code")


def _named(news: tuple[Played, Sent]) -> tuple[str, str]:
    played, sent = news
    template = f"{sent.template}@mail" if sent.channel == "mail" else sent.template
    if (staff := played.world.who(sent)) != "resident":
        return staff, template
    parties = {f"+86{phone}": name for name, phone in PHONES.items()} | {
        f"+86{played.story.phone}": "resident"
    }
    return parties.get(sent.to, sent.to.partition("@")[0]), template


def _words(played: Played) -> Iterator[str]:
    contact = played.world.file(played.story.bell).contact
    assert contact is not None
    yield from (contact.text, contact.where)
    yield from (text.words for text in played.world.case_file(played.story.case).texts.values())


def _private(played: Played) -> Iterator[str]:
    contact = played.world.file(played.story.bell).contact
    assert contact is not None
    yield from (contact.name, contact.phone, played.story.phone, *PHONES.values())
    directory = mishixiang()
    yield from (o.person for o in directory.organisations)
    yield from (o.name for o in directory.organisations)


def _invited_phones(played: Played) -> list[str]:
    parties = {party.id for party in played.world.case(played.story.case).parties}
    return [phone for name, phone in PHONES.items() if name in parties]
