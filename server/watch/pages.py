"""What the watch page asks for, and the judge of the file as it is saved."""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

import server
from server.effects.lettering import SAMPLE
from server.errors import ToqiboxError
from server.media.features import LEVELS, SPECTRA
from server.watch.material import Layout
from server.watch.painter import Painter, Superseded
from server.watch.subject import Loaded, Subject
from server.watch.watched import Watched

_WEB = Path(server.__file__).resolve().parent / "web"
_SCRIPT = re.compile(r"[a-z0-9]{1,32}\.(?:js|css|svg)")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_LARGEST_SIDE = 4096
_MOST_FRAMES = 1_000_000
_FITS = ("blur", "contain", "cover")
_ALIVE_S = 15.0
"""So often an idle stream of events says that it is there."""


class Pages:
    """The handlers of one watch.

    Args:
        subject: the file.
        painter: draws it.
        watched: what it is shown with.
        layout: of the features.
        done: set when all ends.
    """

    def __init__(
        self,
        subject: Subject,
        painter: Painter,
        watched: Watched,
        layout: Layout,
        done: asyncio.Event,
    ) -> None:
        self._subject = subject
        self._painter = painter
        self._material = watched.material
        self._palette = watched.material.palette()
        self._layout = layout
        self._fps = watched.fps
        self._done = done

    async def judge(self) -> None:
        """Find out for every new text whether the server can draw it, for ever."""
        judged, judging = 0, asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                turn, state = self._subject.turn, self._subject.state
                if state.revision != judged:
                    judged = state.revision
                    judging.cancel()
                    judging = asyncio.create_task(self._judge(judged))
                await self._subject.wait(turn)
        finally:
            judging.cancel()

    async def _judge(self, revision: int) -> None:
        state = self._subject.state
        if state.loaded is None or state.verdict != "checking":
            return
        try:
            found = await self._painter.judge(state.loaded)
        except ToqiboxError as error:
            state.fail(error)
        except Superseded:
            return
        else:
            state.renderer = found["renderer"]
            state.verdict = "blank" if found["blank"] else "good"
        if self._subject.state.revision == revision:
            await self._subject.tell()

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return _file(_WEB / "watch.html")

    async def script(self, request: web.Request) -> web.StreamResponse:
        """A script or style of the page."""
        name = request.match_info["name"]
        if not _SCRIPT.fullmatch(name) or not (_WEB / name).is_file():
            raise web.HTTPNotFound
        return _file(_WEB / name)

    async def film(self, _request: web.Request) -> web.StreamResponse:
        """What stays the same as long as the page is open."""
        return web.json_response(
            {
                "file": self._subject.path.name,
                "fps": self._fps,
                "seconds": self._material.seconds,
                **SAMPLE,
                "palette": self._palette,
                "photo2": self._material.photo2 is not None,
                "sound": self._layout.describe("/features", "/levels"),
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The state, now and whenever it is another."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        told = ""
        with contextlib.suppress(ConnectionError):
            while not self._done.is_set():
                turn = self._subject.turn
                state = json.dumps(self._subject.state.describe(), ensure_ascii=False)
                message = ":\n\n" if state == told else f"data: {state}\n\n"
                await response.write(message.encode("utf-8", "replace"))
                told = state
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_ALIVE_S):
                        await self._subject.wait(turn)
        return response

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A photo as the prepare task wrote it."""
        path = self._material.photo if request.path == "/photo" else self._material.photo2
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def track(self, _request: web.Request) -> web.StreamResponse:
        """The sound; ranges of it too."""
        return web.FileResponse(self._material.sound, headers={"Content-Type": "audio/wav"})

    async def features(self, _request: web.Request) -> web.StreamResponse:
        """The spectra; ranges of them."""
        return web.FileResponse(self._material.features / SPECTRA)

    async def levels(self, _request: web.Request) -> web.StreamResponse:
        """The spectrum on the scale of the track; ranges of it."""
        return web.FileResponse(self._material.features / LEVELS)

    async def measured(self, _request: web.Request) -> web.StreamResponse:
        """What is known of each step of the whole sound."""
        body = await asyncio.to_thread(self._layout.measured)
        return web.Response(body=body, content_type="application/octet-stream")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One of the image files that the effect names, none other."""
        paths = [*self._loaded().row().get("files", {}).values()]
        index = request.match_info["index"]
        if not index.isdecimal() or len(index) > 3 or int(index) >= len(paths):
            raise web.HTTPNotFound
        return web.FileResponse(Path(paths[int(index)]))

    async def frame(self, request: web.Request) -> web.StreamResponse:
        """One frame by the server; nothing (204) where the text or the wish is an older one."""
        wish = await _wish(request)
        state = self._subject.state
        if wish.get("revision") != state.revision:
            return web.Response(status=204)
        try:
            picture, facts = await self._painter.paint(
                self._loaded(),
                _whole(wish, "frame", 0, _MOST_FRAMES),
                dict(wish.get("values") or {}),
                (
                    _whole(wish, "width", 16, _LARGEST_SIDE),
                    _whole(wish, "height", 16, _LARGEST_SIDE),
                ),
                str(wish["fit"]) if wish.get("fit") in _FITS else _FITS[0],
            )
        except Superseded:
            return web.Response(status=204)
        headers = {"X-Frame": json.dumps(facts)}
        return web.Response(body=picture, content_type="image/png", headers=headers)

    def _loaded(self) -> Loaded:
        loaded = self._subject.state.loaded
        if loaded is None:
            raise web.HTTPConflict
        return loaded


def _file(path: Path) -> web.StreamResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix]})


async def _wish(request: web.Request) -> Mapping[str, Any]:
    try:
        wish = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(wish, dict) or not isinstance(wish.get("values"), dict | None):
        raise web.HTTPBadRequest
    return wish


def _whole(wish: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = wish.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise web.HTTPBadRequest
    return value
