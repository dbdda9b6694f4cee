"""A client connection: aiohttp's, with our error responses and a bound on their number."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import StreamReader, web

from server.config import Config
from server.errors import ToqiboxError
from server.http.app_keys import request_id_of, set_request_id, set_watch_peer
from server.http.limits import HttpLimits
from server.http.openapi.route import Handler
from server.http.responses import error_response
from server.http.server import descriptors
from server.http.server.connection_places import ConnectionPlaces
from server.http.server.middleware import add_common_headers, new_request_id
from server.http.server.refused_connection import refuse_connection
from server.http.server.unread_responses import UnreadResponses
from server.http.uploads.body import Body
from server.logging_json import log_context, log_event
from server.metrics.http_counters import HttpCounters

_log = logging.getLogger(__name__)
_ABANDONABLE_PATHS = ("/preview",)
"""Paths whose response is of no use to anybody once the client has left: others are finished."""


class Connection(web.RequestHandler):
    """The protocol of one connection."""

    def __init__(self, factory: "ConnectionFactory") -> None:
        super().__init__(
            factory.server, loop=asyncio.get_running_loop(), **protocol_settings(factory.limits)
        )
        self._factory = factory
        self._body: StreamReader | None = None
        self._peer_closed = False
        self._is_abandonable = False
        self._on_peer_closed: Callable[[], None] = lambda: None
        self._stop_watching: Callable[[], None] = lambda: None
        self._is_draining_body = False
        self._header_timer: asyncio.TimerHandle | None = None
        self._client = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        places, address = self._factory.places, transport.get_extra_info("peername")
        self._client = places.client_of(address[0]) if address else ""  # it may have left already
        assert isinstance(transport, asyncio.Transport)
        if places.take(self._client):
            super().connection_made(transport)
            self._stop_watching = self._factory.unread.add(transport)
            header_s = self._factory.limits.header_s
            loop = asyncio.get_running_loop()
            self._header_timer = loop.call_later(header_s, self._close_without_request)
        else:
            refuse_connection(transport, self._factory.config)

    def _close_without_request(self) -> None:
        if self._request_count == 0:
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._factory.places.release(self._client)
        if self._header_timer is not None:
            self._header_timer.cancel()
        self._stop_watching()
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]  # aiohttp narrows it to None
        """Keep the connection open for the response: a client that closed its side may read."""
        if self._waiter is not None and not self._waiter.done():
            return None  # between two requests there is nothing to answer
        if self._is_abandonable:
            return None
        self._peer_closed = True
        self._abort_body()
        self._on_peer_closed()
        return True

    def attach_body(self, body: StreamReader, *, is_abandonable: bool) -> None:
        """Attach the body of the request being handled; a closed stream from now on ends it too.

        Args:
            body: of the request.
            is_abandonable: True if the request ends when its client closes its side.
        """
        self._body, self._is_abandonable = body, is_abandonable
        self._on_peer_closed = lambda: None
        self._abort_body()

    def watch_peer(self, on_closed: Callable[[], None]) -> None:
        """Call `on_closed` when the client closes its side during the request being handled."""
        self._on_peer_closed = on_closed
        if self._peer_closed:
            on_closed()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - aiohttp calls it so
        """Close the connection when the server stops; a body being drained is not waited for."""
        if self._is_draining_body:
            self.force_close()
        await super().shutdown(timeout)

    async def drain_rejected_body(self, body: StreamReader) -> None:
        """Drain the rest of a refused `body`, as long as it is neither slow nor endless.

        Closing at once would reset the connection, and with it the response that a client which is
        still sending has not read yet (RFC 9112 section 9.6).
        """
        limits = self._factory.limits
        remaining = Body(body, replace(limits, upload_total_s=limits.linger_s))
        self._is_draining_body = True
        try:
            while await remaining.read():
                pass
        except ToqiboxError as error:
            log_event(
                _log, logging.DEBUG, "request.drain_aborted", why=error.code, detail=error.detail
            )
            self.force_close()
        finally:
            self._is_draining_body = False

    def _abort_body(self) -> None:
        if self._peer_closed and self._body is not None and not self._body.is_eof():
            self._body.set_exception(ConnectionResetError("the client stopped in mid-body"))

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a malformed request, or an error outside of the application."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        request_id = new_request_id()
        set_request_id(request, request_id)
        if status < 500:
            error = ToqiboxError("malformed_request")
            self._factory.counters.count_malformed()
            # Its headers were not read, so that no proxy names the client. The message of the
            # exception quotes the line, which may hold a key or a signed link.
            facts = {"request": request_id, "client": request.remote, "why": type(exc).__name__}
            log_event(_log, logging.INFO, "request.refused", status=400, **facts)
        else:
            error = ToqiboxError("internal")
            self._factory.counters.internal_errors.inc()
            facts = {"request": request_id}
            _log.error("request.failed", exc_info=exc, extra={"facts": facts})
        response = error_response(error, request_id, "en")
        origin = request.headers.get("Origin")
        add_common_headers(response, self._factory.config, request_id, origin)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log an exception that no handler caught; aiohttp calls this."""
        if not isinstance(kw.get("exc_info"), ConnectionError):
            _log.error("connection.failed", exc_info=kw.get("exc_info"))


