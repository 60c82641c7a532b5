"""One platform and one browser for the whole folder; each test brings its own people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from infra.demo.client import Client
from infra.demo.people import People
from tests.browser.hall import Hall
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


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Where polls are run: no minute passes faster than it does, and days are let pass at once."""
    with running(tmp_path_factory.mktemp("hall"), speed=1) as started:
        made = Hall(started, People(Client(started.url)))
        made.import_roll()
        yield made


@pytest.fixture
def callers(hall: Hall, browser: Browser) -> Iterator[Visitors]:
    """Visitors of the hall."""
    people = Visitors(browser, hall.platform.url)
    yield people
    assert people.leave() == []
