"""POST /export, GET and DELETE /export/{jobId}."""

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import (
    BACKGROUND_TASKS,
    CONFIG,
    LIMITS,
    SERVICE,
    language_of,
    request_id_of,
    set_job_id,
)
from server.http.authentication import principal_of
from server.http.expect import send_100_continue
from server.http.handlers.exports.replays import REPLAYED, read_replay
from server.http.handlers.exports.required_job import require_job
from server.http.headers.idempotency_key import idempotency_key
from server.http.headers.ranges import check_if_match
from server.http.responses import json_response
from server.http.shares import queue_share_of
from server.http.uploads.form import FormChecks, check_headers, read_form
from server.http.uploads.form_digest import FormDigest
from server.http.uploads.sender_form import export_form_of, free_space_guard_of
from server.http.uploads.upload_limiter import UPLOAD_LIMITER
from server.http.uploads.upload_state import DecodeQueue, UploadState
from server.jobs.job_object import chain_of
from server.jobs.model.idempotent_request import AcceptedRequest, IdempotentRequest
from server.jobs.model.job import Job, now_ms
from server.jobs.submission.fields import FILE_FIELDS, TEXT_FIELDS
from server.jobs.submission.idempotency import Idempotency
from server.jobs.submission.request import Request
from server.messages import message

IDEMPOTENCY = web.AppKey("idempotency", Idempotency)


async def create_export(request: web.Request) -> web.Response:
    """Read a form and answer 202 with the job once its files and its row are on disk.

    The body is not read before every check that can be made without it.
    """
    service, limiter = request.app[SERVICE], request.app[UPLOAD_LIMITER]
    boundary = check_headers(request, request.app[LIMITS])
    _check_query(request)
    key, principal = idempotency_key(request.headers), principal_of(request)
    async with AsyncExitStack() as stack:
        if key is not None:
            reserving = request.app[IDEMPOTENCY].reserve(principal.owner, key)
            if accepted := await stack.enter_async_context(reserving):
                return await _replay(request, boundary, accepted)
        if principal.token:  # a second request with it waits for the end of the first
            await stack.enter_async_context(request.app[IDEMPOTENCY].reserve(principal.owner, ""))
        await service.admission.before_body()
        await service.store.jobs.check_owner(principal.owner, principal.limits, now_ms())
        limiter.check_wait(queue_share_of(request), DecodeQueue.EXPORTS)
        upload = await stack.enter_async_context(_acquire_place(request))
        await service.admission.before_body()  # the upload may have waited long
        folder = service.intake.new_spool()
        digest = FormDigest()
        try:
            async with upload.reading():
                export = await _read_export(request, boundary, folder, upload, digest)
        except BaseException:
            service.intake.discard_spool(folder)
            raise
        identity = None
        if key is not None:
            identity = IdempotentRequest(principal.owner, key, digest.hexdigest())
        request_id = request_id_of(request)
        share = queue_share_of(request)
        work = service.intake.accept(export, folder, request_id, principal, identity, share=share)
        # The upload counts until its files are gone, even if the client disconnects.
        accepting = _run_and_release(stack.pop_all(), work)
    job = await request.app[BACKGROUND_TASKS].run(accepting)
    payload = await service.describe(job, language_of(request), as_accepted=True)
    return _accepted_response(request, job, payload)


async def _replay(request: web.Request, boundary: bytes, accepted: AcceptedRequest) -> web.Response:
    """Answer a request whose key was accepted before, even if no further job would be."""
    request.app[SERVICE].admission.check_draining()
    async with _acquire_place(request) as upload, upload.reading():
        job = await read_replay(request, boundary, accepted, upload)
    payload = await request.app[SERVICE].describe(job, language_of(request))
    return _accepted_response(request, job, payload, REPLAYED)


def _acquire_place(request: web.Request) -> AbstractAsyncContextManager[UploadState]:
    """Return the context in which an upload has one of the places of the limiter."""
    share = queue_share_of(request)
    limiter = request.app[UPLOAD_LIMITER]
    return limiter.acquire(share, DecodeQueue.EXPORTS, request.content_length)


def _accepted_response(
    request: web.Request,
    job: Job,
    payload: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    set_job_id(request, job.id)
    location = f"{request.app[CONFIG].public_url}/export/{job.id}"
    headers = {"Location": location, **(headers or {})}
    return json_response({"success": True, **payload}, 202, headers)


async def _read_export(
    request: web.Request,
    boundary: bytes,
    folder: Path,
    upload: UploadState,
    digest: FormDigest,
) -> Request:
    """Read the form, its files into `folder`; return the request that its texts make."""
    form = export_form_of(request)
    free_space = free_space_guard_of(request)
    checks = FormChecks(form.add, free_space, upload.add, digest)
    await send_100_continue(request)
    files = await read_form(request, boundary, folder, request.app[LIMITS], checks)
    form.check_files(files)
    export = await form.finish(has_photo2="photo2" in files | form.kept_files.keys())
    await form.link_kept_files(folder)
    return export


async def _run_and_release(
    upload: AbstractAsyncContextManager[object], work: Awaitable[Job]
) -> Job:
    """Do `work`, then release the upload."""
    async with upload:
        return await work


def _check_query(request: web.Request) -> None:
    """Refuse a form field in the query, which would be ignored silently."""
    for name in request.query:
        if name in FILE_FIELDS or name in TEXT_FIELDS:
            raise ToqiboxError(
                "unknown_field",
                field=name,
                sent=f"?{name}",
                known="none",
                hint=message("in_the_form"),
            )


async def show_export(request: web.Request) -> web.Response:
    """Return the current job object."""
    check_if_match(request.headers)
    return await _job_response(request, await require_job(request))


async def show_chain(request: web.Request) -> web.Response:
    """Return the effects of a job with their sources, as the field `effect` takes them."""
    return json_response({"chain": chain_of(await require_job(request))})


async def cancel_export(request: web.Request) -> web.Response:
    """Cancel a live job, or remove the files of a completed one; both can be repeated."""
    job_id = (await require_job(request)).id
    check_if_match(request.headers)
    work = request.app[SERVICE].cancel(job_id, request_id_of(request))
    job = await request.app[BACKGROUND_TASKS].run(work)
    if job is None:
        raise ToqiboxError("not_found")
    return await _job_response(request, job)


async def _job_response(request: web.Request, job: Job) -> web.Response:
    return json_response(await request.app[SERVICE].describe(job, language_of(request)))
