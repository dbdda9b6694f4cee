"""GET /exports: the jobs of an API key, page by page."""

import re

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import SERVICE, language_of
from server.http.authentication import principal_of
from server.http.handlers.listings import refuse_unknown_query
from server.http.responses import json_response
from server.jobs.model.job import Status
from server.jobs.model.job_cursor import JobCursor
from server.jobs.submission.refusal import invalid_field
from server.messages import message

MAX_PAGE = 100
DEFAULT_PAGE = 20
_NUMBER = re.compile(r"[0-9]{1,3}")


async def list_exports(request: web.Request) -> web.Response:
    """List the jobs that belong to the sender, the newest first.

    Raises:
        ToqiboxError: not_found on a server without keys, where jobs belong to nobody.
    """
    service, principal = request.app[SERVICE], principal_of(request)
    if service.access.keys is None:
        raise ToqiboxError("not_found", why=message("no_keys"))
    refuse_unknown_query(request, "limit", "cursor", "status")
    limit, status = _limit(request), _status(request)
    # If there is one more than the page has, there is a next one.
    jobs = await service.store.jobs.list_page(
        principal.owner, limit + 1, status=status, after=_cursor(request)
    )
    language = language_of(request)
    page = jobs[:limit]
    cursor = JobCursor(page[-1].created_at, page[-1].id) if len(jobs) > limit else None
    return json_response(
        {
            "exports": [await service.describe(job, language) for job in page],
            "nextCursor": str(cursor) if cursor else None,
        }
    )


def _value(request: web.Request, name: str) -> str | None:
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise invalid_field(name, message("given_twice"))
    return values[0] if values else None


def _limit(request: web.Request) -> int:
    text = _value(request, "limit")
    if text is None:
        return DEFAULT_PAGE
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_PAGE:
        raise invalid_field("limit", message("integer_between", minimum=1, maximum=MAX_PAGE))
    return int(text)


def _status(request: web.Request) -> Status | None:
    text = _value(request, "status")
    if text is not None and text not in list(Status):
        raise invalid_field("status", message("one_of", known=", ".join(Status)))
    return None if text is None else Status(text)


def _cursor(request: web.Request) -> JobCursor | None:
    text = _value(request, "cursor")
    cursor = None if text is None else JobCursor.parse(text)
    if text is not None and cursor is None:
        raise invalid_field("cursor", message("cursor"))
    return cursor
