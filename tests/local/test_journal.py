"""What was written is still there afterwards, whatever ends the process."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.embedded import embedded_aws
from infra.local.journal import DamagedJournal, Journal
from infra.local.mend import FIRST_SEQUENCE, Record


def record(number: int, name: str, version: int | None, old: int | None = None) -> Record:
    """A stream record of an item that has, had or no longer has a version."""
    keys = {"pk": {"S": name}, "sk": {"S": "HEAD"}}
    body: dict[str, Any] = {"Keys": keys, "SequenceNumber": str(FIRST_SEQUENCE + number)}
    if version is not None:
        body["NewImage"] = {**keys, "version": {"N": str(version)}}
    if old is not None:
        body["OldImage"] = {**keys, "version": {"N": str(old)}}
    name_of_event = "INSERT" if old is None else "REMOVE" if version is None else "MODIFY"
    return {"eventID": str(number), "eventName": name_of_event, "dynamodb": body}


def versions(journal: Journal) -> dict[str, str]:
    return {image["pk"]["S"]: image["version"]["N"] for image in journal.images()}


def test_an_empty_folder_is_an_empty_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new")
    assert (versions(journal), journal.backlog(), journal.next_sequence) == ({}, [], FIRST_SEQUENCE)


def test_the_last_image_of_each_item_wins(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([record(0, "A", 1), record(1, "B", 1)])
    journal.append([record(2, "A", 2, 1)])
    journal.append([record(3, "B", None, 1)])
    again = Journal(tmp_path)
    assert versions(again) == {"A": "2"}
    assert again.next_sequence == FIRST_SEQUENCE + 4


def test_what_was_appended_is_in_the_file_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([record(0, "A", 1)])
    assert (tmp_path / "journal.jsonl").read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_torn_last_line_is_dropped_whole_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path)
    journal.append([record(0, "A", 1)])
    journal.append([record(1, "A", 2, 1), record(2, "B", 1)])
    journal.close()
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    again = Journal(tmp_path)
    assert versions(again) == {"A": "1"}, "half a transaction is none"
    again.append([record(5, "C", 1)])
    assert versions(Journal(tmp_path)) == {"A": "1", "C": "1"}


def test_damage_in_the_middle_is_not_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([record(0, "A", 1)])
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"rubbish\n" + path.read_bytes())
    with pytest.raises(DamagedJournal, match="line 1"):
        Journal(tmp_path)


def test_what_was_not_consumed_comes_again_and_nothing_else(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(4):
        journal.append([record(number, f"A{number}", 1)])
    journal.mark_delivered(FIRST_SEQUENCE + 1)
    assert [r["eventID"] for r in Journal(tmp_path).backlog()] == ["2", "3"]


def test_compacting_keeps_the_items_the_backlog_and_the_count(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(100):
        journal.append([record(number, f"A{number % 5}", number, max(0, number - 5) or None)])
    journal.append([record(100, "A0", None, 95), record(101, "B", 1)])
    journal.mark_delivered(FIRST_SEQUENCE + 100)
    before, size = versions(Journal(tmp_path)), (tmp_path / "journal.jsonl").stat().st_size

    Journal(tmp_path, compact_above=100)

    compacted = Journal(tmp_path)
    assert (tmp_path / "journal.jsonl").stat().st_size < size / 5
    assert versions(compacted) == before
    assert [r["eventID"] for r in compacted.backlog()] == ["101"]
    assert compacted.next_sequence == FIRST_SEQUENCE + 102


@pytest.mark.parametrize(("row", "kept"), [("CONTACT", False), ("TEXT#t1", False), ("GUARD", True)])
def test_what_somebody_had_erased_is_forgotten_at_the_next_start(
    tmp_path: Path, row: str, kept: bool
) -> None:
    keys = {"pk": {"S": "BELL#1"}, "sk": {"S": row}}
    held = {**keys, "contact": {"S": "欧阳震华"}}
    body = {"Keys": keys, "SequenceNumber": str(FIRST_SEQUENCE)}
    gone = {"Keys": keys, "SequenceNumber": str(FIRST_SEQUENCE + 1), "OldImage": held}
    journal = Journal(tmp_path)
    journal.append([record(2, "A", 1)])
    journal.append([{"eventID": "0", "eventName": "INSERT", "dynamodb": {**body, "NewImage": held}}])
    journal.append([{"eventID": "1", "eventName": "REMOVE", "dynamodb": gone}])
    journal.mark_delivered(FIRST_SEQUENCE + 2)
    journal.close()
    again = Journal(tmp_path)
    assert ("欧阳震华" in (tmp_path / "journal.jsonl").read_text("utf-8")) is kept
    assert versions(again) == {"A": "1"}


def test_numbers_go_on_even_if_the_last_items_were_all_deleted(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([record(0, "A", 1)])
    journal.append([record(1, "A", None, 1)])
    journal.mark_delivered(FIRST_SEQUENCE + 1)
    Journal(tmp_path, compact_above=0)
    assert Journal(tmp_path).next_sequence == FIRST_SEQUENCE + 2


def test_the_tables_come_back_as_they_were_without_a_new_record(tmp_path: Path) -> None:
    item = {
        "pk": {"S": "BELL#1"},
        "sk": {"S": "HEAD"},
        "version": {"N": "1"},
        "text": {"S": "漏水 💧"},
        "map": {"M": {"list": {"L": [{"N": "1.5"}, {"BOOL": True}, {"NULL": True}]}}},
        "set": {"SS": ["a", "b"]},
        "salt": {"B": b"\x00\xff"},
    }
    journal = Journal(tmp_path)
    with embedded_aws(on_commit=journal.append) as aws:
        aws.client("dynamodb").put_item(TableName=aws.table_name, Item=item)
    journal.close()
    with embedded_aws() as aws:
        assert aws.restore(Journal(tmp_path).images()) == 1
        found = aws.client("dynamodb").get_item(
            TableName=aws.table_name, Key={"pk": {"S": "BELL#1"}, "sk": {"S": "HEAD"}}
        )["Item"]
        assert aws.records == []
    assert found == item


def test_a_line_is_a_list_of_records(tmp_path: Path) -> None:
    Journal(tmp_path).append([record(0, "铃", 1)])
    assert json.loads((tmp_path / "journal.jsonl").read_text("utf-8")) == [record(0, "铃", 1)]
