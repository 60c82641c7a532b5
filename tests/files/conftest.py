"""Both file stores, and the browser that each of them serves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import pytest

from chalicelib import aws_models
from chalicelib.files import S3Files
from chalicelib.files.signing import Credentials
from chalicelib.ports import Files
from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.uploads import Door
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles

HOST = "127.0.0.1:8001"


class Shop(Protocol):
    """A file store and its customers."""

    files: Files
    clock: FakeClock

    def post(self, url: str, fields: Mapping[str, str], content: bytes) -> int:
        """Send a form with a file, as a browser does: the status."""

    def fetch(self, url: str) -> tuple[int, str, bytes]:
        """Open a link: status, media type, content."""

    def expire(self, owner: str, file_id: str) -> None:
        """The two days of what is incoming are over."""


class FakeShop:
    """The file store in memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fake = FakeFiles(self.clock)
        self.files: Files = self.fake
        self.post, self.fetch = self.fake.post, self.fake.fetch

    def expire(self, owner: str, file_id: str) -> None:
        del self.fake.stored[f"incoming/{owner}/{file_id}"]


@dataclass
class S3Shop:
    """The file store on the embedded S3, whose door keeps to what is signed."""

    aws: EmbeddedAws
    clock: FakeClock

    def __post_init__(self) -> None:
        name, region = self.aws.photos.name, self.aws.region
        self.files: Files = S3Files(name, region, self.clock, aws_models.session, f"http://{HOST}")
        self.door = Door(self.aws.photos, _credentials(), self.clock.now)

    def post(self, url: str, fields: Mapping[str, str], content: bytes) -> int:
        request = httpx.Request("POST", url, data=dict(fields), files={"file": ("../photo.jpg", content)})
        return self.door.answer("POST", urlsplit(url).path, dict(request.headers), request.read())[0]

    def fetch(self, url: str) -> tuple[int, str, bytes]:
        parts = urlsplit(url)
        assert parts.netloc == HOST
        status, headers, body = self.door.answer("GET", f"{parts.path}?{parts.query}", {"Host": HOST}, b"")
        return (status, headers["Content-Type"], body) if status == 200 else (status, "", b"")

    def expire(self, owner: str, file_id: str) -> None:
        self.aws.client("s3").delete_object(Bucket=self.aws.photos.name, Key=f"incoming/{owner}/{file_id}")


def _credentials() -> Credentials:
    """Those that the emulator put in place."""
    return Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with embedded_aws() as made:
        yield made


@pytest.fixture(params=["fake", "s3"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """The same promises, kept by both."""
    if request.param == "fake":
        return FakeShop()
    return S3Shop(request.getfixturevalue("aws"), FakeClock())
