"""POST, GET and DELETE of /tracks and /photos, and the pictures of kept photos."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web

from server.concurrency import run_in_thread
from server.http.app_keys import (
    BACKGROUND_TASKS,
    LIMITS,
    SERVICE,
    language_of,
    request_id_of,
)
from server.http.authentication import principal_of
from server.http.expect import send_100_continue
from server.http.file_delivery import send_whole_file
from server.http.handlers.listings import refuse_unknown_query
from server.http.headers.ranges import check_if_match, is_not_modified
from server.http.responses import json_response
from server.http.shares import queue_share_of, room_share_of
from server.http.uploads.form import FormChecks, FormFields, check_headers, read_form
from server.http.uploads.sender_form import free_space_guard_of
from server.http.uploads.upload_limiter import UPLOAD_LIMITER
from server.http.uploads.upload_state import DecodeQueue, UploadState
from server.jobs.storage.kept_uploads import FILES, KeptUpload, OwnUploads
from server.jobs.submission.fields import check_known
from server.jobs.submission.refusal import invalid_field
from server.jobs.submission.upload_intake import UploadSender
from server.messages import message
from server.warnings import localize_warnings

PICTURE_SIDES = (256, 512, 1024, 2048, 4096)
"""Values of `long`: the most pixels of the long side of a picture."""
DEFAULT_PICTURE_SIDE = 2048
LONG = {
    "name": "long",
    "in": "query",
    "description": "The most pixels of the long side.",
    "schema": {"enum": [*map(str, PICTURE_SIDES)], "default": str(DEFAULT_PICTURE_SIDE)},
}


async def create_track(request: web.Request) -> web.Response:
    """Keep a track."""
    return await _create(request, "track")


async def create_photo(request: web.Request) -> web.Response:
    """Keep a photo."""
    return await _create(request, "photo")


async def show_track(request: web.Request) -> web.Response:
    """Return what is known of a track."""
    return await _show(request, "track")


async def show_photo(request: web.Request) -> web.Response:
    """Return what is known of a photo."""
    return await _show(request, "photo")


async def remove_track(request: web.Request) -> web.Response:
    """Remove a track; can be repeated."""
    return await _remove(request, "track")


async def remove_photo(request: web.Request) -> web.Response:
    """Remove a photo; can be repeated."""
    return await _remove(request, "photo")


async def show_picture(request: web.Request) -> web.StreamResponse:
    """Send a photo as it was decoded, as PNG."""
    refuse_unknown_query(request, "long")
    side = request.query.get("long", str(DEFAULT_PICTURE_SIDE))
    if side not in map(str, PICTURE_SIDES) or len(request.query.getall("long", [])) > 1:
        raise invalid_field("long", message("one_of", known=", ".join(map(str, PICTURE_SIDES))))
    photo = await require_upload(request, "photo")
    tag = f'"{photo.id}-{side}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    check_if_match(request.headers, tag)
    if is_not_modified(request.headers, tag):
        return web.Response(status=304, headers=headers)
    service = request.app[SERVICE]
    service.admission.before_preview()
    async with AsyncExitStack() as opened:
        folder = service.intake.new_spool()
        try:
            path = folder / FILES["photo"]
            await run_in_thread(_own(request).link, "photo", photo.id, path)
            picture = await opened.enter_async_context(
                service.previews.open_photo(
                    path, int(side), request_id_of(request), share=queue_share_of(request)
                )
            )
        finally:
            service.intake.discard_spool(folder)
        return await send_whole_file(request, picture, "image/png", headers)


async def _create(request: web.Request, kind: str) -> web.Response:
    service, limiter = request.app[SERVICE], request.app[UPLOAD_LIMITER]
    boundary = check_headers(request, request.app[LIMITS])
    refuse_unknown_query(request)
    service.admission.before_preview()
    share = queue_share_of(request)
    limiter.check_wait(share, DecodeQueue.KEPT_FILES)
    async with AsyncExitStack() as stack:
        acquiring = limiter.acquire(share, DecodeQueue.KEPT_FILES, request.content_length)
        upload = await stack.enter_async_context(acquiring)
        folder = service.intake.new_spool()
        try:
            async with upload.reading():
                await _read_file(request, boundary, folder, upload, kind)
        except BaseException:
            service.intake.discard_spool(folder)
            raise
        work = _keep(request, kind, folder, stack.pop_all())
    kept = await request.app[BACKGROUND_TASKS].run(work)
    payload = _describe(request, kept)
    return json_response({"success": True, **payload}, 201, {"Location": payload["url"]})


async def _read_file(
    request: web.Request, boundary: bytes, folder: Path, upload: UploadState, kind: str
) -> None:
    checks = FormChecks(
        text=_refuse_text,
        free_space=free_space_guard_of(request),
        on_received=upload.add,
        fields=FormFields((FILES[kind],), (FILES[kind],), _name_checker(FILES[kind])),
    )
    await send_100_continue(request)
    await read_form(request, boundary, folder, request.app[LIMITS], checks)


async def _keep(
    request: web.Request, kind: str, folder: Path, upload: AbstractAsyncContextManager[object]
) -> KeptUpload:
    """Keep the file in `folder`, then release the upload."""
    service = request.app[SERVICE]
    async with upload:
        try:
            owner = principal_of(request).owner
            sender = UploadSender(owner, room_share_of(request), queue_share_of(request))
            return await service.upload_intake.keep(kind, folder, sender, request_id_of(request))
        finally:
            service.intake.discard_spool(folder)


def _name_checker(file: str) -> Callable[[str], None]:
    def check(name: str) -> None:
        check_known(name, (file,))

    return check


def _refuse_text(name: str, _text: str) -> Awaitable[NoReturn]:
    raise AssertionError(f"the form has no text field, but {name} passed")


def _own(request: web.Request) -> OwnUploads:
    return request.app[SERVICE].kept_uploads.of(principal_of(request))


async def require_upload(request: web.Request, kind: str) -> KeptUpload:
    """Return the upload that the path names.

    Raises:
        ToqiboxError: not_found, upload_expired.
    """
    return await run_in_thread(_own(request).get, kind, request.match_info[f"{kind}Id"])


async def _show(request: web.Request, kind: str) -> web.Response:
    check_if_match(request.headers)
    return json_response(_describe(request, await require_upload(request, kind)))


async def _remove(request: web.Request, kind: str) -> web.Response:
    check_if_match(request.headers)
    await run_in_thread(_own(request).remove, kind, request.match_info[f"{kind}Id"])
    return web.Response(status=204)


def _describe(request: web.Request, upload: KeptUpload) -> dict[str, Any]:
    """Return the JSON object of an upload."""
    service = request.app[SERVICE]
    url = f"{service.config.public_url}/{upload.kind}s/{upload.id}"
    facts: Mapping[str, Any] = upload.facts
    if upload.kind == "photo":
        warnings = localize_warnings(facts["warnings"], language_of(request))
        facts = {**facts, "warnings": warnings, "image": f"{url}/image.png"}
    return {
        f"{upload.kind}Id": upload.id,
        "bytes": upload.bytes,
        "expiresAt": round((upload.used_at + service.kept_uploads.ttl_s) * 1000),
        "url": url,
        **facts,
    }
