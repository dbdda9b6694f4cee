"""The parts of every response: a request id, CORS, security headers, and the API's errors."""

import asyncio
import logging
import re
import secrets
import time

from aiohttp import ClientConnectionResetError, web

from server.config import Config
from server.errors import ToqiboxError
from server.http.app_keys import (
    CONFIG,
    job_id_of,
    language_of,
    request_id_of,
    response_of,
    set_request_id,
    set_response,
)
from server.http.authentication import owner_of
from server.http.compression import add_vary, compress
from server.http.headers.client_address import client_address, proxy_request_id
from server.http.openapi.route import Handler
from server.http.responses import error_response
from server.logging_json import log_context, log_event
from server.tracing import spans

_log = logging.getLogger(__name__)

ALLOWED_HEADERS = (
    "Authorization, Cache-Control, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "If-Range, Range, X-Request-Id, X-Requested-With"
)
"""Headers that a page of another origin may send; any other that it asks for is allowed too."""
EXPOSED_HEADERS = (
    "Allow, Retry-After, Content-Disposition, Content-Length, Content-Range, ETag, "
    "Accept-Ranges, Location, X-Frame, X-Request-Id, Idempotency-Replayed, WWW-Authenticate"
)
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Server": "toqibox",
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_ANY_METHOD = "GET, HEAD, POST, DELETE, OPTIONS"
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_MAX_REQUESTED_HEADERS = 32
_LOGGED_METHOD = re.compile(r"[A-Z]{1,20}")


def new_request_id() -> str:
    """Return an id that is unique in a log."""
    return secrets.token_hex(8)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id and a log line; turn any exception into a response."""
    request_id = proxy_request_id(request, request.app[CONFIG]) or new_request_id()
    set_request_id(request, request_id)
    with log_context(request=request_id, trace=spans.trace_id(spans.current())):
        return await _answer(request, handler, request_id)


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    started = time.monotonic()
    error: ToqiboxError | None = None
    try:
        response = await handler(request)
    except ToqiboxError as raised:
        error = raised
    except web.HTTPException as raised:
        error = _from_http_exception(raised)
    except asyncio.CancelledError:  # the client has disconnected, or the server is stopping
        seconds = time.monotonic() - started
        _log_request(request, response_of(request), None, seconds, is_finished=False)
        raise
    except ClientConnectionResetError:  # likewise, before the handler was cancelled for it
        seconds = time.monotonic() - started
        _log_request(request, response_of(request), None, seconds, is_finished=False)
        return web.Response()  # aiohttp notices that it cannot be sent
    except Exception:
        _log.exception("request.failed")
        error = ToqiboxError("internal")
    if error is not None:
        response = _abort_partial_response(request) or error_response(
            error, request_id, language_of(request)
        )
    if response_of(request) is None:  # else it was sent already
        await compress(request, response)
    seconds = time.monotonic() - started
    _log_request(request, response, error, seconds, is_finished=error is None)
    return response


def _abort_partial_response(request: web.Request) -> web.StreamResponse | None:
    """Abort the connection if part of a response is sent, since no error can follow it."""
    prepared = response_of(request)
    if prepared is not None and request.transport is not None:
        request.transport.abort()
    return prepared


def _from_http_exception(error: web.HTTPException) -> ToqiboxError:
    fallback = "malformed_request" if error.status < 500 else "internal"
    return ToqiboxError(_CODES.get(error.status, fallback), detail=error.reason)


def _log_request(
    request: web.Request,
    response: web.StreamResponse | None,
    error: ToqiboxError | None,
    seconds: float,
    *,
    is_finished: bool,
) -> None:
    """Log a request; without a `response` it ended before there was one."""
    sent, is_complete = _bytes_sent(request, response, is_finished=is_finished)
    log_event(
        _log,
        logging.INFO,
        "request",
        request=request_id_of(request),
        job=job_id_of(request),
        client=client_address(request, request.app[CONFIG]),
        key=owner_of(request),
        method=request.method if _LOGGED_METHOD.fullmatch(request.method) else "?",
        path=request.path[:200],
        status=response.status if response else None,
        code=error.code if error else None,
        detail=(error.detail or None) if error else None,
        bytes=sent,
        cut=None if is_complete else True,
        ms=round(seconds * 1000),
        agent=request.headers.get("User-Agent", "")[:200] or None,
    )


def _bytes_sent(
    request: web.Request, response: web.StreamResponse | None, *, is_finished: bool
) -> tuple[int, bool]:
    """Return the sent bytes of the body, and whether they are all of it.

    Args:
        request: with the writer of the body.
        response: None if none was begun.
        is_finished: True if the handler returned.
    """
    if response is None:
        return 0, False
    if request.method == "HEAD" or response.status in (204, 304):
        return 0, True
    if isinstance(response, web.Response):  # small, and written by the connection after this
        return response.content_length or 0, True
    if response.content_length is None:  # a stream: counted with the headers
        return request.writer.output_size, is_finished
    remaining = request.writer.length or 0  # the writer counts down from the length it expects
    return (response.content_length or 0) - remaining, remaining == 0


async def set_default_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers of every response, and keep the response for the log line.

    Called just before it is sent.
    """
    request_id = request_id_of(request) or new_request_id()
    add_common_headers(response, request.app[CONFIG], request_id, request.headers.get("Origin"))
    set_response(request, response)


