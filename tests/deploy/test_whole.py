"""From an empty account to a bell that was rung, answered and closed in it: the whole of `make deploy`.

CloudFormation, the table, the key in its safe and the application are real or emulated; Chalice and API Gateway are
stood in for by the application's own test client, the stream and the timers by a hand that moves the bell's row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

import app as application
from chalicelib import wiring
from infra.deploy.course import Course
from infra.deploy.smoke import Ask
from infra.deploy.telling import Failed
from tests.deploy.conftest import Listener

TABLE = "consultation-bell-prod"


@pytest.fixture
def ready(course: Course, tmp_path: Path) -> Iterator[Course]:
    course.aws.client("secretsmanager").create_secret(
        Name="consultation-bell/prod/key", SecretString=json.dumps({"SECRET_KEY": "k" * 64})
    )
    course.ask = lambda _: _asking(tmp_path)
    course.sleep = lambda _: _move(course)
    yield course
    wiring.install(None)


def _asking(folder: Path) -> Ask:
    def ask(method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:
        with Client(application.app, project_dir=str(folder)) as client:
            sent = {"Content-Type": "application/json", **headers}
            answer = client.http.request(
                method, path, headers=sent, body=b"" if body is None else json.dumps(body).encode()
            )
            return answer.status_code, json.loads(answer.body)

    return ask


def _move(course: Course) -> None:
    """What the stream, `react` and a timer do to a bell's row: it waits with another token."""
    client = course.aws.client("dynamodb")
    for row in _bells(course):
        client.update_item(
            TableName=TABLE,
            Key={"pk": row["pk"], "sk": {"S": "HEAD"}},
            UpdateExpression="SET task_token = :t ADD hops :one",
            ExpressionAttributeValues={":t": {"S": "token"}, ":one": {"N": "1"}},
        )


def _bells(course: Course) -> list[dict[str, Any]]:
    rows = course.aws.client("dynamodb").scan(TableName=TABLE)["Items"]
    return [row for row in rows if row["pk"]["S"].startswith("BELL#") and row["sk"]["S"] == "HEAD"]


def test_a_bell_is_rung_answered_and_closed_in_what_was_deployed(ready: Course, tell: Listener) -> None:
    before = dict(os.environ)
    ready.deploy()
    assert "it has no place yet" in tell.told
    assert "Rung: ZZ-" in tell.told
    assert "its record is intact" in tell.told
    assert "Stage prod is in service" in tell.told
    assert _bells(ready) == []
    assert dict(os.environ) == before, "the operator's own environment is as it was"


def test_a_stream_that_nobody_hears_ends_the_deployment(ready: Course, tell: Listener) -> None:
    ready.sleep = lambda _: None
    with pytest.raises(Failed, match="no timer was started"):
        ready.deploy()
    assert "is in service" not in tell.told
    assert _bells(ready) == [], "not even then does it leave a bell behind"
    ready.sleep = lambda _: _move(ready)
    ready.deploy()
    assert "is in service" in tell.told
