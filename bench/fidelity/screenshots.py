"""Screenshots of a video in a headless Chromium."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.harness.browser import Chromium, find_chromium
from tests.harness.charts import Pixels

_PAGE = """<!doctype html><style>body { margin: 0; background: #000 } video { display: block }
</style><video muted src="VIDEO" width="WIDTH" height="HEIGHT"></video>"""
_SEEK = """new Promise((resolve, reject) => {
    const video = document.querySelector("video")
    video.requestVideoFrameCallback((_, { mediaTime }) => requestAnimationFrame(
        () => requestAnimationFrame(() => resolve(mediaTime))))
    video.onerror = () => reject(video.error.message)
    video.currentTime = MOMENT
})"""


def is_installed() -> bool:
    """Return whether there is a Chromium to take screenshots in."""
    try:
        find_chromium()
    except (pytest.fail.Exception, pytest.skip.Exception):
        return False
    return True


async def shoot(browser: Chromium, video: Path, size: tuple[int, int], moment_s: float) -> Pixels:
    """Return the frame of a video that a page shows at a moment, (height, width, 3), sRGB.

    Args:
        browser: a running one.
        video: the file; its page is written to the same folder.
        size: of the video, and of the window.
        moment_s: seconds from the start.
    """
    width, height = size
    page_file = video.with_suffix(".html")
    text = _PAGE.replace("VIDEO", video.as_uri())
    page_file.write_text(text.replace("WIDTH", str(width)).replace("HEIGHT", str(height)))
    async with browser.page(video.parent) as page:
        window = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await page.send("Emulation.setDeviceMetricsOverride", **window)
        await page.open(page_file.as_uri())
        await page.run(_SEEK.replace("MOMENT", str(moment_s)))
        shot = await page.send("Page.captureScreenshot", format="png")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB"))
