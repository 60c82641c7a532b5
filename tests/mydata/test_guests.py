"""What a guest of a case can rely on: to see, save and erase what is held of them, by their link alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import number
from chalicelib.mydata import present
from chalicelib.record.service import verify_all
from tests.case.house import House, living
from tests.contract.client import Answer

NAME, PHONE, SAID = "诸葛孔明", "13900000099", "我明天来看"


@dataclass
class Guest:
    """Somebody who was invited to a case alone, and has written about it."""

    house: House
    party: str
    token: str

    @property
    def path(self) -> str:
        return f"/p/{self.token}/data"

    def leaves(self) -> None:
        """Zhao takes them out of the case."""
        self.house.act("zhao", "remove", {"party": self.party})

    def erases(self, **ticked: str) -> Answer:
        """The button of the page."""
        return self.house.web.form(self.path, {"action": "erase", **ticked})


@pytest.fixture
def guest() -> Iterator[Guest]:
    with living() as house:
        house.act("zhao", "invite", {"kind": "person", "name": NAME, "phone": PHONE})
        party = house.stored().parties[-1].id
        asked = house.act(party, "files", {"kind": "image/jpeg", "bytes": 9})
        assert house.world.files.post(asked["url"], asked["fields"], b"a picture") == 204
        house.act(party, "message", {"text": SAID, "files": [asked["id"]]})
        yield Guest(house, party, house.token(party))


def words(answer: Answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_they_see_and_save_all_of_it(guest: Guest) -> None:
    web = guest.house.web
    assert f'href="{guest.path}"' in web.get(f"/p/{guest.token}").text
    with web.nothing_written():
        page = words(web.get(guest.path))
        saved = web.get(f"{guest.path}.json").json
    assert all(held in page for held in (NAME, f"+86{PHONE}", SAID))
    assert saved == web.get(f"/v1/cases/{guest.house.case}/data", token=guest.token).json
    assert saved["shape"] == present.SHAPE_OF_GUESTS
    assert (saved["guest"]["name"], saved["guest"]["organisation"]) == (NAME, False)
    assert [text["text"] for text in saved["written"]] == [SAID]
    assert saved["messages"], "the invitation"


def test_while_the_case_goes_on_with_them_the_way_out_is_named(guest: Guest) -> None:
    with guest.house.web.nothing_written():
        refused = guest.house.tries(guest.party, "erase")
        page = guest.erases(sure="yes")
    assert (refused.status, refused.code) == (409, "guest_still_needed")
    assert number(guest.house.case) in refused.json["message"]
    assert "12345" in refused.json["message"]
    assert page.status == 409


def test_once_they_have_left_it_is_erased_when_they_are_sure(guest: Guest) -> None:
    house = guest.house
    guest.leaves()
    gone = house.web.get(f"/p/{guest.token}")
    assert (gone.status, f'href="{guest.path}"' in gone.text) == (410, True), "the way is still open"
    assert guest.erases().status == 400
    assert guest.erases(sure="yes").location == f"{guest.path}?told=erased"
    house.world.settle()
    page = house.web.get(f"{guest.path}?told=erased")
    assert "已经删除" in words(page)
    everything = repr(house.web.stored()) + page.text
    assert not [trace for trace in (NAME, PHONE, SAID) if trace in everything]
    assert not [key for key in house.world.files.stored if key.startswith("kept/")]
    last = house.world.case_file(house.case).events[-1]
    assert (last.kind, last.actor["kind"], last.actor["id"]) == ("erased", "party", guest.party)
    assert last.data["asked"] == "page"
    assert all(found.intact for _, found in verify_all(house.world.ports))
    again = house.web.post(f"/v1/cases/{house.case}/erase", token=guest.token)
    assert (again.status, again.json["texts"], again.json["files"]) == (200, 0, 0)


def test_after_the_end_of_the_case_they_need_not_be_removed(guest: Guest) -> None:
    house = guest.house
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"})
    assert house.act(guest.party, "erase")["texts"] == 1
    assert house.read("zhao").status == 200
    assert house.web.get(f"/p/{guest.token}").status == 410


def test_an_organisation_is_told_where_it_is_corrected(guest: Guest) -> None:
    house = guest.house
    house.invites("yunhe")
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"})
    refused = house.tries("yunhe", "erase")
    assert (refused.status, refused.code) == (409, "listed_in_directory")
    assert "12345" in words(house.web.get(f"/p/{house.token('yunhe')}/data"))


@pytest.mark.parametrize("who", ["zhao", "resident"])
def test_nobody_else_sees_or_erases_it(guest: Guest, who: str) -> None:
    guest.leaves()
    token = guest.house.token(who)
    with guest.house.web.nothing_written():
        seen = guest.house.web.get(f"/v1/cases/{guest.house.case}/data", token=token)
        done = guest.house.tries(who, "erase")
    assert seen.status in (401, 403)
    assert done.status in (401, 403)
    assert guest.house.web.get(f"/p/{'0' * 19}/data").status == 401


def test_a_link_that_was_lost_opens_nothing_once_its_guest_was_invited_again(guest: Guest) -> None:
    # Whoever lost a link is removed and invited again (0029): then the finder of the old one must see nothing.
    house = guest.house
    guest.leaves()
    assert house.web.get(guest.path).status == 200
    house.act("zhao", "invite", {"kind": "person", "name": NAME, "phone": PHONE})
    anew = house.stored().parties[-1].id
    assert anew != guest.party
    for lost in (
        house.web.get(guest.path),
        house.web.get(f"{guest.path}.json"),
        guest.erases(sure="yes"),
        house.web.post(f"/v1/cases/{house.case}/erase", token=guest.token),
    ):
        assert (lost.status, NAME in lost.text, "12345" in lost.text) == (410, False, True)
    mine = house.web.get(f"/v1/cases/{house.case}/data", token=house.token(anew)).json
    assert [text["text"] for text in mine["written"]] == [SAID], "what they wrote before is theirs still"
    house.act("zhao", "remove", {"party": anew})
    assert house.act(anew, "erase")["texts"] == 1
    house.world.settle()
    everything = repr(house.web.stored())
    assert not [trace for trace in (NAME, PHONE, SAID) if trace in everything]


def test_two_who_share_a_telephone_each_see_their_own(guest: Guest) -> None:
    house = guest.house
    house.act("zhao", "invite", {"kind": "contractor", "name": "周瑜", "phone": PHONE})
    other = house.stored().parties[-1].id
    first = house.web.get(f"/v1/cases/{house.case}/data", token=guest.token).json
    second = house.web.get(f"/v1/cases/{house.case}/data", token=house.token(other)).json
    assert (first["guest"]["name"], len(first["written"])) == (NAME, 1)
    assert (second["guest"]["name"], second["written"]) == ("周瑜", [])


@pytest.mark.parametrize("at", [1, 2])
def test_more_words_than_one_transaction_holds_go_with_their_photos_whatever_breaks_off(
    guest: Guest, at: int
) -> None:
    house = guest.house
    for n in range(65):
        house.act(guest.party, "message", {"text": f"第{n}次"})
        house.world.pass_time(hours=1)
    asked = house.act(guest.party, "files", {"kind": "image/jpeg", "bytes": 9})
    assert house.world.files.post(asked["url"], asked["fields"], b"a picture") == 204
    house.act(guest.party, "message", {"text": "最后一次", "files": [asked["id"]]})
    house.signs_in_anew("zhao")
    guest.leaves()
    commit, done = house.world.store.commit, []

    def breaks_off_once(*changes: object) -> None:
        done.append(True)
        if len(done) == at:
            raise Unavailable("commit")
        commit(*changes)  # type: ignore[arg-type]

    house.world.store.commit = breaks_off_once  # type: ignore[method-assign]
    assert house.tries(guest.party, "erase").status == 503
    assert house.act(guest.party, "erase")["texts"] > 0
    house.world.settle()
    assert guest.party not in house.world.case_file(house.case).parties
    assert not [text for text in house.world.case_file(house.case).texts.values() if "次" in text.words]
    assert not [key for key in house.world.files.stored if key.startswith("kept/")]
