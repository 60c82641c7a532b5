"""Two counters, written apart, say the same of whatever is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.poll.ballots import Box, Ruling
from chalicelib.poll.outcome import TopicResult
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll, Terms
from chalicelib.poll.tally import count
from tests.poll import slow_counter
from tests.poll.counting import START, poll, roll, voted
from tests.poll.random_polls import cases

Case = tuple[Poll, list[Unit], list[Box]]


@settings(max_examples=400)
@given(cases())
def test_both_counters_agree(case: Case) -> None:
    of, units, boxes = case
    counted = count(of, iter(units), iter(boxes))
    for ours, theirs in zip(counted.topics, slow_counter.count_slowly(of, units, boxes), strict=True):
        assert told(ours) == theirs


@pytest.mark.parametrize("matter", [0, 4, 8])
def test_both_agree_on_every_division_of_up_to_twelve_owners(matter: int) -> None:
    of = poll(matter, terms=Terms(of="answered"))
    for size in range(13):
        for agree in range(size + 1):
            for oppose in range(size + 1 - agree):
                last = agree + oppose
                said = voted({"for": range(1, agree + 1), "against": range(agree + 1, last + 1)})
                (ours,) = count(of, roll(size), said).topics
                (theirs,) = slow_counter.count_slowly(of, roll(size), said)
                assert told(ours) == theirs


def told(ours: TopicResult) -> slow_counter.Said:
    """Our result in the other's words (a Fraction of an integer equals it)."""
    return slow_counter.Said(
        str(ours.outcome),
        (ours.asked.heads, ours.asked.area),  # type: ignore[arg-type]
        (ours.took_part.heads, ours.took_part.area),  # type: ignore[arg-type]
        {choice: (figure.heads, figure.area) for choice, figure in ours.by_choice.items()},  # type: ignore[misc]
        ours.winner,
        ours.tie,
        (ours.covenant.side, str(ours.covenant.outcome)) if ours.covenant else None,
    )


@settings(max_examples=300)
@given(cases())
def test_both_find_the_same_open_conflicts(case: Case) -> None:
    of, units, boxes = case
    ours = {conflict.units for conflict in count(of, units, boxes).conflicts if not conflict.settled}
    theirs = {
        tuple(unit.number for unit, box in person.units if box is not None and box.ballots)
        for person in slow_counter.people(of, units, boxes)
        if slow_counter.has_open_conflict(of, person)
    }
    assert ours == theirs


@settings(max_examples=200)
@given(cases(most=6, changes=2))
def test_where_a_result_is_called_conclusive_no_set_of_rulings_turns_it(case: Case) -> None:
    of, units, boxes = case
    counted = count(of, units, boxes)
    quarrels = [conflict.units for conflict in counted.conflicts if not conflict.settled]
    assume(quarrels)
    for rulings in islice(product(*(_ways(boxes, quarrel) for quarrel in quarrels)), 300):
        settled = [_with(box, dict(pair for ruling in rulings for pair in ruling)) for box in boxes]
        theirs = slow_counter.count_slowly(of, units, settled)
        for ours, said in zip(counted.topics, theirs, strict=True):
            if ours.conclusive:
                assert said.outcome == ours.outcome


def _ways(boxes: list[Box], units: tuple[int, ...]) -> list[list[tuple[int, str]]]:
    """Every ballot of these units could be ruled to count, or none."""
    ways = [[(box.unit, ballot.id)] for box in boxes if box.unit in units for ballot in box.ballots]
    return [[(unit, "") for unit in units], *ways]


def _with(box: Box, rulings: dict[int, str]) -> Box:
    if box.unit not in rulings:
        return box
    late = START + timedelta(days=1)
    return replace(box, ruling=Ruling(rulings[box.unit], "staff", late, "owners_agreed"))


@settings(max_examples=150)
@given(cases(), st.data())
def test_a_vote_for_it_never_hurts_and_one_against_never_helps(case: Case, data: st.DataObject) -> None:
    of, units, boxes = case
    assume(of.topics[0].matter and boxes and boxes[0].ballots)
    rank = {"no_quorum": 0, "failed": 0, "passed": 1}
    simple = [replace(box, ballots=box.ballots[:1], ruling=None) for box in boxes if box.ballots]
    one = data.draw(st.sampled_from(simple))
    outcomes = []
    for choice in ("against", "for"):
        changed = replace(one.ballots[0], choices={topic.id: choice for topic in of.topics}, proxy=None)
        again = [replace(box, ballots=(changed,)) if box is one else box for box in simple]
        outcomes.append([rank[topic.outcome] for topic in count(of, units, again).topics])
    assert all(against <= agreed for against, agreed in zip(*outcomes, strict=True))


@settings(max_examples=150)
@given(cases())
def test_where_the_units_stand_in_the_roll_does_not_matter(case: Case) -> None:
    of, units, boxes = case
    straight = [replace(box, ballots=box.ballots[:1]) for box in boxes]
    unknown = [unit for unit in units if unit.number <= 100]
    turned = {unit.number: 101 - unit.number for unit in unknown} | {12: 101 - 12}
    moved = sorted((replace(u, number=turned[u.number]) for u in units), key=lambda u: u.number)
    boxed = sorted((replace(b, unit=turned[b.unit]) for b in straight), key=lambda b: b.unit)
    assume(all(not _ties(box.unit, straight) for box in straight))
    assert count(of, units, straight).topics == count(of, moved, boxed).topics


def _ties(unit: int, boxes: list[Box]) -> bool:
    """Two ballots or rulings at one instant: there the number of the unit decides, for want of anything better."""
    mine = [b.ballots[0].cast_at for b in boxes if b.unit == unit and b.ballots]
    others = [b.ballots[0].cast_at for b in boxes if b.unit != unit and b.ballots]
    rulings = [b.ruling.at for b in boxes if b.ruling]
    return any(at in others for at in mine) or len(set(rulings)) < len(rulings)
