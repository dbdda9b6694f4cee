"""GET and HEAD /download/{jobId} and /download/{jobId}/poster.jpg."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import SERVICE, language_of, request_id_of
from server.http.delivery import deliver
from server.http.handlers.required_job import require_job
from server.http.headers.content_disposition import content_disposition
from server.http.headers.ranges import (
    RangeNotSatisfiable,
    check_if_match,
    is_not_modified,
    requested_range,
)
from server.http.responses import error_response
from server.jobs.model.job import Job
from server.jobs.storage.artifacts import Artifact

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class _Kind:
    artifact: str
    content_type: str
    extension: str


_VIDEO = _Kind("video", "video/mp4", ".mp4")
_POSTER = _Kind("poster", "image/jpeg", ".jpg")


async def download_video(request: web.Request) -> web.StreamResponse:
    """Send the MP4."""
    return await _download(request, _VIDEO)


async def download_poster(request: web.Request) -> web.StreamResponse:
    """Send the poster: the frame at the loudest moment, as JPEG."""
    return await _download(request, _POSTER)


async def _download(request: web.Request, kind: _Kind) -> web.StreamResponse:
    job = await require_job(request)
    async with request.app[SERVICE].open_artifact(job, kind.artifact) as artifact:
        return await _send(request, kind, job, artifact)


async def _send(
    request: web.Request, kind: _Kind, job: Job, artifact: Artifact
) -> web.StreamResponse:
    size = artifact.size
    # A published file never changes, so its name and size identify its content.
    etag = f'"{job.id}-{kind.artifact}-{size:x}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(
            _title(job), _fallback_name(job), kind.extension
        ),
    }
    check_if_match(request.headers, etag)
    if is_not_modified(request.headers, etag):
        return web.Response(status=304, headers=headers)
    head_only = request.method == "HEAD"
    try:
        byte_range = None if head_only else requested_range(request.headers, size, etag)
    except RangeNotSatisfiable:
        return _range_not_satisfiable(request, size)
    first, count = byte_range or (0, size)
    if byte_range:
        headers["Content-Range"] = f"bytes {first}-{first + count - 1}/{size}"
    response = web.StreamResponse(status=206 if byte_range else 200, headers=headers)
    response.content_type = kind.content_type
    response.content_length = count
    await response.prepare(request)
    if not head_only:
        await deliver(request, response, _read(artifact, range(first, first + count)))
    return response


def _range_not_satisfiable(request: web.Request, size: int) -> web.Response:
    error = ToqiboxError("range_not_satisfiable")
    response = error_response(error, request_id_of(request), language_of(request))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


async def _read(artifact: Artifact, span: range) -> AsyncIterator[bytes]:
    for offset in range(span.start, span.stop, _CHUNK):
        length = min(_CHUNK, span.stop - offset)
        data = await artifact.read(offset, length)
        if len(data) < length:
            raise EOFError("the file was cut off while it was sent")
        yield data


def _title(job: Job) -> str:
    return " - ".join(filter(None, [job.spec.artist, job.spec.title]))


def _fallback_name(job: Job) -> str:
    return f"toqibox-{datetime.fromtimestamp(job.created_at / 1000, UTC):%Y-%m-%d}"
