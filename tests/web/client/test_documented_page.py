"""The page in docs/http.md makes a video."""

import re
from pathlib import Path

import pytest

import server as package
from tests.harness.browser import Page
from tests.harness.limits import HANG_S
from tests.harness.media import contents
from tests.harness.page_origin import serve_pages

pytestmark = pytest.mark.browser

DOCUMENT = Path(package.__file__).parents[1] / "docs" / "http.md"


def documented_page(url: str) -> str:
    """Return the example with this server, and with an icon, which a browser asks for."""
    text = DOCUMENT.read_text("utf-8")
    [page] = re.findall(r"^```html\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert page.count("https://render.example") == 2
    icon = '<link rel="icon" href="data:,">'
    return str(page.replace("https://render.example", url).replace("<title>", f"{icon}<title>"))


@pytest.mark.slow
async def test_the_page_makes_a_video(
    url: str, files: dict[str, Path], page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "example.html").write_text(documented_page(url), "utf-8")
    async with serve_pages({"/page": folder}) as origin:
        await page.open(f"{origin}/page/example.html")
        await page.choose("[name=track]", files["audio"])
        await page.choose("[name=photo]", files["image"])
        await page.click("button")
        saved = await page.downloaded(HANG_S)
        output = await page.run("document.querySelector('output').textContent")
        height = await page.run("document.images[0].naturalHeight")
        assert (output, height > 0, page.complaints()) == ("completed", True, [])
    [picture] = [
        each for each in contents(tmp_path / saved.name)["streams"] if each["codec_type"] == "video"
    ]
    assert (picture["width"], picture["height"], picture["nb_read_packets"]) == (36, 64, "30")
