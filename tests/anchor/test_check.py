"""The stand-alone check agrees with the platform, without sharing a line with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.anchor import check, rules, service
from chalicelib.core import merkle
from tests.contract.client import Web, visiting
from tests.fakes.clock import START

SCRIPT = Path(check.__file__)


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A proof and a record as a resident saves them."""
    with visiting() as web:
        rung = web.ring().json
        for text in ("楼道灯坏了", "水管漏了"):
            web.world.ring(text=text, phone="13900000009")
        service.take(web.world.ports)
        web.world.settle()
        yield _save(web, rung, tmp_path, "proof"), _save(web, rung, tmp_path, "record")


def _save(web: Web, rung: dict[str, Any], folder: Path, what: str) -> Path:
    path = folder / f"{what}.json"
    answer = web.get(f"/v1/bells/{rung['id']}/{what}", token=rung["tracking_token"])
    path.write_text(answer.text, "utf-8")
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The script by itself: without the environment, without any package."""
    command = [sys.executable, "-I", "-X", "utf8", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_what_fits_fits_with_nothing_but_the_saved_answers(saved: tuple[Path, Path]) -> None:
    proof, record = saved
    root = json.loads(proof.read_text("utf-8"))["proof"]["anchor"]["root"]
    done = run(proof, "--record", record, "--root", root.upper())
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-11-23" in done.stdout
    assert root in run(proof).stdout


def test_another_root_is_found(saved: tuple[Path, Path]) -> None:
    done = run(saved[0], "--root", "0" * 64)
    assert done.returncode == 1
    assert "the root is not the one" in done.stderr


@pytest.mark.parametrize("what", ["a word", "the end", "all of it, with every hash"])
def test_a_record_that_was_changed_is_found(saved: tuple[Path, Path], what: str) -> None:
    from dataclasses import asdict

    from chalicelib.core.chain import SYSTEM, Happening, Tip, extend

    proof, record = saved
    said = json.loads(record.read_text("utf-8"))
    if what == "a word":
        said["events"][0]["data"]["urgency"] = "emergency"
    elif what == "the end":
        said["events"] = said["events"][:1]
    else:
        happenings = [Happening(event["kind"], {}) for event in said["events"]]
        said["events"] = [asdict(e) for e in extend(said["thing"], Tip(), START, SYSTEM, happenings)]
    record.write_text(json.dumps(said), "utf-8")
    assert run(proof, "--record", record).returncode == 1


@pytest.mark.parametrize(
    "content", ["", "[]", '{"thing": "x"}', '{"thing": "x", "proof": null}', '{"proof": {}}']
)
def test_what_is_no_proof_is_not_taken_for_a_bad_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "proof.json"
    path.write_text(content, "utf-8")
    done = run(path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path, saved: tuple[Path, Path]) -> None:
    absent = tmp_path / "prof.json"
    for asked in ([absent], [saved[0], "--record", absent]):
        done = run(*asked)
        assert done.returncode == 2
        assert f"{absent} cannot be read: No such file" in done.stderr


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 33])
def test_a_way_of_other_than_whole_hashes_proves_nothing(size: int) -> None:
    """Whoever knows both halves below a root could else hand them over as one, and anything would be under it."""
    taken = rules.census((rules.Leaf(f"BELL#{n:03d}", n + 1, f"{n:064x}") for n in range(size)), START)
    anchor = rules.sealed(taken, None)
    hashes, half = rules.hashes(taken), 1 << (size - 1).bit_length() - 1 if size > 1 else 1
    both = (merkle.root(hashes[:half]) + merkle.root(hashes[half:])).hex()
    leaf = {"seq": 1, "hash": "f" * 64, "anchor": dict(rules.body(anchor))}
    for path in ([both], ["", both], ["00", both], ["00" * 32, both], ["", "", both]):
        for index in range(size):
            shown = {"thing": "BELL#never-rung", "proof": {**leaf, "index": index, "path": path}}
            assert list(check.differences(shown)) == ["通不到根 the way does not lead to the root"]


@given(st.integers(1, 70), st.data())
def test_it_takes_the_proofs_of_the_platform_and_no_others(size: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, size - 1))
    taken = rules.census((rules.Leaf(f"BELL#{n:03d}", n + 1, f"{n:064x}") for n in range(size)), START)
    found = rules.prove(taken, place, rules.sealed(taken, None))
    assert rules.holds(found)
    shown = {
        "thing": found.leaf.thing,
        "proof": {
            "seq": found.leaf.seq,
            "hash": found.leaf.hash,
            "index": found.index,
            "path": list(found.path),
            "anchor": dict(rules.body(found.anchor)),
        },
    }
    assert list(check.differences(shown)) == []
    assert list(check.differences({**shown, "thing": "BELL#other"})) != []
    other = data.draw(st.integers(-1, size))
    if other != place:
        assert list(check.differences({**shown, "proof": {**shown["proof"], "index": other}})) != []
