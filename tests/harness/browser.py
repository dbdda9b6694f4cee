"""A headless Chromium of a test's own, and one page in it, used as a person would."""

import asyncio
import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.process.sandbox import Limits, command
from tests.harness import processes
from tests.harness.devtools import DevTools, Navigated, connect
from tests.harness.limits import HANG_S

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LOOK_S = 0.05
_SCRIPT_BYTES = 8192
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--mute-audio",
    "--password-store=basic",
    "--remote-debugging-port=0",
    # Nothing leaves this machine: the browser resolves no other host.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
)


def find_chromium() -> str:
    """Return the browser on PATH; without one the test fails and says what to install.

    On Ubuntu it is skipped: its archive holds no browser, only stand-ins that fetch a snap, so
    `make test` has nothing to install there.
    """
    for name in _NAMES:
        path = shutil.which(name)
        if path and not _is_snap(Path(path)):
            return path
    if _system() == "ubuntu":
        pytest.skip("Ubuntu's archive has no Chromium package: install Google Chrome to run this")
    pytest.fail("there is no Chromium on PATH: install the package chromium (or Google Chrome)")


def _is_snap(program: Path) -> bool:
    """Return whether it is a snap or the script that starts one, which see no temporary folders."""
    file = program.resolve()
    if file.name == "snap":
        return True
    with file.open("rb") as opened:
        start = opened.read(_SCRIPT_BYTES)
    return start.startswith(b"#!") and b"/snap/bin/" in start


def _system() -> str:
    """Return the ID in os-release, such as ``debian``; empty without such a file."""
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


class Chromium:
    """A browser with a profile of its own; a context manager that leaves no process behind.

    Args:
        folder: for its profile and home; made if need be.
        language: what it asks servers for, such as ``ru-RU``.
    """

    def __init__(self, folder: Path, language: str = "en-US") -> None:
        self.folder = folder
        self.language = language
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Chromium":
        program = find_chromium()
        profile = self.folder / "profile"
        self.folder.mkdir(parents=True, exist_ok=True)
        options = [f"--user-data-dir={profile}", f"--accept-lang={self.language}"]
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                # Killed with the test run, should that end without a word.
                command([program, *_FLAGS, *options, "about:blank"], Limits(open_files=4096)),
                env={**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.address = self._address(profile / "DevToolsActivePort")
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def _log(self) -> Path:
        return self.folder / "chromium.log"

    def _address(self, file: Path) -> str:
        """Return its address; the file has the port and the path once it listens."""
        assert self._child is not None
        deadline = time.monotonic() + HANG_S
        while True:
            lines = file.read_text().splitlines() if file.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            running = self._child.poll() is None and time.monotonic() < deadline
            assert running, f"Chromium does not start: {self._log.read_text()[-2000:]}"
            time.sleep(_LOOK_S)

    def __exit__(self, *_: object) -> None:
        assert self._child is not None
        family = processes.descendants(self._child.pid)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        for process in family:
            process.kill()
        self._child.wait(HANG_S)
        deadline = time.monotonic() + HANG_S
        while self.left_running():
            assert time.monotonic() < deadline, self.left_running()
            time.sleep(_LOOK_S)

    def left_running(self) -> list[processes.Process]:
        """Return the processes that name its profile."""
        return processes.mentioning(str(self.folder))

    @asynccontextmanager
    async def page(self, downloads: Path) -> AsyncIterator["Page"]:
        """Open an empty page that shares nothing with others; it saves into `downloads`."""
        async with connect(self.address) as tools:
            context = await tools.send("Target.createBrowserContext", disposeOnDetach=True)
            await tools.send(
                "Browser.setDownloadBehavior",
                behavior="allow",
                downloadPath=str(downloads),
                eventsEnabled=True,
                **context,
            )
            made = await tools.send("Target.createTarget", url="about:blank", **context)
            joined = await tools.send(
                "Target.attachToTarget", targetId=made["targetId"], flatten=True
            )
            page = Page(tools, joined["sessionId"])
            for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
                await page.send(f"{domain}.enable")
            yield page


@dataclass(frozen=True)
class Download:
    """A file that the browser saved."""

    url: str
    name: str
    size: int


class Page:
    """One tab."""

    def __init__(self, tools: DevTools, session: str) -> None:
        self._tools = tools
        self._session = session

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Call `method` of the protocol for this page."""
        return await self._tools.send(method, self._session, **params)

    async def open(self, url: str) -> None:
        """Go to `url` and wait until it has loaded."""
        before = len(self._tools.events("Page.loadEventFired", self._session))
        answer = await self.send("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        deadline = time.monotonic() + HANG_S
        while len(self._tools.events("Page.loadEventFired", self._session)) == before:
            assert time.monotonic() < deadline, url
            await asyncio.sleep(_LOOK_S)

    async def run(self, script: str) -> Any:
        """Return the value of an expression, awaited if it is a promise, as a user's action."""
        answer = await self.send(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str, within_s: float) -> Any:
        """Return the value of `script` once it is neither false nor empty.

        The page may be loaded again meanwhile: `script` is then run in the new one.
        """
        deadline = time.monotonic() + within_s
        while True:
            with suppress(Navigated):
                if value := await self.run(script):
                    return value
            assert time.monotonic() < deadline, (script, self.complaints())
            await asyncio.sleep(_LOOK_S)

    async def choose(self, selector: str, file: Path) -> None:
        """Pick a file in a file field."""
        root = (await self.send("DOM.getDocument"))["root"]["nodeId"]
        node = await self.send("DOM.querySelector", nodeId=root, selector=selector)
        await self.send("DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(file)])

    async def click(self, selector: str) -> None:
        """Press and release the left button in the middle of an element."""
        place = await self.run(
            f"(({{x, y, width, height}}) => ({{x: x + width / 2, y: y + height / 2}}))"
            f"(document.querySelector('{selector}').getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.send(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place
            )

    async def downloaded(self, within_s: float = HANG_S) -> Download:
        """Return the first download once it is complete."""
        begun = await self._tools.event("Browser.downloadWillBegin", within_s=within_s)
        deadline = time.monotonic() + within_s
        while True:
            progress = self._tools.events("Browser.downloadProgress")
            latest = [step for step in progress if step["guid"] == begun["guid"]][-1:]
            if latest and latest[0]["state"] != "inProgress":
                break
            assert time.monotonic() < deadline, progress
            await asyncio.sleep(_LOOK_S)
        assert latest[0]["state"] == "completed", latest
        return Download(begun["url"], begun["suggestedFilename"], int(latest[0]["receivedBytes"]))

    def requests(self) -> list[dict[str, Any]]:
        """Return all requests, preflights too: method, url, and seconds on the browser's clock."""
        return [
            {
                "method": event["request"]["method"],
                "url": event["request"]["url"],
                "at_s": event["timestamp"],
            }
            for event in self._tools.events("Network.requestWillBeSent", self._session)
        ]

    def complaints(self) -> list[str]:
        """Return the errors of the console: exceptions, refused and failed requests."""
        thrown = self._tools.events("Runtime.exceptionThrown", self._session)
        logged = self._tools.events("Log.entryAdded", self._session)
        return [str(event["exceptionDetails"]) for event in thrown] + [
            f"{event['entry']['text']} {event['entry'].get('url', '')}"
            for event in logged
            if event["entry"]["level"] == "error"
        ]
