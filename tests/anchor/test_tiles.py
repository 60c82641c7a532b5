"""A city's records: the leaves of a day are put down a tile at a time, by as many runs as it takes, and the anchor is
the one that would have been made at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.anchor import codec, rules, service
from chalicelib.anchor.rules import Anchor, Leaf
from chalicelib.core import merkle
from chalicelib.core.chain import Tip
from chalicelib.core.errors import Unavailable
from infra.local.photos import AnchorShelf
from tests.fakes.clock import START
from tests.fakes.vault import FakeVault
from tests.fakes.world import World

DATE = "2026-11-23"


def leaf(number: int) -> Leaf:
    """The end of the record of some thing; things sort by their number."""
    return Leaf(f"BELL#MX{number:08d}", number + 1, f"{number:064x}")


class City:
    """A platform with so many records, which are read as they are when it is their turn."""

    def __init__(self, size: int) -> None:
        self.leaves = {n: leaf(n) for n in range(size)}
        self.world = World()
        self.vault = FakeVault()
        self.world.ports = replace(self.world.ports, vault=self.vault)
        self.world.store.heads = self._heads  # type: ignore[method-assign]
        self.asked: list[str] = []
        self.read = 0

    def take(self, within: timedelta | None = None) -> Anchor:
        """The day's anchor."""
        return service.take(self.world.ports, within)[0]

    def found(self) -> list[Leaf]:
        """The leaves that the anchor is over, in their order."""
        return [leaf for part in service._parts(self.world.ports, DATE) if part for leaf in part.leaves]

    def _heads(self, after: str = "") -> Iterator[tuple[str, Tip]]:
        self.asked.append(after)
        for number in sorted(self.leaves):
            found = self.leaves[number]
            if found.thing > after:
                self.read += 1
                yield found.thing, Tip(found.seq, found.hash)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile holds four."""
    monkeypatch.setattr(rules, "TILE", 4)
    monkeypatch.setattr(service, "_kept", None)


def at_once(leaves: list[Leaf]) -> Anchor:
    """The anchor over all of them in one piece."""
    return rules.sealed(rules.census(leaves, START), None)


@given(st.integers(0, 40), st.sampled_from([1, 2, 4, 8, 64]))
def test_the_root_and_every_proof_are_those_of_one_tree_however_large_a_tile_is(size: int, tile: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "TILE", tile)
        patch.setattr(service, "_kept", None)
        city = City(size)
        leaves = list(city.leaves.values())
        anchor = city.take()
        assert anchor == at_once(leaves)
        assert city.found() == leaves
        hashes = rules.hashes(rules.census(leaves, START))
        for number, each in enumerate(leaves):
            proof = service.prove(city.world.ports, each.thing)
            assert proof is not None
            assert rules.holds(proof)
            assert (proof.leaf, proof.index) == (each, number)
            assert [bytes.fromhex(step) for step in proof.path] == list(merkle.proof(hashes, number))
        for thing in ("BELL#A", "BELL#MX00000000A", "CASE#"):
            assert service.prove(city.world.ports, thing) is None
        assert list(service.check(city.world.ports)) == [(anchor, [])]


def test_a_place_with_few_records_has_two_objects_a_day_as_ever() -> None:
    city = City(3)
    city.take()
    assert city.vault.writes == [f"leaves/{DATE}.json", f"roots/{DATE}.json"]
    assert "tiles" not in city.vault.files[f"leaves/{DATE}.json"]


def test_never_more_than_a_tile_is_in_memory() -> None:
    city = City(41)
    seen: list[int] = []
    put = city.vault.put

    def counting(name: str, text: str) -> str:
        if name.startswith("leaves/"):
            seen.append(city.read)
        return put(name, text)

    city.vault.put = counting  # type: ignore[method-assign]
    city.take()
    assert seen == [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 41], "each is put down before the next is read"


@pytest.mark.parametrize("broken", range(6))
def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next_with_each_record_once(broken: int) -> None:
    """Bells go on ringing meanwhile: what is put down stays as it was, what comes after is read as it is then."""
    city = City(17)
    put, writes = city.vault.put, [broken]

    def breaking(name: str, text: str) -> str:
        writes[0] -= 1
        if writes[0] < 0:
            raise Unavailable("vault")
        return put(name, text)

    city.vault.put = breaking  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        city.take()
    city.vault.put = put  # type: ignore[method-assign]
    down = list(city.leaves.values())[: 4 * broken]
    city.leaves = {n: replace(found, seq=99) for n, found in city.leaves.items()} | {17: leaf(17)}
    city.world.clock.advance(seconds=3600)
    anchor = city.take()
    after = [found for found in city.leaves.values() if found.thing > (down[-1].thing if down else "")]
    # The last of the six is the anchor itself, whose leaves are all down.
    expected = [leaf(n) for n in range(17)] if broken == 5 else [*down, *after]
    assert city.found() == expected
    assert anchor.size == len(expected)
    assert anchor.at == ("2026-11-23T03:00:00.000Z" if broken == 0 else "2026-11-23T02:00:00.000Z")
    assert list(service.check(city.world.ports)) == [(anchor, [])]
    assert len(city.vault.writes) == len(set(city.vault.writes))


def test_when_its_time_is_up_it_stops_and_goes_on_after_what_it_put_down() -> None:
    city = City(17)
    put = city.vault.put

    def slow(name: str, text: str) -> str:
        city.world.clock.advance(seconds=100)
        return put(name, text)

    city.vault.put = slow  # type: ignore[method-assign]
    with pytest.raises(service.Unfinished) as late:
        city.take(timedelta(minutes=4))
    assert late.value.leaves == 12
    assert service.newest(city.world.ports) is None
    assert city.take(timedelta(minutes=4)) == at_once(list(city.leaves.values()))
    assert city.asked == ["", leaf(11).thing], "nothing is read twice"
    assert city.read == 17


def test_a_day_that_ends_before_it_is_read_has_no_anchor_and_the_next_begins_anew() -> None:
    city = City(9)
    with pytest.raises(service.Unfinished):
        city.take(timedelta())
    city.world.clock.go_to(START + timedelta(days=1))
    anchor = city.take()
    assert (anchor.date, anchor.size, anchor.previous) == ("2026-11-24", 9, "0" * 64)
    assert list(service.check(city.world.ports)) == [(anchor, [])]


@pytest.mark.parametrize("overtaken", ["000000", "000001", "000003", ".json"])
def test_two_runs_at_the_same_time_make_the_same_anchor_wherever_the_second_overtakes(overtaken: str) -> None:
    city, found = City(17), []
    put = city.vault.put

    def slow(name: str, text: str) -> str:
        if not found and name.startswith("leaves/") and overtaken in name.replace(f"{DATE}.json", ".json"):
            found.append(None)
            city.leaves = {n: replace(each, seq=99) for n, each in city.leaves.items()} | {17: leaf(17)}
            found[0] = city.take()
        return put(name, text)

    city.vault.put = slow  # type: ignore[method-assign]
    anchor = city.take()
    assert found == [anchor]
    assert list(service.check(city.world.ports)) == [(anchor, [])]
    things = [each.thing for each in city.found()]
    assert things == sorted(set(things))
    assert len(things) == anchor.size == 18


def test_a_new_record_between_two_runs_that_fills_a_tile_is_in_one_of_them() -> None:
    """The first found the last tile not full, the second did: what is written first counts."""
    city, found = City(7), []
    put = city.vault.put

    def slow(name: str, text: str) -> str:
        if not found and name == f"leaves/{DATE}.json":
            found.append(None)
            city.leaves[7] = leaf(7)
            found[0] = city.take()
        return put(name, text)

    city.vault.put = slow  # type: ignore[method-assign]
    anchor = city.take()
    assert found == [anchor]
    assert anchor.size == 8
    assert list(service.check(city.world.ports)) == [(anchor, [])]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (f"leaves/{DATE}/000001.json", ('"BELL#MX00000005",6', '"BELL#MX00000005",7')),
        (f"leaves/{DATE}/000001.json", ('"BELL#MX00000005"', '"BELL#MX00000004"')),
        (f"leaves/{DATE}/000002.json", ('"tiles":[["BELL#MX00000003"', '"tiles":[["BELL#MX00000002"')),
        (f"leaves/{DATE}/000000.json", ("{", "(")),
        (f"leaves/{DATE}.json", ('["BELL#MX00000007",4,', '["BELL#MX00000007",3,')),
        (f"leaves/{DATE}.json", ('"leaves":[[', '"leaves":[],"old":[[')),
    ],
)
def test_a_tile_that_was_changed_shows_it(name: str, change: tuple[str, str]) -> None:
    city = City(14)
    anchor = city.take()
    assert change[0] in city.vault.files[name]
    city.vault.files[name] = city.vault.files[name].replace(*change)
    assert [(a, [m.reason for m in wrong]) for a, wrong in service.check(city.world.ports)] == [
        (anchor, ["leaves"])
    ]


def test_a_tile_that_is_gone_shows_and_the_others_still_prove() -> None:
    city = City(14)
    city.take()
    del city.vault.files[f"leaves/{DATE}/000001.json"]
    assert [[m.reason for m in wrong] for _, wrong in service.check(city.world.ports)] == [["leaves"]]
    assert service.prove(city.world.ports, leaf(0).thing)
    assert len(service.ends(city.world.ports)) == 10


def test_a_proof_reads_two_parts_and_the_next_of_the_same_tile_none() -> None:
    city = City(41)
    city.take()
    get, read = city.vault.get, []
    city.vault.get = lambda name: read.append(name) or get(name)  # type: ignore[method-assign, func-returns-value]
    for number in (5, 6, 40):
        assert service.prove(city.world.ports, leaf(number).thing)
    assert read == [f"leaves/{DATE}.json", f"leaves/{DATE}/000001.json", f"roots/{DATE}.json"]


def test_tiles_are_kept_on_ones_own_machine_too(tmp_path: Path) -> None:
    shelf = AnchorShelf(tmp_path)
    for name in (
        f"leaves/{DATE}/000001.json",
        f"leaves/{DATE}.json",
        f"roots/{DATE}.json",
        "leaves/../x.json",
    ):
        shelf.write(name, b"{}")
    kept = [path.relative_to(tmp_path / "anchors").as_posix() for path in tmp_path.rglob("*.json")]
    assert sorted(kept) == [f"leaves/{DATE}.json", f"leaves/{DATE}/000001.json", f"roots/{DATE}.json"]


def test_leaves_from_before_there_were_tiles_are_read() -> None:
    text = f'{{"at":"2026-11-23T02:00:00.000Z","date":"{DATE}","leaves":[["BELL#A",1,"{"0" * 64}"]]}}'
    read = codec.read_census(text)
    assert (read.tiles, read.size) == ((), 1)
    assert codec.census_text(read) == text
