"""The way of a front end with the client in a page of another origin, against the real server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.browser import Page
from tests.harness.javascript_client import PROGRAMS
from tests.harness.limits import HANG_S
from tests.harness.page_origin import serve_pages
from tests.harness.server import Server
from tests.web.client.walk_result import SIZES, check_video, check_walk

pytestmark = pytest.mark.browser

WALK = """
(async () => {
  const client = await import("%(url)s/client/toqibox.js");
  const { walk } = await import("/programs/walk.js");
  const blob = async (path) => (await fetch(path)).blob();
  const [audio, image] = [await blob("/media/track.wav"), await blob("/media/photo.jpg")];
  return walk(client, { server: "%(url)s", audio, image }, () => {});
})()
"""


@pytest.fixture
async def origin(files: dict[str, Path]) -> AsyncIterator[str]:
    """Serve the walk and its media from an origin of their own."""
    folders = {"/programs": PROGRAMS, "/media": files["audio"].parent}
    async with serve_pages(folders) as url:
        yield url


@pytest.mark.slow
async def test_one_upload_and_several_videos(
    server: Server, url: str, page: Page, origin: str, tmp_path: Path
) -> None:
    await page.open(f"{origin}/")
    result = await page.run(WALK % {"url": url})
    check_walk(result, server, tmp_path)
    assert len(result["shares"]) >= 2, "XMLHttpRequest reports the progress of an upload"

    await page.run(f"void (location.href = {json.dumps(result['videos'][0])})")
    saved = await page.downloaded(HANG_S)
    check_video(tmp_path / saved.name, *SIZES[0])
