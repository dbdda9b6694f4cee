"""Export of spans by OpenTelemetry, with its protocol OTLP over HTTP; the extra ``otel``.

The settings are OpenTelemetry's own environment variables:
https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as SdkSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server import __version__
from server.tracing.spans import Attributes, Span

_STOP_S = 3.0
"""Maximum time in which the last spans are sent when the server stops."""
_PROPAGATOR = TraceContextTextMapPropagator()


class OtlpTracer:
    """Exports spans in batches, from a thread of its own; a collector that is down loses them.

    Args:
        environ: the environment, with the name of the service unless it is the program's.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        service = environ.get("OTEL_SERVICE_NAME") or "toqibox-render"
        # Attributes of OTEL_RESOURCE_ATTRIBUTES are added by the SDK.
        resource = Resource.create({SERVICE_NAME: service, SERVICE_VERSION: __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("toqibox-render", __version__)

    @contextmanager
    def span(
        self, name: str, parent: str | None, attributes: Attributes, *, is_server: bool
    ) -> Iterator[Span]:
        """Yield a span that ends with the block."""
        kind = SpanKind.SERVER if is_server else SpanKind.INTERNAL
        begun = _OtlpSpan(
            self._tracer.start_span(name, _context(parent), kind=kind, attributes=attributes)
        )
        try:
            yield begun
        finally:
            begun.end()

    def record(
        self, name: str, parent: str, interval_ns: tuple[int, int], attributes: Attributes
    ) -> str:
        """Export a span that was measured elsewhere."""
        began_ns, ended_ns = interval_ns
        recorded = self._tracer.start_span(
            name, _context(parent), attributes=attributes, start_time=began_ns
        )
        recorded.end(ended_ns)
        return _traceparent(recorded)

    def stop(self) -> None:
        """Send the last spans; a collector that does not answer is not waited for."""
        # A daemon: the exporter repeats what has failed, for longer than a server may take to stop.
        stopping = threading.Thread(target=self._provider.shutdown, daemon=True)
        stopping.start()
        stopping.join(_STOP_S)


class _OtlpSpan:
    def __init__(self, span: SdkSpan) -> None:
        self._span = span
        self.traceparent: str | None = _traceparent(span)
        self.is_recorded = span.is_recording()

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def fail(self, reason: str) -> None:
        self._span.set_status(Status(StatusCode.ERROR, reason))

    def end(self) -> None:
        self._span.end()


def _context(parent: str | None):  # type: ignore[no-untyped-def]  # a type of the extra
    return _PROPAGATOR.extract({"traceparent": parent} if parent else {})


def _traceparent(span: SdkSpan) -> str:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, set_span_in_context(span))
    return carrier["traceparent"]
