"""The job that the path of a request names."""

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import SERVICE
from server.jobs.model.job import Job


async def require_job(request: web.Request) -> Job:
    """Return the job that the path names.

    Raises:
        ToqiboxError: not_found, the same for an id that never existed and one of another client.
    """
    job = await request.app[SERVICE].store.jobs.get(request.match_info["jobId"])
    if job is None:
        raise ToqiboxError("not_found")
    return job
