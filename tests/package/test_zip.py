"""The zip that `chalice deploy` ships, built from the packages of this environment: no network."""

from __future__ import annotations

import ast
import gzip
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import pytest

from bench.ring import FIRST_RING
from chalicelib.aws_models import SERVICES
from chalicelib.precompiled import Kept
from infra.package import archive, installed, models, packager
from infra.package.contents import kept
from infra.package.project import ROOT, project
from infra.package.replaced import REPLACED
from infra.package.ring import environment
from infra.package.stub import stub
from tests.package.alone import alone

ALLOWED = {
    "app.py", "__pycache__", "chalice", "chalicelib", "aws_lambda_powertools", "aws_xray_sdk", "botocore",
    "chinese_calendar", "dateutil", "et_xmlfile", "jinja2", "jmespath", "jwt", "markupsafe", "msgspec", "openpyxl",
    "pynamodb", "segno", "six.py", "typing_extensions.py", "tzdata", "urllib3", "wrapt",
}  # fmt: skip
"""All that may stand at the top of the zip, but for metadata."""


@pytest.fixture(scope="module")
def names(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as opened:
        return opened.namelist()


def test_is_small_enough(package: Path) -> None:
    assert package.stat().st_size <= 8_000_000


def test_holds_only_what_is_listed(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} <= ALLOWED
    assert {"app.py", "chalice", "chalicelib"} <= tops


def test_holds_no_tests_tools_or_sources_of_translations(names: list[str]) -> None:
    unwanted = re.compile(
        r"(^|/)(tests?|infra|bench|docs/decisions|pip|setuptools|boto3|moto|pytest)/|\.(po|pyi|c)$"
    )
    assert [name for name in names if unwanted.search(name)] == []
    assert len(names) == len(set(names))


def test_every_module_of_the_project_is_in_it(names: list[str]) -> None:
    assert {name for name, _ in project() if name.endswith(".py")} <= set(names)


def test_every_licence_goes_with_its_package(names: list[str]) -> None:
    packages = {name.split("/")[0] for name in names if name.endswith("/METADATA")}
    licensed = {
        name.split("/")[0] for name in names if re.search(r"\.dist-info/.*(licen|copying)", name.lower())
    }
    assert len(packages) >= 15
    # These wheels carry no file of their own; their METADATA names the licence.
    assert {name.split("-")[0] for name in packages - licensed} <= {"chinesecalendar", "chinese_calendar"}


def test_every_source_has_bytecode_of_this_python_that_is_never_compared_with_it(
    package: Path, precompiled: Kept
) -> None:
    elsewhere = {source for source, _ in precompiled.modules.values()}
    with zipfile.ZipFile(package) as opened:
        names = set(opened.namelist())
        sources = {name for name in names if name.endswith(".py")}
        assert len(sources) > 500
        assert elsewhere < sources
        assert not {cache_from_source(source) for source in elsewhere} & names, "once is enough"
        for source in sources - elsewhere:
            head = opened.read(cache_from_source(source))[:8]
            assert (head[:4], int.from_bytes(head[4:8], "little")) == (MAGIC_NUMBER, 0b01), source


def test_another_python_falls_back_on_the_sources(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "task"
    shutil.copytree(unpacked / "chalicelib", folder / "chalicelib")
    for stale in (*folder.rglob("*.pyc"), folder / "chalicelib/precompiled.bin"):
        stale.write_bytes(b"\0\0\0\0" + stale.read_bytes()[4:])
    done = alone(
        folder, "import chalicelib.core.ids as ids; print(ids.__loader__.__class__)", dict(os.environ)
    )
    assert done.stdout.strip() == str(SourceFileLoader)


def test_the_same_input_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    archive.build(reversed(list(installed.everything())), reversed(SERVICES), again)
    assert again.read_bytes() == package.read_bytes()


def test_serves_a_first_ring_with_nothing_else_on_the_path(unpacked: Path) -> None:
    with stub() as (endpoint, calls):
        done = alone(
            unpacked,
            FIRST_RING
            + "print(*{m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)}, sep='\\n')",
            environment(endpoint),
        )
    assert "TransactWriteItems" in calls
    foreign = [file for file in done.stdout.split() if "site-packages" in file]
    assert foreign == []


@pytest.mark.parametrize("entry", ["advance", "anchor", "react", "report", "sweep", "canary"])
def test_every_entry_point_stands_in_app(unpacked: Path, entry: str) -> None:
    done = alone(unpacked, f"import app; print(callable(app.{entry}))", dict(os.environ))
    assert done.stdout.strip() == "True"


def test_every_module_can_be_imported_from_it(unpacked: Path) -> None:
    modules = [
        _dotted(path.relative_to(unpacked)) for path in sorted((unpacked / "chalicelib").rglob("*.py"))
    ]
    program = f"import importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint('all')"
    assert alone(unpacked, program, dict(os.environ)).stdout.strip() == "all"


def test_every_service_spoken_to_is_described_in_it_and_no_other(names: list[str]) -> None:
    described = {
        name.split("/")[2] for name in names if name.startswith(models.DATA) and "/service-2" in name
    }
    assert described == set(SERVICES)
    assert set(_created()) <= described


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_made_from_the_slim_data_does_the_same(unpacked: Path, service: str) -> None:
    program = (
        "import json, botocore.session\n"
        "def told(region):\n"
        f"    client = botocore.session.Session().create_client({service!r}, region_name=region)\n"
        "    model = client.meta.service_model\n"
        "    shapes = {name: sorted(model.shape_for(name).metadata) for name in model.shape_names}\n"
        "    return client.meta.endpoint_url, sorted(model.operation_names), shapes\n"
        "print(json.dumps([told('eu-central-1'), told('cn-north-1')], sort_keys=True))"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    slim = alone(unpacked, program, env).stdout
    whole = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(slim) == json.loads(whole)


def test_documentation_is_left_out_but_no_member_of_that_name(tmp_path: Path) -> None:
    shape = {"type": "structure", "documentation": "prose", "members": {"documentation": {"shape": "S"}}}
    folder = tmp_path / "x/2020-01-01"
    folder.mkdir(parents=True)
    told = {"metadata": {"endpointPrefix": "x"}, "shapes": {"A": shape}}
    (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(told).encode()))
    for name in ("_retry", "partitions", "sdk-default-configuration"):
        (tmp_path / f"{name}.json").write_text("{}")
    (tmp_path / "endpoints.json").write_text('{"partitions": [{"services": {"x": {}, "y": {}}}]}')
    found = {name: json.loads(content) for name, content in models.slim(tmp_path, ["x"])}
    assert found["x/2020-01-01/service-2.json"]["shapes"]["A"] == {
        "type": "structure",
        "members": {"documentation": {"shape": "S"}},
    }
    assert found["endpoints.json"]["partitions"] == [{"services": {"x": {}}}]


@pytest.mark.parametrize("path", [path for path in REPLACED if "__init__" not in path or "http2" in path])
def test_what_replaces_a_module_offers_the_names_that_others_take_from_it(path: str) -> None:
    original = importlib.import_module(
        path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    )
    offered = {
        node.name
        for node in ast.parse(REPLACED[path]).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    taken = {
        name
        for name, value in vars(original).items()
        if getattr(value, "__module__", None) == original.__name__
    }
    assert taken == offered


@pytest.mark.parametrize(
    "path",
    [
        "chalicelib/__pycache__/a.pyc",
        "x/tests/a.py",
        "x/py.typed",
        "x-1.dist-info/RECORD",
        "locale/messages.po",
    ],
)
def test_these_stay_out(path: str) -> None:
    assert not kept(path)


def test_chalice_itself_is_given_this_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalice.deploy.packager import LambdaDeploymentPackager

    monkeypatch.setattr(LambdaDeploymentPackager, "create_deployment_package", lambda *_: "fat.zip")
    program = (
        "import chalice.cli, importlib; importlib.import_module('app')\n"
        "from chalice.deploy.packager import LambdaDeploymentPackager as P\n"
        "print(P.create_deployment_package.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == packager.__name__


def test_a_function_never_meets_the_packager(unpacked: Path) -> None:
    program = "import app; print([m for m in sys.modules if m.startswith(('infra', 'chalice.deploy'))])"
    assert alone(unpacked, program, dict(os.environ)).stdout.strip() == "[]"


class _Builder:
    """Chalice's builder of packages, without pip: a folder with one module."""

    def __init__(self) -> None:
        self.built = 0

    def build_site_packages(self, abi: str, requirements: str, folder: str) -> None:
        assert abi == f"cp{sys.version_info[0]}{sys.version_info[1]}"
        self.built += 1
        Path(folder).mkdir()
        (Path(folder) / "six.py").write_text(f"requirements = {Path(requirements).read_text()!r}")


class _Ui:
    def write(self, text: str) -> None:
        """Nobody listens."""


def test_packages_are_fetched_once_per_requirements(tmp_path: Path) -> None:
    from chalice.deploy.packager import LambdaDeploymentPackager
    from chalice.utils import OSUtils

    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / "app.py").write_text("first = 1\n")
    (tmp_path / "requirements.txt").write_text("six==1\n")
    builder = _Builder()
    made = LambdaDeploymentPackager(osutils=OSUtils(), dependency_builder=builder, ui=_Ui())
    first = Path(packager.create(made, str(tmp_path), python)).read_bytes()
    assert Path(packager.create(made, str(tmp_path), python)).read_bytes() == first
    (tmp_path / "app.py").write_text("second = 2\n")
    assert Path(packager.create(made, str(tmp_path), python)).read_bytes() != first
    assert builder.built == 1
    (tmp_path / "requirements.txt").write_text("six==2\n")
    packager.create(made, str(tmp_path), python)
    assert builder.built == 2
    with pytest.raises(packager.Incomplete):
        packager.create(made, str(tmp_path), "python3.99")


def _created() -> Iterator[str]:
    """The services that the code names where it makes a client."""
    for path in (ROOT / "chalicelib").rglob("*.py"):
        yield from re.findall(r'(?:create_client|_client)\(\s*"([a-z0-9]+)"', path.read_text("utf-8"))


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
