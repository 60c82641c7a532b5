"""Each day's anchor: over every record, once, bound to the one before, and a proof for each record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.anchor import codec, rules, service
from chalicelib.core.chain import GENESIS, Tip
from chalicelib.core.errors import NotFound
from tests.fakes.places import directory
from tests.fakes.vault import FakeVault
from tests.fakes.world import World

DAY = timedelta(days=1)


def proved(world: World, thing: str, date: str = "") -> rules.Proof:
    """The proof that there is."""
    found = service.prove(world.ports, thing, date)
    assert found is not None
    return found


def test_the_first_anchor_is_over_every_record_that_has_begun(world: World) -> None:
    rung = world.ring()
    other = world.ring(phone="13900000002", text="楼道灯坏了")
    anchor, made = service.take(world.ports)
    assert made
    assert (anchor.date, anchor.size, anchor.previous) == ("2026-11-23", 2, GENESIS)
    assert rules.digest(anchor) == anchor.hash
    for bell in (rung.bell, other.bell):
        proof = proved(world, bell.thing)
        assert rules.holds(proof)
        assert (proof.leaf.seq, proof.leaf.hash) == (bell.tip.seq, bell.tip.hash)
        assert proof.anchor == anchor


def test_a_day_has_one_anchor_however_often_it_is_asked_for(world: World) -> None:
    world.ring()
    first, _ = service.take(world.ports)
    world.ring(phone="13900000002", text="楼道灯坏了")
    world.clock.advance(seconds=3600)
    assert service.take(world.ports) == (first, False)
    assert service.dates(world.ports) == (first.date,)


def test_each_anchor_names_the_one_before_also_across_a_day_without_one(world: World) -> None:
    world.ring()
    first, _ = service.take(world.ports)
    world.clock.go_to(world.clock.now() + 2 * DAY)
    second, made = service.take(world.ports)
    assert made
    assert second.previous == first.hash
    world.clock.go_to(world.clock.now() + DAY)
    third, _ = service.take(world.ports)
    assert third.previous == second.hash
    assert [anchor for anchor, wrong in service.check(world.ports) if not wrong] == [first, second, third]


def test_an_anchor_over_nothing_is_an_anchor(world: World) -> None:
    anchor, _ = service.take(world.ports)
    assert anchor.size == 0
    assert list(service.check(world.ports)) == [(anchor, [])]


def test_a_run_that_broke_off_after_the_leaves_is_finished_with_them(world: World) -> None:
    rung = world.ring()
    whole = service._taken(world.ports, rules.census((), world.clock.now()), None)
    world.ring(phone="13900000002", text="楼道灯坏了")
    anchor, made = service.take(world.ports)
    assert made
    assert anchor == rules.sealed(whole, None)
    assert proved(world, rung.bell.thing).anchor == anchor


def test_two_runs_at_the_same_time_make_the_same_anchor() -> None:
    world, found = World(), []
    world.ring()

    class Slow(FakeVault):
        """Another run overtakes this one right before its leaves are written."""

        def put(self, name: str, text: str) -> str:
            if not found and name.startswith(codec.LEAVES):
                found.append(None)
                world.ring(phone="13900000002", text="楼道灯坏了")
                found[0] = service.take(world.ports)
            return super().put(name, text)

    world.ports = replace(world.ports, vault=Slow())
    anchor, _ = service.take(world.ports)
    assert found == [(anchor, True)]
    assert list(service.check(world.ports)) == [(anchor, [])]


def test_a_run_that_the_next_day_overtakes_puts_nothing_between_two_anchors() -> None:
    """It began before midnight, and what it reads takes until after the next day's was made."""
    world = World()
    first, _ = service.take(world.ports)
    heads, found = world.store.heads, []

    def slow(after: str = "") -> Iterator[tuple[str, Tip]]:
        if not found:
            found.append(None)
            late.clock.go_to(late.clock.now() + DAY)
            found[0] = service.take(late.ports)
        return heads(after)

    world.clock.go_to(world.clock.now() + DAY)
    late = World(start=world.clock.now())
    late.ports = replace(late.ports, vault=world.ports.vault)
    world.store.heads = slow  # type: ignore[method-assign]
    newest, made = service.take(world.ports)
    assert (newest, made) == (found[0][0], False)
    assert list(service.check(world.ports)) == [(first, []), (newest, [])]


def test_a_clock_that_was_set_back_makes_no_anchor_between_two_others() -> None:
    world = World()
    service.take(world.ports)
    world.clock.go_to(world.clock.now() + 3 * DAY)
    latest, _ = service.take(world.ports)
    early = World(start=world.start + DAY)
    early.ports = replace(early.ports, vault=world.ports.vault)
    assert service.take(early.ports) == (latest, False)


def test_the_proof_of_an_earlier_day_is_of_the_record_as_it_was_then(world: World) -> None:
    rung = world.ring()
    first, _ = service.take(world.ports)
    world.settle()
    world.clock.go_to(world.clock.now() + DAY)
    world.settle()
    second, _ = service.take(world.ports)
    early, late = (proved(world, rung.bell.thing, a.date) for a in (first, second))
    assert early.leaf.seq == rung.bell.tip.seq < late.leaf.seq
    events = world.store.events(rung.bell.thing)
    for proof in (early, late):
        assert rules.holds(proof)
        assert events[proof.leaf.seq - 1].hash == proof.leaf.hash


