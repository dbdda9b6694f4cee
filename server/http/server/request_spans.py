"""The middleware that makes a span of each request, in the trace of its sender."""

from aiohttp import web

from server.http.headers.trace_context import traceparent
from server.http.openapi.route import Handler
from server.http.server.request_counts import route_template
from server.tracing import spans

_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
_UNTRACED = ("/health", "/ready", "/metrics")
"""Routes that monitoring requests all the time."""


@web.middleware
async def trace_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handle a request in a span, which carries the trace on to its job and its tasks."""
    route = route_template(request)
    if route in _UNTRACED:
        return await handler(request)
    # Names and attributes of OpenTelemetry's conventions for HTTP.
    method = request.method if request.method in _METHODS else "_OTHER"
    attributes = {"http.request.method": method, "http.route": route}
    with (
        spans.continue_trace(traceparent(request.headers)),
        spans.span(f"{method} {route}", attributes, is_server=True) as span,
    ):
        response = await handler(request)
        span.set({"http.response.status_code": response.status})
        if response.status >= 500:
            span.fail(str(response.status))
        return response
