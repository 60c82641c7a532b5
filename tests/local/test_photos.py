"""Photos on one's own machine: sent by a browser's form, shown by a link, there after the power failed."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from botocore.session import Session, get_session

from chalicelib.core.uploads import file_id, small
from chalicelib.files import S3Files
from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.photos import INCOMING_SECONDS, Shelf, keeping
from infra.local.surroundings import attach
from tests.local.running import Run, start
from tests.ports import two_free_ports

CASE, PHOTO = "MX7F3K92QD", file_id("image/jpeg", 7)
A_DAY = 86_400
"""The runs go sixty times as fast as this test."""
CONTENT = bytes(range(256)) * 2000 + b"\r\n--"


class _Now:
    """The wall clock, as the run has it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits")

    def real(self, seconds: int) -> int:
        return seconds


def _files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> S3Files:
    """The application's own adapter, in this process, on the running platform."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert attach(folder)
    bucket, region = os.environ["PHOTOS_BUCKET"], os.environ["AWS_REGION"]
    return S3Files(bucket, region, _Now(), _session, os.environ["PHOTOS_ENDPOINT"])


def _session() -> Session:
    session = get_session()
    session.set_credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    session.set_config_variable("region", os.environ["AWS_REGION"])
    return session


@pytest.mark.slow
def test_a_photo_survives_a_kill_and_its_link_stays_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = two_free_ports()
    first = start(tmp_path, port)
    files = _files(tmp_path, monkeypatch)
    form = files.upload(CASE, PHOTO, "image/jpeg", 1_000_000, A_DAY)
    assert form.url == f"http://127.0.0.1:{port + 1}/{os.environ['PHOTOS_BUCKET']}/"
    sent = first.http.post(form.url, data=dict(form.fields), files={"file": ("p.jpg", CONTENT)})
    assert sent.status_code == 204, sent.text
    assert sent.headers["access-control-allow-origin"] == "*"
    assert _keep(first, PHOTO)
    link = files.url(CASE, PHOTO, A_DAY)
    shown = first.http.get(link)
    assert (shown.content, shown.headers["content-type"]) == (CONTENT, "image/jpeg")
    waiting = files.upload(CASE, small(PHOTO), "image/jpeg", 1000, A_DAY)
    assert (
        first.http.post(waiting.url, data=dict(waiting.fields), files={"file": b"small"}).status_code == 204
    )
    first.kill()

    second = start(tmp_path, port)
    assert second.http.get(link).content == CONTENT
    assert _keep(second, small(PHOTO))
    assert second.http.get(files.url(CASE, small(PHOTO), A_DAY)).content == b"small"
    second.kill()
    for run in (first, second):
        assert run.process.stdout is not None
        run.process.stdout.close()


def _keep(run: Run, photo: str) -> bool:
    """The application keeps a file."""
    return bool(run.http.post(f"/photos/{CASE}/{photo}").json()["kept"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Path]]:
    folder = tmp_path_factory.mktemp("data")
    run = start(folder, two_free_ports())
    yield run, folder
    run.kill()
    assert run.process.stdout is not None
    run.process.stdout.close()


def test_a_form_sent_in_a_browser_of_old_leads_back_to_the_page(
    running: tuple[Run, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folder = running
    files = _files(folder, monkeypatch)
    back = f"http://127.0.0.1:{run.port}/c/{CASE}?added=1"
    form = files.upload(CASE, PHOTO, "image/jpeg", 1000, A_DAY, back)
    sent = run.http.post(form.url, data=dict(form.fields), files={"file": b"x"})
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"{back}&bucket=")


def test_a_browser_may_ask_before_it_sends(running: tuple[Run, Path]) -> None:
    run, _ = running
    asked = run.http.options(
        f"http://127.0.0.1:{run.port + 1}/bucket/", headers={"Access-Control-Request-Method": "POST"}
    )
    assert asked.status_code == 200
    assert "POST" in asked.headers["access-control-allow-methods"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
def test_whoever_brings_no_signature_gets_nothing(running: tuple[Run, Path], method: str) -> None:
    run, folder = running
    bucket = f"http://127.0.0.1:{run.port + 1}/consultation-bell-local-photos-123456789012"
    answer = run.http.request(
        method, f"{bucket}/kept/{CASE}/{PHOTO}", content=b"x" if method == "PUT" else None
    )
    assert 400 <= answer.status_code < 500
    assert not (folder / "photos" / "kept").exists()


def test_tools_are_answered_on_this_machine_only_and_photos_from_everywhere(
    running: tuple[Run, Path],
) -> None:
    run, _ = running
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20261123/eu-central-1/s3/aws4_request"}
    said = []
    for headers in (signed, {}):
        caller = HTTPConnection("127.0.0.1", run.port + 1, timeout=10, source_address=("127.0.0.2", 0))
        caller.request("GET", "/", headers=headers)
        said.append(caller.getresponse().read().decode())
        caller.close()
    assert said[0] == "AWS tools can be used on this machine only."
    assert "A signed form or link is expected" in said[1]


def test_a_huge_file_is_refused_before_it_is_read(running: tuple[Run, Path]) -> None:
    run, _ = running
    caller = HTTPConnection("127.0.0.1", run.port + 1, timeout=10)
    caller.putrequest("POST", "/bucket/")
    caller.putheader("Content-Length", str(10**9))
    caller.endheaders()
    assert caller.getresponse().status == 413
    caller.close()


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with embedded_aws() as made:
        yield made


def test_what_nobody_kept_for_two_days_is_gone_at_the_next_start(aws: EmbeddedAws, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for folder in ("incoming", "kept"):
        shelf.write(f"{folder}/{CASE}/{PHOTO}", b"old")
        path = tmp_path / "photos" / folder / CASE / PHOTO
        long_ago = path.stat().st_mtime - INCOMING_SECONDS - 60
        os.utime(path, (long_ago, long_ago))
    shelf.write(f"incoming/{CASE}/{small(PHOTO)}", b"new")
    assert shelf.restore(aws.photos) == 2
    assert aws.photos.get(f"incoming/{CASE}/{PHOTO}") is None
    assert aws.photos.get(f"kept/{CASE}/{PHOTO}") == ("image/jpeg", b"old")
    assert not (tmp_path / "photos" / "incoming" / CASE / PHOTO).exists()


def test_what_a_killed_process_left_half_written_is_swept_up(aws: EmbeddedAws, tmp_path: Path) -> None:
    torn = tmp_path / "photos" / "kept" / CASE / f"{PHOTO}~"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"hal")
    assert Shelf(tmp_path).restore(aws.photos) == 0
    assert not torn.exists()


def test_what_is_removed_stays_removed_and_no_key_leads_out(aws: EmbeddedAws, tmp_path: Path) -> None:
    client, name = aws.client("s3"), aws.photos.name
    with keeping(Shelf(tmp_path), name):
        for key in (f"kept/{CASE}/{PHOTO}", "kept/../../../x", "elsewhere/a/b"):
            client.put_object(Bucket=name, Key=key, Body=b"x")
        assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [PHOTO]
        client.delete_object(Bucket=name, Key=f"kept/{CASE}/{PHOTO}")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
