"""The script of docs/http.md that shows a thumbnail, in a page of another origin."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from server.jobs.previews import thumbnails
from tests.harness.browser import Page
from tests.harness.limits import HANG_S
from tests.http.conftest import Running

pytestmark = pytest.mark.browser

DOCUMENT = (Path(__file__).parents[3] / "docs" / "http.md").read_text("utf-8")
(SHOW,) = re.findall(r"```js\n(async function showThumbnail.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.slow
async def test_a_page_shows_a_thumbnail_once_it_is_drawn(
    drawing: Running, origin: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At first it is missing; and what is never there is requested as often as allowed."""
    monkeypatch.setattr(thumbnails, "TIME_S", Decimal("0.5"))
    monkeypatch.setattr(thumbnails, "_WAIT_S", 0.0)
    url = f"{drawing.url}/effects/level/thumbnail.webp"
    await page.open(origin)
    await page.run(f"{SHOW}; const image = new Image(); window.image = image; 0")
    for name, attempts in (("none", 3), ("trail", 1)):
        await page.run(f"showThumbnail(image, '{url.replace('level', name)}', {attempts})")
    await page.run(f"showThumbnail(image, '{url}')")
    await page.until("image.naturalWidth === 320", HANG_S)
    requests = [each["url"] for each in page.requests() if "thumbnail" in each["url"]]
    counts = {name: sum(name in each for each in requests) for name in ("none", "trail", "level")}
    assert (counts["none"], counts["trail"]) == (1, 1)
    assert counts["level"] >= 3  # refused at least once, asked again, and the picture itself
