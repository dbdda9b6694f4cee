"""Typed keys of the application and of a request."""

from collections.abc import Callable

from aiohttp import web

from server.config import Config
from server.http.background_tasks import BackgroundTasks
from server.http.headers.accept_language import preferred_language
from server.http.limits import HttpLimits
from server.http.transfers import Transfers
from server.jobs.service import Service
from server.jobs.submission.presets import Presets
from server.metrics.server_metrics import ServerMetrics

CONFIG = web.AppKey("config", Config)
SERVICE = web.AppKey("service", Service)
PRESETS = web.AppKey("presets", Presets)
LIMITS = web.AppKey("limits", HttpLimits)
METRICS = web.AppKey("metrics", ServerMetrics)
TRANSFERS = web.AppKey("transfers", Transfers)
BACKGROUND_TASKS = web.AppKey("background_tasks", BackgroundTasks)

_REQUEST_ID = web.RequestKey("request_id", str)
_JOB_ID = web.RequestKey("job_id", str)
_RESPONSE = web.RequestKey("response", web.StreamResponse)
_Watch = Callable[[Callable[[], None]], None]
_WATCH_PEER: web.RequestKey[_Watch] = web.RequestKey("watch_peer", object)  # type: ignore[arg-type]


def set_request_id(request: web.BaseRequest, request_id: str) -> None:
    request[_REQUEST_ID] = request_id


def request_id_of(request: web.BaseRequest) -> str:
    """Return the id that the log lines, the response and the job of this request carry."""
    return str(request.get(_REQUEST_ID, ""))


def set_job_id(request: web.BaseRequest, job_id: str) -> None:
    """Set the job that the request has made, for its log line."""
    request[_JOB_ID] = job_id


def job_id_of(request: web.Request) -> str | None:
    """Return the id of the job that the request has made or names; None if there is none."""
    return request.get(_JOB_ID) or request.match_info.get("jobId")


def set_response(request: web.BaseRequest, response: web.StreamResponse) -> None:
    request[_RESPONSE] = response


def response_of(request: web.BaseRequest) -> web.StreamResponse | None:
    """Return the response whose headers are sent or about to be sent; None before that."""
    return request.get(_RESPONSE)


def set_watch_peer(request: web.BaseRequest, watch: _Watch) -> None:
    request[_WATCH_PEER] = watch


def watch_peer(request: web.BaseRequest, on_closed: Callable[[], None]) -> None:
    """Call `on_closed` once the client has closed its side of the connection.

    Such a client may still read, so that its handler is not cancelled.
    """
    request[_WATCH_PEER](on_closed)


def language_of(request: web.BaseRequest) -> str:
    """Return the language that the client prefers, ``en`` or ``ru`` (Accept-Language)."""
    return preferred_language(request.headers.get("Accept-Language", ""))
