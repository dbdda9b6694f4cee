"""A route of the API, from which the router, the OpenAPI document and `GET /` derive."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from server.http.openapi.operation import Operation
from server.jobs.storage.data_folder import ID_PATTERN
from server.jobs.storage.track_cut import CUT_PATTERN

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PATH_PARAMETERS = {
    "jobId": ID_PATTERN,
    "trackId": ID_PATTERN,
    "photoId": ID_PATTERN,
    "cut": CUT_PATTERN,
    "n": "(?:0|[1-9][0-9]{0,5})",
    "id": "[A-Za-z0-9_-]{1,64}",
}
"""The parameters that a path may have, and the regular expressions of their values."""


@dataclass(frozen=True)
class Route:
    """One method of one path. A GET answers to HEAD too; every path answers to OPTIONS."""

    method: str
    path: str
    """As OpenAPI writes it, with names of PATH_PARAMETERS in braces."""
    handler: Handler
    operation: Operation
    endpoint: str | None = None
    """Its name in the answer of `GET /`; None leaves it out."""
    takes_links: bool = False
    """True if the job object has signed links to it on a server that has keys."""
    takes_expired_tokens: bool = False
    """True if an expired token may use it: it makes no work and keeps nothing for longer."""
    is_open: bool = False
    """True if it needs no API key on a server that has keys."""

    @property
    def pattern(self) -> str:
        """The path as aiohttp's router takes it."""
        return re.sub(r"\{(\w+)\}", lambda m: f"{{{m[1]}:{PATH_PARAMETERS[m[1]]}}}", self.path)


ROUTES_KEY: web.AppKey[tuple[Route, ...]] = web.AppKey("routes", tuple)
"""The routes of an application."""
