"""What was compiled when the zip was made is what Python would compile, and a first ring compiles nothing itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bench.ring import FIRST_RING
from chalicelib import precompiled as subject
from chalicelib.precompiled import Kept
from infra.package import precompile
from infra.package.bytecode import TASK
from infra.package.ring import environment, event
from infra.package.stub import stub
from tests.package.alone import alone

# Whoever calls the application has imported json before.
LISTEN = """
import json
import chalicelib
compiled, parsed = [], []
def hear(event, told):
    if event == "compile":
        compiled.append(bytes(told[0] or b"?")[:40].decode())
def follow(frame, event, told):
    if event == "call" and frame.f_code.co_name == "parse" and frame.f_code.co_filename.endswith("re/_parser.py"):
        parsed.append(repr(frame.f_locals["str"]))
sys.addaudithook(hear)
sys.setprofile(follow)
"""
TELL = """
sys.setprofile(None)
below = {name: type(one.__loader__).__module__ for name, one in sys.modules.items()
         if str(getattr(one, "__file__", "")).startswith(sys.path[0]) and one.__file__.endswith(".py")}
print(json.dumps([compiled, parsed, below]))
"""
ODDITIES = """
import collections, dataclasses, inspect, re, typing
@dataclasses.dataclass(frozen=True, order=True)
class Odd:
    many: "tuple[Odd, ...]" = ()
    one: int = 0
Pair = collections.namedtuple("Pair", "left right", defaults=[0])
class Named(typing.NamedTuple):
    word: "str"
def wrong(tried):
    try: tried()
    except Exception as error: return type(error).__name__, str(error)
print(Odd((Odd(),)), Odd() < Odd(one=1), Odd.__init__.__annotations__, inspect.signature(Odd))
print(Pair(1), inspect.signature(Pair), Named("x"), typing.get_type_hints(Named), typing.get_type_hints(Odd))
print(re.compile("(?P<odd>o+)d", re.I).search("an Ood")["odd"], re.compile(b"[a-c]x*").findall(b"axxb"))
print(wrong(lambda: re.compile("(")), wrong(lambda: typing.ForwardRef("no type")),
      wrong(lambda: collections.namedtuple("No", "no no")))
