"""One platform and one browser for the whole folder; each test brings its own people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.running import Platform, running
from tests.browser.visits import Visitors, chromium


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("platform")) as started:
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visitors(browser: Browser, platform: Platform) -> Iterator[Visitors]:
    """People at their browsers; a complaint that a test does not expect fails it."""
    people = Visitors(browser, platform.url)
    yield people
    assert people.leave() == []
