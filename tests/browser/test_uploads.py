"""Photos in a real browser: redrawn on the device, sent past us to the file store, named in the form."""

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from chalicelib.core.uploads import SMALL_BYTES, file_id, small
from tests.browser.visits import Visitors, in_a_browser
from tests.local.running import Run, start
from tests.ports import two_free_ports

pytestmark = in_a_browser


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(width: int = 3000, height: int = 1500) -> FilePayload:
    """A photo larger than we keep, which says where it was taken."""
    rows = b"".join(b"\0" + bytes((x * y // 97) & 255 for x in range(width * 3)) for y in (1, 2)) * (
        height // 2
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    taken = _chunk(b"tEXt", b"GPS\0 30.2741 N 120.1551 E")
    image = _chunk(b"IHDR", header) + taken + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b"")
    return {"name": "墙 & <b>.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + image}


PAPER: FilePayload = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}
BROKEN: FilePayload = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
LETTER: FilePayload = {"name": "letter.docx", "mimeType": "application/msword", "buffer": b"a letter"}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = start(tmp_path, two_free_ports())
    yield made
    made.kill()
    assert made.process.stdout is not None
    made.process.stdout.close()


@pytest.fixture
def people(browser: Browser, run: Run) -> Iterator[Visitors]:
    visitors = Visitors(browser, f"http://127.0.0.1:{run.port}")
    visitors.expected = ("409", "favicon", f"asked http://127.0.0.1:{run.port + 1}/")
    yield visitors
    assert visitors.leave() == []


def _posted(page: Page) -> dict[str, str]:
    page.get_by_role("button", name="Save").click()
    found: dict[str, str] = json.loads(page.locator("body").inner_text())
    return found


def _kept(folder: Path, name: str) -> bytes:
    return (folder / "photos" / "incoming" / "X" / name).read_bytes()


def test_photos_go_to_the_file_store_small_and_without_their_place(people: Visitors, tmp_path: Path) -> None:
    page = people.context().new_page()
    page.goto("/c/X")
    box, rows = page.locator("input[type=file]"), page.locator(".uploads-list li")

    box.set_input_files([picture()])
    expect(rows).to_contain_text("Not just now.")
    rows.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status")).to_have_text("Attached: 1")
    expect(rows.locator("canvas")).to_be_visible()

    box.set_input_files([PAPER, BROKEN, LETTER])
    expect(page.get_by_role("status")).to_have_text("Attached: 2")
    expect(rows.nth(2)).to_contain_text("cannot be read")
    expect(rows.nth(3)).to_contain_text("Only photos and PDF")

    photo, paper = file_id("image/jpeg", 2), file_id("application/pdf", 3)
    whole, drawn = _kept(tmp_path, photo), _kept(tmp_path, small(photo))
    for content in (whole, drawn):
        assert content.startswith(b"\xff\xd8\xff")
        assert b"GPS" not in content
        assert b"Exif" not in content
    assert len(drawn) <= SMALL_BYTES
    assert (_width(page, whole), _width(page, drawn)) == (2560, 480)
    assert _kept(tmp_path, paper) == PAPER["buffer"]
    assert _posted(page) == {"csrf": "the token", "files": f"{photo},{paper}"}


def test_a_photo_can_be_taken_out_again_and_what_came_back_with_the_form_stays(people: Visitors) -> None:
    page = people.context().new_page()
    page.goto("/c/X?kept=0000000000000009.pdf")
    page.locator("input[type=file]").set_input_files([LETTER, PAPER])
    paper = page.locator(".uploads-list li").nth(1)
    expect(paper).to_contain_text("Not just now.")
    paper.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status")).to_have_text("Attached: 2")
    page.get_by_role("button", name="Remove paper.pdf").click()
    expect(page.get_by_role("status")).to_have_text("Attached: 1")
    assert _posted(page)["files"] == "0000000000000009.pdf"


def test_nothing_is_saved_while_a_photo_is_on_its_way(people: Visitors) -> None:
    page = people.context().new_page()
    page.goto("/c/X")
    page.route("**/c/X", lambda route: None)
    page.locator("input[type=file]").set_input_files([PAPER])
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("One moment")
    assert page.url.endswith("/c/X")


def test_more_than_nine_are_not_taken(people: Visitors) -> None:
    page = people.context().new_page()
    page.goto("/c/X")
    page.locator("input[type=file]").set_input_files([LETTER] * 10)
    expect(page.locator(".uploads-list li")).to_have_count(9)


@pytest.mark.parametrize("script", [True, False])
def test_a_plain_form_goes_to_the_file_store_and_back(people: Visitors, tmp_path: Path, script: bool) -> None:
    page = people.context(java_script_enabled=script).new_page()
    photo = file_id("image/jpeg", 99)
    page.goto(f"/c/X?plain={photo}")
    page.locator("input[type=file]").set_input_files([picture(600, 400)])
    expect(page.get_by_role("button", name="Upload")).to_be_enabled()
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("p").first).to_have_text("added")
    redrawn = _kept(tmp_path, photo).startswith(b"\xff\xd8\xff")
    assert redrawn == script


def _width(page: Page, content: bytes) -> int:
    script = "async (bytes) => (await createImageBitmap(new Blob([new Uint8Array(bytes)]))).width"
    width: int = page.evaluate(script, list(content))
    return width
