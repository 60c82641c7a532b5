"""What anybody may rely on of the file store, in memory and on S3."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from chalicelib.core.uploads import SMALL_BYTES, file_id, small
from tests.files.conftest import Shop

CASE = "MX7F3K92QD"
JPEG = "image/jpeg"
_numbers = count(1)


@pytest.fixture
def photo() -> str:
    """The id of a photo that nobody has sent yet."""
    return file_id(JPEG, next(_numbers))


def test_a_photo_that_was_sent_and_kept_is_shown_by_a_link(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    assert form.id == photo
    assert form.most_bytes == 1000
    assert shop.post(form.url, form.fields, b"a picture \x00\r\n--") == 204
    assert shop.files.keep(CASE, photo)
    assert shop.fetch(shop.files.url(CASE, photo, 600)) == (200, JPEG, b"a picture \x00\r\n--")


def test_a_file_that_never_came_is_not_kept_and_its_link_shows_nothing(shop: Shop, photo: str) -> None:
    assert not shop.files.keep(CASE, photo)
    assert shop.fetch(shop.files.url(CASE, photo, 600))[0] == 404


def test_a_file_that_was_not_kept_cannot_be_seen(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"a picture")
    assert shop.fetch(shop.files.url(CASE, photo, 600))[0] == 404


def test_keeping_twice_is_keeping_even_when_the_upload_has_gone(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"a picture")
    assert shop.files.keep(CASE, photo)
    assert shop.files.keep(CASE, photo)
    shop.expire(CASE, photo)
    assert shop.files.keep(CASE, photo)


def test_what_was_kept_is_never_changed_by_sending_something_else(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"the signed sheet")
    shop.files.keep(CASE, photo)
    assert shop.post(form.url, form.fields, b"another sheet") == 204
    assert shop.files.keep(CASE, photo)
    assert shop.fetch(shop.files.url(CASE, photo, 600))[2] == b"the signed sheet"


def test_a_thumbnail_lies_beside_its_photo(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, small(photo), JPEG, SMALL_BYTES, 600)
    shop.post(form.url, form.fields, b"small")
    assert shop.files.keep(CASE, small(photo))
    assert not shop.files.keep(CASE, photo)
    assert shop.fetch(shop.files.url(CASE, small(photo), 600)) == (200, JPEG, b"small")


def test_files_of_another_case_are_other_files(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"a picture")
    assert not shop.files.keep("MX7F3K92R0", photo)


@pytest.mark.parametrize(("size", "status"), [(0, 400), (1, 204), (1000, 204), (1001, 400)])
def test_a_size_that_was_not_agreed_is_refused(shop: Shop, photo: str, size: int, status: int) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    assert shop.post(form.url, form.fields, b"x" * size) == status
    assert shop.files.keep(CASE, photo) == (status == 204)


@pytest.mark.parametrize(
    "change",
    [
        {"Content-Type": "text/html"},
        {"key": "kept/MX7F3K92QD/0000000000000001.jpg"},
        {"key": "incoming/MX7F3K92R0/0000000000000001.jpg"},
        {"acl": "public-read"},
        {"success_action_redirect": "https://elsewhere.example"},
    ],
)
def test_a_form_that_somebody_changed_is_refused(shop: Shop, photo: str, change: dict[str, str]) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    assert shop.post(form.url, {**form.fields, **change}, b"x") == 403
    assert not shop.files.keep(CASE, photo)


def test_a_form_without_its_policy_is_refused(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    rest = {name: value for name, value in form.fields.items() if name != "policy"}
    assert shop.post(form.url, rest, b"x") == 403


def test_a_form_is_good_until_its_instant(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.clock.advance(seconds=599)
    assert shop.post(form.url, form.fields, b"x") == 204
    assert shop.clock.advance(seconds=1) == form.until
    assert shop.post(form.url, form.fields, b"x") == 403


def test_a_link_stays_the_same_for_a_while(shop: Shop, photo: str) -> None:
    shop.clock.advance(seconds=900 - shop.clock.now().timestamp() % 900)
    links = []
    for _ in range(3):
        links.append(shop.files.url(CASE, photo, 900))
        shop.clock.advance(seconds=450)
    assert links[0] == links[1] != links[2]


@pytest.mark.parametrize("late", [0, 1, 59])
def test_a_link_is_good_for_so_long_and_never_for_more_than_twice_as_long(
    shop: Shop, photo: str, late: int
) -> None:
    shop.clock.advance(seconds=late)
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"x")
    shop.files.keep(CASE, photo)
    link = shop.files.url(CASE, photo, 60)
    shop.clock.advance(seconds=59)
    assert shop.fetch(link)[0] == 200
    shop.clock.advance(seconds=61)
    assert shop.fetch(link)[0] == 403


def test_a_browser_without_script_is_sent_back_to_the_page(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600, "https://bell.example.org/c/MX7F3K92QD?added=1")
    assert form.fields["success_action_redirect"] == "https://bell.example.org/c/MX7F3K92QD?added=1"
    assert shop.post(form.url, form.fields, b"x") == 303
    assert shop.files.keep(CASE, photo)


def test_a_form_can_be_kept_and_compared(shop: Shop, photo: str) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    assert shop.files.upload(CASE, photo, JPEG, 1000, 600) == form
    assert replace(form, id="another") != form


def test_a_file_that_was_removed_is_shown_to_nobody_and_removing_it_again_is_no_error(
    shop: Shop, photo: str
) -> None:
    form = shop.files.upload(CASE, photo, JPEG, 1000, 600)
    shop.post(form.url, form.fields, b"my living room")
    shop.files.keep(CASE, photo)
    link = shop.files.url(CASE, photo, 600)
    shop.files.remove(CASE, photo)
    assert shop.fetch(link)[0] == 404
    shop.files.remove(CASE, photo)
