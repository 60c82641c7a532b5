"""What both stores promise about cases."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.case import commands as do
from chalicelib.case.changes import following
from chalicelib.case.rules import Case, Stage
from chalicelib.case.shapes import CaseChange, CaseLine, Worklist
from chalicelib.core.chain import Actor, Happening, verify
from chalicelib.core.errors import Invalid, NotFound, Stale
from chalicelib.notice.types import Fate
from chalicelib.people.staff import Channel
from chalicelib.ports import Store
from chalicelib.record.shapes import EventAppended, HeadMoved
from tests.case.lives import text
from tests.fakes.clock import START
from tests.fakes.places import directory
from tests.store import samples
from tests.store.conftest import Home
from tests.store.lives import COMPANY, LINK, WANG, WORDS, ZHAO, begun, does, eventful, noted, visited
from tests.store.races import race
from tests.store.samples import CONTACT, answered, later, notice, ringing

PLACE = Worklist("MX")


def stored(store: Store, change: CaseChange | None = None) -> Case:
    """A case that is there."""
    change = change or begun()
    store.commit(change)
    return change.after


def case_of(store: Store, case_id: str) -> Case:
    """The case as it stands."""
    (line,) = store.cases([case_id])
    return line.case


# -- whole


def test_a_case_is_read_back_whole(store: Store) -> None:
    change = replace(begun(), texts=(WORDS,), parties=(COMPANY,), links=(LINK,))
    store.commit(change)
    store.claim(notice(change.after.thing), Channel.SMS, START)
    file = store.case(change.after.id)
    assert file is not None
    assert (file.case, file.subject, file.events) == (change.after, "楼上漏水", change.events)
    assert file.texts == {"t1": WORDS}
    assert file.parties == {"p1": COMPANY}
    assert file.links == (LINK,)
    assert [dispatch.fate for dispatch in file.dispatches] == [Fate.CLAIMED]
    assert verify(file.events, file.case.tip, file.case.thing).intact


def test_everything_that_a_case_can_have_survives_being_stored(store: Store) -> None:
    life = eventful()
    plain = {"reopened", "hops", "generation", "generation_at", "community"}
    empty = {f.name for f in fields(Case) if getattr(life.case, f.name) in ("", (), None, 0, False)}
    assert empty <= plain, "the life lacks something"
    store.commit(CaseChange(None, replace(life.case, hops=3, generation=2, generation_at=START), life.events))
    assert case_of(store, life.case.id) == replace(life.case, hops=3, generation=2, generation_at=START)
    assert store.events(life.case.thing) == life.events


def test_nobody_knows_a_case_that_was_not_opened(store: Store) -> None:
    assert store.case("MX0000000X") is None
    assert store.case_opening("MX0000000X") is None
    assert store.case_opening("MX0000000X", ("CASE#MX0000000X", "hash")) is None
    assert store.cases(["MX0000000X"]) == ()
    assert store.worklist(PLACE).items == ()
    assert store.contacts(["MX0000000X"]) == {}
    store.erase_texts("MX0000000X", ["t1"])
    assert store.case("MX0000000X") is None


def test_cases_come_in_the_order_they_were_asked_for(store: Store) -> None:
    cases = [stored(store, begun(n, subject=f"s{n}")) for n in (1, 2, 3)]
    asked = [cases[2].id, "MX0000000X", cases[0].id, cases[2].id]
    assert store.cases(asked) == (CaseLine(cases[2], "s3"), CaseLine(cases[0], "s1"))


# -- changes


def test_a_change_adds_what_was_written_and_who_takes_part(store: Store) -> None:
    case = stored(store, replace(begun(), texts=(WORDS,)))
    more = replace(WORDS, id="t2", words="去看了", files=())
    change = replace(visited(case, words=(more,)), parties=(COMPANY,), links=(LINK,))
    store.commit(change)
    moved = replace(COMPANY, phone="+8613900000010")
    store.commit(replace(visited(change.after), parties=(moved,)))
    file = store.case(case.id)
    assert file is not None
    assert (file.texts, file.parties, file.links) == ({"t1": WORDS, "t2": more}, {"p1": moved}, (LINK,))
    assert [event.kind for event in file.events] == ["opened", "visited", "visited"]
    assert verify(file.events, file.case.tip, case.thing).intact


def test_the_subject_stays_until_somebody_gives_another(store: Store) -> None:
    first = visited(stored(store))
    store.commit(first)
    assert store.cases([first.after.id])[0].subject == "楼上漏水"
    store.commit(replace(visited(first.after), subject="楼上漏水（已查）"))
    assert store.cases([first.after.id])[0].subject == "楼上漏水（已查）"


def test_the_second_writer_of_a_case_loses_and_writes_nothing(home: Home) -> None:
    case = stored(home.store)
    home.store.commit(visited(case))
    home.take_stream()
    late = replace(visited(case, WANG, words=(WORDS,)), parties=(COMPANY,), links=(LINK,))
    with pytest.raises(Stale, match=case.thing):
        home.store.commit(late)
    assert home.take_stream() == []
    file = home.store.case(case.id)
    assert file is not None
    assert (file.case, file.texts, file.parties, file.links) == (visited(case).after, {}, {}, ())


def test_a_case_cannot_be_opened_over_another(store: Store) -> None:
    case = stored(store)
    with pytest.raises(Stale, match=case.thing):
        store.commit(begun(by=WANG))
    assert case_of(store, case.id) == case


def test_a_case_that_is_not_there_cannot_move_on(store: Store) -> None:
    with pytest.raises(Stale):
        store.commit(visited(begun().after))
    assert store.case(begun().after.id) is None


def test_of_eight_writers_of_a_case_one_wins_and_the_others_hear_of_it(store: Store) -> None:
    case = stored(store)
    changes = [visited(case, Actor("staff", f"s{n}", "", "community"), later(seconds=n)) for n in range(8)]
    results = race(*(partial(store.commit, change) for change in changes))
    assert results.count(None) == 1
    assert sum(isinstance(result, Stale) for result in results) == 7
    assert case_of(store, case.id) == changes[results.index(None)].after


def test_of_two_who_open_the_same_case_one_wins(store: Store) -> None:
    results = race(*(partial(store.commit, begun(by=by)) for by in (ZHAO, WANG)))
    assert results.count(None) == 1
    assert sum(isinstance(result, Stale) for result in results) == 1


# -- several things at once


def test_two_cases_move_on_together_or_not_at_all(home: Home) -> None:
    store, first, second = home.store, stored(home.store), stored(home.store, begun(2))
    both = visited(first), visited(second)
    store.commit(visited(second, WANG))
    home.take_stream()
    with pytest.raises(Stale, match=second.thing):
        store.commit(*both)
    assert home.take_stream() == []
    assert case_of(store, first.id) == first
    again = visited(first), visited(visited(second, WANG).after)
    store.commit(*again)
    assert {line.case for line in store.cases([first.id, second.id])} == {c.after for c in again}


def test_what_was_written_together_already_succeeds_and_writes_nothing(home: Home) -> None:
    store, first = home.store, stored(home.store)
    changes = visited(first, words=(WORDS,)), begun(2)
    store.commit(*changes)
    home.take_stream()
    store.commit(*changes)
    assert home.take_stream() == []


def test_half_of_it_done_already_is_not_done(store: Store) -> None:
    """The others must not be taken for written because one head happens to be where we would have it."""
    first, second = stored(store), stored(store, begun(2))
    store.commit(visited(first))
    with pytest.raises(Stale):
        store.commit(visited(first), visited(second))
    assert case_of(store, second.id) == second


def test_a_bell_and_its_case_are_written_together(home: Home) -> None:
    store = home.store
    store.ring(ringing())
    change = answered(ringing().bell)
    store.commit(change)
    accepting, opened = samples.accepted(change.after, "MX0000000C")
    store.commit(samples.accepted(change.after, "MX0000000C", later(seconds=1))[1])
    home.take_stream()
    with pytest.raises(Stale, match=opened.after.thing):
        store.commit(accepting, opened)
    assert home.take_stream() == []
    assert store.bells([change.after.id]) == (change.after,)


# -- openings


def test_an_opening_has_the_case_its_subject_the_link_and_the_directory(store: Store) -> None:
    store.save_directory(directory(), ())
    case = stored(store, replace(begun(), links=(LINK,)))
    opening = store.case_opening(case.id, (case.thing, LINK.hash))
    assert opening is not None
    assert (opening.case, opening.subject) == (case, "楼上漏水")
    assert (opening.link, opening.directory) == (LINK, directory())


def test_a_case_is_opened_by_the_link_of_its_bell_too(store: Store) -> None:
    store.save_directory(directory(), ())
    given = ringing()
    store.ring(given)
    case = stored(store)
    opening = store.case_opening(case.id, (given.bell.thing, given.links[0].hash))
    assert opening is not None
    assert opening.link == given.links[0]


@pytest.mark.parametrize("link", [None, ("CASE#MX00000010", "unknown"), ("BELL#MX0000000X", "unknown")])
def test_a_case_without_that_link_is_opened_without_it(store: Store, link: tuple[str, str] | None) -> None:
    store.save_directory(directory(), ())
    opening = store.case_opening(stored(store).id, link)
    assert opening is not None
    assert opening.link is None


def test_a_case_of_a_subdistrict_without_directory_cannot_be_opened(store: Store) -> None:
    case = stored(store)
    with pytest.raises(NotFound):
        store.case_opening(case.id)


def test_the_opening_of_a_bell_has_the_contact_when_it_is_asked_for(home: Home) -> None:
    store, bell_id = home.store, ringing().bell.id
    store.save_directory(directory(), ())
    store.ring(ringing())
    with_contact, without = store.opening(bell_id, contact=True), store.opening(bell_id)
    assert with_contact is not None
    assert without is not None
    assert (with_contact.contact, without.contact) == (CONTACT, None)
    home.erase_contact(bell_id)
    erased = store.opening(bell_id, contact=True)
    assert erased is not None
    assert erased.contact is None


# -- lists


def ids_of(store: Store, scope: Worklist) -> list[str]:
    """The cases of a list."""
    return [line.case.id for line in store.worklist(scope).items]


def test_a_worklist_has_what_is_due_first_first_and_what_has_no_deadline_last(store: Store) -> None:
    without = stored(store, begun(1, clock=False))
    late = stored(store, begun(2, at=later(hours=5)))
    soon = stored(store, begun(3, at=later(hours=1)))
    assert ids_of(store, PLACE) == [soon.id, late.id, without.id]


def test_a_worklist_is_of_a_subdistrict_a_community_or_an_owner(store: Store) -> None:
    mine = stored(store, begun(1))
    hers = stored(store, begun(2, at=later(hours=1), by=WANG))
    elsewhere = stored(store, begun(3, at=later(hours=2), community="xiaohe"))
    stored(store, begun(4, prefix="XH", community="mishi", by=Actor("staff", "x", "", "specialist")))
    assert ids_of(store, PLACE) == [mine.id, hers.id, elsewhere.id]
    assert ids_of(store, Worklist("MX", community="mishi")) == [mine.id, hers.id]
    assert ids_of(store, Worklist("MX", community="xiaohe")) == [elsewhere.id]
    assert ids_of(store, Worklist("MX", owner="wang")) == [hers.id]
    assert ids_of(store, Worklist("MX", owner="zhao")) == [mine.id, elsewhere.id]
    assert ids_of(store, Worklist("MX", owner="nobody")) == []


def test_a_case_given_to_another_changes_lists(store: Store) -> None:
    case = stored(store)
    store.commit(does(case, do.Assign("wang", "community"), WANG))
    assert ids_of(store, Worklist("MX", owner="zhao")) == []
    assert ids_of(store, Worklist("MX", owner="wang")) == [case.id]
    assert ids_of(store, PLACE) == [case.id]


def test_a_case_leaves_the_lists_when_it_ends_and_comes_back_when_it_is_reopened(store: Store) -> None:
    failed = does(stored(store), do.Fail("no_agreement", text()))
    store.commit(failed)
    assert failed.after.stage is Stage.FAILED
    scopes = (PLACE, Worklist("MX", community="mishi"), Worklist("MX", owner="zhao"))
    assert [ids_of(store, scope) for scope in scopes] == [[], [], []]
    store.commit(does(failed.after, do.Reopen(text())))
    assert [ids_of(store, scope) for scope in scopes] == [[failed.after.id]] * 3


@pytest.mark.parametrize(
    "scope", [PLACE, Worklist("MX", community="mishi"), Worklist("MX", owner="zhao")], ids=str
)
def test_a_worklist_is_read_page_by_page(store: Store, scope: Worklist) -> None:
    expected = [stored(store, begun(n, clock=n < 3, at=later(minutes=n // 2))).id for n in range(5)]
    seen, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = store.worklist(scope, cursor, limit=2)
        seen += [line.case.id for line in page.items]
        cursor, pages = page.cursor, pages + 1
    assert seen == expected
    assert pages == 3


@pytest.mark.parametrize("cursor", ["?", "ü", "bm8", "A"])
def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(Invalid):
        store.worklist(PLACE, cursor)


def test_bells_and_cases_do_not_meet_in_each_others_lists(store: Store) -> None:
    store.ring(ringing())
    case = stored(store)
    assert ids_of(store, PLACE) == [case.id]
    assert [bell.id for bell in store.ringing("MX").items] == [ringing().bell.id]
    assert store.rung_by("STAFF#zhao").items == ()
    assert store.bells([case.id]) == ()
    assert store.cases([ringing().bell.id]) == ()


# -- personal data


def test_the_contacts_of_several_bells_come_at_once_without_those_erased(home: Home) -> None:
    bells = [ringing(n).bell.id for n in (1, 2, 3)]
    for n in (1, 2, 3):
        home.store.ring(ringing(n))
    home.erase_contact(bells[1])
    assert home.store.contacts([*bells, bells[0], "MX0000000X"]) == {bells[0]: CONTACT, bells[2]: CONTACT}


def test_an_erased_text_is_gone_and_its_commitment_is_not(store: Store) -> None:
    others = tuple(replace(WORDS, id=f"t{n}") for n in range(2, 5))
    case = stored(store, replace(begun(), texts=(WORDS, *others)))
    store.erase_texts(case.id, ["t1", "t3", "t1", "unknown"])
    store.erase_texts(case.id, [])
    file = store.case(case.id)
    assert file is not None
    assert set(file.texts) == {"t2", "t4"}
    assert verify(file.events, file.case.tip, case.thing).intact


def test_texts_that_a_change_erases_go_with_it_and_the_subject_with_them(store: Store) -> None:
    others = tuple(replace(WORDS, id=f"t{n}") for n in range(2, 4))
    case = stored(store, replace(begun(), texts=(WORDS, *others)))
    happening = Happening("erased", {"bell": case.bells[0], "texts": ["t1", "t3"], "files": []})
    change = replace(following(case, [happening], ZHAO, START, subject=""), erase=("t1", "t3"))
    store.commit(change)
    store.commit(change)
    file = store.case(case.id)
    assert file is not None
    assert (set(file.texts), file.subject, file.case) == ({"t2"}, "", change.after)
    assert file.case.erased == case.bells
    assert verify(file.events, file.case.tip, case.thing).intact


def test_guests_are_found_by_their_very_number_until_they_are_forgotten(store: Store) -> None:
    longer = replace(COMPANY, id="p2", phone=f"{COMPANY.phone}0")
    case = stored(store, replace(begun(), parties=(COMPANY, longer)))
    assert list(store.guests(COMPANY.phone)) == [(case.id, COMPANY)]
    happening = Happening("erased", {"party": "p1", "texts": [], "files": []})
    store.commit(replace(following(case, [happening], ZHAO, START), forget=("p1",)))
    assert list(store.guests(COMPANY.phone)) == []
    file = store.case(case.id)
    assert file is not None
    assert set(file.parties) == {"p2"}


def test_a_case_that_moved_on_meanwhile_keeps_what_was_written(store: Store) -> None:
    case = stored(store, replace(begun(), texts=(WORDS,)))
    store.commit(visited(case))
    happening = Happening("erased", {"bell": case.bells[0], "texts": ["t1"], "files": []})
    with pytest.raises(Stale, match=case.thing):
        store.commit(replace(following(case, [happening], ZHAO, START), erase=("t1",)))
    file = store.case(case.id)
    assert file is not None
    assert set(file.texts) == {"t1"}


# -- clocks and records


def test_an_appended_event_moves_a_cases_tip_and_nothing_else(home: Home) -> None:
    case = stored(home.store)
    home.take_stream()
    added = noted(case)
    home.store.append(case, added.events)
    home.store.append(case, added.events)
    assert case_of(home.store, case.id) == replace(case, tip=added.after.tip)
    assert home.take_stream() == [EventAppended(added.events[0])]
    with pytest.raises(Stale, match=case.thing):
        home.store.append(case, noted(case, later(seconds=1)).events)


def test_whoever_reacts_hears_of_a_cases_clock(home: Home) -> None:
    case = stored(home.store)
    assert home.take_stream() == [
        HeadMoved(case.thing, 1, 1, case.due_at, None, None, token="", by_timeline=False),
        EventAppended(begun().events[0]),
    ]
    assert home.write_token(case.thing, 1, "token-1")
    assert not home.write_token(case.thing, 2, "token-2")
    assert home.take_stream() == []
    assert case_of(home.store, case.id) == replace(case, hops=1)
    change = replace(visited(replace(case, hops=1)), by_timeline=True)
    home.store.commit(change)
    (moved,) = [record for record in home.take_stream() if isinstance(record, HeadMoved)]
    due = change.after.due_at
    assert moved == HeadMoved(
        case.thing, change.after.version, 1, due, 1, 1, token="token-1", by_timeline=True
    )


def test_a_token_of_a_case_is_given_out_once(home: Home) -> None:
    case = stored(home.store)
    home.write_token(case.thing, case.version, "token-1")
    first = visited(replace(case, hops=1))
    home.store.commit(first)
    home.store.commit(visited(first.after))
    heads = [record for record in home.take_stream() if isinstance(record, HeadMoved)]
    assert [head.token for head in heads] == ["", "token-1", ""]


def test_a_case_is_overdue_with_the_bells(store: Store) -> None:
    case = stored(store)
    stored(store, begun(2, clock=False))
    store.ring(ringing())
    assert case.due_at is not None
    assert set(store.overdue(later(days=99))) == {case.thing, ringing().bell.thing}
    assert case.thing not in store.overdue(case.due_at)
    assert case.thing in store.overdue(case.due_at + timedelta(milliseconds=1))


def test_the_record_of_a_case_is_among_the_chains(store: Store) -> None:
    change = replace(begun(), texts=(WORDS,), parties=(COMPANY,), links=(LINK,))
    case = stored(store, change)
    assert list(store.chains()) == [(case.thing, change.events, case.tip)]
    assert (store.tip(case.thing), store.events(case.thing)) == (case.tip, change.events)
