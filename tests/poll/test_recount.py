"""Anyone can recount from the published file alone, and sees it when something in it is not so."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.poll import recount
from chalicelib.poll.ballots import Box
from chalicelib.poll.publication import document, sha256
from chalicelib.poll.receipts import receipt
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll, Terms
from tests.poll.counting import POLL_ID, ballot, box, counted, poll, roll, unit, voted
from tests.poll.random_polls import cases

File = dict[str, Any]
SOURCE = Path(recount.__file__)


@settings(max_examples=400)
@given(cases())
def test_what_we_publish_is_what_a_recount_finds(case: tuple[Poll, list[Unit], list[Box]]) -> None:
    of, units, boxes = case
    text = document(of, counted(of, units, boxes))
    assert list(recount.differences(json.loads(text))) == []
    lines, code = recount.check(text.encode(), sha256(text))
    assert code == 0
    assert "✓" in lines[-1]


@pytest.fixture
def file() -> File:
    """A poll of 434 owners: an ordinary matter and a special one, with changed minds and few against."""
    of, units = poll(4, 8), [unit(n, area=8_000 + n) for n in range(1, 435)]
    boxes = [
        box(n, *([ballot(n, "against", 1)] if n < 9 else []), ballot(n, {"t1": "for", "t2": said(n)}, 2))
        for n in range(1, 336)
    ]
    return json.loads(document(of, counted(of, units, boxes)))  # type: ignore[no-any-return]


def said(number: int) -> str:
    return "for" if number < 250 else "against" if number < 333 else "abstain"


def wrong(file: File) -> list[str]:
    return [where for where, _, _ in recount.differences(file)]


def first_batch(file: File) -> File:
    return file["ballots"]["t1"]["counted"][0]  # type: ignore[no-any-return]


def test_the_file_is_sound(file: File) -> None:
    assert wrong(file) == []


ALTERED: dict[str, Callable[[File], object]] = {
    "a receipt twice": lambda f: first_batch(f)["receipts"].append(first_batch(f)["receipts"][0]),
    "a receipt taken out": lambda f: first_batch(f)["receipts"].pop(),
    "a receipt taken out and the batch made smaller": lambda f: (
        first_batch(f)["receipts"].pop(),
        first_batch(f).update(heads=first_batch(f)["heads"] - 1),
    ),
    "a receipt that is none": lambda f: first_batch(f)["receipts"].__setitem__(0, "x"),
    "a receipt of another topic": lambda f: first_batch(f)["receipts"].__setitem__(
        0, f["ballots"]["t2"]["counted"][0]["receipts"][0]
    ),
    "a batch of another choice": lambda f: first_batch(f).update(choice="against"),
    "a batch of no choice": lambda f: first_batch(f).update(choice="perhaps"),
    "a batch twice": lambda f: f["ballots"]["t1"]["counted"].append(copy.deepcopy(first_batch(f))),
    "a batch gone": lambda f: f["ballots"]["t1"]["counted"].pop(),
    "a larger area": lambda f: first_batch(f).update(area=first_batch(f)["area"] + 1),
    "another rest": lambda f: f["ballots"]["t2"].update(rest_area=1),
    "a superseded ballot gone": lambda f: f["ballots"]["t1"]["not_counted"]["superseded"].pop(),
    "a smaller roll": lambda f: f["roll"].update(heads=400),
    "another area of the roll": lambda f: f["roll"].update(area=1),
    "another building": lambda f: f["roll"]["buildings"][0].__setitem__(1, 31),
    "another turnout": lambda f: f["roll"]["buildings"][0].__setitem__(2, 1),
    "another matter": lambda f: f["topics"][1].update(matter=4),
    "a topic hidden": lambda f: f["topics"].pop(),
    "a topic slipped in": lambda f: f["ballots"].update(
        t3={"counted": [], "not_counted": {}, "rest_area": 0}
    ),
    "another outcome": lambda f: f["result"]["topics"][1].update(outcome="passed"),
    "another threshold": lambda f: f["result"]["topics"][1].update(threshold=[2, 3]),
    "another consent": lambda f: f["result"]["topics"][0]["consent"]["heads"].__setitem__(0, 300),
    "more silent": lambda f: f["result"]["topics"][0].update(silent=[100, 0]),
    "carried": lambda f: f["result"].update(carried=True),
    "fewer left out": lambda f: f["result"].update(left_out=7),
    "a covenant": lambda f: f["terms"].update(covenant=True),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_shows(file: File, name: str) -> None:
    ALTERED[name](file)
    assert wrong(file)


def _numbers(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in _numbers(one, (*path, key))]
    if isinstance(value, list):
        return [found for place, one in enumerate(value) for found in _numbers(one, (*path, place))]
    return [path] if isinstance(value, int) and not isinstance(value, bool) else []


def test_every_single_number_of_the_result_is_checked(file: File) -> None:
    for path in _numbers(file["result"]["topics"]):
        changed = copy.deepcopy(file)
        *way, last = path
        inner = changed["result"]["topics"]
        for step in way:
            inner = inner[step]
        inner[last] += 1
        assert wrong(changed), path


def test_households_with_options_of_their_own_are_recounted() -> None:
    of = poll(0, terms=Terms(of="answered"), options=("red", "green", "abstain"))
    text = document(
        of, counted(of, roll(20), voted({"red": range(1, 9), "green": range(9, 12), "abstain": [12]}))
    )
    file = json.loads(text)
    assert wrong(file) == []
    file["result"]["topics"][0]["winner"] = "green"
    assert wrong(file) == ["t1.winner"]


# -- one's own ballot


def test_a_voter_finds_the_ballot_by_its_secret_code_and_by_its_receipt(file: File) -> None:
    found = dict(recount.own(file, "nonce-250-2--1"))
    assert found == {"t1": "计为 counted as: 同意 for", "t2": "计为 counted as: 反对 against"}
    assert list(recount.own(file, receipt(POLL_ID, "t2", "against", "nonce-250-2--1"))) == [
        ("t2", found["t2"])
    ]


def test_a_voter_who_changed_it_learns_that_a_later_one_took_its_place(file: File) -> None:
    assert all("later" in fate for _, fate in recount.own(file, "nonce-3-1--1"))


def test_a_code_that_is_in_no_ballot_is_not_found(file: File) -> None:
    data = json.dumps(file).encode()
    lines, code = recount.check(data, code="never given out")
    assert code == 1
    assert any("not found" in line for line in lines)


# -- the command


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # -I: none of our packages, no environment: the file alone with the standard library.
    command = [sys.executable, "-I", "-X", "utf8", str(SOURCE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_needs_nothing_but_the_file_and_python(tmp_path: Path, file: File) -> None:
    path = tmp_path / "count.json"
    path.write_text(json.dumps(file, ensure_ascii=False))
    good = run(str(path), "--receipt", "nonce-250-2--1")
    assert (good.returncode, good.stderr) == (0, "")
    for words in (
        "335 / 434",
        "需 needed 290",
        "通过 passed",
        "249 / 335",
        "未通过 failed",
        "反对 against",
        "✓",
    ):
        assert words in good.stdout
    file["result"]["topics"][1]["outcome"] = "passed"
    path.write_text(json.dumps(file))
    bad = run(str(path))
    assert bad.returncode == 1
    assert "t2.outcome: 文件所述 stated 'passed', 重新计算 found 'failed'" in bad.stdout
    assert run(str(path), "--sha256", "0" * 64).returncode == 1


def test_it_imports_the_standard_library_and_nothing_of_ours() -> None:
    names = set()
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"format":"consultation-bell/count","version":2}', "\ufeff"]
)
def test_what_is_no_published_count_is_refused_with_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "count.json"
    path.write_text(content)
    assert recount.main([str(path)]) == 2
    assert recount.main([str(tmp_path / "nowhere.json")]) == 2


@settings(max_examples=150)
@given(st.data())
def test_a_file_with_any_part_missing_is_unreadable_or_wrong_and_never_a_crash(data: st.DataObject) -> None:
    of = poll(4, terms=Terms(covenant=True))
    file = json.loads(document(of, counted(of, roll(6), voted({"for": [1, 2, 3], "majority": [4, 5]}))))
    inner: Any = file
    while True:
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if not inner[key] or not isinstance(inner[key], dict | list) or data.draw(st.booleans()):
            break
        inner = inner[key]
    if isinstance(inner, dict):
        del inner[key]
    else:
        inner[key] = None
    try:
        lines, _ = recount.check(json.dumps(file).encode())
    except recount.Unreadable:
        return
    assert lines