def test_what_is_younger_than_the_newest_anchor_has_no_proof_yet(world: World) -> None:
    rung = world.ring()
    assert service.prove(world.ports, rung.bell.thing) is None
    anchor, _ = service.take(world.ports)
    later = world.ring(phone="13900000002", text="楼道灯坏了")
    assert service.prove(world.ports, later.bell.thing) is None
    for date in ("2026-11-22", "tomorrow", "2026-13-01", "../leaves/2026-11-23"):
        with pytest.raises(NotFound, match="no_such_anchor"):
            proved(world, rung.bell.thing, date)
        with pytest.raises(NotFound, match="no_such_anchor"):
            service.read(world.ports, date)
    assert service.read(world.ports, anchor.date) == anchor


def test_nothing_about_anybody_and_no_number_is_in_what_is_published(world: World) -> None:
    rung = world.ring()
    anchor, _ = service.take(world.ports)
    published = world.ports.vault.get(codec.root_name(anchor.date)) or ""
    kept = world.ports.vault.get(codec.leaves_name(anchor.date)) or ""
    assert set(json.loads(published)) == {
        "date", "at", "size", "root", "previous", "hash", "format"
    }  # fmt: skip
    assert rung.bell.id not in published
    assert set(json.loads(kept)) == {"date", "at", "leaves"}
    assert json.loads(kept)["leaves"] == [[rung.bell.thing, rung.bell.tip.seq, rung.bell.tip.hash]]


def test_the_canarys_bells_are_left_out_because_they_are_removed() -> None:
    world = World()
    world.ring()
    heads = list(world.store.heads())
    world.store.heads = lambda after="": iter([*heads, ("BELL#ZZ00000000", heads[0][1])])  # type: ignore[method-assign]
    assert service.take(world.ports)[0].size == 1


def test_places_and_rolls_and_all_else_with_a_record_is_under_it() -> None:
    world = World()
    world.store.save_directory(replace(directory(), version=2), _event("PLACE#MX"))
    assert service.take(world.ports)[0].size == 1
    assert rules.holds(proved(world, "PLACE#MX"))


def _event(thing: str) -> tuple[object, ...]:
    from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
    from tests.fakes.clock import START

    return extend(thing, Tip(), START, SYSTEM, [Happening("staff_added", {"id": "zhao"})])


# -- what somebody changed afterwards


def _two_days(world: World) -> str:
    rung = world.ring()
    service.take(world.ports)
    world.settle()
    world.clock.go_to(world.clock.now() + DAY)
    world.settle()
    service.take(world.ports)
    return rung.bell.thing


def _misfits(world: World, thing: str) -> list[tuple[str, str, int]]:
    anchored = service.ends(world.ports)[thing]
    events = world.store.events(thing)
    return [(m.date, m.reason, m.seq) for m in service.compare(anchored, events)]


def test_a_record_that_only_grew_fits_every_anchor() -> None:
    world = World()
    thing = _two_days(world)
    assert len(service.ends(world.ports)[thing]) == 2
    assert _misfits(world, thing) == []


def test_a_record_that_was_rewritten_with_all_its_hashes_does_not_fit() -> None:
    """The chain by itself would be intact: every hash after the change was made anew, and the head too."""
    from chalicelib.core.chain import SYSTEM, Happening, Tip, extend, verify

    world = World()
    thing = _two_days(world)
    kept = world.store.events(thing)
    other = [Happening(event.kind, {"reason": "nothing happened"}) for event in kept]
    forged = extend(thing, Tip(), world.start, SYSTEM, other)
    assert verify(forged, Tip(forged[-1].seq, forged[-1].hash), thing).intact
    anchored = service.ends(world.ports)[thing]
    found = list(service.compare(anchored, forged))
    assert [(m.date, m.reason) for m in found] == [("2026-11-23", "altered"), ("2026-11-24", "altered")]


def test_a_record_that_lost_its_end_or_all_of_it_does_not_fit() -> None:
    world = World()
    thing = _two_days(world)
    kept, anchored = world.store.events(thing), service.ends(world.ports)[thing]
    short = kept[: anchored[0][1].seq]
    assert [m.reason for m in service.compare(anchored, short)] == ["missing"]
    assert [(m.reason, m.seq) for m in service.compare(anchored, ())] == [("missing", 1), ("missing", 1)]


@pytest.mark.parametrize(
    ("name", "change", "reasons"),
    [
        ("roots/2026-11-23.json", ('"size":1', '"size":2'), {"hash", "leaves"}),
        ("leaves/2026-11-23.json", ("BELL#", "CASE#"), {"leaves"}),
        ("leaves/2026-11-23.json", ("[", "("), {"leaves"}),
        ("roots/2026-11-23.json", ("{", "("), {"gone"}),
    ],
)
def test_an_anchor_that_was_changed_shows_it(name: str, change: tuple[str, str], reasons: set[str]) -> None:
    world = World()
    _two_days(world)
    files = world.ports.vault.files  # type: ignore[attr-defined]
    files[name] = files[name].replace(*change)
    assert {
        m.reason for _, wrong in service.check(world.ports) for m in wrong if m.date == "2026-11-23"
    } == reasons


def test_an_anchor_that_was_taken_out_or_put_in_breaks_the_chain_of_anchors() -> None:
    world = World()
    _two_days(world)
    files = world.ports.vault.files  # type: ignore[attr-defined]
    first = files.pop("roots/2026-11-23.json")
    assert [m.reason for _, wrong in service.check(world.ports) for m in wrong] == ["previous"]
    forged = rules.sealed(codec.read_census(files["leaves/2026-11-23.json"]), codec.read_anchor(first))
    files["roots/2026-11-23.json"] = codec.anchor_text(forged)
    reasons = [m.reason for _, wrong in service.check(world.ports) for m in wrong]
    assert reasons == ["previous", "previous"]
