"""Start of the tracing, if the environment asks for it and the extra ``otel`` is installed."""

import logging
from collections.abc import Mapping
from importlib.util import find_spec

from server.logging_json import log_event
from server.tracing import spans

_LOG = logging.getLogger(__name__)
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""Variables that name the collector."""


def start(environ: Mapping[str, str]) -> None:
    """Export spans from now on if the environment names a collector.

    A platform may set its variables for every program: without the extra that is only logged.
    """
    is_disabled = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if is_disabled or not any(environ.get(name) for name in ENDPOINTS):
        return
    if find_spec("opentelemetry") is None:
        log_event(
            _LOG,
            logging.WARNING,
            "tracing.unavailable",
            why="install the extra: pip install 'toqibox-render[otel]'",
        )
        return
    from server.tracing.otlp import OtlpTracer

    spans.use(OtlpTracer(environ))
