"""What is published says enough to recount and not enough to know how a neighbour voted."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from chalicelib.core import chain
from chalicelib.core.chain import canonical
from chalicelib.poll import commands, rules
from chalicelib.poll.ballots import Box
from chalicelib.poll.publication import BATCH, document, sha256, summary
from chalicelib.poll.receipts import receipt
from chalicelib.poll.roll import Owner, Unit
from chalicelib.poll.state import Poll, Terms
from tests.poll.counting import POLL_ID, ballot, box, counted, poll, roll, unit, voted
from tests.poll.random_polls import cases


def published(of: Poll, units: list[Unit], boxes: list[Box]) -> dict[str, Any]:
    file: dict[str, Any] = json.loads(document(of, counted(of, units, boxes)))
    return file


@settings(max_examples=100)
@given(cases())
def test_the_summary_is_canonical_and_says_what_the_count_says(
    case: tuple[Poll, list[Unit], list[Box]],
) -> None:
    of, units, boxes = case
    count = counted(of, units, boxes)
    told = summary(count)
    assert json.loads(canonical(told)) == told
    assert told["carried"] is count.carried
    assert told["conclusive"] is count.conclusive
    for ours, topic in zip(told["topics"], count.topics, strict=True):
        assert ours["outcome"] == topic.outcome
        assert ours["took_part"] == [topic.took_part.heads, topic.took_part.area]
        assert sum(heads for _, heads, _ in ours["choices"]) == topic.took_part.heads


def test_the_count_becomes_an_event_of_the_polls_record() -> None:
    of = poll(8)
    result = counted(of, roll(9), voted({"for": range(1, 8)}))
    told = commands.Count(summary(result), sha256(document(of, result)), result.conclusive, result.carried)
    events = chain.extend(
        of.thing, chain.Tip(), of.created_at, chain.SYSTEM, rules.decide(of, told, of.created_at)
    )
    assert [event.data["carried"] for event in events] == [True]
    assert chain.verify(events).intact


def test_the_summary_of_ten_topics_in_a_big_neighbourhood_fits_into_an_event() -> None:
    options = [f"an-option-with-a-long-name-{i}" for i in range(10)]
    of = poll(*[0] * 10, options=options)
    units = [unit(n, building=f"第{n // 3 + 1}组团{n // 3 + 1}幢") for n in range(1, 1_198)]
    assert len(canonical(summary(counted(of, units, [])))) < 50_000
    many = [unit(n, building=f"{n}幢") for n in range(1, 2_000)]
    assert summary(counted(of, many, []))["buildings"] == []


def test_the_file_holds_no_name_no_phone_no_room_and_no_ballot_id() -> None:
    owners = (Owner("王富贵", "331082199001011234", "+8613812345678"),)
    units = [unit(n, owners=owners if n == 1 else (), room=f"室号{n}") for n in range(1, 9)]
    boxes = [box(n, ballot(n, "for", name=f"ballotid{n}")) for n in range(1, 9)]
    text = document(poll(4), counted(poll(4), units, boxes))
    for secret in ("王富贵", "331082199001011234", "13812345678", "室号", "ballotid", "nonce"):
        assert secret not in text


def test_the_same_count_gives_the_same_file_to_the_byte_and_another_another() -> None:
    of, units = poll(4, 8), roll(60)
    said = voted({"for": range(1, 41), "against": range(41, 51)})
    one, again = (document(of, counted(of, units, said)) for _ in range(2))
    assert one == again
    assert len(sha256(one)) == 64
    assert sha256(one) != sha256(document(of, counted(of, units, said[:-1])))


def test_every_ballot_is_in_every_topic_once_blank_or_not() -> None:
    of = poll(4, 4)
    boxes = [box(n, ballot(n, {"t1": "for"}, 1), ballot(n, {"t2": "against"}, 2)) for n in range(1, 31)]
    file = published(of, roll(30), boxes)
    for topic, last in (("t1", ""), ("t2", "against")):
        ballots = file["ballots"][topic]
        assert [(b["choice"], b["heads"]) for b in ballots["counted"]] == [(last, 30)]
        assert len(ballots["not_counted"]["superseded"]) == 30
    assert (
        receipt(POLL_ID, "t2", "against", "nonce-7-2--1") in file["ballots"]["t2"]["counted"][0]["receipts"]
    )


def test_a_batch_is_of_one_choice_and_hides_whose_area_is_whose() -> None:
    units = [unit(n, area=10_000 + n) for n in range(1, 501)]
    file = published(poll(4), units, voted({"for": range(1, 401), "against": range(401, 473)}))
    batches = file["ballots"]["t1"]["counted"]
    assert all(BATCH <= batch["heads"] < 2 * BATCH for batch in batches)
    assert sum(batch["area"] for batch in batches) == sum(u.area for u in units[:472])


def test_receipts_stand_in_an_order_that_follows_from_nothing_but_themselves() -> None:
    file = published(poll(4), roll(100), voted({"for": range(1, 101)}))
    in_file = [one for batch in file["ballots"]["t1"]["counted"] for one in batch["receipts"]]
    assert in_file == sorted(in_file)
    by_unit = [receipt(POLL_ID, "t1", "for", f"nonce-{n}-1--1") for n in range(1, 101)]
    assert in_file != by_unit


def test_what_a_few_neighbours_chose_has_no_area_of_its_own() -> None:
    units = [unit(n, area=10_000 + n) for n in range(1, 101)]
    said = voted({"for": range(1, 80), "against": [80, 81], "abstain": range(82, 92)})
    file = published(poll(4), units, said)
    (told,) = file["result"]["topics"]
    assert {choice: area for choice, _, area in told["choices"] if choice != "for"} == dict.fromkeys(
        ("against", "abstain", "")
    )
    text = json.dumps(file)
    assert str(units[79].area + units[80].area) not in text
    assert file["ballots"]["t1"]["rest_area"] == sum(u.area for u in units[79:91])
    assert all(b["area"] is None for b in file["ballots"]["t1"]["counted"] if b["choice"] != "for")


def test_with_the_covenants_rule_every_area_is_told_because_it_needs_them() -> None:
    of = poll(4, terms=Terms(covenant=True))
    file = published(of, roll(20), voted({"for": range(1, 19), "against": [19]}))
    assert None not in [area for _, _, area in file["result"]["topics"][0]["choices"]]


def test_households_have_no_areas_at_all() -> None:
    file = published(poll(0), roll(20), voted({"for": range(1, 19), "against": [19]}))
    assert file["roll"]["area"] == 0
    assert [row[3] for row in file["roll"]["buildings"]] == [0]
    assert {batch["area"] for batch in file["ballots"]["t1"]["counted"]} == {0}
