"""Which ballot counts, why the others do not, and which conflicts are told."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.poll.ballots import Box, Proxy
from chalicelib.poll.heads import identity
from chalicelib.poll.outcome import Outcome
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.state import Terms
from chalicelib.poll.tally import Count
from tests.poll.counting import ballot, box, counted, poll, roll, ruled, unit, voted

COUPLE = (Owner("王一", "A"), Owner("李二", "B"))
WITH_PROOF, WITHOUT = Proxy("张三", "proof.jpg"), Proxy("张三", "")


def said(count: Count) -> str:
    """The one choice that counts, or "nothing"."""
    (topic,) = count.topics
    return next((choice for choice, figure in topic.by_choice.items() if figure.heads), "nothing")


def of_one(one: Unit, *boxes: object, **options: object) -> Count:
    return counted(poll(4), [one], [box(1, *boxes, **options)])  # type: ignore[arg-type]


def reasons(count: Count) -> list[str]:
    return sorted(left.reason for left in count.effective.left_out)


# -- changing one's mind


def test_the_last_ballot_counts_and_all_are_kept() -> None:
    count = of_one(unit(1), ballot(1, "for", 1), ballot(1, "against", 3), ballot(1, "abstain", 2))
    assert said(count) == "against"
    assert count.superseded == 2
    assert count.conflicts == ()


def test_of_two_ballots_at_the_same_instant_the_one_that_came_in_last_counts() -> None:
    first, second = ballot(1, "for", 1, name="a"), ballot(1, "against", 1, name="b")
    assert said(of_one(unit(1), first, second)) == "against"
    assert said(of_one(unit(1), second, first)) == "for"


def test_the_owner_of_a_unit_and_nobody_in_particular_are_one_person() -> None:
    count = of_one(unit(1), ballot(1, "for", 1, voter=0), ballot(1, "against", 2))
    assert said(count) == "against"
    assert count.conflicts == ()


# -- two people for one unit


def test_two_owners_who_say_different_things_are_a_conflict_and_the_last_counts_meanwhile() -> None:
    both = unit(1, owners=COUPLE)
    count = of_one(both, ballot(1, "for", 1, voter=0), ballot(1, "against", 2, voter=1))
    assert said(count) == "against"
    (conflict,) = count.conflicts
    assert (conflict.units, conflict.settled) == ((1,), "")
    assert not count.conclusive


def test_two_owners_who_say_the_same_are_no_conflict() -> None:
    both = unit(1, owners=COUPLE)
    assert of_one(both, ballot(1, "for", 1, voter=0), ballot(1, "for", 2, voter=1)).conflicts == ()


def test_two_owners_who_came_to_agree_are_no_conflict() -> None:
    both = unit(1, owners=COUPLE)
    votes = ballot(1, "for", 1, voter=0), ballot(1, "against", 2, voter=1), ballot(1, "against", 3, voter=0)
    assert of_one(both, *votes).conflicts == ()


def test_the_voter_whom_the_roll_names_goes_before_later_ones_and_the_conflict_is_still_told() -> None:
    named = unit(1, owners=COUPLE, voter=0)
    count = of_one(named, ballot(1, "for", 1, voter=0), ballot(1, "against", 2, voter=1))
    assert said(count) == "for"
    assert [conflict.settled for conflict in count.conflicts] == ["named_voter"]
    assert reasons(count) == ["not_named_voter"]
    assert count.conclusive


def test_while_the_named_voter_has_not_voted_the_last_of_all_counts() -> None:
    named = unit(1, owners=COUPLE, voter=0)
    assert said(of_one(named, ballot(1, "against", 2, voter=1))) == "against"


def test_the_named_voters_proxy_votes_for_him_and_another_owners_does_not() -> None:
    named = unit(1, owners=COUPLE, voter=0)
    other = ballot(1, "against", 2, voter=1)
    assert said(of_one(named, ballot(1, "for", 1, voter=0, proxy=WITH_PROOF), other)) == "for"
    assert said(of_one(named, ballot(1, "for", 1, voter=1, proxy=WITH_PROOF), other)) == "against"
    assert said(of_one(named, ballot(1, "for", 1, proxy=WITH_PROOF), other)) == "for"


# -- proxies


def test_a_proxy_with_proof_counts_and_one_without_never_does() -> None:
    assert said(of_one(unit(1), ballot(1, "for", 1, proxy=WITH_PROOF))) == "for"
    count = of_one(unit(1), ballot(1, "for", 1, proxy=WITHOUT))
    assert said(count) == "nothing"
    assert reasons(count) == ["no_proof"]
    assert count.topics[0].took_part.heads == 0


def test_a_proxy_without_proof_does_not_undo_what_the_owner_said() -> None:
    count = of_one(unit(1), ballot(1, "for", 1), ballot(1, "against", 2, proxy=WITHOUT))
    assert said(count) == "for"
    assert count.conflicts == ()


def test_an_owner_and_a_proxy_who_say_different_things_are_a_conflict() -> None:
    count = of_one(unit(1), ballot(1, "for", 1), ballot(1, "against", 2, proxy=WITH_PROOF))
    assert said(count) == "against"
    assert [conflict.settled for conflict in count.conflicts] == [""]


# -- rulings


def test_a_ruling_decides_which_ballot_counts_and_the_conflict_stays_told() -> None:
    both = unit(1, owners=COUPLE)
    votes = ballot(1, "for", 1, voter=0, name="his"), ballot(1, "against", 2, voter=1, name="hers")
    count = of_one(both, *votes, ruling=ruled("his"))
    assert said(count) == "for"
    assert [conflict.settled for conflict in count.conflicts] == ["ruling"]
    assert reasons(count) == ["ruled_out"]
    assert count.conclusive


def test_a_ruling_that_none_counts_leaves_the_unit_silent() -> None:
    count = of_one(unit(1), ballot(1, "for", 1), ruling=ruled(""))
    assert said(count) == "nothing"
    assert count.topics[0].silent.heads == 1
    assert reasons(count) == ["ruled_out"]


def test_a_ruling_can_let_a_proxy_count_whose_proof_came_late() -> None:
    assert said(of_one(unit(1), ballot(1, "for", 1, proxy=WITHOUT, name="p"), ruling=ruled("p"))) == "for"


def test_a_ruling_about_a_ballot_that_is_not_there_decides_nothing() -> None:
    count = of_one(unit(1), ballot(1, "for", 1), ruling=ruled("elsewhere"))
    assert said(count) == "for"
    assert reasons(count) == []


# -- heads


def test_an_owner_of_several_units_has_one_vote_for_all_their_area() -> None:
    units = [unit(n, owner="一人") for n in (1, 2, 3)] + [unit(4)]
    topic = counted(poll(4), units, voted({"for": [2]})).topics[0]
    assert (topic.asked.heads, topic.took_part.heads) == (2, 1)
    assert topic.took_part.area == 3 * units[0].area


def test_the_last_of_an_owners_ballots_through_different_units_counts_and_the_conflict_is_told() -> None:
    units = [unit(n, owner="一人") for n in (1, 2)]
    boxes = [box(1, ballot(1, "for", 5)), box(2, ballot(2, "against", 3))]
    count = counted(poll(4), units, boxes)
    assert said(count) == "for"
    assert [(c.units, c.settled) for c in count.conflicts] == [((1, 2), "")]
    assert counted(poll(4), units, voted({"for": [1, 2]})).conflicts == ()


def test_a_ruling_on_one_unit_settles_the_whole_head() -> None:
    units = [unit(n, owner="一人") for n in (1, 2)]
    boxes = [box(1, ballot(1, "for", 5)), box(2, ballot(2, "against", 3, name="b"), ruling=ruled("b"))]
    count = counted(poll(4), units, boxes)
    assert said(count) == "against"
    assert [c.settled for c in count.conflicts] == ["ruling"]
    none = [box(1, ballot(1, "for", 5), ruling=ruled("")), box(2, ballot(2, "against", 3))]
    assert said(counted(poll(4), units, none)) == "against"


def test_of_two_rulings_on_one_head_the_later_counts() -> None:
    units = [unit(n, owner="一人") for n in (1, 2)]
    for first, second, expected in ((1, 2, "against"), (2, 1, "for")):
        boxes = [
            box(1, ballot(1, "for", 5, name="a"), ruling=ruled("a", first)),
            box(2, ballot(2, "against", 3, name="b"), ruling=ruled("b", second)),
        ]
        assert said(counted(poll(4), units, boxes)) == expected


def test_the_same_co_owners_are_one_head_in_whatever_order_and_other_sets_are_others() -> None:
    him = (COUPLE[0],)
    units = [unit(1, owners=COUPLE), unit(2, owners=COUPLE[::-1]), unit(3, owners=him)]
    assert counted(poll(4), units, []).topics[0].asked.heads == 2


def test_owners_are_one_by_mark_or_by_phone_but_never_by_name_alone() -> None:
    def same(one: Owner, other: Owner) -> bool:
        return identity(unit(1, owners=(one,))) == identity(unit(2, owners=(other,)))

    assert same(Owner("王一", "A", "+8613800000001"), Owner("王一", "A", "+8613800000002"))
    assert same(Owner("王一", "", "+8613800000001"), Owner("王一", "", "+8613800000001"))
    assert not same(Owner("王一"), Owner("王一"))
    assert not same(Owner("王一", "A"), Owner("王一", "B"))
    assert not same(Owner("王一", "+8613800000001"), Owner("王一", "", "+8613800000001"))
    assert not same(Owner("王一", "A"), Owner("李二", "A"))


def test_units_whose_owners_are_not_known_are_heads_by_themselves() -> None:
    units = [
        unit(1, owners=()),
        unit(2, owners=()),
        unit(3, owners=(COUPLE[0], Owner("某"))),
        unit(4, owners=(COUPLE[0], Owner("某"))),
    ]
    assert counted(poll(4), units, []).topics[0].asked.heads == 4


def test_all_the_developers_units_are_one_head() -> None:
    units = [unit(n, developer=n < 4) for n in range(1, 6)]
    topic = counted(poll(4), units, voted({"for": [3]})).topics[0]
    assert (topic.asked.heads, topic.took_part.area) == (3, 3 * units[0].area)


def test_parking_counts_only_where_the_terms_say_so() -> None:
    units = [unit(1), unit(2, kind=Kind.PARKING)]
    boxes = voted({"for": [1], "against": [2]})
    without = counted(poll(4), units, boxes)
    assert without.topics[0].asked.heads == 1
    assert [left.reason for left in without.left_out] == ["not_asked"]
    assert counted(poll(4, terms=Terms(parking=True)), units, boxes).topics[0].asked.heads == 2


def test_a_box_of_no_unit_of_the_roll_is_told_and_does_not_count() -> None:
    count = counted(poll(4), [unit(1), unit(3)], voted({"for": [1, 2, 9, 10]}))
    assert [(left.unit, left.reason) for left in count.left_out] == [(n, "no_such_unit") for n in (2, 9, 10)]
    assert count.topics[0].took_part.heads == 1


def test_an_option_that_does_not_exist_is_a_blank() -> None:
    topic = counted(poll(4), roll(1), [box(1, ballot(1, "perhaps"))]).topics[0]
    assert topic.by_choice[""].heads == 1


# -- whether a conflict decides


def test_a_conflict_that_cannot_turn_the_result_is_no_obstacle() -> None:
    units = [*roll(99), unit(100, owners=COUPLE)]
    split = box(100, ballot(100, "for", 1, voter=0), ballot(100, "against", 2, voter=1))
    clear = counted(poll(4), units, [*voted({"for": range(1, 80)}), split])
    assert clear.conclusive
    assert len(clear.conflicts) == 1
    narrow = counted(poll(4), units, [*voted({"for": range(1, 41), "against": range(41, 81)}), split])
    assert narrow.topics[0].outcome is Outcome.FAILED
    assert not narrow.conclusive


def test_a_conflict_on_which_the_quorum_hangs_decides() -> None:
    units = [*roll(2), unit(3, owners=COUPLE)]
    split = box(3, ballot(3, "for", 1, voter=0), ballot(3, "against", 2, voter=1))
    assert not counted(poll(4), units, [*voted({"for": [1]}), split]).conclusive


def torn(number: int, *choices: str) -> Box:
    """A couple of whom each said something else, the last of which counts meanwhile."""
    return box(number, *(ballot(number, choice, place, voter=place) for place, choice in enumerate(choices)))


def test_a_conflict_decides_if_one_against_it_would_turn_it_though_none_would_not() -> None:
    units = [*roll(3), unit(4, owners=COUPLE)]
    count = counted(poll(4), units, [*voted({"for": [1, 2], "against": [3]}), torn(4, "against", "for")])
    assert count.topics[0].outcome is Outcome.PASSED
    assert not count.conclusive


def test_a_conflict_decides_if_without_it_too_few_take_part_though_every_ballot_of_it_passes() -> None:
    units = [*roll(5), unit(6, owners=COUPLE)]
    count = counted(poll(4), units, [*voted({"for": [1, 2, 3]}), torn(6, "against", "for")])
    assert count.topics[0].outcome is Outcome.PASSED
    assert not count.conclusive


def test_a_conflict_decides_if_it_could_make_a_tie_of_a_failure() -> None:
    units = [*roll(3), unit(4, owners=COUPLE)]
    boxes = [*voted({"for": [1], "against": [2, 3]}), torn(4, "for", "abstain")]
    count = counted(poll(0, terms=Terms(of="answered")), units, boxes)
    assert count.topics[0].outcome is Outcome.FAILED
    assert not count.conclusive


def test_a_conflict_decides_if_another_option_could_draw_level() -> None:
    of = poll(0, terms=Terms(of="answered"), options=("red", "green"))
    units = [*roll(3), unit(4, owners=COUPLE)]
    narrow = counted(of, units, [*voted({"red": [1, 2], "green": [3]}), torn(4, "green", "red")])
    assert not narrow.conclusive
    clear = counted(of, units, [*voted({"red": [1, 2, 3]}), torn(4, "green", "red")])
    assert clear.conclusive


def test_only_the_topics_on_which_people_differ_hang_on_a_conflict() -> None:
    of, units = poll(4, 4), [*roll(2), unit(3, owners=COUPLE)]
    both = [box(n, ballot(n, {"t1": "for", "t2": said})) for n, said in ((1, "for"), (2, "against"))]
    apart = [{"t1": "for", "t2": said} for said in ("for", "against")]
    boxes = [*both, box(3, *(ballot(3, choices, n, voter=n) for n, choices in enumerate(apart)))]
    one, other = counted(of, units, boxes).topics
    assert one.conclusive
    assert not other.conclusive


# -- what does not matter

choices = st.sampled_from(["for", "against", "abstain", ""])


@given(st.permutations(range(6)), st.lists(choices, min_size=6, max_size=6))
def test_the_order_in_which_ballots_come_in_does_not_matter(order: list[int], spoken: list[str]) -> None:
    both = unit(1, owners=COUPLE, voter=1)
    votes = [ballot(1, choice, minute, voter=minute % 3 - 1) for minute, choice in enumerate(spoken)]
    one, other = of_one(both, *votes), of_one(both, *(votes[i] for i in order))
    assert replace(one.topics[0]) == other.topics[0]
    assert [c.settled for c in one.conflicts] == [c.settled for c in other.conflicts]


@given(st.lists(choices, min_size=1, max_size=8), choices)
def test_one_more_ballot_that_is_changed_later_changes_nothing(spoken: list[str], regretted: str) -> None:
    votes = [ballot(1, choice, minute + 2) for minute, choice in enumerate(spoken)]
    without, with_it = of_one(unit(1), *votes), of_one(unit(1), ballot(1, regretted, 1, name="early"), *votes)
    assert without.topics == with_it.topics
    assert with_it.superseded == without.superseded + 1
