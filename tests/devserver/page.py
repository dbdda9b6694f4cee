"""The watch page in a browser: its content, and the actions of a user."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.devserver.conftest import SOON_S, Watching
from tests.harness.browser import Chromium, Page

SCREEN = {"width": 1200, "height": 800, "deviceScaleFactor": 1, "mobile": False}
CORNER = "Array.from(watch.player.read().slice(0, 3))"
_TEXT = "document.getElementById('{}').innerText"


@asynccontextmanager
async def opened(
    chromium: Chromium, watching: Watching, folder: Path, refusals: int = 0
) -> AsyncIterator[Page]:
    """Open the page at frame 0; at the end check the number of requests that were refused."""
    still = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    async with chromium.page(folder) as page:
        await page.send("Emulation.setEmulatedMedia", features=still)
        await page.send("Emulation.setDeviceMetricsOverride", **SCREEN)
        await page.open(watching.address)
        await page.until("window.watch?.player != null", SOON_S)
        yield page
        # Chromium may log a request again when the page is reloaded.
        assert len(set(page.complaints())) == refusals, page.complaints()


async def shown(page: Page, element: str, part: str) -> str:
    """Wait until an element by id includes a text, and return its whole text."""
    text = _TEXT.format(element)
    try:
        content = await page.until(f"{text}.includes({json.dumps(part)}) && {text}", SOON_S)
    except AssertionError:
        pytest.fail(f"{element} shows {await page.run(text)!r}, not {part!r}")
    return str(content)


async def colored(page: Page, *wanted: int) -> None:
    """Wait until the lower left pixel of the browser's frame has this red, green and blue."""
    await page.until(f"String({CORNER}) == '{','.join(map(str, wanted))}'", SOON_S)


async def press(page: Page, key: str, **more: Any) -> None:
    """Press and release a key."""
    text = {"text": key} if len(key) == 1 else {}
    for kind, typed in (("keyDown", text), ("keyUp", {})):
        await page.send("Input.dispatchKeyEvent", type=kind, key=key, **typed, **more)


async def point(page: Page, element: str, x: float, y: float, kind: str, **more: Any) -> None:
    """Send a mouse event at shares of an element's width and height, from its upper left."""
    place = await page.run(
        "(({left, top, width, height}) => [left, top, width, height])"
        f"(document.getElementById('{element}').getBoundingClientRect())"
    )
    at = {"x": place[0] + x * place[2], "y": place[1] + y * place[3]}
    await page.send("Input.dispatchMouseEvent", type=kind, **at, **more)


async def drag(page: Page, element: str, x: tuple[float, float], **more: Any) -> None:
    """Drag with the left button from one share of an element's width to another."""
    held = {"button": "left", "clickCount": 1, **more}
    await point(page, element, x[0], 0.5, "mousePressed", **held)
    await point(page, element, x[1], 0.5, "mouseMoved", buttons=1, **held)
    await point(page, element, x[1], 0.5, "mouseReleased", **held)
