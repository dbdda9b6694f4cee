"""Pages served from an origin of their own, so that a browser asks the server across origins."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web


@asynccontextmanager
async def serve_pages(folders: Mapping[str, Path]) -> AsyncIterator[str]:
    """Serve an empty page at ``/`` and folders of files by prefix; yield the origin.

    Args:
        folders: by the prefix of their paths.
    """

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>page</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    for prefix, folder in folders.items():
        app.router.add_static(prefix, folder)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://studio.localhost:{runner.addresses[0][1]}"
    await runner.cleanup()
