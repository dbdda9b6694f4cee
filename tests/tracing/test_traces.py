"""Traces of a request, its job and its tasks, as a collector of OpenTelemetry receives them."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from server.tracing import spans
from tests.harness import media
from tests.harness.client import form
from tests.harness.otlp_collector import CollectedSpan, Collector, collect
from tests.harness.server import Server

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
_IN_SERVER = ("analyse", "draw_frames", "encode_audio", "draw_segment", "limit_flashes", "mux")


def _export(folder: Path, collector: Collector) -> tuple[str, int]:
    """Export a video in a trace; return the id of its job and the process id of the server."""
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
    }
    with Server(folder / "data", **settings) as server:
        pid = server.pid
        files: dict[str, str | bytes | Path] = {"audio": media.wav(0.4), "photo": media.photo()}
        body, kind = form({**files, "effect": "plain"})
        headers = {"Content-Type": kind, "traceparent": f"00-{TRACE}-{PARENT}-01"}
        response = server.client.call("POST", "/export", body, headers)
        assert response.status == 202, response
        job = str(response.json["jobId"])
        server.client.completed(job)
        assert server.client.call("GET", "/health").status == 200
        log = server.log.read_text()
        server.terminate()
    assert f'"trace": "{TRACE}"' in next(line for line in log.splitlines() if '"completed"' in line)
    return job, pid


@pytest.mark.slow
def test_a_trace_goes_from_the_request_into_the_workers(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with collect() as collector:
        job, pid = _export(tmp_path, collector)
    assert collector.resource["service.name"] == "toqibox-render"
    assert collector.resource["deployment.environment"] == "test"
    ours = [span for span in collector.spans if span.trace_id == TRACE]
    by_id = {span.span_id: span for span in ours}
    (request,) = [span for span in ours if span.name == "POST /export"]
    assert request.parent_id == PARENT
    assert request.attributes["http.response.status_code"] == 202
    for name in ("prepare", *_IN_SERVER, "publish"):
        (span,) = [
            span for span in ours if span.name == name and "process.pid" not in span.attributes
        ]
        assert span.parent_id == request.span_id
        assert span.attributes.get("toqibox.job.id") == (None if name == "prepare" else job)
    for name in ("prepare", *_IN_SERVER):
        (worker,) = [span for span in ours if span.name == f"{name} in worker"]
        _check_within(worker, by_id[worker.parent_id])
        assert by_id[worker.parent_id].name == name
        assert worker.attributes["process.pid"] != pid
    stages = Counter(by_id[span.parent_id].name for span in ours if span.parent_id in by_id)
    assert stages["draw_segment in worker"] == 2  # compile and render
    assert stages["prepare in worker"] == 2  # photo and audio
    assert not any(span.is_failed for span in ours)
    assert not any("/health" in span.name for span in collector.spans)


def _check_within(inner: CollectedSpan, outer: CollectedSpan) -> None:
    assert outer.began_ns <= inner.began_ns <= inner.ended_ns <= outer.ended_ns


@pytest.mark.slow
def test_without_a_collector_nothing_is_loaded() -> None:
    program = (
        "import sys; from server.cli import serve; from server.tracing import start; "
        "start.start({'OTEL_SERVICE_NAME': 'x'}); "
        "start.start({'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://x', 'OTEL_SDK_DISABLED': 'true'}); "
        "print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_trace_is_passed_on_when_nothing_is_exported() -> None:
    parent = f"00-{TRACE}-{PARENT}-01"
    with spans.continue_trace(parent), spans.span("a") as span:
        assert spans.current() == parent
        assert spans.trace_id(span.traceparent) == TRACE
        assert not span.is_recorded
    assert spans.current() is None
