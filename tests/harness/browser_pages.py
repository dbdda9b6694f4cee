"""One Chromium for the tests of a module, and a page in a browsing context of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.harness.browser import Chromium, Page


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("chromium")) as chromium:
        yield chromium


@pytest.fixture
async def page(chromium: Chromium, tmp_path: Path) -> AsyncIterator[Page]:
    """Open a page, whose downloads are in `tmp_path`."""
    async with chromium.page(tmp_path) as page:
        yield page