"""


@pytest.fixture(scope="module")
def rung(unpacked: Path) -> tuple[list[str], list[str], dict[str, str]]:
    """Of a first ring from the zip: texts compiled, patterns parsed, modules and where their loaders come from."""
    with stub() as (endpoint, _):
        done = alone(unpacked, LISTEN + FIRST_RING + TELL, environment(endpoint))
    compiled, parsed, modules = json.loads(done.stdout)
    return compiled, parsed, modules


def test_a_first_ring_compiles_no_text_and_no_pattern(rung: tuple[list[str], list[str], Any]) -> None:
    compiled, parsed, _ = rung
    # six does as it likes.
    assert [text for text in compiled if not text.startswith("def raise_from")] == []
    assert parsed == []


def test_a_first_ring_looks_into_no_folder_for_its_modules(rung: tuple[Any, Any, dict[str, str]]) -> None:
    modules = rung[2]
    assert len(modules) > 200
    others = {name for name, loader in modules.items() if loader != subject.__name__}
    assert others == {"app", "chalicelib", subject.__name__}


def test_a_first_ring_enters_no_room_but_its_own(rung: tuple[Any, Any, dict[str, str]]) -> None:
    rooms = re.compile(
        r"chalicelib\.((case|poll|notice|anchor|canary|console|guest|polldesk|ballot|place|status|delivery)"
        r"\.(service|handlers|folding|deadlines|desk|visits|takeaways|screens|courier|words|tally)"
        r"|notify|providers|web\.render|case\.shapes|record\.shapes|session\.shapes)"
        r"|jinja2|jwt|aws_lambda_powertools|openpyxl|segno|chinese_calendar"
    )
    assert [name for name in rung[2] if rooms.match(name)] == []


def test_kept_code_is_what_python_compiles(precompiled: Kept, unpacked: Path) -> None:
    assert len(precompiled.modules) > 200
    for name, (source, place) in precompiled.modules.items():
        text = (unpacked / source).read_bytes()
        assert precompiled.load(place) == compile(text, f"{TASK}/{source}", "exec", dont_inherit=True), name


def test_kept_texts_are_what_python_compiles(precompiled: Kept) -> None:
    assert {mode for _, mode in precompiled.texts} == {"exec", "eval"}
    assert len(precompiled.texts) > 200, "does dataclasses still call exec, and typing compile?"
    for (text, mode), place in precompiled.texts.items():
        assert precompiled.load(place) == compile(text, "<string>", mode, dont_inherit=True), text


def test_kept_patterns_are_what_python_compiles(precompiled: Kept) -> None:
    assert len(precompiled.patterns) > 80, "does re still compile in re._compiler?"
    sre: Any = import_module("_sre")
    for (pattern, flags), place in precompiled.patterns.items():
        assert sre.compile(pattern, *precompiled.load(place)) == re.compile(pattern, flags), pattern


def test_what_is_not_in_the_file_compiles_as_ever(unpacked: Path) -> None:
    told = alone(unpacked, f"import app\n{ODDITIES}", dict(os.environ)).stdout
    plain = subprocess.run([sys.executable, "-c", ODDITIES], capture_output=True, text=True, check=True)
    assert told == plain.stdout
    assert "Odd(many=" in told


def test_a_module_of_the_file_has_its_source_its_resources_and_can_be_loaded_again(unpacked: Path) -> None:
    program = (
        "import importlib, inspect, chalicelib.store.keys as keys\n"
        "from importlib.resources import files\n"
        "from pathlib import Path\n"
        "print(inspect.getsource(keys) == Path(keys.__file__).read_text('utf-8'), keys.__spec__.parent)\n"
        "print(importlib.reload(keys) is keys, files('chalicelib.web').joinpath('templates').is_dir())"
    )
    assert alone(unpacked, program, dict(os.environ)).stdout.split() == [
        "True", "chalicelib.store", "True", "True",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/v1/health", "/v1/places", "/v1/openapi.json", "/cases", "/sign-in"])
def test_a_process_whose_first_request_is_another_one_serves_it(unpacked: Path, path: str) -> None:
    asked = event() | {"resource": path, "path": path, "httpMethod": "GET", "body": None}
    asked["requestContext"] |= {"resourcePath": path, "httpMethod": "GET", "path": f"/api{path}"}
    program = f"import json, app\nprint(app.app(json.loads({json.dumps(asked)!r}), None)['statusCode'])"
    with stub() as (endpoint, _):
        told = alone(unpacked, program, environment(endpoint)).stdout.split()[-1]
    assert told in {"200", "303"}


def test_a_file_of_another_python_is_ignored(unpacked: Path, tmp_path: Path) -> None:
    kept = (unpacked / "chalicelib/precompiled.bin").read_bytes()
    other = tmp_path / "other.bin"
    other.write_bytes(kept.replace(b"cpython-3", b"cpython-2", 1))
    before = list(sys.meta_path)
    assert not subject.use(other)
    assert not subject.use(tmp_path / "missing.bin")
    assert sys.meta_path == before


def test_packing_rings_at_home_whatever_the_shell_says(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "AWS_PROFILE", "PREFIXES", "PYTHONPATH"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with stub() as (endpoint, calls):
        alone(unpacked, FIRST_RING, environment(endpoint))
    assert calls == ["GetItem", "TransactWriteItems"]


def test_an_application_that_does_not_ring_is_not_packed(unpacked: Path) -> None:
    wrong = json.dumps(event() | {"body": "{}"})
    with stub() as (endpoint, _):
        program = [sys.executable, "-P", precompile.__file__, str(unpacked)]
        done = subprocess.run(
            program, env=environment(endpoint), input=wrong, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "does not ring" in done.stderr
