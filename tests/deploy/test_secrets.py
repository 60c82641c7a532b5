"""The key that everything hangs on lies in a safe: not in a file, not in a function's environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest
from botocore.session import get_session
from moto import mock_aws

from chalicelib import wiring
from chalicelib.config import LOCAL_KEY, ConfigError, Settings
from tests.conftest import Calls

ENVIRONMENT = {
    "STAGE": "prod",
    "TABLE_NAME": "consultation-bell-prod",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:consultation-bell-prod-escalation",
    "PHOTOS_BUCKET": "photos",
    "ANCHORS_BUCKET": "anchors",
    "PUBLIC_URL": "https://bell.example.org",
    "AWS_REGION": "eu-central-1",
}


@pytest.fixture
def safe() -> Iterator[str]:
    with mock_aws(), patch.dict(os.environ, ENVIRONMENT):
        os.environ.pop("SECRET_KEY", None)
        client = get_session().create_client("secretsmanager", region_name="eu-central-1")
        secret = client.create_secret(
            Name="consultation-bell/prod/key", SecretString=json.dumps({"SECRET_KEY": "k" * 64})
        )
        wiring.install(None)
        yield secret["ARN"]
        wiring.install(None)


def test_a_fresh_process_opens_the_safe_once_and_never_again(
    safe: str, count_aws_calls: Callable[[], AbstractContextManager[Calls]]
) -> None:
    os.environ["SECRETS"] = safe
    with count_aws_calls() as calls:
        assert wiring.settings().key == b"k" * 64
        assert wiring.ports().policy.key == b"k" * 64
        assert wiring.settings().key == b"k" * 64
    assert calls == {"GetSecretValue": 1}


def test_a_key_in_the_environment_needs_no_safe(
    safe: str, count_aws_calls: Callable[[], AbstractContextManager[Calls]]
) -> None:
    os.environ.update(SECRETS=safe, SECRET_KEY="e" * 40)
    with count_aws_calls() as calls:
        assert wiring.settings().key == b"e" * 40
    assert not calls


def test_without_either_it_does_not_start(safe: str) -> None:
    os.environ.pop("SECRETS", None)
    with pytest.raises(Exception, match="make deploy"):
        wiring.settings()


def test_a_deployed_function_that_was_told_no_stage_does_not_start_with_the_key_that_everybody_knows() -> (
    None
):
    unnamed = {name: value for name, value in ENVIRONMENT.items() if name != "STAGE"}
    assert Settings.from_env(unnamed).key == LOCAL_KEY.encode()
    with pytest.raises(ConfigError, match="STAGE"):
        Settings.from_env({**unnamed, "AWS_LAMBDA_FUNCTION_NAME": "consultation-bell-prod"})
