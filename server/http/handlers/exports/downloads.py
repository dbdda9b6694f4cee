"""GET and HEAD /download/{jobId} and /download/{jobId}/poster.jpg."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from server.http.app_keys import SERVICE
from server.http.file_delivery import send_file
from server.http.handlers.exports.required_job import require_job
from server.http.headers.content_disposition import content_disposition
from server.jobs.model.job import Job
from server.jobs.storage.artifacts import Artifact


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
    name = content_disposition(_title(job), _fallback_name(job), kind.extension)
    # A published file never changes, so its name and size identify its content.
    etag = f'"{job.id}-{kind.artifact}-{artifact.size:x}"'
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": name}
    return await send_file(request, artifact, etag, kind.content_type, headers)


def _title(job: Job) -> str:
    return " - ".join(filter(None, [job.spec.artist, job.spec.title]))


def _fallback_name(job: Job) -> str:
    return f"toqibox-{datetime.fromtimestamp(job.created_at / 1000, UTC):%Y-%m-%d}"
