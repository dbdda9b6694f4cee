"""POST /preview and GET /effects/{id}/thumbnail.webp."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.app_keys import CONFIG, LIMITS, SERVICE, request_id_of
from server.http.authentication import principal_of
from server.http.expect import send_100_continue
from server.http.file_delivery import send_whole_file
from server.http.handlers.listings import refuse_unknown_query
from server.http.headers.client_address import client_address, network_of
from server.http.headers.ranges import check_if_match, is_not_modified
from server.http.limits import HttpLimits
from server.http.responses import json_response
from server.http.shares import queue_share_of
from server.http.uploads.form import FormChecks, FormFields, check_headers, read_form
from server.http.uploads.sender_form import export_form_of, free_space_guard_of
from server.http.uploads.upload_limiter import UploadLimiter
from server.http.uploads.upload_state import DecodeQueue, UploadState
from server.jobs.previews.newest_preview import NewestPreview
from server.jobs.previews.preview_form import PreviewForm, PreviewRequest, check_name
from server.jobs.previews.previews import PreviewFrame
from server.jobs.submission.fields import FILE_FIELDS
from server.jobs.submission.refusal import invalid_field
from server.messages import message

_MAX_UPLOADS = 8
"""Forms of previews that are read or wait for a place at one time."""
_UPLOAD_WAIT_S = 15.0
_MAX_SESSION_LENGTH = 64
_SESSION = "session"
SESSION = {
    "name": _SESSION,
    "in": "query",
    "description": "Any text: a preview replaces an earlier one of the same client and session, "
    "which is answered with 409 `preview_replaced`.",
    "schema": {"type": "string", "maxLength": _MAX_SESSION_LENGTH},
}
NEWEST_PREVIEW = web.AppKey("newest_preview", NewestPreview)
PREVIEW_LIMITER = web.AppKey("preview_limiter", UploadLimiter)
_FIELDS = FormFields(FILE_FIELDS, (), check_name)


def preview_limiter(limits: HttpLimits, interval_s: Callable[[], float]) -> UploadLimiter:
    """Return a limiter of the forms of previews, apart from that of exports."""
    wait_s = min(_UPLOAD_WAIT_S, limits.upload_wait_s)
    own_limits = replace(limits, uploads=_MAX_UPLOADS, upload_wait_s=wait_s)
    return UploadLimiter(own_limits, {DecodeQueue.PREVIEWS: interval_s})


async def draw_preview(request: web.Request) -> web.StreamResponse:
    """Read a form and answer with the frame that it asks for."""
    service, limiter = request.app[SERVICE], request.app[PREVIEW_LIMITER]
    boundary = check_headers(request, request.app[LIMITS])
    session = _session_of(request)
    service.admission.before_preview()
    share = queue_share_of(request)
    limiter.check_wait(share, DecodeQueue.PREVIEWS)
    network = network_of(client_address(request, request.app[CONFIG]))
    client = json.dumps([principal_of(request).owner, network, session])
    async with AsyncExitStack() as opened:
        async with (
            request.app[NEWEST_PREVIEW].replace(client),
            limiter.acquire(share, DecodeQueue.PREVIEWS, request.content_length) as upload,
        ):
            preview, drawn = await _read_and_draw(request, boundary, upload, opened)
        headers = {"X-Frame": _frame_header(drawn), "Cache-Control": "no-store"}
        return await send_whole_file(request, drawn.file, f"image/{preview.format}", headers)


async def _read_and_draw(
    request: web.Request, boundary: bytes, upload: UploadState, opened: AsyncExitStack
) -> tuple[PreviewRequest, PreviewFrame]:
    """Read the form and draw its frame, whose file `opened` keeps open."""
    service, share = request.app[SERVICE], queue_share_of(request)
    folder = service.intake.new_spool()
    try:
        async with upload.reading():
            preview, names = await _read_preview(request, boundary, folder, upload)
        files = {name: folder / name for name in names}
        drawn = await service.previews.draw(
            opened, preview, files, request_id_of(request), share=share
        )
    finally:
        service.intake.discard_spool(folder)
    return preview, drawn


def _session_of(request: web.Request) -> str:
    """Return the query `session`; refuse any other query."""
    refuse_unknown_query(request, _SESSION)
    sessions = request.query.getall(_SESSION, [""])
    if len(sessions) > 1:
        raise invalid_field(_SESSION, message("given_twice"))
    if len(sessions[0]) > _MAX_SESSION_LENGTH:
        raise invalid_field(_SESSION, message("characters", maximum=_MAX_SESSION_LENGTH))
    return sessions[0]


async def _read_preview(
    request: web.Request, boundary: bytes, folder: Path, upload: UploadState
) -> tuple[PreviewRequest, frozenset[str]]:
    """Read the form, its files into `folder`; return the request and the names of the files."""
    service, limits = request.app[SERVICE], request.app[LIMITS]
    export = export_form_of(request)
    form = PreviewForm(service.config, export)
    free_space = free_space_guard_of(request)
    checks = FormChecks(
        text=form.add, free_space=free_space, on_received=upload.add, fields=_FIELDS
    )
    await send_100_continue(request)
    names = await read_form(request, boundary, folder, limits, checks)
    preview = await form.finish(names)
    await export.link_kept_files(folder)
    return preview, names | export.kept_files.keys()


def _frame_header(drawn: PreviewFrame) -> str:
    """Return the value of the header X-Frame: JSON in ASCII."""
    return json.dumps(
        {
            "frame": drawn.frame,
            "exact": drawn.exact,
            "from": drawn.first,
            "renderer": drawn.renderer,
            "software": drawn.software,
            "dimmed": None,  # flashes are not looked at
        }
    )


async def show_thumbnail(request: web.Request) -> web.Response:
    """Send the thumbnail of a valid effect, or 202 while it is drawn."""
    refuse_unknown_query(request)
    service = request.app[SERVICE]
    validations = service.validations
    try:
        effect = await run_in_thread(validations.effect, request.match_info["id"])
        source = await run_in_thread(validations.source_of, effect)
        if not await run_in_thread(validations.is_offered, effect):
            await validations.require_valid(source, share="")
    except ToqiboxError as error:
        if error.code == "unknown_effect":
            raise ToqiboxError("not_found") from None
        raise
    tag = f'"{service.thumbnails.key(source)}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    check_if_match(request.headers, tag)
    if is_not_modified(request.headers, tag):
        return web.Response(status=304, headers=headers)
    thumbnail = await service.thumbnails.get(source, request_id_of(request))
    if isinstance(thumbnail, int):
        return json_response({"status": "drawing"}, 202, {"Retry-After": str(thumbnail)})
    return web.Response(body=thumbnail, content_type="image/webp", headers=headers)