def add_common_headers(
    response: web.StreamResponse, config: Config, request_id: str, origin: str | None
) -> None:
    """Set the headers of every response, also of those that no handler makes.

    Args:
        response: the response.
        config: the settings.
        request_id: of its request.
        origin: the header of its request.
    """
    for name, value in _SECURITY_HEADERS.items():
        response.headers[name] = value
    response.headers["X-Request-Id"] = request_id
    _add_cors(origin, response, config.cors_origins)


def _add_cors(origin: str | None, response: web.StreamResponse, allowed: tuple[str, ...]) -> None:
    """Allow any origin, or the requesting one if it is listed (Fetch standard, section 3.3).

    A response that allows any origin by itself keeps that.
    """
    if "*" in allowed or response.headers.get("Access-Control-Allow-Origin") == "*":
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        add_vary(response, "Origin")
        if origin not in allowed:
            return
        response.headers["Access-Control-Allow-Origin"] = str(origin)
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS


def preflight(methods: str) -> Handler:
    """Return a handler of OPTIONS for a path that has `methods`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = {"Allow": methods}
        if "Access-Control-Request-Method" in request.headers:
            headers["Access-Control-Allow-Methods"] = methods
            headers["Access-Control-Allow-Headers"] = _allowed_headers(request)
            headers["Access-Control-Max-Age"] = "86400"
            headers["Vary"] = "Access-Control-Request-Headers"
        return web.Response(status=204, headers=headers)

    return handle


def _allowed_headers(request: web.Request) -> str:
    """Return ALLOWED_HEADERS, then the other names that the preflight asks for.

    Upload widgets and tracing scripts send headers of their own. No header gives a page any
    right here, so all of them can be allowed.
    """
    known = {name.lower() for name in ALLOWED_HEADERS.split(", ")}
    requested = request.headers.get("Access-Control-Request-Headers", "").split(",")[
        :_MAX_REQUESTED_HEADERS
    ]
    others = [name.strip() for name in requested if name.strip().lower() not in known]
    return ", ".join([ALLOWED_HEADERS, *filter(_HEADER_NAME.fullmatch, others)])


def method_not_allowed(methods: str) -> Handler:
    """Return a handler of every other method for a path that has `methods`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        error = ToqiboxError("method_not_allowed")
        response = error_response(error, request_id_of(request), language_of(request))
        response.headers["Allow"] = methods
        return response

    return handle


async def handle_unknown_path(request: web.Request) -> web.StreamResponse:
    """Handle every path that is not a route.

    A preflight of it is allowed, since a page could not read the 404 that follows otherwise.
    """
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return await preflight(_ANY_METHOD)(request)
    raise ToqiboxError("not_found")
