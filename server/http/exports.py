"""POST /export, GET and DELETE /export/{jobId}."""

from aiohttp import web

from server.errors import ToqiboxError
from server.http.answers import json_answer
from server.http.context import (
    CONFIG,
    ERRANDS,
    LIBRARY,
    LIMITS,
    SERVICE,
    language_of,
    request_id_of,
)
from server.http.uploads import Gate, TextCheck, check_head, invite, receive
from server.jobs.artifacts import discard
from server.jobs.fields import FILES, TEXTS, check_text
from server.jobs.job import Job
from server.jobs.spec import check_request

GATE = web.AppKey("gate", Gate)


async def create(request: web.Request) -> web.Response:
    """Take a form, answer 202 with the job once files and row are on disk.

    Nothing of the body is read before all has been refused that can be refused without it.
    """
    service = request.app[SERVICE]
    boundary = check_head(request, request.app[LIMITS])
    _check_query(request)
    service.admission()
    async with request.app[GATE].place():
        service.admission()  # it may have waited long for its place
        folder = service.spool()
        try:
            await invite(request)
            limits = request.app[LIMITS]
            texts = await receive(request, boundary, folder, limits, _text_check(request))
            asked = check_request(texts, request.app[CONFIG], request.app[LIBRARY])
        except BaseException:
            discard(folder)
            raise
    job = await request.app[ERRANDS].run(service.accept(asked, folder, request_id_of(request)))
    seen = service.describe(job, language_of(request))
    return json_answer({"success": True, **seen}, 202, {"Location": f"/export/{job.id}"})


def _check_query(request: web.Request) -> None:
    """A field of the form in the address would be passed over in silence; refuse it."""
    for name in request.query:
        if name in FILES or name in TEXTS:
            raise ToqiboxError("unknown_field", field=name, name=f"?{name}", known="none")


def _text_check(request: web.Request) -> TextCheck:
    config, library = request.app[CONFIG], request.app[LIBRARY]

    def check(name: str, text: str) -> None:
        value = check_text(name, text, config)
        if name == "effect":
            library.get(value)

    return check


async def show(request: web.Request) -> web.Response:
    """The job object as it is now."""
    return _seen(request, known_job(request))


async def cancel(request: web.Request) -> web.Response:
    """Cancel a live job, or remove the files of a completed one; both may be asked twice."""
    job_id = known_job(request).id
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