class ConnectionFactory:
    """Makes the protocol of each new connection; a factory for `loop.create_server`."""

    def __init__(
        self, server: web.Server, config: Config, limits: HttpLimits, counters: HttpCounters
    ) -> None:
        self.server = server
        self.counters = counters
        self.config = config
        self.limits = limits
        self.places = ConnectionPlaces(config, limits, counters)
        self.unread = UnreadResponses(limits.response_stall_s)

    def __call__(self) -> Connection:
        return Connection(self)

    async def bind(self) -> asyncio.Server:
        """Bind the address of the settings, not serving yet.

        Raises:
            OSError: it cannot be bound.
        """
        host, port = self.config.host, self.config.port
        try:
            return await asyncio.get_running_loop().create_server(
                self, host, port, backlog=descriptors.ACCEPT_BATCH, start_serving=False
            )
        except OSError as error:
            # asyncio's own text is long; the errors of names have negative numbers.
            number = error.errno or 0
            why = os.strerror(number) if number > 0 else error.strerror
            settings = f"HOST={host} and PORT={port}"
            raise OSError(f"cannot listen on {settings}: {why}; change one of them") from error


def protocol_settings(limits: HttpLimits) -> dict[str, Any]:
    """Return the settings of aiohttp's side of a connection."""
    return {
        "access_log": None,
        # Also the time in which the headers of a further request must be complete.
        "keepalive_timeout": limits.keep_alive_s,
        # For an unread body; a refused one is drained by `lingering_close`.
        "lingering_time": 2,
        "max_line_size": limits.header_line_bytes,
        "max_field_size": limits.header_line_bytes,
        "max_headers": limits.headers,
        "read_bufsize": 64 * 1024,
        # A body is read as it was sent: decompressing it is not needed, and an old attack.
        "auto_decompress": False,
    }


@web.middleware
async def lingering_close(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send an error at once, then drain the body; the outermost middleware.

    All that the handler held, such as its place among the uploads, is released by then.
    """
    response = await handler(request)
    if response.status >= 400 and request.can_read_body:
        response.force_close()
        try:
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:
            return response  # the client has disconnected; aiohttp notices by itself
        connection = request.protocol
        assert isinstance(connection, Connection)
        with log_context(request=request_id_of(request)):
            await connection.drain_rejected_body(request.content)
    return response


@web.middleware
async def watch_disconnect(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Attach the body to the connection, so that the handler notices a closed stream."""
    connection = request.protocol
    assert isinstance(connection, Connection)
    is_abandonable = request.path in _ABANDONABLE_PATHS
    connection.attach_body(request.content, is_abandonable=is_abandonable)
    set_watch_peer(request, connection.watch_peer)
    return await handler(request)
