"""What S3 is asked, and by which addresses and signatures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import get_session

from chalicelib.core.errors import Unavailable
from chalicelib.core.uploads import ENDINGS, file_id
from chalicelib.files import S3Files, address, origin
from infra.local.embedded import EmbeddedAws
from tests.conftest import Calls
from tests.fakes.clock import START, FakeClock
from tests.files.conftest import S3Shop

CASE, PHOTO = "MX7F3K92QD", file_id("image/jpeg", 255)
Counting = Callable[[], AbstractContextManager[Calls]]


class _Session:
    """A session with these credentials and no way to make a client."""

    def __init__(self, token: str | None = None) -> None:
        self._credentials = BotocoreCredentials(
            "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token
        )

    def get_credentials(self) -> BotocoreCredentials:
        return self._credentials


def _files(region: str = "cn-north-1", token: str | None = None, endpoint: str = "") -> S3Files:
    return S3Files("photos", region, FakeClock(), lambda: _Session(token), endpoint)  # type: ignore[arg-type, return-value]


def _botocore(monkeypatch: pytest.MonkeyPatch, region: str, token: str | None) -> Any:
    """botocore's own client, whose time stands still."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: START)
    credentials = {
        "aws_access_key_id": "AKIDEXAMPLE",
        "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "aws_session_token": token,
    }
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return get_session().create_client("s3", region_name=region, config=config, **credentials)


@pytest.mark.parametrize("token", [None, "a/token+of=a role"])
@pytest.mark.parametrize("region", ["cn-north-1", "eu-central-1"])
def test_a_link_is_the_one_that_amazon_s_own_library_makes(
    monkeypatch: pytest.MonkeyPatch, region: str, token: str | None
) -> None:
    asked = {
        "Bucket": "photos",
        "Key": f"kept/{CASE}/{PHOTO}",
        "ResponseCacheControl": "private, max-age=600",
        "ResponseContentDisposition": "inline",
        "ResponseContentType": "image/jpeg",
    }
    client = _botocore(monkeypatch, region, token)
    theirs = urlsplit(client.generate_presigned_url("get_object", Params=asked, ExpiresIn=1200))
    ours = urlsplit(_files(region, token).url(CASE, PHOTO, 600))
    assert (ours.netloc, ours.path) == (theirs.netloc, theirs.path)
    assert dict(parse_qsl(ours.query)) == dict(parse_qsl(theirs.query))


@pytest.mark.parametrize("token", [None, "a/token+of=a role"])
def test_a_form_is_signed_as_amazon_s_own_library_signs(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    from chalicelib.files.signing import Credentials, Signer

    ours = _files("cn-north-1", token).upload(CASE, PHOTO, "image/jpeg", 1000, 600)
    client = _botocore(monkeypatch, "cn-north-1", token)
    theirs = client.generate_presigned_post(
        "photos",
        f"incoming/{CASE}/{PHOTO}",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 1000]],
    )
    assert ours.url == theirs["url"]
    assert set(ours.fields) == set(theirs["fields"])
    who = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token or "")
    signer = Signer(who, "cn-north-1", START)
    assert signer.sign(theirs["fields"]["policy"]) == theirs["fields"]["x-amz-signature"]
    assert signer.sign(ours.fields["policy"]) == ours.fields["x-amz-signature"]
    for name in ("x-amz-credential", "x-amz-date", "x-amz-algorithm", "key"):
        assert ours.fields[name] == theirs["fields"][name]


def test_the_bucket_has_amazon_s_name_unless_it_is_elsewhere() -> None:
    assert address("photos", "cn-north-1") == "https://photos.s3.cn-north-1.amazonaws.com.cn"
    assert address("photos", "eu-central-1") == "https://photos.s3.eu-central-1.amazonaws.com"
    assert address("photos", "eu-central-1", "http://127.0.0.1:8001/") == "http://127.0.0.1:8001/photos"
    assert origin("photos", "eu-central-1") == "https://photos.s3.eu-central-1.amazonaws.com"
    assert origin("photos", "eu-central-1", "http://127.0.0.1:8001") == "http://127.0.0.1:8001"


def test_forms_and_links_cost_no_call_and_no_client(count_aws_calls: Counting) -> None:
    with count_aws_calls() as calls:
        _files().upload(CASE, PHOTO, "image/jpeg", 1000, 600)
        _files().url(CASE, PHOTO, 600)
    assert calls == {}


def test_keeping_is_one_call_and_a_second_one_only_when_nothing_came(
    aws: EmbeddedAws, count_aws_calls: Counting
) -> None:
    shop = S3Shop(aws, FakeClock())
    shop.aws.photos.put(f"incoming/{CASE}/{PHOTO}", "image/jpeg", b"x")
    with count_aws_calls() as calls:
        assert shop.files.keep(CASE, PHOTO)
        assert shop.files.keep(CASE, PHOTO)
    assert calls == {"CopyObject": 2}
    with count_aws_calls() as calls:
        assert not shop.files.keep(CASE, file_id("image/png", 1))
    assert calls == {"CopyObject": 1, "HeadObject": 1}


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_file_is_shown_as_what_its_id_says_whatever_was_sent(aws: EmbeddedAws, kind: str) -> None:
    shop = S3Shop(aws, FakeClock())
    paper = file_id(kind, 4096)
    aws.photos.put(f"kept/{CASE}/{paper}", "text/html", b"<script>")
    assert shop.fetch(shop.files.url(CASE, paper, 60))[:2] == (200, kind)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "a\n", "é", "x" * 101])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    for ask in (
        lambda: _files().upload(name, PHOTO, "image/jpeg", 1, 1),
        lambda: _files().url(CASE, name, 1),
        lambda: _files().keep(name, PHOTO),
    ):
        with pytest.raises(ValueError, match="cannot be part"):
            ask()


class _Failing:
    """A client whose every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def copy_object(self, **_: object) -> None:
        raise self._error

    head_object = copy_object


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EndpointConnectionError(endpoint_url="https://s3"), Unavailable),
        (ClientError({"Error": {"Code": "SlowDown"}}, "CopyObject"), Unavailable),
        (ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "CopyObject"), Unavailable),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "CopyObject"), ClientError),
    ],
)
def test_a_store_that_does_not_answer_is_not_a_photo_that_never_came(
    error: Exception, expected: type[Exception]
) -> None:
    files = _files()
    files.__dict__["_client"] = _Failing(error)
    with pytest.raises(expected):
        files.keep(CASE, PHOTO)


def test_without_credentials_the_operator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Session, "get_credentials", lambda _: None)
    with pytest.raises(RuntimeError, match="credentials"):
        _files().url(CASE, PHOTO, 60)


def test_the_instant_is_the_clock_s() -> None:
    form = _files().upload(CASE, PHOTO, "image/jpeg", 1000, 600)
    assert (form.until - START).total_seconds() == 600
    assert datetime.strptime(form.fields["x-amz-date"], "%Y%m%dT%H%M%S%z") == START


def test_a_ring_pays_nothing_for_photos() -> None:
    script = (
        "import sys, chalicelib.wiring; print([m for m in sys.modules if m.startswith('chalicelib.files.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
