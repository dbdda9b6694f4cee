"""GET of the cuts of a kept track: their features and their audio."""

from pathlib import Path

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.app_keys import CONFIG, LIMITS, SERVICE, request_id_of
from server.http.compression import gzip, takes_gzip
from server.http.delivery import send_body
from server.http.file_delivery import send_file
from server.http.handlers.kept_uploads import require_upload
from server.http.handlers.listings import HEAVY_CALLS, refuse_unknown_query, run_heavy
from server.http.headers.ranges import check_if_match, is_not_modified
from server.http.responses import json_response
from server.http.shares import queue_share_of
from server.jobs.cuts.cut_features import (
    CHUNK_STEPS,
    SPECTRA_FIELDS,
    STEPS_PER_S,
    describe_fields,
    read_events,
    read_layout,
    read_planes,
)
from server.jobs.cuts.cut_progress import CutProgress
from server.jobs.cuts.cut_request import read_request
from server.jobs.model.retry_after import BUSY_S
from server.jobs.storage.artifacts import open_artifact
from server.jobs.storage.track_cut import TrackCut
from server.jobs.submission.refusal import invalid_field
from server.messages import message
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE

_CACHE_CONTROL = "private, max-age=31536000, immutable"
"""A cut is named by its content."""
_GZIP_LEVEL = 1
"""Spectra are hardly smaller at higher levels."""
_OCTETS = "application/octet-stream"


async def show_cut(request: web.Request) -> web.Response:
    """Return a cut, made first if it is missing; 202 while that takes longer than a while."""
    refuse_unknown_query(request, "start", "duration")
    check_if_match(request.headers)
    service = request.app[SERVICE]
    track = await require_upload(request, "track")
    start, duration = (_single(request, name) for name in ("start", "duration"))
    wanted = read_request(track, start, duration, service.config)
    wait_s = request.app[LIMITS].cut_wait_s
    share, request_id = queue_share_of(request), request_id_of(request)
    cut = await service.cuts.get(track, wanted, share, request_id, wait_s)
    if isinstance(cut, CutProgress):
        waiting = {"status": "analysing", "progress": round(cut.share, 2)}
        return json_response(waiting, 202, {"Retry-After": "1"})
    try:
        layout, events = await run_in_thread(lambda: (read_layout(cut), read_events(cut)))
    except FileNotFoundError:  # removed meanwhile: the next request makes it again
        raise ToqiboxError("not_ready", retry_after=BUSY_S) from None
    path = f"/tracks/{track.id}/cuts/{cut.id}"
    url = request.app[CONFIG].public_url + path
    payload = {
        "cut": cut.id,
        "start": float(wanted.part.start),
        "duration": float(wanted.duration),
        "seconds": cut.samples / SAMPLE_RATE,
        "sound": _audio_url(request, path),
        "measured": {
            "url": f"{url}/measured",
            "columns": layout.columns,
            "count": layout.count,
            "rate": STEPS_PER_S,
        },
        "spectra": {
            "url": f"{url}/spectra/{{n}}",
            "chunk": CHUNK_STEPS,
            "count": layout.count,
            "oneSided": layout.one_sided,
            "fields": describe_fields(layout),
        },
        "hits": events["events"],
        "sections": events["sections"],
        "tempo": layout.tempo,
        "loudestAt": cut.loudest_s,
    }
    return json_response(payload)


async def send_audio(request: web.Request) -> web.StreamResponse:
    """Send the audio of a cut as FLAC: the samples of the video before they are encoded."""
    cut = await _require_cut(request)
    headers = {"Cache-Control": _CACHE_CONTROL}
    try:
        async with open_artifact(cut.path(file_names.LOSSLESS_AUDIO)) as file:
            return await send_file(request, file, f'"{cut.id}-audio"', "audio/flac", headers)
    except FileNotFoundError:
        raise ToqiboxError("not_found") from None


async def send_measured(request: web.Request) -> web.StreamResponse:
    """Send the features that are measured at each step of a cut."""
    refuse_unknown_query(request)
    cut = await _require_cut(request)
    body = await _read(cut.path(file_names.COLUMNS))
    return await _send_octets(request, body, f"{cut.id}-measured")


async def send_spectra(request: web.Request) -> web.StreamResponse:
    """Send fields of the spectra of two seconds of a cut."""
    refuse_unknown_query(request, "fields")
    text = _single(request, "fields", ",".join(SPECTRA_FIELDS))
    fields = text.split(",", len(SPECTRA_FIELDS))
    if not set(fields) <= set(SPECTRA_FIELDS):
        raise invalid_field("fields", message("one_of", known=", ".join(SPECTRA_FIELDS)))
    if len(set(fields)) < len(fields):
        raise invalid_field("fields", message("given_twice"))
    cut = await _require_cut(request)
    chunk = int(request.match_info["n"])
    try:
        body = await run_heavy(request, read_planes, cut, chunk, fields)
    except FileNotFoundError:
        raise ToqiboxError("not_found") from None
    return await _send_octets(request, body, f"{cut.id}-{chunk}-{'-'.join(fields)}")


async def _require_cut(request: web.Request) -> TrackCut:
    """Return the cut that the path names; this is a use of it and of its track.

    Raises:
        ToqiboxError: not_found, upload_expired.
    """
    service = request.app[SERVICE]
    track = await require_upload(request, "track")
    return await run_in_thread(service.cuts.kept.get, track, request.match_info["cut"])


async def _read(path: Path) -> bytes:
    try:
        return await run_in_thread(path.read_bytes)
    except FileNotFoundError:  # the cut was removed meanwhile
        raise ToqiboxError("not_found") from None


def _single(request: web.Request, name: str, default: str = "") -> str:
    """Return the value of a query parameter that may be given once."""
    values = request.query.getall(name, [default])
    if len(values) > 1:
        raise invalid_field(name, message("given_twice"))
    return str(values[0])


async def _send_octets(request: web.Request, body: bytes, tag: str) -> web.StreamResponse:
    """Send bytes that never change, compressed for a client that takes it."""
    is_compressed = takes_gzip(request, body)
    etag = f'"{tag}{"-gzip" if is_compressed else ""}"'
    headers = {"ETag": etag, "Cache-Control": _CACHE_CONTROL, "Vary": "Accept-Encoding"}
    check_if_match(request.headers, etag)
    if is_not_modified(request.headers, etag):
        return web.Response(status=304, headers=headers)
    if is_compressed:
        headers["Content-Encoding"] = "gzip"
        async with request.app[HEAVY_CALLS]:
            body = await gzip(body, _GZIP_LEVEL)
    return await send_body(request, body, _OCTETS, headers)


def _audio_url(request: web.Request, cut_path: str) -> str:
    """Return the URL of the audio of a cut, signed if the server has API keys."""
    path, links = f"{cut_path}/sound.flac", request.app[SERVICE].access.links
    query = f"?{links.sign('GET', path, links.expiry(None))}" if links else ""
    return f"{request.app[CONFIG].public_url}{path}{query}"
