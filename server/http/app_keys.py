"""What a handler finds on the application and on its request."""

from aiohttp import web

from server.config import Config
from server.effects.library.library import Library
from server.http.background import Errands
from server.http.headers.accept_language import preferred
from server.http.limits import Limits
from server.jobs.service import Service
from server.jobs.submission.presets import Presets

CONFIG = web.AppKey("config", Config)
SERVICE = web.AppKey("service", Service)
LIBRARY = web.AppKey("library", Library)
PRESETS = web.AppKey("presets", Presets)
LIMITS = web.AppKey("limits", Limits)
ERRANDS = web.AppKey("errands", Errands)

_REQUEST_ID = web.RequestKey("request_id", str)
_PREPARED = web.RequestKey("prepared", web.StreamResponse)


def set_request_id(request: web.BaseRequest, request_id: str) -> None:
    request[_REQUEST_ID] = request_id


def request_id_of(request: web.BaseRequest) -> str:
    """The id that the log lines, the answer and the job of this request carry."""
    return str(request.get(_REQUEST_ID, ""))


def set_prepared(request: web.BaseRequest, response: web.StreamResponse) -> None:
    request[_PREPARED] = response


def prepared_of(request: web.BaseRequest) -> web.StreamResponse | None:
    """The response whose head is sent, or about to be; None before that."""
    return request.get(_PREPARED)


def language_of(request: web.BaseRequest) -> str:
    """``en`` or ``ru``, by Accept-Language."""
    return preferred(request.headers.get("Accept-Language", ""))
