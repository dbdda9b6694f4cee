"""The HTTP server: the application, and its life cycle from start to drain."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from server.concurrency import thread_pool
from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.http.app_keys import (
    BACKGROUND_TASKS,
    CONFIG,
    LIMITS,
    METRICS,
    PRESETS,
    SERVICE,
    TRANSFERS,
)
from server.http.authentication import AUTHENTICATOR, Authenticator, authenticate
from server.http.background_tasks import BackgroundTasks
from server.http.expect import withhold_100_continue
from server.http.handlers import health, listings, previews
from server.http.handlers.exports import events, exports
from server.http.limits import HttpLimits
from server.http.openapi.route import ROUTES_KEY, Handler, Route
from server.http.server import descriptors, memory, middleware
from server.http.server.connection import ConnectionFactory, lingering_close, watch_disconnect
from server.http.server.request_counts import UNKNOWN_PATH, count_requests
from server.http.server.request_spans import trace_request
from server.http.server.routes import ROUTES
from server.http.streams.job_channels import JobChannels
from server.http.streams.revocation_watch import RevocationWatch
from server.http.streams.stream_places import StreamPlaces
from server.http.transfers import Transfers
from server.http.uploads.upload_limiter import UPLOAD_LIMITER, UploadLimiter
from server.http.uploads.upload_state import DecodeQueue
from server.jobs.execution.gpu_presence import GpuLostError
from server.jobs.previews.newest_preview import NewestPreview
from server.jobs.service import Service
from server.jobs.storage.data_folder import write_address
from server.jobs.submission.idempotency import Idempotency
from server.jobs.submission.presets import BUILT_IN_PRESETS, Presets
from server.logging_json import log_event
from server.metrics.server_metrics import ServerMetrics
from server.metrics.state_collector import HttpState
from server.settings.local_url import local_url

_log = logging.getLogger(__name__)
_THREADS = 6
"""Threads for blocking calls: the table and files. A download needs one only for a moment."""
_MIN_DRAIN_S = 0.5
"""Minimum time after a stop signal in which new requests still get the error ``draining``."""
_SHUTDOWN_TIMEOUT_S = 1.0
"""Then handlers get this long to end, and as long again once they are cancelled."""


def create_app(service: Service, limits: HttpLimits | None = None) -> web.Application:
    """Make the application of a service; the caller starts and stops the service."""
    config = service.config
    app = web.Application(
        middlewares=[
            lingering_close,
            count_requests,
            trace_request,
            middleware.answer_errors,
            watch_disconnect,
        ]
    )
    app[CONFIG] = config
    app[SERVICE] = service
    app[PRESETS] = Presets((BUILT_IN_PRESETS, *config.presets_dirs))
    app[LIMITS] = limits = limits or HttpLimits.from_config(config)
    app[BACKGROUND_TASKS] = BackgroundTasks()
    app[AUTHENTICATOR] = Authenticator(config, service.access)
    app[TRANSFERS] = Transfers()
    app[exports.IDEMPOTENCY] = Idempotency(service.store)
    app[UPLOAD_LIMITER] = UploadLimiter(
        limits,
        {
            DecodeQueue.EXPORTS: service.intake.interval_s,
            DecodeQueue.KEPT_FILES: service.upload_intake.interval_s,
        },
    )
    app[previews.PREVIEW_LIMITER] = previews.preview_limiter(
        limits, service.previews.slots.interval_s
    )
    app[previews.NEWEST_PREVIEW] = NewestPreview()
    app[listings.HEAVY_CALLS] = asyncio.Semaphore(listings.MAX_HEAVY_CALLS)
    app[health.READINESS] = health.Readiness(service, limits.readiness_cache_s)
    max_streams = min(limits.event_streams, descriptors.max_connections(limits.connections) // 2)
    app[events.STREAM_PLACES] = StreamPlaces(max_streams)
    app[events.CHANNELS] = JobChannels(service, limits.event_queue_interval_s)
    app.on_shutdown.append(_end_streams)
    if service.access.keys is not None:
        watch = RevocationWatch(service.access.keys, app[events.STREAM_PLACES], limits.key_check_s)
        app.cleanup_ctx.append(watch.run_with)
    is_ready = app[health.READINESS].is_ready
    app[METRICS] = ServerMetrics(
        service, is_ready, lambda: _http_state(app), limits.metrics_cache_s
    )
    app.cleanup_ctx.append(_measure)
    app.cleanup_ctx.append(memory.give_back_free_memory)
    app.on_response_prepare.append(middleware.set_default_headers)
    app[ROUTES_KEY] = ROUTES
    for pattern in dict.fromkeys(route.pattern for route in ROUTES):
        _add_path(app, pattern)
    fallback = app.router.add_resource(UNKNOWN_PATH)
    fallback.add_route("*", middleware.handle_unknown_path, expect_handler=withhold_100_continue)
    return app


async def _end_streams(app: web.Application) -> None:
    """End the event streams; their clients connect again, to the next server."""
    app[events.CHANNELS].close()
    app[events.STREAM_PLACES].close()


def _http_state(app: web.Application) -> HttpState:
    exported = app[UPLOAD_LIMITER].counts
    uploads = {"export": exported, "preview": app[previews.PREVIEW_LIMITER].counts}
    return HttpState(uploads, len(app[events.STREAM_PLACES]))


async def _measure(app: web.Application) -> AsyncIterator[None]:
    """Count and measure as long as the application runs."""
    app[METRICS].start()
    yield
    await app[METRICS].stop()


def _add_path(app: web.Application, pattern: str) -> None:
    """Add a path with all its methods, and a response to every other method.

    aiohttp's own responses to a wrong method or path would send 100 Continue before they refuse.
    """
    handlers = {
        route.method: route.handler if route.is_open else _authenticated(route)
        for route in ROUTES
        if route.pattern == pattern
    }
    if "GET" in handlers:
        handlers["HEAD"] = handlers["GET"]
    methods = ", ".join([*handlers, "OPTIONS"])
    resource = app.router.add_resource(pattern)
    for method, handler in handlers.items():
        resource.add_route(method, handler, expect_handler=withhold_100_continue)
    resource.add_route(
        "OPTIONS", middleware.preflight(methods), expect_handler=withhold_100_continue
    )
    resource.add_route(
        "*", middleware.method_not_allowed(methods), expect_handler=withhold_100_continue
    )


def _authenticated(route: Route) -> Handler:
    """Return a handler that authenticates the sender first."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await authenticate(request, takes_expired=route.takes_expired_tokens)
        return await route.handler(request)

    return handle


