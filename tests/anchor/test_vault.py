"""What is put into the vault stays as it was put there."""

from __future__ import annotations

import threading
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.session import get_session

from chalicelib.core.errors import Unavailable
from chalicelib.files.vault import S3Vault
from chalicelib.ports import Vault
from infra.local.embedded import REGION
from tests.anchor.conftest import BUCKET


def test_what_was_put_is_read_back_and_listed_in_order(vault: Vault) -> None:
    for date in ("2026-11-25", "2026-11-24"):
        assert vault.put(f"roots/{date}.json", f"按铃 {date}") == f"按铃 {date}"
    vault.put("leaves/2026-11-24.json", "[]")
    assert vault.get("roots/2026-11-25.json") == "按铃 2026-11-25"
    assert vault.names("roots/") == ("roots/2026-11-24.json", "roots/2026-11-25.json")


def test_what_is_not_there_is_none(vault: Vault) -> None:
    assert vault.get("roots/2026-11-25.json") is None
    assert vault.names("roots/") == ()


def test_nothing_is_written_over(vault: Vault) -> None:
    vault.put("roots/a.json", "first")
    assert vault.put("roots/a.json", "second") == "first"
    assert vault.get("roots/a.json") == "first"


def test_of_many_writers_at_once_all_get_what_the_first_wrote(vault: Vault) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(vault.put("roots/a.json", str(n)))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [vault.get("roots/a.json")] * 8


def test_nobody_can_remove_what_was_put_there(s3: Any) -> None:
    S3Vault(BUCKET, REGION, get_session).put("roots/a.json", "first")
    head = s3.head_object(Bucket=BUCKET, Key="roots/a.json")
    assert head["ObjectLockMode"] == "COMPLIANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="roots/a.json", VersionId=head["VersionId"])


def test_every_write_asks_whether_there_is_something_already(s3: Any) -> None:
    """The bucket's policy refuses whoever does not."""
    vault = S3Vault(BUCKET, REGION, get_session)
    with patch.object(vault._client, "put_object", wraps=vault._client.put_object) as put:
        vault.put("roots/a.json", "first")
        vault.put("leaves/2026-11-24/000000.json", "second")
    assert [call.kwargs["IfNoneMatch"] for call in put.call_args_list] == ["*", "*"]


def test_more_than_a_page_of_names_is_listed(s3: Any) -> None:
    vault = S3Vault(BUCKET, REGION, get_session)
    with patch.object(vault._client, "list_objects_v2", wraps=_by_two(vault._client)) as listed:
        for number in range(5):
            vault.put(f"roots/{number}", "x")
        assert vault.names("roots/") == tuple(f"roots/{number}" for number in range(5))
    assert listed.call_count == 3


def _by_two(client: Any) -> Any:
    real = client.list_objects_v2
    return lambda **given: real(MaxKeys=2, **given)


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://s3.example"),
        ClientError({"Error": {"Code": "SlowDown"}}, "PutObject"),
        ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject"),
        ClientError(
            {"Error": {"Code": "503"}}, "PutObject"
        ),  # what botocore makes of an answer without a body
    ],
)
def test_an_outcome_that_is_not_known_is_no_success(s3: Any, error: Exception) -> None:
    vault = S3Vault(BUCKET, REGION, get_session)
    with patch.object(vault._client, "put_object", side_effect=error), pytest.raises(Unavailable):
        vault.put("roots/a.json", "x")


def test_what_may_not_be_done_is_not_taken_for_missing(s3: Any) -> None:
    vault = S3Vault(BUCKET, REGION, get_session)
    denied = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
    with patch.object(vault._client, "get_object", side_effect=denied), pytest.raises(ClientError):
        vault.get("roots/a.json")
