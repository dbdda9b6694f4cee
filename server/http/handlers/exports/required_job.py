"""The job that the path of a request names."""

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import SERVICE
from server.http.authentication import principal_of
from server.jobs.model.job import Job


async def require_job(request: web.Request) -> Job:
    """Return the job that the path names.

    Raises:
        ToqiboxError: not_found, the same for an id that never existed and one of another client.
    """
    service, principal = request.app[SERVICE], principal_of(request)
    snapshot = await service.store.jobs.snapshot(request.match_info["jobId"])
    if snapshot is None or not principal.owns(snapshot.job.owner):
        raise ToqiboxError("not_found")
    return snapshot.job