async def serve(config: Config, limits: HttpLimits | None = None) -> None:
    """Serve until SIGTERM or SIGINT; a second signal ends the process at once.

    Prints ``listening on http://HOST:PORT`` to standard output once requests are answered.

    Raises:
        DataFolderError: the data folder cannot be used or is in use.
        OSError: the address cannot be bound.
        ConfigError: the file of API keys, or of the secrets that sign links, is not valid.
        GpuLostError: the GPU has been missing for GPU_LOST_SEC.
    """
    descriptors.raise_limit()
    asyncio.get_running_loop().set_default_executor(thread_pool(_THREADS))
    limits = limits or HttpLimits.from_config(config)
    service = Service(config, Library((BUILT_IN, *config.shaders_dirs)))
    stop = _stop_on_signals(service)
    try:
        app = create_app(service, limits)
        async with open_port(app, config, limits) as tcp_server:
            await _run(service, tcp_server, stop, app[TRANSFERS])
    finally:
        await service.stop()
    log_event(_log, logging.INFO, "server.stopped")


@asynccontextmanager
async def open_port(
    app: web.Application, config: Config, limits: HttpLimits
) -> AsyncIterator[asyncio.Server]:
    """Bind `app` to its address, not serving yet; at the end wait for every handler.

    The port is bound before anything else begins, so that one in use is noticed first.

    Raises:
        OSError: the address cannot be bound.
    """
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_TIMEOUT_S
    )
    await runner.setup()
    try:
        assert runner.server is not None
        factory = ConnectionFactory(runner.server, config, limits, app[METRICS].http)
        tcp_server = await factory.bind()
        watching = asyncio.create_task(factory.unread.watch())
        try:
            yield tcp_server
        finally:
            watching.cancel()
            tcp_server.close()
    finally:
        await runner.cleanup()
        await app[BACKGROUND_TASKS].drain(_SHUTDOWN_TIMEOUT_S)


async def _run(
    service: Service, tcp_server: asyncio.Server, stop: asyncio.Event, transfers: Transfers
) -> None:
    """Start, serve until `stop` is set or the GPU is lost, and drain; `stop` may end the start too.

    Raises:
        GpuLostError: the GPU was lost; every job stays as it is for the next start.
    """
    stop_requested = asyncio.create_task(stop.wait())
    gpu_lost = asyncio.create_task(service.machine.gpu.lost.wait())
    starting = asyncio.create_task(service.start())
    await asyncio.wait((stop_requested, starting), return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        await starting
        await descriptors.start_serving(tcp_server)
        _announce(service.config, tcp_server)
        service.watch_effects()
        await asyncio.wait((stop_requested, gpu_lost), return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _drain(service, transfers)
    for task in (stop_requested, gpu_lost, starting):
        task.cancel()
    await asyncio.gather(stop_requested, gpu_lost, starting, return_exceptions=True)
    log_event(_log, logging.INFO, "server.stopping")
    # The process groups die at once; the table stays open until the last response is sent.
    await asyncio.gather(service.halt(), asyncio.sleep(_MIN_DRAIN_S))
    if not stop.is_set():
        raise GpuLostError(service.machine.gpu.problem)


async def _drain(service: Service, transfers: Transfers) -> None:
    """Let running segments, uploads and downloads end, for at most DRAIN_SEC."""
    seconds = service.config.drain_sec
    if seconds:
        jobs = list(service.dispatcher.active_jobs)
        facts = {"seconds": seconds, "jobs": jobs, "transfers": transfers.count}
        log_event(_log, logging.INFO, "server.draining", **facts)
        await asyncio.gather(service.drain(), transfers.wait_for_end(seconds))


def _stop_on_signals(service: Service) -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second one ends the process.

    Children need no signal: each is killed by the kernel when this process ends.
    """
    stop = asyncio.Event()

    def on_signal(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        service.draining = True
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    return stop


def _announce(config: Config, tcp_server: asyncio.Server) -> None:
    host, port = tcp_server.sockets[0].getsockname()[:2]
    url_host = f"[{host}]" if ":" in host else host
    try:
        write_address(config.data_dir, local_url(host, port))
    except OSError as error:  # only the command line needs it
        log_event(_log, logging.WARNING, "address.save_failed", why=error.strerror)
    log_event(
        _log, logging.INFO, "server.listening", host=host, port=port, data=str(config.data_dir)
    )
    sys.stdout.write(f"listening on http://{url_host}:{port}\n")
    sys.stdout.flush()
