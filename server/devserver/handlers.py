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
from server.audio.features import LEVELS, SPECTRA
from server.devserver.current_media import CurrentMaterial
from server.devserver.preview import Painter, Superseded
from server.devserver.watched import Watched
from server.devserver.watched_file import Loaded, Subject
from server.effects.library.library import BUILT_IN
from server.effects.model.feature import FEATURES
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.model import validation_result

_WEB = Path(server.__file__).resolve().parent / "web"
_SCRIPT = re.compile(r"(?:[a-z]{1,32}/){1,3}[a-z_]{1,32}\.(?:js|css|svg)")
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
        current: the sound and the photos.
        done: set when all ends.
    """

    def __init__(
        self,
        subject: Subject,
        painter: Painter,
        watched: Watched,
        current: CurrentMaterial,
        done: asyncio.Event,
    ) -> None:
        self._subject = subject
        self._painter = painter
        self._current = current
        self._export = watched.export
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
            state.retryable = error.code != "shader_compile_failed"
        except Superseded:
            return
        else:
            state.renderer = found["renderer"]
            state.warnings += validation_result.of_result(found, state.loaded.effect.file).warnings
            state.verdict = "blank" if found["blank"] else "good"
        if self._subject.state.revision == revision:
            await self._subject.tell()

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return _file(_WEB / "watch" / "watch.html")

    async def script(self, request: web.Request) -> web.StreamResponse:
        """A script or style of the page."""
        path = request.match_info["path"]
        if not _SCRIPT.fullmatch(path) or not (_WEB / path).is_file():
            raise web.HTTPNotFound
        return _file(_WEB / path)

    async def film(self, _request: web.Request) -> web.StreamResponse:
        """What stays the same until another track or photo is dropped."""
        material, path = self._current.material, self._subject.path.resolve()
        return web.json_response(
            {
                "file": self._subject.path.name,
                "material": self._current.revision,
                "fps": self._fps,
                "seconds": material.seconds,
                **SAMPLE_CREDITS,
                "palette": self._current.palette,
                "photo2": material.photo2 is not None,
                "sound": self._current.layout.describe("/features", "/levels"),
                "catalogue": [feature.describe() for feature in FEATURES.values()],
                "names": {
                    "audio": material.audio_name,
                    "photo": material.photo_name,
                    "photo2": material.photo2_name,
                },
                "export": self._export,
                "folder": None if path.parent == BUILT_IN.resolve() else str(path.parent),
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
                known = {**self._subject.state.describe(), "material": self._current.revision}
                state = json.dumps(known, ensure_ascii=False)
                message = ":\n\n" if state == told else f"data: {state}\n\n"
                await response.write(message.encode("utf-8", "replace"))
                told = state
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_ALIVE_S):
                        await self._subject.wait(turn)
        return response

    async def retry(self, _request: web.Request) -> web.StreamResponse:
        """Judge the file once more, as if it had been saved."""
        await self._subject.reread()
        return web.json_response({})

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A photo as the prepare task wrote it."""
        material = self._current.material
        path = material.photo if request.path == "/photo" else material.photo2
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def track(self, _request: web.Request) -> web.StreamResponse:
        """The sound; ranges of it too."""
        return web.FileResponse(self._current.material.sound, headers={"Content-Type": "audio/wav"})

    async def features(self, _request: web.Request) -> web.StreamResponse:
        """The spectra; ranges of them."""
        return web.FileResponse(self._current.material.features / SPECTRA)

    async def levels(self, _request: web.Request) -> web.StreamResponse:
        """The spectrum on the scale of the track; ranges of it."""
        return web.FileResponse(self._current.material.features / LEVELS)

    async def measured(self, _request: web.Request) -> web.StreamResponse:
        """What is known of each step of the whole sound."""
        body = await asyncio.to_thread(self._current.layout.measured)
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
        wish = await read_wish(request)
        if wish.get("revision") != self._subject.state.revision:
            return web.Response(status=204)
        frame = _whole(wish, "frame", 0, _MOST_FRAMES)
        values, size, fit = _look(wish)
        try:
            picture, facts = await self._painter.paint(self._loaded(), frame, values, size, fit)
        except Superseded:
            return web.Response(status=204)
        headers = {"X-Frame": json.dumps(facts)}
        return web.Response(body=picture, content_type="image/png", headers=headers)

    async def cost(self, request: web.Request) -> web.StreamResponse:
        """Milliseconds that the server takes to draw a frame; 204 where the text is older."""
        wish = await read_wish(request)
        if wish.get("revision") != self._subject.state.revision:
            return web.Response(status=204)
        try:
            return web.json_response(await self._painter.measure(self._loaded(), *_look(wish)))
        except Superseded:
            return web.Response(status=204)

    def _loaded(self) -> Loaded:
        loaded = self._subject.state.loaded
        if loaded is None:
            raise web.HTTPConflict
        return loaded


def _file(path: Path) -> web.StreamResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix]})


async def read_wish(request: web.Request) -> Mapping[str, Any]:
    """The object in the body of a request, its `values` an object or missing.

    Raises:
        HTTPBadRequest: it is none.
    """
    try:
        wish = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(wish, dict) or not isinstance(wish.get("values"), dict | None):
        raise web.HTTPBadRequest
    return wish


def _look(wish: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[int, int], str]:
    """The values of the inputs, the size of the picture and the fit that are asked for."""
    width = _whole(wish, "width", 16, _LARGEST_SIDE)
    height = _whole(wish, "height", 16, _LARGEST_SIDE)
    fit = str(wish["fit"]) if wish.get("fit") in _FITS else _FITS[0]
    return dict(wish.get("values") or {}), (width, height), fit


def _whole(wish: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = wish.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise web.HTTPBadRequest
    return value
