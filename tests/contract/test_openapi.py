"""The OpenAPI document says what is served, all of it and nothing else."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import app as application
from chalicelib import openapi
from chalicelib.session.rules import TABLE, Caller
from chalicelib.web.problems import FIELD_MESSAGES, MESSAGES, NAMED
from tests.contract.client import document

ROOT = Path(__file__).parents[2]
ERRORS = {"DomainError", "BadRequest", "Unauthorized", "Forbidden", "NotFound", "Conflict", "Gone", "TooMany"}


def served() -> set[tuple[str, str]]:
    return {
        (method, path)
        for path, methods in application.app.routes.items()
        for method in methods
        if path.startswith("/v1/")
    }


def documented() -> Iterator[tuple[str, str, dict[str, object]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_route_is_documented_and_every_documented_one_is_served() -> None:
    assert {(method, path) for method, path, _ in documented()} == served()


def test_the_committed_document_is_up_to_date() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert committed == openapi.rendered(), "run `python -m chalicelib.openapi`"


def test_every_schema_is_a_schema() -> None:
    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    schemas = document()["components"]["schemas"]
    assert schemas
    assert [name for name, schema in schemas.items() if not meta.is_valid(schema)] == []


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in document()["components"]["schemas"]}
    used = {line.split('"')[3] for line in openapi.rendered().splitlines() if '"$ref"' in line}
    assert used == known


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation["operationId"] for _, _, operation in documented()]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for _, _, operation in documented())


def test_whatever_needs_a_token_says_so_and_what_happens_without() -> None:
    # Where a wrong code is a 401.
    signing_in = {("POST", "/v1/session"), ("POST", "/v1/polls/{poll_id}/tickets")}
    for method, path, operation in documented():
        secured = Caller.NOBODY not in TABLE[f"{method} {path}"]
        assert bool(operation.get("security")) is secured, (method, path)
        asks = secured or (method, path) in signing_in
        assert ("401" in operation["responses"]) is asks, (method, path)  # type: ignore[operator]  # parsed JSON


def test_the_served_document_names_this_deployment() -> None:
    from tests.contract.client import visiting

    with visiting() as web:
        shown = web.get("/v1/openapi.json").json
    assert shown.pop("servers") == [{"url": "https://bell.example.org"}]
    assert shown == json.loads(openapi.rendered())


def raised() -> Iterator[tuple[str, str]]:
    """The code literals of every error that the code raises, with the name of the error."""
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = 1 if node.func.id == "FieldError" else 0
                code = node.args[at] if len(node.args) > at else None
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield node.func.id, code.value


def test_every_code_that_is_raised_has_its_sentence_and_is_documented() -> None:
    listed = document()["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"]
    codes = {code for name, code in raised() if name in ERRORS}
    assert {"link_unknown", "too_many_rings", "broken_json", "no_such_place"} <= codes
    assert codes - set(MESSAGES) == set()
    assert set(listed) == set(MESSAGES)


def test_every_code_of_a_field_has_its_sentence_and_is_documented() -> None:
    listed = document()["components"]["schemas"]["ErrorDetail"]["properties"]["code"]["enum"]
    codes = {code for name, code in raised() if name == "FieldError"}
    assert {"required", "not_a_phone"} <= codes
    assert codes - set(FIELD_MESSAGES) == set()
    assert set(listed) == set(FIELD_MESSAGES)
    assert {code for _, code in NAMED} <= set(FIELD_MESSAGES)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_code_is_told_to_clients_with_its_meaning(code: str) -> None:
    described = document()["components"]["schemas"]["ErrorBody"]["properties"]["code"]["description"]
    assert f"`{code}`: " in described
