"""What DynamoDB charges for an item, as its guide says."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cost.units import Index, index_units, indexes, read_units, size, write_units
from infra.template import load_template

KEYS = {"pk": {"S": "BELL#1"}, "sk": {"S": "HEAD"}}
WHOLE = Index("worklist", ("worklist_scope", "worklist_at"), whole=True)
BARE = Index("due", ("due_shard", "due_at"), whole=False)


def item(**attributes: str) -> dict[str, Any]:
    """A row with these texts."""
    return KEYS | {name: {"S": text} for name, text in attributes.items()}


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        ({"S": "铃"}, 3),
        ({"N": "1234"}, 3),
        ({"BOOL": True}, 1),
        ({"M": {"a": {"S": "bc"}}}, 7),
        ({"L": []}, 3),
    ],
)
def test_a_value_is_as_large_as_its_text_in_utf8_or_half_its_digits(
    value: dict[str, Any], bytes_: int
) -> None:
    assert size({"n": value}) == 1 + bytes_


def test_a_write_is_a_unit_for_each_kilobyte_of_the_larger_image_and_twice_that_in_a_transaction() -> None:
    small, large = item(text="x"), item(text="x" * 1500)
    assert write_units(small, large, transaction=False) == write_units(large, small, transaction=False) == 2
    assert write_units(small, large, transaction=True) == 4
    assert write_units(None, None, transaction=True) == 2, "a check, or a write that was refused"


def test_an_index_is_written_when_its_entry_changes_and_twice_when_it_moves() -> None:
    there = item(worklist_scope="MX", worklist_at="1", text="a")
    assert index_units(WHOLE, None, item(text="a")) == 0, "not in the index"
    assert index_units(WHOLE, None, there) == index_units(WHOLE, there, item(text="a")) == 1
    assert index_units(WHOLE, there, there | item(text="b")) == 1
    assert index_units(WHOLE, there, there | item(worklist_at="2")) == 2
    assert index_units(WHOLE, there, there) == 0


def test_an_index_of_keys_does_not_notice_what_it_does_not_hold() -> None:
    there = item(due_shard="1", due_at="1", text="a")
    assert index_units(BARE, there, there | item(text="b" * 5000)) == 0
    assert index_units(BARE, there, there | item(due_at="2")) == 2


def test_an_index_of_some_attributes_notices_those_alone() -> None:
    ends = Index("tips", ("tip_shard", "pk"), whole=False, also=("tip_hash",))
    there = item(tip_shard="TIP#1", tip_hash="a", text="a")
    assert index_units(ends, there, there | item(text="b" * 5000)) == 0
    assert index_units(ends, there, there | item(tip_hash="b", text="b" * 5000)) == 1


def test_a_read_is_a_unit_for_each_four_kilobytes_or_half_of_one() -> None:
    assert [read_units(n, strong=True) for n in (0, 4096, 4097)] == [1, 1, 2]
    assert read_units(4097, strong=False) == 1.0


def test_the_indexes_are_those_of_the_template() -> None:
    found = indexes(load_template()["Resources"]["Table"]["Properties"])
    assert {index.name: index.also for index in found if index.also} == {"tips": ("tip_seq", "tip_hash")}
    assert {index.name: index.whole for index in found} == {
        "worklist": True,
        "community": True,
        "person": True,
        "due": False,
        "public": True,
        "tips": False,
    }
