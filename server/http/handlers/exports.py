"""POST /export, GET and DELETE /export/{jobId}."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.app_keys import (
    CONFIG,
    ERRANDS,
    LIBRARY,
    LIMITS,
    PRESETS,
    SERVICE,
    language_of,
    request_id_of,
)
from server.http.headers.client_address import client_address, network_of
from server.http.headers.ranges import refuse_stale
from server.http.responses import json_answer
from server.http.uploads.form import Checks, Room, TextCheck, check_head, invite, receive
from server.http.uploads.limiter import Gate
from server.http.uploads.upload_state import Place
from server.jobs.model.effect_source import Source
from server.jobs.model.job import Job
from server.jobs.service import Service
from server.jobs.storage.data_folder import discard
from server.jobs.submission.chain import check_chain
from server.jobs.submission.fields import FILES, TEXTS, check_text, named
from server.jobs.submission.request import Request, check_request
from server.jobs.validation.cache import Verdicts

_SHAPING = ("effect", "params", "preset")
"""The fields that say which effects are drawn, and how."""
GATE = web.AppKey("gate", Gate)


async def create(request: web.Request) -> web.Response:
    """Take a form, answer 202 with the job once files and row are on disk.

    Nothing of the body is read before all has been refused that can be refused without it.
    """
    service = request.app[SERVICE]
    boundary = check_head(request, request.app[LIMITS])
    _check_query(request)
    service.admission()
    request.app[GATE].admit()
    async with AsyncExitStack() as held:
        network = network_of(client_address(request, request.app[CONFIG]))
        waiting = request.app[GATE].place(network, request.content_length)
        place = await held.enter_async_context(waiting)
        service.admission()  # it may have waited long for its place
        folder = service.spool()
        try:
            async with place.reading():
                asked = await _read(request, boundary, folder, place)
        except BaseException:
            discard(folder)
            raise
        work = service.accept(asked, folder, request_id_of(request))
        # The place goes with the files: they stay on disk though the client may leave.
        accepting = _holding(held.pop_all(), work)
    job = await request.app[ERRANDS].run(accepting)
    seen = service.describe(job, language_of(request))
    where = f"{service.config.public_url}/export/{job.id}"
    return json_answer({"success": True, **seen}, 202, {"Location": where})


async def _read(request: web.Request, boundary: bytes, folder: Path, place: Place) -> Request:
    """The checked form of a request, its files in `folder`."""
    service, limits = request.app[SERVICE], request.app[LIMITS]
    await invite(request)
    room = Room(lambda: _has_room(service), limits.room_check_bytes)
    checks = Checks(text=_text_check(request), room=room, came=place.take)
    form = await receive(request, boundary, folder, limits, checks)
    asked = await run_in_thread(
        check_request,
        form.texts,
        request.app[CONFIG],
        request.app[LIBRARY],
        request.app[PRESETS],
        photo2="photo2" in form.files,
    )
    for link in asked.chain:
        await _enforce(service.verdicts, link.source, link.field)
    return asked


async def _enforce(verdicts: Verdicts, effect: str | Source, field: str) -> None:
    """Go on only with an effect that can be drawn; what is wrong is said of `field`.

    Args:
        effect: an id of the library, or what is drawn.
    """
    try:
        if isinstance(effect, str):
            effect = await run_in_thread(verdicts.source, effect)
        await verdicts.enforce(effect)
    except ToqiboxError as error:
        error.field = field if error.field == "effect" else error.field
        raise


async def _holding(place: AbstractAsyncContextManager[object], work: Awaitable[Job]) -> Job:
    """Do `work`, then leave `place`."""
    async with place:
        return await work


def _has_room(service: Service) -> bool:
    return service.data.free_mb() >= service.config.min_free_mb


def _check_query(request: web.Request) -> None:
    """A field of the form in the address would be passed over in silence; refuse it."""
    for name in request.query:
        if name in FILES or name in TEXTS:
            raise ToqiboxError("unknown_field", field=name, name=f"?{name}", known="none")


def _text_check(request: web.Request) -> TextCheck:
    config, verdicts = request.app[CONFIG], request.app[SERVICE].verdicts
    given: dict[str, Any] = {}

    async def check(name: str, text: str) -> None:
        value = given[name] = check_text(name, text, config)
        if value is None:
            del given[name]
        if name == "effect":
            for field, effect in named(value):
                await _enforce(verdicts, effect, field)
        if name in _SHAPING and ("effect" in given or "preset" in given):
            links = await run_in_thread(
                check_chain, given, request.app[LIBRARY], request.app[PRESETS]
            )
            for _, link in links if "preset" in given else []:
                await _enforce(verdicts, link.source, link.field)

    return check


async def show(request: web.Request) -> web.Response:
    """The job object as it is now."""
    refuse_stale(request.headers)
    return _seen(request, known_job(request))


async def cancel(request: web.Request) -> web.Response:
    """Cancel a live job, or remove the files of a completed one; both may be asked twice."""
    job_id = known_job(request).id
    refuse_stale(request.headers)
    work = request.app[SERVICE].cancel(job_id, request_id_of(request))
    job = await request.app[ERRANDS].run(work)
    if job is None:
        raise ToqiboxError("not_found")
    return _seen(request, job)


def known_job(request: web.Request) -> Job:
    """The job that the path names.

    Raises:
        ToqiboxError: not_found, the same for an id that never was and one of somebody else.
    """
    job = request.app[SERVICE].get(request.match_info["job_id"])
    if job is None:
        raise ToqiboxError("not_found")
    return job


def _seen(request: web.Request, job: Job) -> web.Response:
    return json_answer(request.app[SERVICE].describe(job, language_of(request)))
