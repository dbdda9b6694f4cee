"""Compression of responses with gzip, for clients that take it."""

import zlib

from aiohttp import web

from server.concurrency import run_in_thread
from server.http.headers.accept_encoding import accepts_gzip

_TEXT_TYPES = ("application/json", "text/javascript", "application/typescript")
MIN_BYTES = 1024
"""Smaller bodies fit into one packet as they are."""
_THREAD_BYTES = 32 * 1024
"""Larger bodies would hold up the event loop."""
_LEVEL, _GZIP = 6, 31


def takes_gzip(request: web.BaseRequest, body: bytes) -> bool:
    """Return whether a body that can be compressed is; its ETag then differs."""
    is_large = len(body) >= MIN_BYTES
    return is_large and accepts_gzip(",".join(request.headers.getall("Accept-Encoding", [])))


def add_vary(response: web.StreamResponse, header: str) -> None:
    """Name a header of the request that the response depends on."""
    known = [name for name in response.headers.get("Vary", "").split(", ") if name]
    if header not in known:
        response.headers["Vary"] = ", ".join([*known, header])


async def compress(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Compress the text of a response if it is large and the client takes gzip."""
    if not isinstance(response, web.Response) or response.content_type not in _TEXT_TYPES:
        return
    body = response.body
    if not isinstance(body, bytes) or len(body) < MIN_BYTES:
        return
    add_vary(response, "Accept-Encoding")
    if takes_gzip(request, body):
        response.body = await gzip(body)
        response.headers["Content-Encoding"] = "gzip"


async def gzip(body: bytes, level: int = _LEVEL) -> bytes:
    """Compress a body; equal bodies give equal bytes, for the ETag.

    Args:
        body: what is compressed.
        level: 1 (fast) to 9 (small).
    """
    if len(body) < _THREAD_BYTES:
        return zlib.compress(body, level, wbits=_GZIP)
    return await run_in_thread(zlib.compress, body, level, wbits=_GZIP)
