"""The handlers of requests that read or draw, and the validation of the file after each change."""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

import server
from server.devserver.current_media import CurrentMedia
from server.devserver.media import describe_features
from server.devserver.preview_renderer import PreviewRenderer, Superseded
from server.devserver.watch_config import WatchConfig
from server.devserver.watched_file import WatchedEffect, WatchedFile
from server.effects.library.library import BUILT_IN
from server.effects.model.feature import FEATURES
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.model import validation_result
from server.protocol.file_names import LEVELS, SPECTRA
from server.protocol.scene import DEFAULT_FIT, FITS

_WEB = Path(server.__file__).resolve().parent / "web"
_SCRIPT = re.compile(r"(?:[a-z]{1,32}/){1,3}[a-z_]{1,32}\.(?:js|css|svg)")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_MAX_SIDE = 4096
_MAX_FRAMES = 1_000_000
_KEEPALIVE_S = 15.0
"""Interval of comments on an idle event stream."""


class PageHandlers:
    """The handlers of requests that read or draw.

    Args:
        watched_file: the state of the file.
        renderer: draws the effect.
        config: the command's configuration.
        current: the audio and the photos.
        done: set when the server stops.
    """

    def __init__(
        self,
        watched_file: WatchedFile,
        renderer: PreviewRenderer,
        config: WatchConfig,
        current: CurrentMedia,
        done: asyncio.Event,
    ) -> None:
        self._watched_file = watched_file
        self._renderer = renderer
        self._current = current
        self._export = config.export
        self._fps = config.fps
        self._done = done

    async def validate_changes(self) -> None:
        """Validate every new revision of the file, until cancelled."""
        validated, validation = 0, asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                version, state = self._watched_file.version, self._watched_file.state
                if state.revision != validated:
                    validated = state.revision
                    validation.cancel()
                    validation = asyncio.create_task(self._validate(validated))
                await self._watched_file.wait(version)
        finally:
            validation.cancel()

    async def _validate(self, revision: int) -> None:
        state = self._watched_file.state
        if state.loaded is None or state.validation != "checking":
            return
        try:
            result = await self._renderer.compile(state.loaded)
        except ToqiboxError as error:
            state.fail(error)
            state.retryable = error.code != "shader_compile_failed"
        except Superseded:
            return
        else:
            state.renderer = result.renderer
            state.warnings += validation_result.from_task_result(
                result, state.loaded.effect.file
            ).warnings
            state.validation = "blank" if result.blank else "good"
        if self._watched_file.state.revision == revision:
            await self._watched_file.notify()

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """Send the page."""
        return _static_file(_WEB / "watch" / "watch.html")

    async def script(self, request: web.Request) -> web.StreamResponse:
        """Send a script or style of the page."""
        path = request.match_info["path"]
        if not _SCRIPT.fullmatch(path) or not (_WEB / path).is_file():
            raise web.HTTPNotFound
        return _static_file(_WEB / path)

    async def config(self, _request: web.Request) -> web.StreamResponse:
        """Send what stays the same until a track or photo is replaced."""
        media, path = self._current.media, self._watched_file.path.resolve()
        return web.json_response(
            {
                "file": self._watched_file.path.name,
                "media": self._current.revision,
                "fps": self._fps,
                "seconds": media.seconds,
                **SAMPLE_CREDITS,
                "palette": self._current.palette,
                "photo2": media.photo2 is not None,
                "features": describe_features(self._current.features, "/features", "/levels"),
                "catalogue": [feature.describe() for feature in FEATURES.values()],
                "names": {
                    "audio": media.audio_name,
                    "photo": media.photo_name,
                    "photo2": media.photo2_name,
                },
                "export": self._export,
                "folder": None if path.parent == BUILT_IN.resolve() else str(path.parent),
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Send the state now and after each change."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        sent = ""
        with contextlib.suppress(ConnectionError):
            while not self._done.is_set():
                version = self._watched_file.version
                fields = {**self._watched_file.state.describe(), "media": self._current.revision}
                state = json.dumps(fields, ensure_ascii=False)
                message = ":\n\n" if state == sent else f"data: {state}\n\n"
                await response.write(message.encode("utf-8", "replace"))
                sent = state
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_KEEPALIVE_S):
                        await self._watched_file.wait(version)
        return response

    async def retry(self, _request: web.Request) -> web.StreamResponse:
        """Validate the file again, as if it had been saved."""
        await self._watched_file.reread()
        return web.json_response({})

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """Send a photo as decoded by the prepare task."""
        media = self._current.media
        path = media.photo if request.path == "/photo" else media.photo2
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def track(self, _request: web.Request) -> web.StreamResponse:
        """Send the audio, or a range of it."""
        return web.FileResponse(self._current.media.audio, headers={"Content-Type": "audio/wav"})

    async def features(self, _request: web.Request) -> web.StreamResponse:
        """Send the spectra, or a range of them."""
        return web.FileResponse(self._current.media.features / SPECTRA)

    async def levels(self, _request: web.Request) -> web.StreamResponse:
        """Send the spectrum on the scale of the track, or a range of it."""
        return web.FileResponse(self._current.media.features / LEVELS)

    async def columns(self, _request: web.Request) -> web.StreamResponse:
        """Send the features of every step of the track."""
        body = await asyncio.to_thread(self._current.features.columns)
        return web.Response(body=body, content_type="application/octet-stream")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Send one of the image files that the effect names."""
        paths = [*self._loaded_effect().to_instance().files.values()]
        index = request.match_info["index"]
        if not index.isdecimal() or len(index) > 3 or int(index) >= len(paths):
            raise web.HTTPNotFound
        return web.FileResponse(Path(paths[int(index)]))

    async def frame(self, request: web.Request) -> web.StreamResponse:
        """Draw a frame on the server; answer 204 if the revision or the request is outdated."""
        payload = await read_payload(request)
        if payload.get("revision") != self._watched_file.state.revision:
            return web.Response(status=204)
        frame = _integer(payload, "frame", 0, _MAX_FRAMES)
        values, size, fit = _draw_options(payload)
        try:
            png, facts = await self._renderer.render_frame(
                self._loaded_effect(), frame, values, size, fit
            )
        except Superseded:
            return web.Response(status=204)
        headers = {"X-Frame": json.dumps(facts)}
        return web.Response(body=png, content_type="image/png", headers=headers)

    async def cost(self, request: web.Request) -> web.StreamResponse:
        """Measure the milliseconds for a frame; answer 204 if the revision is outdated."""
        payload = await read_payload(request)
        if payload.get("revision") != self._watched_file.state.revision:
            return web.Response(status=204)
        try:
            return web.json_response(
                await self._renderer.measure(self._loaded_effect(), *_draw_options(payload))
            )
        except Superseded:
            return web.Response(status=204)

    def _loaded_effect(self) -> WatchedEffect:
        loaded = self._watched_file.state.loaded
        if loaded is None:
            raise web.HTTPConflict
        return loaded


def _static_file(path: Path) -> web.StreamResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix]})


async def read_payload(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object in the body of a request; its `values` is an object or missing.

    Raises:
        HTTPBadRequest: the body is something else.
    """
    try:
        payload = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(payload, dict) or not isinstance(payload.get("values"), dict | None):
        raise web.HTTPBadRequest
    return payload


def _draw_options(payload: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[int, int], str]:
    """Return the values of the inputs, the frame size and the fit in a request."""
    width = _integer(payload, "width", 16, _MAX_SIDE)
    height = _integer(payload, "height", 16, _MAX_SIDE)
    fit = str(payload["fit"]) if payload.get("fit") in FITS else DEFAULT_FIT
    return dict(payload.get("values") or {}), (width, height), fit


def _integer(payload: Mapping[str, Any], name: str, minimum: int, maximum: int) -> int:
    value = payload.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise web.HTTPBadRequest
    return value
