"""Delivery of a file: conditional requests, HEAD and ranges."""

from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import language_of, request_id_of
from server.http.delivery import deliver
from server.http.headers.ranges import (
    RangeNotSatisfiable,
    check_if_match,
    is_not_modified,
    requested_range,
)
from server.http.responses import error_response
from server.jobs.storage.artifacts import Artifact

_CHUNK = 256 * 1024


async def send_file(
    request: web.Request,
    file: Artifact,
    etag: str,
    content_type: str,
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """Send a file that never changes, or the range of it that is requested.

    Args:
        request: GET or HEAD.
        file: the open file.
        etag: identifies its content.
        content_type: of the file.
        headers: further ones.

    Raises:
        ToqiboxError: precondition_failed.
    """
    headers = {"ETag": etag, "Accept-Ranges": "bytes", **headers}
    check_if_match(request.headers, etag)
    if is_not_modified(request.headers, etag):
        return web.Response(status=304, headers=headers)
    head_only = request.method == "HEAD"
    try:
        byte_range = None if head_only else requested_range(request.headers, file.size, etag)
    except RangeNotSatisfiable:
        return _range_not_satisfiable(request, file.size)
    first, count = byte_range or (0, file.size)
    if byte_range:
        headers["Content-Range"] = f"bytes {first}-{first + count - 1}/{file.size}"
    response = web.StreamResponse(status=206 if byte_range else 200, headers=headers)
    response.content_type = content_type
    response.content_length = count
    await response.prepare(request)
    if not head_only:
        await deliver(request, response, _read(file, range(first, first + count)))
    return response


async def send_whole_file(
    request: web.Request, file: Artifact, content_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send a file, without ranges."""
    response = web.StreamResponse(headers=headers)
    response.content_type = content_type
    response.content_length = file.size
    await response.prepare(request)
    if request.method != "HEAD":
        await deliver(request, response, _read(file, range(file.size)))
    return response


def _range_not_satisfiable(request: web.Request, size: int) -> web.Response:
    error = ToqiboxError("range_not_satisfiable")
    response = error_response(error, request_id_of(request), language_of(request))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


async def _read(file: Artifact, span: range) -> AsyncIterator[bytes]:
    for offset in range(span.start, span.stop, _CHUNK):
        length = min(_CHUNK, span.stop - offset)
        data = await file.read(offset, length)
        if len(data) < length:
            raise EOFError("the file was cut off while it was sent")
        yield data
