"""Metrics of requests and connections, counted as they end."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
_INTERNAL_ERROR = 500
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
UNKNOWN_ROUTE = "unknown"
"""Label of every path that is not a route, so that no client can add labels."""
MALFORMED = "malformed"
"""Label of bytes that are not an HTTP request."""
DISCONNECTED = "disconnected"
"""Label in place of a status: the connection ended before there was a response."""


class HttpCounters:
    """Requests by method, route and status, their duration, internal errors, and connections.

    Labels are bounded: a route is its template, and other methods are ``other``.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "toqibox_http_requests",
            "Requests that have been handled, by method, route and status",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "toqibox_http_request_duration_seconds",
            "Time from the headers of a request to the end of its response, bodies included",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=registry,
        )
        # Without labels, so that it is 0 before the first one: an increase needs that value.
        self.internal_errors = Counter(
            "toqibox_http_internal_errors",
            "Requests that were answered with 500",
            registry=registry,
        )
        self.connections = Gauge(
            "toqibox_http_connections", "Connections that are open", registry=registry
        )
        self.refused_connections = Counter(
            "toqibox_http_connections_refused",
            "Connections that were refused because too many are open",
            registry=registry,
        )

    def count_request(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """Count a request that has ended; `status` is None if there was no response."""
        known = method if method in _METHODS else "other"
        label = DISCONNECTED if status is None else str(status)
        self._requests.labels(known, route, label).inc()
        self._seconds.labels(known, route).observe(seconds)
        if status == _INTERNAL_ERROR:
            self.internal_errors.inc()

    def count_malformed(self) -> None:
        """Count bytes that are not an HTTP request, which were answered with 400."""
        self._requests.labels("other", MALFORMED, "400").inc()
