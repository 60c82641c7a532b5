"""Polls in both stores: every vote is in one box, once, and none comes in when the gates are shut."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.chain import Happening
from chalicelib.core.errors import Invalid, Stale, Unavailable
from chalicelib.poll import changes, clock, commands, rules
from chalicelib.poll.ballots import MOST, ROOM, Ballot, Ruling, Via
from chalicelib.poll.roll import Roll, RollVersion, digest
from chalicelib.poll.shapes import Cast, Refusal
from chalicelib.poll.state import Poll, Stage
from chalicelib.record.shapes import EventAppended, HeadMoved
from tests.fakes import places
from tests.poll import samples
from tests.poll.samples import LIU, NOW, POLL, ballot
from tests.store.conftest import DynamoHome, Fault, Home


@pytest.fixture(autouse=True)
def directory(request: pytest.FixtureRequest) -> None:
    """The subdistrict that the polls are of."""
    name = "home" if "home" in request.fixturenames else "dynamo"
    home: Home = request.getfixturevalue(name)
    home.store.save_directory(replace(places.directory(), version=1), ())


def opened(home: Home, units: int = 6) -> Poll:
    """A poll on which people vote now."""
    store, roll = home.store, samples.roll(units)
    poll = announced(home, units)
    change = changes.following(poll, clock.due(poll, NOW), LIU, NOW)
    store.commit(change)
    assert poll.frozen is not None
    assert poll.frozen.digest == digest(roll)
    return change.after


def announced(home: Home, units: int = 6) -> Poll:
    store, roll = home.store, samples.roll(units)
    first = samples.drafted()
    store.commit(first)
    store.freeze(POLL, roll)
    change = samples.announced(first.after, roll)
    store.commit(change)
    return change.after


def sealed(home: Home, poll: Poll) -> Poll:
    late = NOW + timedelta(days=30)
    change = changes.following(poll, clock.due(poll, late), LIU, late)
    home.store.commit(change)
    return change.after


def cast(number: int, unit: int = 1, choice: str = "for", round_: int | None = 0, **when: Any) -> Cast:
    return Cast(POLL, unit, ballot(number, choice, **when), round_)


def test_a_poll_is_found_again_as_it_was_written(home: Home) -> None:
    poll = opened(home)
    file = home.store.poll(POLL)
    assert file is not None
    assert file.poll == poll
    assert [event.kind for event in file.events] == ["drafted", "announced", "opened"]
    opening = home.store.poll_opening(POLL)
    assert opening is not None
    assert (opening.poll, opening.directory.subdistrict.prefix) == (poll, "MX")
    assert home.store.polls_of([POLL, "MX00000000", POLL]) == (poll,)
    assert home.store.poll("MX00000000") is None
    assert home.store.poll_opening("MX00000000") is None


def test_the_stream_tells_of_a_poll_as_of_everything_with_a_clock(home: Home) -> None:
    announced(home)
    records = home.take_stream()
    heads = [r for r in records if isinstance(r, HeadMoved)]
    assert [(h.thing, h.generation, h.was_generation) for h in heads] == [
        (f"POLL#{POLL}", 0, None),
        (f"POLL#{POLL}", 1, 0),
    ]
    assert [r.event.kind for r in records if isinstance(r, EventAppended)][-2:] == ["drafted", "announced"]


def test_whoever_is_second_is_told_so_and_writes_nothing(home: Home) -> None:
    poll = opened(home)
    home.store.commit(changes.following(poll, rules.decide(poll, commands.Remind(), NOW), LIU, NOW))
    with pytest.raises(Stale):
        home.store.commit(
            changes.following(poll, rules.decide(poll, commands.Cancel("roll_wrong"), NOW), LIU, NOW)
        )


def test_a_vote_is_in_its_box_with_all_that_was_said(home: Home) -> None:
    opened(home)
    first = cast(1)
    assert home.store.cast(first) == first.ballot
    paper = home.store.paper(POLL, 1)
    assert paper is not None
    assert paper.box.ballots == (first.ballot,)
    assert paper.unit == samples.roll()[0]
    assert home.store.paper(POLL, 7) is None


def test_every_ballot_is_kept_in_the_order_in_which_it_came(home: Home) -> None:
    opened(home)
    for number, choice in enumerate(("for", "against", "abstain"), 1):
        home.store.cast(cast(number, choice=choice))
    box = home.store.papers(POLL, [1])[1][1]
    assert [b.choices["1"] for b in box.ballots] == ["for", "against", "abstain"]


def test_a_vote_that_is_sent_twice_is_one_ballot_even_after_the_end(home: Home) -> None:
    poll = opened(home)
    first = cast(1)
    home.store.cast(first)
    sealed(home, poll)
    again = cast(1, at=NOW + timedelta(days=20))
    assert home.store.cast(again) == first.ballot
    assert len(home.store.papers(POLL, [1])[1][1].ballots) == 1


@pytest.mark.parametrize(
    ("vote", "code"),
    [
        (cast(1, at=NOW - timedelta(seconds=1)), "not_open"),
        (cast(1, at=NOW + timedelta(days=7)), "closed"),
        (cast(1, choice="perhaps"), "no_such_choice"),
        (cast(1, round_=1), "link_replaced"),
        (Cast("MX00000000", 1, ballot(1), 0), "no_such_poll"),
    ],
)
def test_a_vote_that_may_not_pass_is_refused_with_its_reason_and_leaves_nothing(
    home: Home, vote: Cast, code: str
) -> None:
    opened(home)
    if code == "link_replaced":
        home.store.cast(cast(9))
    answer = home.store.cast(vote)
    assert isinstance(answer, Refusal)
    assert answer.code == code
    assert ballot(1) not in home.store.papers(POLL, [1])[1][1].ballots


def test_the_last_millisecond_counts_and_the_instant_of_the_end_does_not(home: Home) -> None:
    poll = opened(home)
    end = poll.window[1]
    assert isinstance(home.store.cast(cast(1, at=end - timedelta(milliseconds=1))), Ballot)
    assert home.store.cast(cast(2, unit=2, at=end)) == Refusal("closed", end)


def test_paper_from_before_the_end_is_entered_after_it_until_the_boxes_are_sealed(home: Home) -> None:
    poll = opened(home)
    end = poll.window[1]
    sheet = replace(
        ballot(1, via=Via.PAPER), cast_at=end - timedelta(hours=1), received_at=end + timedelta(hours=3)
    )
    assert home.store.cast(Cast(POLL, 1, sheet)) == sheet
    sealed(home, poll)
    late = replace(sheet, id="f" * 22)
    assert home.store.cast(Cast(POLL, 1, late)) == Refusal("closed", end)


def test_an_extension_lets_votes_pass_again(home: Home) -> None:
    poll = opened(home)
    end = poll.window[1]
    longer = commands.Extend(end + timedelta(days=2), "participation")
    home.store.commit(changes.following(poll, rules.decide(poll, longer, NOW), LIU, NOW))
    assert isinstance(home.store.cast(cast(1, at=end + timedelta(days=1))), Ballot)


def test_nothing_comes_in_once_a_poll_is_cancelled(home: Home) -> None:
    poll = opened(home)
    home.store.commit(
        changes.following(poll, rules.decide(poll, commands.Cancel("roll_wrong"), NOW), LIU, NOW)
    )
    answer = home.store.cast(cast(1, at=NOW + timedelta(minutes=1)))
    assert isinstance(answer, Refusal)
    assert answer.code == "closed"


def test_the_old_link_of_a_lost_sheet_opens_nothing_and_the_new_one_does(home: Home) -> None:
    opened(home)
    assert home.store.reissue(POLL, 1) == 1
    assert home.store.cast(cast(1)) == Refusal("link_replaced")
    assert isinstance(home.store.cast(cast(2, round_=1)), Ballot)
    assert isinstance(home.store.cast(cast(3, round_=None)), Ballot), "staff need no link"
    assert home.store.voted(POLL) == {1}


def test_a_reissued_link_alone_is_no_vote(home: Home) -> None:
    opened(home)
    home.store.reissue(POLL, 2)
    assert home.store.voted(POLL) == frozenset()
    assert list(home.store.boxes(POLL)) == []


def test_who_fills_a_box_with_its_link_shuts_out_neither_the_owners_phone_nor_the_community(
    home: Home,
) -> None:
    opened(home)
    number = 0
    for via in (Via.LINK, Via.SMS, Via.DOOR):
        while not isinstance(answer := home.store.cast(cast(number, via=via)), Refusal):
            number += 1
        assert (answer, number) == (Refusal("too_many"), ROOM[via])
    assert number == MOST


def test_people_who_vote_for_one_unit_at_one_moment_all_get_in(home: Home) -> None:
    opened(home)
    answers: list[Ballot | Refusal] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(home.store.cast(cast(n)))) for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(answer, Ballot) for answer in answers)
    assert len(home.store.papers(POLL, [1])[1][1].ballots) == 12


def test_a_vote_that_meets_the_sealing_is_either_in_the_box_before_or_refused(home: Home) -> None:
    poll = opened(home, 24)
    late = NOW + timedelta(days=30)
    change = changes.following(poll, clock.due(poll, late), LIU, late)
    answers: dict[int, Ballot | Refusal] = {}
    votes = [
        threading.Thread(target=lambda n=n: answers.update({n: home.store.cast(cast(n, unit=n))}))
        for n in range(1, 25)
    ]
    for thread in votes[:12]:
        thread.start()
    seal = threading.Thread(target=lambda: home.store.commit(change))
    seal.start()
    for thread in votes[12:]:
        thread.start()
    for thread in (*votes, seal):
        thread.join()
    counted = home.store.voted(POLL)
    assert counted == {n for n, answer in answers.items() if isinstance(answer, Ballot)}
    assert isinstance(home.store.cast(cast(99, unit=3)), Refusal), "after the sealing nothing comes in"


def test_a_ruling_stays_with_its_box(home: Home) -> None:
    opened(home)
    home.store.cast(cast(1))
    ruling = Ruling(ballot(1).id, "liu", NOW, "named_voter")
    assert home.store.rule(POLL, 1, ruling).ruling == ruling
    box = home.store.papers(POLL, [1])[1][1]
    assert (box.ruling, len(box.ballots)) == (ruling, 1)


def test_a_roll_of_a_thousand_units_is_read_in_order(home: Home) -> None:
    opened(home, 1_000)
    assert tuple(home.store.frozen(POLL)) == samples.roll(1_000)
    for unit in (1, 200, 201, 999, 1_000):
        home.store.cast(cast(unit, unit=unit))
    assert [box.unit for box in home.store.boxes(POLL)] == [1, 200, 201, 999, 1_000]
    assert home.store.voted(POLL) == {1, 200, 201, 999, 1_000}
    assert list(home.store.papers(POLL, [200, 201, 1_001])) == [200, 201]


def test_a_published_file_larger_than_a_row_comes_back_to_the_letter(home: Home) -> None:
    opened(home)
    document = "".join(f'{{"受据": "{number:043d}"}}\n' for number in range(12_000))
    home.store.publish(POLL, 1, document)
    home.store.publish(POLL, 1, document)
    assert home.store.published(POLL, 1) == document
    assert home.store.published(POLL, 2) is None


def test_polls_are_listed_newest_first_a_page_at_a_time(home: Home) -> None:
    made = [f"MX7F3K92{n}0" for n in range(1, 6)]
    for hours, poll_id in enumerate(made):
        home.store.commit(samples.drafted(poll_id, now=NOW + timedelta(hours=hours)))
    first = home.store.polls("MX", limit=3)
    assert [p.id for p in first.items] == made[:1:-1]
    rest = home.store.polls("MX", first.cursor, limit=3)
    assert ([p.id for p in rest.items], rest.cursor) == (made[1::-1], "")
    assert home.store.polls("ZZ").items == ()
    with pytest.raises(Invalid):
        home.store.polls("MX", "nonsense")


def imported(home: Home, units: int = 6) -> Roll:
    roll = samples.roll(units)
    version = RollVersion(1, units, sum(u.area for u in roll), digest(roll), NOW, "liu")
    home.store.write_roll("yiqing", version, roll)
    blank = Roll("yiqing", "MX")
    happening = Happening("imported", {"version": 1})
    change = changes.roll_after(blank, replace(blank, versions=(version,)), (happening,), LIU, NOW)
    home.store.save_roll(change)
    return change.after


def test_a_roll_has_versions_and_one_of_them_is_current(home: Home) -> None:
    before = imported(home)
    assert home.store.roll("yiqing") == before
    assert home.store.roll("nowhere") is None
    adopted = changes.roll_after(
        before, replace(before, current=1), (rules.Happening("adopted", {"version": 1}),), LIU, NOW
    )
    home.store.save_roll(adopted)
    assert home.store.roll("yiqing") == adopted.after
    assert tuple(home.store.roll_units("yiqing", 1)) == samples.roll()
    with pytest.raises(Stale):
        home.store.save_roll(
            changes.roll_after(before, before, (rules.Happening("adopted", {"version": 9}),), LIU, NOW)
        )


def test_what_nobody_adopts_is_forgotten_and_what_is_adopted_stays(dynamo: DynamoHome) -> None:
    before = imported(dynamo)
    parts = [row for row in dynamo.rows() if "#PART#" in row["sk"]["S"]]
    assert parts
    assert all("expires_at" in row for row in parts)
    adopted = changes.roll_after(
        before, replace(before, current=1), (rules.Happening("adopted", {}),), LIU, NOW
    )
    dynamo.store.save_roll(adopted)
    assert not any("expires_at" in row for row in dynamo.rows() if "#PART#" in row["sk"]["S"])


def test_a_vote_is_one_call_always(dynamo: DynamoHome) -> None:
    opened(dynamo)
    calls: Counter[str] = Counter()
    client = dynamo.store.table._connection.client
    client.meta.events.register(
        "before-send.dynamodb.*", lambda request, **_: calls.update([request.headers["X-Amz-Target"]])
    )
    dynamo.store.cast(cast(1))
    dynamo.store.cast(cast(1))
    dynamo.store.cast(cast(2, choice="perhaps"))
    assert sum(calls.values()) == 3, calls


def test_a_vote_whose_answer_was_lost_is_one_ballot(dynamo: DynamoHome) -> None:
    opened(dynamo)
    dynamo.disturb(Fault(ConnectionError("lost"), after=True))
    try:
        dynamo.store.cast(cast(1))
    except (ConnectionError, Unavailable):
        dynamo.store.cast(cast(1))
    assert len(dynamo.store.papers(POLL, [1])[1][1].ballots) == 1


def test_every_stage_survives_its_way_through_the_table(home: Home) -> None:
    poll = sealed(home, opened(home))
    done = rules.decide(poll, commands.Count({"topics": []}, "f" * 64, conclusive=True, carried=False), NOW)
    change = changes.following(poll, done, LIU, NOW)
    home.store.commit(change)
    found = home.store.polls_of([POLL])[0]
    assert found == change.after
    assert (found.stage, found.due_at) == (Stage.COUNTED, None)
