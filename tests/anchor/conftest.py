"""Both vaults: the one in memory, and S3 with its objects locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session

from chalicelib.files.vault import S3Vault
from chalicelib.ports import Vault
from infra.local.embedded import REGION, embedded_aws
from infra.template import load_template
from tests.fakes.vault import FakeVault
from tests.fakes.world import World

BUCKET = "locked-anchors"


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.anchor.service._kept", None)


@pytest.fixture
def s3() -> Iterator[Any]:
    """A client, and a bucket that is locked as the template says."""
    with embedded_aws() as aws:
        client = aws.client("s3")
        where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True, **where)
        lock = load_template()["Resources"]["Anchors"]["Properties"]["ObjectLockConfiguration"]
        retention = {**lock["Rule"]["DefaultRetention"], "Mode": "COMPLIANCE", "Days": 3650}
        lock = {**lock, "Rule": {"DefaultRetention": retention}}
        client.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
        yield client


@pytest.fixture(params=["fake", "s3"])
def vault(request: pytest.FixtureRequest) -> Vault:
    """Each vault."""
    if request.param == "fake":
        return FakeVault()
    request.getfixturevalue("s3")
    return S3Vault(BUCKET, REGION, get_session)


@pytest.fixture
def world(vault: Vault) -> World:
    """The platform with that vault."""
    from dataclasses import replace

    built = World()
    built.ports = replace(built.ports, vault=vault)
    return built
