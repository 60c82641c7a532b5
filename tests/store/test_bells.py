"""What both stores promise about bells."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from chalicelib.bell.rules import Bell, Status, fold
from chalicelib.core.chain import RESIDENT, Happening, extend, verify
from chalicelib.core.errors import Collision, Invalid, NotFound, Stale, TooMany
from chalicelib.core.links import Link, Purpose
from chalicelib.ports import Change, Limit, Repeated, Ringing, Store
from chalicelib.record.shapes import EventAppended, HeadMoved
from tests.fakes.clock import START
from tests.fakes.places import directory
from tests.store import samples
from tests.store.conftest import Home
from tests.store.races import race
from tests.store.samples import CONTACT, WANG, ZHAO, answered, guard, later, notified, ringing, with_tip

LIMIT = Limit("phone", 2, later(minutes=7))


def rung(store: Store, given: Ringing | None = None) -> Bell:
    """A bell that was rung."""
    given = given or ringing()
    assert store.ring(given) is None
    return given.bell


def test_a_ring_is_read_back_whole(store: Store) -> None:
    given = ringing()
    rung(store, given)
    file = store.bell(given.bell.id)
    assert file is not None
    assert file.bell == given.bell
    assert file.contact == given.contact
    assert file.events == given.events
    assert file.links == given.links
    assert file.dispatches == ()
    assert verify(file.events, file.bell.tip).intact


def test_nobody_knows_a_bell_that_was_not_rung(store: Store) -> None:
    assert store.bell("MX0000000X") is None
    assert store.opening("MX0000000X", "link") is None
    assert store.bells(["MX0000000X"]) == ()


def test_the_very_same_ringing_again_succeeds_and_writes_nothing(home: Home) -> None:
    given = ringing(guards=(guard(),), limits=(Limit("phone", 1, later(minutes=7)),))
    rung(home.store, given)
    home.take_stream()
    assert home.store.ring(given) is None
    assert home.take_stream() == []


def test_a_repeated_ring_meets_the_guard_of_the_first(store: Store) -> None:
    first = rung(store, ringing(1, guards=(guard("key", fingerprint="f1"), guard("same"))))
    again = ringing(2, at=later(minutes=9), guards=(guard("other", fingerprint="f2"), guard("same")))
    assert store.ring(again) == Repeated(first.id, "same", "")
    with_key = ringing(3, at=later(minutes=9), guards=(guard("key", fingerprint="f3"), guard("same")))
    assert store.ring(with_key) == Repeated(first.id, "key", "f1")


def test_a_ring_that_met_a_guard_wrote_nothing(home: Home) -> None:
    rung(home.store, ringing(1, guards=(guard(),)))
    home.take_stream()
    second = ringing(2, guards=(guard("fresh"), guard()), limits=(Limit("phone", 1, later(minutes=7)),))
    assert home.store.ring(second) is not None
    assert home.store.bell(second.bell.id) is None
    assert home.take_stream() == []
    assert home.store.ring(ringing(3, guards=(guard("fresh"),), limits=second.limits)) is None


def test_a_guard_holds_until_its_very_end(store: Store) -> None:
    first = rung(store, ringing(1, guards=(guard(),)))
    almost = later(minutes=10, milliseconds=-1)
    assert store.ring(ringing(2, at=almost, guards=(guard(at=almost),))) == Repeated(first.id, "same", "")
    rung(store, ringing(3, at=later(minutes=10), guards=(guard(at=later(minutes=10)),)))


def test_a_declined_bell_releases_its_guard_to_a_new_one(store: Store) -> None:
    change = answered(rung(store, ringing(1, guards=(guard(),))))
    store.commit(change)
    store.commit(samples.declined(change.after))
    second = rung(store, ringing(2, guards=(guard(),)))
    assert store.ring(ringing(3, guards=(guard(),))) == Repeated(second.id, "same", "")


def test_a_release_keeps_what_the_client_named_its_request(store: Store) -> None:
    """Repeating one HTTP request must never ring twice, whatever became of the bell."""
    first = rung(store, ringing(1, guards=(guard("key", fingerprint="f1"), guard("same"))))
    change = answered(first)
    store.commit(change)
    store.commit(samples.declined(change.after))
    again = ringing(2, guards=(guard("key", fingerprint="f1"), guard("same")))
    assert store.ring(again) == Repeated(first.id, "key", "f1")


def test_a_late_release_leaves_the_guard_of_a_later_bell_alone(store: Store) -> None:
    change = answered(rung(store, ringing(1, guards=(guard(),))))
    store.commit(change)
    at = later(minutes=12)
    second = rung(store, ringing(2, at=at, guards=(guard(at=at),)))
    store.commit(samples.declined(change.after, at=later(minutes=15)))
    third = ringing(3, at=later(minutes=16), guards=(guard(at=later(minutes=16)),))
    assert store.ring(third) == Repeated(second.id, "same", "")


def test_an_id_that_is_taken_collides(store: Store) -> None:
    rung(store, ringing(1))
    with pytest.raises(Collision):
        store.ring(replace(ringing(1), bell=replace(ringing(1).bell, tip=ringing(2).bell.tip)))


def test_a_limit_says_when_to_come_back_and_writes_nothing(home: Home) -> None:
    for chance in (1, 2):
        rung(home.store, ringing(chance, limits=(LIMIT,)))
    home.take_stream()
    third = ringing(3, guards=(guard(),), limits=(Limit("address", 9, later(minutes=9)), LIMIT))
    with pytest.raises(TooMany) as refused:
        home.store.ring(third)
    assert refused.value.again_at == later(minutes=7)
    assert home.take_stream() == []
    rung(home.store, ringing(4, guards=(guard(),)))


def test_a_repetition_costs_nothing_of_the_limit(store: Store) -> None:
    rung(store, ringing(1, guards=(guard(),), limits=(LIMIT,)))
    for chance in range(2, 7):
        assert store.ring(ringing(chance, guards=(guard(),), limits=(LIMIT,))) is not None
    rung(store, ringing(9, guards=(guard("another"),), limits=(LIMIT,)))


def test_of_eight_rings_at_once_the_limit_lets_two_in(store: Store) -> None:
    results = race(*(partial(store.ring, ringing(n, limits=(LIMIT,))) for n in range(8)))
    assert results.count(None) == 2
    assert sum(isinstance(result, TooMany) for result in results) == 6


def test_of_eight_same_rings_at_once_one_bell_is_made_and_all_are_told_of_it(store: Store) -> None:
    results = race(*(partial(store.ring, ringing(n, guards=(guard(),))) for n in range(8)))
    (winner,) = [ringing(n).bell.id for n in range(8) if results[n] is None]
    assert [r for r in results if r is not None] == [Repeated(winner, "same", "")] * 7


def test_an_opening_has_the_bell_its_link_and_the_directory(store: Store) -> None:
    store.save_directory(directory(), ())
    given = ringing()
    rung(store, given)
    opening = store.opening(given.bell.id, given.links[0].hash)
    assert opening is not None
    assert (opening.bell, opening.link, opening.directory) == (given.bell, given.links[0], directory())
    for unknown in ("", "no such link"):
        without = store.opening(given.bell.id, unknown)
        assert without is not None
        assert without.link is None


def test_a_bell_of_a_subdistrict_without_directory_cannot_be_opened(store: Store) -> None:
    bell = rung(store)
    with pytest.raises(NotFound):
        store.opening(bell.id)


def test_a_change_is_read_back_with_its_events_and_links(store: Store) -> None:
    change = answered(rung(store))
    store.commit(replace(change, links=(Link("answer", Purpose.ANSWER, later(days=7), "zhao", 1),)))
    file = store.bell(change.after.id)
    assert file is not None
    assert file.bell == change.after
    assert file.events[-1] == change.events[-1]
    assert {link.hash for link in file.links} == {"answer", "track001"}
    assert verify(file.events, file.bell.tip).intact


def test_the_second_writer_of_a_version_loses(home: Home) -> None:
    bell = rung(home.store)
    home.store.commit(answered(bell, ZHAO))
    home.take_stream()
    with pytest.raises(Stale):
        home.store.commit(answered(bell, WANG))
    assert home.take_stream() == []
    assert home.store.bells([bell.id])[0].answered_by == ZHAO


def test_a_change_that_was_written_already_succeeds_and_writes_nothing(home: Home) -> None:
    change = answered(rung(home.store))
    home.store.commit(change)
    home.take_stream()
    home.store.commit(change)
    assert home.take_stream() == []


def test_of_eight_writers_at_once_one_wins(store: Store) -> None:
    bell = rung(store)
    changes = [answered(bell, replace(WANG, id=f"staff{n}"), later(seconds=n)) for n in range(8)]
    results = race(*(partial(store.commit, change) for change in changes))
    assert results.count(None) == 1
    assert sum(isinstance(result, Stale) for result in results) == 7
    file = store.bell(bell.id)
    assert file is not None
    assert file.bell == changes[results.index(None)].after
    assert verify(file.events, file.bell.tip).intact


def test_accepting_opens_a_case_with_its_own_record(store: Store) -> None:
    change = answered(rung(store))
    store.commit(change)
    accepting, opened = samples.accepted(change.after, "MX0000000C")
    store.commit(accepting, opened)
    assert store.events("CASE#MX0000000C") == opened.events
    assert store.tip("CASE#MX0000000C") == opened.after.tip


def test_a_case_id_that_is_taken_leaves_the_bell_as_it_was(store: Store) -> None:
    bells = [answered(rung(store, ringing(n))) for n in (1, 2)]
    for change in bells:
        store.commit(change)
    store.commit(*samples.accepted(bells[0].after, "MX0000000C"))
    with pytest.raises(Stale):
        store.commit(*samples.accepted(bells[1].after, "MX0000000C"))
    assert store.bells([bells[1].after.id]) == (bells[1].after,)


def test_an_appended_event_moves_the_tip_and_nothing_else(home: Home) -> None:
    bell = rung(home.store)
    home.take_stream()
    events = notified(bell)
    home.store.append(bell, events)
    assert home.store.bells([bell.id]) == (with_tip(bell, events),)
    assert home.take_stream() == [EventAppended(events[0])]
    home.store.append(bell, events)
    assert home.take_stream() == []


def test_an_event_cannot_be_appended_to_a_tip_that_moved(store: Store) -> None:
    bell = rung(store)
    store.append(bell, notified(bell))
    with pytest.raises(Stale):
        store.append(bell, notified(bell, of=1))


def test_a_change_decided_before_an_append_is_stale(store: Store) -> None:
    """Its events would not fit into the chain."""
    bell = rung(store)
    store.append(bell, notified(bell))
    with pytest.raises(Stale):
        store.commit(answered(bell))


def test_the_stream_tells_of_a_ring_once_and_of_every_event(home: Home) -> None:
    given = ringing()
    rung(home.store, given)
    stream = home.take_stream()
    heads = [record for record in stream if isinstance(record, HeadMoved)]
    bell = given.bell
    assert heads == [
        HeadMoved(bell.thing, bell.version, 1, bell.due_at, None, None, token="", by_timeline=False)
    ]
    assert [r.event for r in stream if isinstance(r, EventAppended)] == list(given.events)


def test_a_token_survives_an_append_and_reaches_whoever_reacts_to_the_next_change(home: Home) -> None:
    bell = rung(home.store)
    assert home.write_token(bell.thing, bell.version, "token-1")
    events = notified(bell)
    home.store.append(bell, events)
    home.take_stream()
    (moved,) = home.store.bells([bell.id])
    change = answered(moved)
    home.store.commit(change)
    (head,) = [record for record in home.take_stream() if isinstance(record, HeadMoved)]
    assert (head.token, head.was_version, head.version) == ("token-1", bell.version, change.after.version)
    assert head.due_at == change.after.due_at


def test_a_token_is_given_out_once(home: Home) -> None:
    bell = rung(home.store)
    home.write_token(bell.thing, bell.version, "token-1")
    (seen,) = home.store.bells([bell.id])
    change = answered(seen)
    home.store.commit(change)
    home.store.commit(replace(samples.declined(change.after), by_timeline=True))
    heads = [record for record in home.take_stream() if isinstance(record, HeadMoved)]
    assert [(head.token, head.by_timeline) for head in heads[1:]] == [("token-1", False), ("", True)]


def test_the_machine_writes_its_token_only_beside_the_version_it_waits_for(home: Home) -> None:
    bell = rung(home.store)
    assert not home.write_token(bell.thing, bell.version + 1, "token-1")
    assert home.write_token(bell.thing, bell.version, "token-1")
    assert home.store.bells([bell.id]) == (replace(bell, hops=bell.hops + 1),)


def test_a_token_and_a_hop_are_no_news(home: Home) -> None:
    bell = rung(home.store)
    home.take_stream()
    home.write_token(bell.thing, bell.version, "token-1")
    assert home.take_stream() == []


def test_the_list_of_ringing_bells_has_the_most_pressing_first_page_by_page(store: Store) -> None:
    minutes = (7, 1, 5, 3, 9)
    for chance, minute in enumerate(minutes):
        rung(store, ringing(chance, at=later(minutes=minute)))
    rung(store, ringing(1, prefix="XH"))
    seen: list[int] = []
    cursor, pages = "", 0
    while True:
        page = store.ringing("MX", cursor, limit=2)
        seen += [int((bell.rung_at - START).total_seconds() // 60) for bell in page.items]
        cursor, pages = page.cursor, pages + 1
        if not cursor:
            break
    assert seen == sorted(minutes)
    assert pages == 3


def test_a_full_last_page_has_no_cursor(store: Store) -> None:
    for chance in (1, 2):
        rung(store, ringing(chance))
    assert store.ringing("MX", limit=2).cursor == ""


@pytest.mark.parametrize("forged", ["%%%", "AAAA", "非", "e30", "=", "IyM"])
def test_a_forged_cursor_is_an_invalid_field(store: Store, forged: str) -> None:
    with pytest.raises(Invalid):
        store.ringing("MX", forged)


def test_a_closed_bell_leaves_the_list_and_an_answered_one_stays(store: Store) -> None:
    change = answered(rung(store))
    store.commit(change)
    assert [bell.status for bell in store.ringing("MX").items] == [Status.ANSWERED]
    store.commit(samples.declined(change.after))
    assert store.ringing("MX").items == ()


def test_bells_come_in_the_order_asked_for_without_the_unknown(store: Store) -> None:
    bells = [rung(store, ringing(n)) for n in range(3)]
    asked = [bells[2].id, "MX0000000X", bells[0].id, bells[2].id]
    assert store.bells(asked) == (bells[2], bells[0])


def test_more_bells_than_one_batch_holds(store: Store) -> None:
    bells = [rung(store, ringing(n)) for n in range(103)]
    assert store.bells([bell.id for bell in bells]) == tuple(bells)


def test_overdue_things_come_oldest_first_across_all_shards(store: Store) -> None:
    bells = [rung(store, ringing(n, at=later(minutes=n))) for n in range(12)]
    due = later(minutes=5 + 8)
    assert store.overdue(due) == tuple(bell.thing for bell in bells[:8])
    assert store.overdue(due, limit=3) == tuple(bell.thing for bell in bells[:3])


def test_a_bell_without_deadline_is_never_overdue(store: Store) -> None:
    change = answered(rung(store))
    store.commit(change)
    store.commit(samples.declined(change.after))
    assert store.overdue(later(days=999)) == ()


def test_an_erased_contact_leaves_a_record_that_verifies(home: Home) -> None:
    bell = rung(home.store)
    home.erase_contact(bell.id)
    file = home.store.bell(bell.id)
    assert file is not None
    assert file.contact is None
    assert verify(file.events, file.bell.tip).intact


def erasing(bell: Bell) -> Change:
    """Whoever rang has erased what is held of them."""
    events = extend(bell.thing, bell.tip, later(hours=1), RESIDENT, [Happening("erased", {"what": []})])
    return Change(bell, fold(events, bell), events, release=True, erase=True)


def test_erasing_takes_the_contact_and_whose_bell_it_is_and_leaves_the_record(store: Store) -> None:
    change = answered(rung(store, ringing(guards=(guard(),))))
    store.commit(change)
    last = samples.declined(change.after)
    store.commit(last)
    assert store.rung_by("person-hmac").items == (last.after,)
    erased = erasing(last.after)
    store.commit(erased)
    store.commit(erased)  # the answer was lost
    file = store.bell(last.after.id)
    assert file is not None
    assert (file.contact, file.bell) == (None, erased.after)
    assert store.contacts([file.bell.id]) == {}
    assert file.bell.erased_at == later(hours=1)
    assert file.links, "the tracking link still shows the record"
    assert store.rung_by("person-hmac").items == ()
    assert verify(file.events, file.bell.tip, file.bell.thing).intact


def test_a_corrected_contact_takes_the_place_of_the_one_before_and_the_bell_is_the_other_persons(
    store: Store,
) -> None:
    before = rung(store)
    events = extend(
        before.thing, before.tip, later(hours=1), RESIDENT, [Happening("corrected", {"what": []})]
    )
    right = replace(CONTACT, phone="+8613900000002", salt="an0ther")
    change = Change(before, fold(events, before), events, contact=right, person="another-hmac")
    store.commit(change)
    store.commit(change)
    assert store.contacts([before.id]) == {before.id: right}
    assert store.rung_by("person-hmac").items == ()
    assert store.rung_by("another-hmac").items == (change.after,)
    with pytest.raises(Stale):
        store.commit(replace(change, contact=CONTACT, events=(replace(events[0], hash="x"),), after=before))
    assert store.contacts([before.id]) == {before.id: right}


def test_what_moved_on_meanwhile_is_not_erased(store: Store) -> None:
    before = rung(store)
    change = answered(before)
    store.commit(change)
    with pytest.raises(Stale):
        store.commit(erasing(before))
    assert store.contacts([before.id])
    assert store.rung_by("person-hmac").items == (change.after,)
