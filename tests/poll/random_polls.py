"""Random rolls and ballots, small enough to be counted by hand and odd enough to meet every rule."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from chalicelib.poll.ballots import Ballot, Box, Proxy, Ruling, Via
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.state import Poll, Terms
from tests.poll.counting import START, poll

HIM, HER = Owner("王一", "A"), Owner("李二", "", "+8613800000001")
COUPLE = (HIM, HER)
OWNERS = [
    (HIM,),
    (HER,),
    COUPLE,
    COUPLE[::-1],
    (Owner("王一", "B"),),
    (Owner("王一", "", "+8613800000001"),),
    (Owner("李二", "", "+8613800000002"),),
    (Owner("张三"),),
    (HIM, Owner("张三")),
    (Owner("赵四", "C", "+8613800000003"),),
    (Owner("赵四", "C", "+8613800000004"), HER, HIM),
    (),
]
AREAS = st.one_of(st.sampled_from([0, 1, 100, 200, 300]), st.integers(0, 10**6))
SHARES = st.sampled_from([(1, 2), (2, 3), (1, 3), (0, 1), (3, 4), (2, 4)])


@st.composite
def rolls(draw: st.DrawFn, most: int = 9) -> list[Unit]:
    """Units in order, now and then with a number left out: plain ones with one owner each and the same area, or odd
    ones of all kinds."""
    numbers = sorted(draw(st.sets(st.integers(1, most + 2), max_size=most)))
    odd = draw(st.sampled_from([0, 1, 3, 4]))
    return [
        _odd_unit(draw, number) if draw(st.integers(1, 4)) <= odd else _plain_unit(number)
        for number in numbers
    ]


def _plain_unit(number: int) -> Unit:
    return Unit(number, "1幢", f"{number}", 100, (Owner(f"业主{number}", "Z"),))


def _odd_unit(draw: st.DrawFn, number: int) -> Unit:
    owners = draw(st.sampled_from(OWNERS))
    voter = draw(st.integers(-1, len(owners) - 1)) if draw(st.booleans()) else -1
    kind = draw(st.sampled_from([Kind.DWELLING] * 4 + [Kind.COMMERCIAL, Kind.PARKING]))
    developer = draw(st.sampled_from([False] * 5 + [True]))
    building = draw(st.sampled_from(["1幢", "2幢"]))
    return Unit(number, building, f"{number}", draw(AREAS), owners, voter, kind, developer)


def _ballot(draw: st.DrawFn, unit: int, place: int, of: Poll) -> Ballot:
    choices = {}
    for topic in of.topics:
        options = [option.id for option in topic.options]
        # Half of all say the same, so that something can pass; blanks and nonsense are rare.
        choices[topic.id] = draw(
            st.sampled_from([*options, *options[:1] * 3, *options, "", "no such option"])
        )
        if not choices[topic.id]:
            del choices[topic.id]
    at = START + timedelta(minutes=draw(st.integers(0, 4)))
    proxy = draw(
        st.sampled_from([None] * 6 + [Proxy("代一", "proof"), Proxy("代二", "proof"), Proxy("代一", "")])
    )
    voter = draw(st.sampled_from([-1, -1, 0, 1]))
    name = f"{unit}-{place}"
    came = at + timedelta(minutes=draw(st.integers(0, 1)))
    return Ballot(name, choices, at, came, Via.LINK, f"nonce {name}", voter, proxy)


@st.composite
def boxes_of(draw: st.DrawFn, of: Poll, units: list[Unit], most: int = 3) -> list[Box]:
    """Boxes of some of the units, and now and then of one that is in no roll."""
    voting = [u.number for u in units if draw(st.sampled_from([True] * 5 + [False]))]
    if draw(st.sampled_from([False, False, False, True])):
        voting = sorted({*voting, 12})
    return [_box(draw, number, of, most) for number in voting]


def _box(draw: st.DrawFn, number: int, of: Poll, most: int) -> Box:
    size = draw(st.sampled_from([1, 1, *range(most + 1)]))
    ballots = tuple(_ballot(draw, number, place, of) for place in range(size))
    ruling = None
    if draw(st.sampled_from([False] * 5 + [True])):
        name = draw(st.sampled_from([*(ballot.id for ballot in ballots), "", "elsewhere"]))
        ruling = Ruling(name, "staff", START + timedelta(minutes=draw(st.integers(10, 12))), "named_voter")
    return Box(number, ballots, 0, ruling)


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    """A poll of households, with or without options of its own, or of owners."""
    covenant = draw(st.booleans())
    terms = Terms(
        parking=draw(st.booleans()),
        covenant=covenant,
        silent_with_majority=covenant and draw(st.booleans()),
        share=draw(SHARES),
        of=draw(st.sampled_from(["asked", "answered"])),
    )
    size = draw(st.integers(1, 3))
    if draw(st.booleans()):
        return poll(*(draw(st.integers(1, 9)) for _ in range(size)), terms=terms)
    own = draw(st.sampled_from([(), ("red", "green", "blue"), ("red", "abstain")]))
    return poll(*[0] * size, terms=terms, options=own)


@st.composite
def cases(draw: st.DrawFn, most: int = 9, changes: int = 3) -> tuple[Poll, list[Unit], list[Box]]:
    """A poll, its roll and what was cast."""
    of, units = draw(polls()), draw(rolls(most))
    return of, units, draw(boxes_of(of, units, changes))
