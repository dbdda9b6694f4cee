"""The server of the watch page, for one file and the user of this machine.

    status = run(WatchConfig(path=…, load=…, media=…), print)

serves until Ctrl-C or SIGTERM. It listens on 127.0.0.1, and answers only requests whose Host is
that address: another site in the same browser gets nothing, to whichever address its name resolves.

    GET  /                  the page
    GET  /web/PATH          its scripts and styles, below server/web/
    GET  /config            frame rate, length, layout of the feature files
    GET  /events            server-sent events: the state of the file, at once and on every change
    GET  /photo /photo2     the photos as RGBA
    GET  /track             the audio as WAV
    GET  /features          the spectra, with ranges
    GET  /levels            the spectrum on the scale of the track, with ranges
    GET  /columns           the features of every step, needed at the start
    GET  /files/N           the image files of the effect
    POST /frame             draw a frame on the server: a PNG, with facts in X-Frame
    POST /cost              measure the milliseconds for a frame on the server
    POST /retry             validate the file again, after a timeout or a crash
    POST /write             write values of inputs into the file
    POST /undo              undo the last write
    POST /drop/KIND         replace the track or a photo: the body is the file
"""

import asyncio
import re
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from server.devserver.current_media import CurrentMedia
from server.devserver.edits import EditHandlers
from server.devserver.file_writer import FileWriter
from server.devserver.handlers import PageHandlers
from server.devserver.preview_renderer import PreviewRenderer
from server.devserver.uploads import MediaUploads
from server.devserver.watch_config import WatchConfig
from server.devserver.watched_file import WatchedFile
from server.errors import ToqiboxError, localize

HOST = "127.0.0.1"
_HOST_NAMES = (HOST, "localhost")
_MAX_BODY_BYTES = 256 * 1024
_SHUTDOWN_S = 2.0
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def run(config: WatchConfig, announce: Callable[[str], None], port: int = 0) -> int:
    """Serve the page until Ctrl-C or SIGTERM, and return the exit status.

    Args:
        config: the file and its media.
        announce: called with the address of the page once it can be opened.
        port: port to listen on; 0 for a free one.

    Raises:
        OSError: the port is in use, or the features cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="toqibox-watch-") as folder:
        asyncio.run(_serve(config, Path(folder), announce, port))
    return 0


async def _serve(
    config: WatchConfig, folder: Path, announce: Callable[[str], None], port: int
) -> None:
    watched_file = WatchedFile(config.path, config.load)
    current = CurrentMedia(config.media)
    renderer = PreviewRenderer(current, folder, config.fps, config.egl_device, config.gpu)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, done.set)
    page_handlers = PageHandlers(watched_file, renderer, config, current, done)
    edit_handlers = EditHandlers(
        watched_file, FileWriter(config.path), MediaUploads(folder, current, renderer)
    )
    runner = web.AppRunner(
        application(page_handlers, edit_handlers),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=_SHUTDOWN_S,
    )
    tasks: list[asyncio.Task[None]] = []
    try:
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        announce(f"http://{HOST}:{runner.addresses[0][1]}/")
        tasks = [
            asyncio.create_task(work)
            for work in (watched_file.watch(), page_handlers.validate_changes())
        ]
        await done.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await watched_file.notify()  # so that event streams end
        await renderer.stop()
        await runner.cleanup()


def application(page_handlers: PageHandlers, edit_handlers: EditHandlers) -> web.Application:
    """Return the application with its routes."""
    app = web.Application(middlewares=[_guard], client_max_size=_MAX_BODY_BYTES)
    app.add_routes(
        [
            web.get("/", page_handlers.page),
            web.get("/web/{path:.+}", page_handlers.script),
            web.get("/config", page_handlers.config),
            web.get("/events", page_handlers.events),
            web.get("/photo", page_handlers.photo),
            web.get("/photo2", page_handlers.photo),
            web.get("/track", page_handlers.track),
            web.get("/features", page_handlers.features),
            web.get("/levels", page_handlers.levels),
            web.get("/columns", page_handlers.columns),
            web.get("/files/{index}", page_handlers.file),
            web.post("/frame", page_handlers.frame),
            web.post("/cost", page_handlers.cost),
            web.post("/retry", page_handlers.retry),
            web.post("/write", edit_handlers.write),
            web.post("/undo", edit_handlers.undo),
            web.post("/drop/{kind}", edit_handlers.drop),
        ]
    )
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject requests that are not from the page, and set the security headers."""
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else 0
    own_hosts = [f"{name}:{port}" for name in _HOST_NAMES]
    if request.headers.get("Host") not in own_hosts or not _is_own_page(request, own_hosts):
        return web.Response(status=403, text="Only this machine may open this page.\n")
    try:
        response = await handler(request)
    except ToqiboxError as error:
        reason = localize(error.code, "en", error.values)
        response = web.json_response({"field": error.field, "reason": reason}, status=422)
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=f"{error.reason}\n")
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _is_own_page(request: web.Request, own_hosts: list[str]) -> bool:
    """Return True if a request comes from the page itself, or from no page."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    # Another site may link to the page, but not use it otherwise.
    is_navigation = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if origin is not None and re.sub("^http://", "", origin) not in own_hosts:
        return False
    return is_navigation or site in ("same-origin", "none")
