"""POST /export, GET and DELETE /export/{jobId}."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.app_keys import (
    BACKGROUND_TASKS,
    CONFIG,
    LIBRARY,
    LIMITS,
    PRESETS,
    SERVICE,
    language_of,
    request_id_of,
)
from server.http.headers.client_address import client_address, network_of
from server.http.headers.ranges import check_if_match
from server.http.responses import json_response
from server.http.uploads.form import (
    FormChecks,
    FreeSpaceGuard,
    TextChecker,
    check_headers,
    read_form,
    send_100_continue,
)
from server.http.uploads.limiter import UploadLimiter
from server.http.uploads.upload_state import UploadState
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.job import Job
from server.jobs.service import Service
from server.jobs.storage.data_folder import discard
from server.jobs.submission.chain import check_chain
from server.jobs.submission.fields import FILE_FIELDS, TEXT_FIELDS, check_text, named_ids
from server.jobs.submission.request import Request, check_request
from server.jobs.validation.cache import ValidationCache

_CHAIN_FIELDS = ("effect", "params", "preset")
"""The fields that say which effects are drawn, and how."""
UPLOAD_LIMITER = web.AppKey("upload_limiter", UploadLimiter)


async def create_export(request: web.Request) -> web.Response:
    """Take a form, answer 202 with the job once files and row are on disk.

    Nothing of the body is read before all has been refused that can be refused without it.
    """
    service = request.app[SERVICE]
    boundary = check_headers(request, request.app[LIMITS])
    _check_query(request)
    service.check_capacity()
    request.app[UPLOAD_LIMITER].check_wait()
    async with AsyncExitStack() as stack:
        network = network_of(client_address(request, request.app[CONFIG]))
        acquiring = request.app[UPLOAD_LIMITER].acquire(network, request.content_length)
        upload = await stack.enter_async_context(acquiring)
        service.check_capacity()  # it may have waited long for its place
        folder = service.spool()
        try:
            async with upload.reading():
                export = await _read_export(request, boundary, folder, upload)
        except BaseException:
            discard(folder)
            raise
        work = service.accept(export, folder, request_id_of(request))
        # The place goes with the files: they stay on disk though the client may leave.
        accepting = _run_and_release(stack.pop_all(), work)
    job = await request.app[BACKGROUND_TASKS].run(accepting)
    payload = service.describe(job, language_of(request))
    location = f"{service.config.public_url}/export/{job.id}"
    return json_response({"success": True, **payload}, 202, {"Location": location})


async def _read_export(
    request: web.Request, boundary: bytes, folder: Path, upload: UploadState
) -> Request:
    """The checked form of a request, its files in `folder`."""
    service, limits = request.app[SERVICE], request.app[LIMITS]
    await send_100_continue(request)
    free_space = FreeSpaceGuard(lambda: _has_free_space(service), limits.free_space_check_bytes)
    checks = FormChecks(text=_text_checker(request), free_space=free_space, on_received=upload.add)
    form = await read_form(request, boundary, folder, limits, checks)
    export = await run_in_thread(
        check_request,
        form.texts,
        request.app[CONFIG],
        request.app[LIBRARY],
        request.app[PRESETS],
        photo2="photo2" in form.files,
    )
    for link in export.chain:
        await _require_usable(service.validations, link.source, link.field)
    return export


async def _require_usable(
    validations: ValidationCache, effect: str | EffectSource, field: str
) -> None:
    """Go on only with an effect that can be drawn; what is wrong is said of `field`.

    Args:
        effect: an id of the library, or what is drawn.
    """
    try:
        if isinstance(effect, str):
            effect = await run_in_thread(validations.source, effect)
        await validations.require_valid(effect)
    except ToqiboxError as error:
        error.field = field if error.field == "effect" else error.field
        raise


async def _run_and_release(
    upload: AbstractAsyncContextManager[object], work: Awaitable[Job]
) -> Job:
    """Do `work`, then leave `place`."""
    async with upload:
        return await work


def _has_free_space(service: Service) -> bool:
    return service.data.free_mb() >= service.config.min_free_mb


def _check_query(request: web.Request) -> None:
    """A field of the form in the address would be passed over in silence; refuse it."""
    for name in request.query:
        if name in FILE_FIELDS or name in TEXT_FIELDS:
            raise ToqiboxError("unknown_field", field=name, name=f"?{name}", known="none")


def _text_checker(request: web.Request) -> TextChecker:
    config, validations = request.app[CONFIG], request.app[SERVICE].validations
    values: dict[str, Any] = {}

    async def check(name: str, text: str) -> None:
        value = values[name] = check_text(name, text, config)
        if value is None:
            del values[name]
        if name == "effect":
            for field, effect in named_ids(value):
                await _require_usable(validations, effect, field)
        if name in _CHAIN_FIELDS and ("effect" in values or "preset" in values):
            chain = await run_in_thread(
                check_chain, values, request.app[LIBRARY], request.app[PRESETS]
            )
            for _, link in chain if "preset" in values else []:
                await _require_usable(validations, link.source, link.field)

    return check


async def show_export(request: web.Request) -> web.Response:
    """The job object as it is now."""
    check_if_match(request.headers)
    return _job_response(request, require_job(request))


async def cancel_export(request: web.Request) -> web.Response:
    """Cancel a live job, or remove the files of a completed one; both may be asked twice."""
    job_id = require_job(request).id
    check_if_match(request.headers)
    work = request.app[SERVICE].cancel(job_id, request_id_of(request))
    job = await request.app[BACKGROUND_TASKS].run(work)
    if job is None:
        raise ToqiboxError("not_found")
    return _job_response(request, job)


def require_job(request: web.Request) -> Job:
    """The job that the path names.

    Raises:
        ToqiboxError: not_found, the same for an id that never was and one of somebody else.
    """
    job = request.app[SERVICE].get(request.match_info["jobId"])
    if job is None:
        raise ToqiboxError("not_found")
    return job


def _job_response(request: web.Request, job: Job) -> web.Response:
    return json_response(request.app[SERVICE].describe(job, language_of(request)))
