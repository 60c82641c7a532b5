"""Where the photos are: what the operator says, and what pages may therefore load and send."""

from __future__ import annotations

import pytest

from chalicelib import wiring
from chalicelib.config import ConfigError, Settings
from chalicelib.web.headers import CONTENT_SECURITY_POLICY, content_security_policy

ENVIRONMENT = {
    "STAGE": "prod",
    "TABLE_NAME": "t",
    "STATE_MACHINE_ARN": "arn",
    "PUBLIC_URL": "https://bell.example.org/api",
    "SECRET_KEY": "x" * 32,
    "AWS_REGION": "cn-north-1",
    "PHOTOS_BUCKET": "bell-photos",
    "ANCHORS_BUCKET": "bell-anchors",
}
STORE = "https://bell-photos.s3.cn-north-1.amazonaws.com.cn"


def test_a_deployed_stage_must_name_its_bucket_and_one_s_own_machine_need_not() -> None:
    rest = {name: value for name, value in ENVIRONMENT.items() if name != "PHOTOS_BUCKET"}
    with pytest.raises(ConfigError, match="PHOTOS_BUCKET"):
        Settings.from_env(rest)
    assert Settings.from_env({**rest, "STAGE": "local"}).photos_bucket == ""


def test_an_endpoint_that_is_no_address_is_refused() -> None:
    with pytest.raises(ConfigError, match="PHOTOS_ENDPOINT"):
        Settings.from_env({**ENVIRONMENT, "PHOTOS_ENDPOINT": "127.0.0.1:8001"})


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, STORE),
        ({"PHOTOS_ENDPOINT": "http://127.0.0.1:8001"}, "http://127.0.0.1:8001"),
        ({"PHOTOS_BUCKET": ""}, ""),
    ],
)
def test_pages_are_told_where_the_photos_are(changes: dict[str, str], origin: str) -> None:
    settings = Settings.from_env({**ENVIRONMENT, "STAGE": "local", **changes})
    assert wiring.policy_of(settings).files_origin == origin


def test_a_page_may_show_photos_send_them_and_come_back_and_nothing_else() -> None:
    rules = dict(
        rule.split(" ", 1) for rule in content_security_policy(STORE, "https://bell.cn/api").split("; ")
    )
    usual = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules.pop("img-src") == f"'self' data: {STORE}"
    assert rules.pop("connect-src") == f"'self' {STORE}"
    assert rules.pop("form-action") == f"'self' {STORE} https://bell.cn"
    assert rules.items() <= usual.items()


def test_without_a_file_store_nobody_else_is_in_the_policy() -> None:
    assert content_security_policy("", "https://bell.example.org") == CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
