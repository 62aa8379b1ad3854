"""The browser tests' stage: one hub, one sandbox and one browser for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.dashboard import Person, Stage, browser, person, stage


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def someone(chromium: Browser, where: Stage) -> Iterator[Person]:
    """A person at a fresh browser, not signed in."""
    with person(chromium, where) as opened:
        yield opened


@pytest.fixture
def admin(someone: Person) -> Person:
    """The first administrator, signed in."""
    someone.sign_in()
    return someone
