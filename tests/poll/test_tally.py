"""What the count says, from the worked examples of the law to the odd cases."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import pytest

from chalicelib.poll.ballots import Ballot, Box
from chalicelib.poll.outcome import Figure, Outcome, TopicResult, least
from chalicelib.poll.roll import Kind
from chalicelib.poll.state import Terms
from chalicelib.poll.tally import count
from tests.poll.counting import SQUARE_METRES, ballot, box, counted, poll, roll, unit, voted

PASSED, FAILED, NO_QUORUM, TIE = Outcome


def of(matter: int, *, agree: int, oppose: int = 0, abstain: int = 0, units: int = 300) -> TopicResult:
    """Units of 100 m² with one owner each."""
    last = agree + oppose
    said = {
        "for": range(1, agree + 1),
        "against": range(agree + 1, last + 1),
        "abstain": range(last + 1, last + abstain + 1),
    }
    return counted(poll(matter), roll(units), voted(said)).topics[0]


# -- the worked examples of the law: 300 units of 100 m², one owner each


def test_matter_4_with_200_voting_and_101_for_passes() -> None:
    assert of(4, agree=101, oppose=99).outcome is PASSED


def test_matter_4_with_199_voting_all_for_fails_for_participation() -> None:
    result = of(4, agree=199)
    assert result.outcome is NO_QUORUM
    assert not result.participation.met
    assert result.participation.heads.lacking == 1
    assert result.participation.area is not None
    assert result.participation.area.lacking == 100 * SQUARE_METRES
    assert result.consent.met


def test_matter_5_with_100_for_and_100_against_fails_because_half_is_not_more_than_half() -> None:
    result = of(5, agree=100, oppose=100)
    assert result.outcome is FAILED
    assert result.tie
    assert result.close
    assert result.consent.heads.lacking == 1


def test_matter_8_with_200_voting_passes_with_150_for_and_fails_with_149() -> None:
    assert of(8, agree=150, oppose=50).outcome is PASSED
    assert of(8, agree=149, oppose=51).outcome is FAILED


def test_ninety_small_owners_and_one_of_ten_units() -> None:
    units = [unit(n, 90 * SQUARE_METRES) for n in range(1, 91)]
    units += [unit(n, 200 * SQUARE_METRES, "大业主") for n in range(91, 101)]
    boxes = voted({"for": [*range(1, 61), 95]})
    result = counted(poll(4), units, boxes).topics[0]
    assert result.asked == Figure(91, (90 * 90 + 2_000) * SQUARE_METRES)
    assert result.took_part == Figure(61, (60 * 90 + 2_000) * SQUARE_METRES)
    assert result.outcome is PASSED


# -- the article's 434 households


def test_of_434_owners_290_take_part_at_least() -> None:
    assert of(4, agree=290, units=434).outcome is PASSED
    assert of(4, agree=289, units=434).outcome is NO_QUORUM
    assert of(4, agree=1, units=434).participation.heads.needed == 290


@pytest.mark.parametrize(("matter", "enough"), [(4, 146), (5, 146), (6, 218), (7, 218), (8, 218), (9, 146)])
def test_with_290_voting_an_ordinary_matter_needs_146_and_a_special_one_218(matter: int, enough: int) -> None:
    passed = of(matter, agree=enough, oppose=290 - enough, units=434)
    assert passed.outcome is PASSED
    assert passed.consent.heads.needed == enough
    assert passed.margin.heads == 0
    failed = of(matter, agree=enough - 1, oppose=291 - enough, units=434)
    assert failed.outcome is FAILED
    assert failed.margin.heads == -1


def test_434_households_of_whom_77_in_a_hundred_agreed() -> None:
    households = poll(0, terms=Terms(share=(2, 3), of="asked"))
    result = counted(households, roll(434), voted({"for": range(1, 336), "against": range(336, 400)})).topics[
        0
    ]
    assert result.outcome is PASSED
    assert (result.consent.heads.part, result.consent.heads.whole) == (335, 434)
    assert result.consent.heads.needed == 290
    assert result.consent.area is None
    assert result.silent.heads == 35


# -- thresholds


@pytest.mark.parametrize("matter", range(1, 10))
def test_exactly_two_thirds_take_part_and_that_is_enough(matter: int) -> None:
    assert of(matter, agree=200).outcome is PASSED
    assert of(matter, agree=199).outcome is NO_QUORUM


@pytest.mark.parametrize("matter", [1, 2, 3, 4, 5, 9])
def test_exactly_half_is_not_enough(matter: int) -> None:
    assert of(matter, agree=100, oppose=60, abstain=40).outcome is FAILED
    assert of(matter, agree=101, oppose=60, abstain=39).outcome is PASSED


@pytest.mark.parametrize("matter", [6, 7, 8])
def test_exactly_three_quarters_are_enough(matter: int) -> None:
    assert of(matter, agree=150, oppose=1, abstain=49).outcome is PASSED
    assert of(matter, agree=149, oppose=1, abstain=50).outcome is FAILED


def test_the_least_number_is_the_first_that_satisfies_the_law() -> None:
    for whole in range(500):
        assert least(whole, (2, 3), True) == next(p for p in range(whole + 1) if 3 * p >= 2 * whole)
        assert least(whole, (3, 4), True) == next(p for p in range(whole + 1) if 4 * p >= 3 * whole)
        assert least(whole, (1, 2), False) == next(p for p in range(whole + 2) if 2 * p > whole)


def test_heads_alone_do_not_carry_when_the_area_is_missing() -> None:
    units = [*roll(9), unit(10, 10_000 * SQUARE_METRES)]
    result = counted(poll(4), units, voted({"for": range(1, 10)})).topics[0]
    assert result.participation.heads.met
    assert result.outcome is NO_QUORUM
    result = counted(poll(4), units, voted({"for": range(1, 10), "against": [10]})).topics[0]
    assert result.consent.heads.met
    assert result.outcome is FAILED


def test_area_alone_does_not_carry_when_heads_are_missing() -> None:
    units = [*roll(9), unit(10, 10_000 * SQUARE_METRES)]
    assert counted(poll(4), units, voted({"for": [10]})).topics[0].outcome is NO_QUORUM
    result = counted(poll(4), units, voted({"for": [10], "against": range(1, 10)})).topics[0]
    assert result.outcome is FAILED
    assert result.consent.area is not None
    assert result.consent.area.met


def test_areas_beyond_what_a_float_holds_are_counted_to_the_last_hundredth() -> None:
    units = [unit(1, 2**52), unit(2, 2**52 - 1)]
    assert counted(poll(4), units, voted({"for": [1], "against": [2]})).topics[0].consent.area.met  # type: ignore[union-attr]


# -- nobody, one, nothing


def test_a_poll_in_which_nobody_is_asked_has_no_quorum() -> None:
    for matter in range(1, 10):
        assert counted(poll(matter), [], []).topics[0].outcome is NO_QUORUM
    assert counted(poll(0), [], []).topics[0].outcome is FAILED


def test_a_poll_in_which_nobody_votes_has_no_quorum() -> None:
    assert counted(poll(8), roll(3), []).topics[0].outcome is NO_QUORUM
    assert counted(poll(0), roll(3), []).topics[0].outcome is FAILED


def test_a_poll_of_one_unit() -> None:
    assert counted(poll(8), roll(1), voted({"for": [1]})).topics[0].outcome is PASSED
    assert counted(poll(4), roll(1), voted({"against": [1]})).topics[0].outcome is FAILED
    assert counted(poll(4), roll(1), voted({"abstain": [1]})).topics[0].outcome is FAILED


def test_a_roll_without_areas_never_passes() -> None:
    assert counted(poll(8), roll(3, area=0), voted({"for": range(1, 4)})).topics[0].outcome is NO_QUORUM


# -- abstaining, blanks, the covenant


def test_abstaining_and_leaving_it_blank_is_taking_part_and_agreeing_to_nothing() -> None:
    asked = poll(4, 4)
    boxes = [box(n, ballot(n, {"t1": "for"} if n < 60 else {"t2": "abstain"})) for n in range(1, 101)]
    one, other = counted(asked, roll(100), boxes).topics
    assert one.took_part.heads == other.took_part.heads == 100
    assert (one.by_choice["for"].heads, one.by_choice[""].heads) == (59, 41)
    assert one.outcome is PASSED
    assert (other.by_choice["abstain"].heads, other.by_choice[""].heads) == (41, 59)
    assert other.outcome is FAILED


def test_marks_with_the_majority_agree_to_nothing_in_the_strict_count_and_go_with_it_beside() -> None:
    terms = Terms(covenant=True)
    said = {"for": range(1, 41), "against": range(41, 71), "majority": range(71, 101)}
    result = counted(poll(4, terms=terms), roll(100), voted(said)).topics[0]
    assert result.outcome is FAILED
    assert result.covenant is not None
    assert (result.covenant.side, result.covenant.moved.heads) == ("for", 30)
    assert result.covenant.outcome is PASSED
    assert result.covenant.consent.heads.part == 70


def test_marks_stay_abstentions_when_heads_and_area_lean_differently() -> None:
    units = [*roll(3), unit(4, 10_000 * SQUARE_METRES), *(unit(n) for n in range(5, 9))]
    said = {"for": range(1, 4), "against": [4], "majority": range(5, 9)}
    result = counted(poll(4, terms=Terms(covenant=True)), units, voted(said)).topics[0]
    assert result.covenant is not None
    assert (result.covenant.side, result.covenant.moved) == ("", Figure())
    assert result.covenant.outcome is result.outcome is FAILED


def test_marks_stay_abstentions_when_as_many_are_for_as_against() -> None:
    said = {"for": [1, 2], "against": [3, 4], "majority": [5, 6, 7]}
    result = counted(poll(4, terms=Terms(covenant=True)), roll(7), voted(said)).topics[0]
    assert result.covenant is not None
    assert result.covenant.side == ""


def test_blanks_go_with_the_majority_only_where_the_covenant_says_so() -> None:
    boxes = [box(n, ballot(n, {"t1": "for"} if n < 5 else {})) for n in range(1, 10)]
    for silent, expected in ((False, FAILED), (True, PASSED)):
        terms = Terms(covenant=True, silent_with_majority=silent)
        result = counted(poll(4, terms=terms), roll(9), boxes).topics[0]
        assert result.outcome is FAILED
        assert result.covenant is not None
        assert result.covenant.outcome is expected


def test_without_the_covenant_nothing_stands_beside_the_strict_count() -> None:
    assert of(4, agree=200).covenant is None


# -- households


def test_households_have_one_voice_each_whoever_owns_them_and_parking_has_none() -> None:
    units = [unit(n, owner="同一人") for n in range(1, 4)] + [unit(4, kind=Kind.PARKING)]
    result = counted(
        poll(0, terms=Terms(parking=True)), units, voted({"for": [1, 2], "against": [3, 4]})
    ).topics[0]
    assert result.asked == Figure(3, 0)
    assert result.by_choice["for"].heads == 2
    assert result.outcome is PASSED


def test_households_agree_by_more_than_the_share_of_those_asked_or_of_those_who_answered() -> None:
    said = voted({"for": range(1, 41), "against": range(41, 61)})
    for of_whom, outcome in (("asked", FAILED), ("answered", PASSED)):
        result = counted(poll(0, terms=Terms(of=of_whom)), roll(100), said).topics[0]
        assert result.outcome is outcome
    exactly = voted({"for": range(1, 51)})
    assert counted(poll(0), roll(100), exactly).topics[0].outcome is FAILED


def test_as_many_households_for_as_against_are_a_tie() -> None:
    said = {"for": range(1, 51), "against": range(51, 101)}
    result = counted(poll(0), roll(100), voted(said)).topics[0]
    assert result.outcome is TIE
    assert result.close


def choosing(**votes: int) -> TopicResult:
    terms, number, boxes = Terms(of="answered"), 0, []
    for choice, times in votes.items():
        for _ in range(times):
            number += 1
            boxes.append(box(number, ballot(number, choice)))
    options = ("red", "green", "blue", "abstain")
    return counted(poll(0, terms=terms, options=options), roll(100), boxes).topics[0]


def test_the_leading_option_wins_if_it_has_the_share() -> None:
    assert (choosing(red=3, green=2).outcome, choosing(red=3, green=2).winner) == (PASSED, "red")
    assert (choosing(red=3, green=2, blue=2).outcome, choosing(red=3, green=2, blue=2).winner) == (
        FAILED,
        "red",
    )


def test_two_leading_options_are_a_tie_and_abstaining_never_leads() -> None:
    assert (choosing(red=2, green=2, blue=1).outcome, choosing(red=2, green=2).winner) == (TIE, "")
    assert (choosing(red=1, abstain=5).outcome, choosing(red=1, abstain=5).winner) == (FAILED, "red")
    assert (choosing().outcome, choosing().winner, choosing().tie) == (FAILED, "", False)


# -- close calls


def test_a_result_that_one_vote_turns_is_close_and_a_clear_one_is_not() -> None:
    assert of(4, agree=101, oppose=99).close
    assert of(4, agree=100, oppose=100).close
    assert of(4, agree=199).close
    assert not of(4, agree=290, oppose=5).close
    assert not of(4, agree=10, oppose=280).close
    assert not of(4, agree=50).close


def test_options_that_lie_close_together_are_a_close_call_only_where_one_of_them_wins() -> None:
    assert choosing(red=51, green=48).close is False
    assert choosing(red=50, green=49).close
    assert choosing(red=2, green=2).close
    assert not choosing(red=4, green=3, blue=3).close


def test_where_nobody_voted_nothing_was_close() -> None:
    assert not choosing().close
    assert not any(counted(poll(m), roll(1), []).topics[0].close for m in (0, 4, 8))
    assert not any(counted(poll(m), [], []).topics[0].close for m in (0, 4, 8))


# -- memory


def test_no_ballot_is_kept_in_memory() -> None:
    kept: list[weakref.ref[Ballot]] = []

    def boxes() -> Iterator[Box]:
        for number in range(1, 201):
            votes = [ballot(number, "for", minute) for minute in range(1 + number % 2)]
            kept.extend(map(weakref.ref, votes))
            yield box(number, *votes)

    result = count(poll(4), iter(roll(200)), boxes())
    assert result.topics[0].took_part.heads == 200
    assert len(kept) == 300
    assert [one for one in kept if one()] == []


# -- turnout


def test_turnout_by_building_counts_units_whose_owner_voted_through_any_of_them() -> None:
    units = [unit(n, owner="一人" if n in (1, 31) else "") for n in range(1, 61)]
    count = counted(poll(4), units, voted({"for": [1, 2]}))
    assert [(t.building, t.asked, t.took_part) for t in count.buildings] == [("1幢", 30, 2), ("2幢", 30, 1)]


def test_units_and_boxes_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="comes after"):
        counted(poll(4), reversed(roll(3)), [])
    with pytest.raises(ValueError, match="comes after"):
        counted(poll(4), roll(3), reversed(voted({"for": [1, 2]})))
    with pytest.raises(ValueError, match="comes after"):
        counted(poll(4), roll(3), voted({"for": [1]}) * 2)
