"""A repeated POST /export: the job of the first one is returned again."""

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import LIMITS, SERVICE
from server.http.expect import send_100_continue
from server.http.uploads.form import FormChecks, read_form
from server.http.uploads.form_digest import FormDigest
from server.http.uploads.upload_state import UploadState
from server.jobs.model.idempotent_request import AcceptedRequest
from server.jobs.model.job import Job

REPLAYED = {"Idempotency-Replayed": "true"}
"""Headers of a response that repeats an earlier one."""


async def read_replay(
    request: web.Request, boundary: bytes, accepted: AcceptedRequest, upload: UploadState
) -> Job:
    """Read the form without storing its files; return the job if it is the accepted one.

    Raises:
        ToqiboxError: idempotency_mismatch, or for a malformed form.
    """
    digest = FormDigest()
    checks = FormChecks(on_received=upload.add, digest=digest)
    await send_100_continue(request)
    await read_form(request, boundary, None, request.app[LIMITS], checks)
    if not digest.matches(accepted.fingerprint):
        raise ToqiboxError("idempotency_mismatch")
    job = await request.app[SERVICE].store.jobs.get(accepted.job_id)
    assert job is not None, "the key is deleted with its job"
    return job
