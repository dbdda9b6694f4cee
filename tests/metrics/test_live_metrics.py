"""Metrics of a live server after a rendered job, and the dashboard and alerts that name them."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from server.metrics.snapshot import Snapshot
from server.metrics.state_collector import collect_gpus
from server.protocol.results.machine import GpuLoad
from tests.harness import media
from tests.harness.server import Server, eventually
from tests.metrics.monitoring import DOCS, read_alerts, read_queries, read_variables

FRAMES = 30
_NAME = re.compile(r"\b(?:toqibox|process)_[a-z0-9_]+")
_SELECTOR = re.compile(r"\b((?:toqibox|process)_[a-z0-9_]+)\{([^}]*)\}")
_TARGET_LABELS = {"instance", "job"}
"""Labels that Prometheus adds to each series."""
_GPU = GpuLoad(index=0, name="a GPU", memory_used_bytes=1, memory_total_bytes=2, utilisation=0.5)


@pytest.fixture(name="families", scope="module")
def _families(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Metric]]:
    """The metrics of a server that has rendered one video and cancelled a job."""
    settings = {"MAX_PARALLEL_EXPORTS": "1", "FPS": "30"}
    with Server(tmp_path_factory.mktemp("metrics") / "data", **settings) as server:
        client = server.client
        job = client.submit(media.wav(1.0), media.photo(), effect="plain")
        client.completed(job)

        def families() -> dict[str, Metric]:
            text = client.call("GET", "/metrics").body.decode()
            return {family.name: family for family in text_string_to_metric_families(text)}

        def is_counted() -> bool:
            return _value(families()["toqibox_jobs_finished"], status="completed") == 1

        assert eventually(is_counted)
        yield families()


def _value(family: Metric, suffix: str = "_total", **labels: str) -> float:
    (value,) = [
        sample.value
        for sample in family.samples
        if sample.name == family.name + suffix and labels.items() <= sample.labels.items()
    ]
    return value


def test_a_rendered_job_is_counted(families: dict[str, Metric]) -> None:
    labels = {"effect": "plain", "preset": ""}
    assert _value(families["toqibox_frames_drawn"], **labels) == FRAMES
    assert _value(families["toqibox_drawing_seconds"], **labels) > 0
    stages = {
        sample.labels["stage"]: sample.value
        for sample in families["toqibox_stage_seconds"].samples
        if sample.name.endswith("_total")
    }
    assert stages.keys() == {
        "analyse", "audio", "compile", "render", "readback", "encode", "flashes", "join",
    }  # fmt: skip
    assert min(stages.values()) > 0
    assert _value(families["toqibox_job_wait_seconds"], "_count") == 1
    assert _value(families["toqibox_job_duration_seconds"], "_count") == 1
    assert _value(families["toqibox_video_seconds"]) == 1.0
    assert _value(families["toqibox_event_loop_lag_seconds"], "_count") > 0


def test_the_processes_and_the_disk_are_measured(families: dict[str, Metric]) -> None:
    assert _value(families["toqibox_child_processes"], "", kind="fork_server") == 1
    assert _value(families["toqibox_child_memory_bytes"], "", kind="fork_server") > 1e6
    assert _value(families["toqibox_data_folder_bytes"], "", folder="jobs") > 0
    assert _value(families["toqibox_data_folder_bytes"], "", folder="database") > 0
    assert _value(families["process_resident_memory_bytes"], "") > 1e7


def _labels(families: dict[str, Metric]) -> dict[str, set[str]]:
    """Return the label names of every sample, by its name."""
    served = [*families.values(), *collect_gpus(Snapshot(gpus=[_GPU]))]
    labels: dict[str, set[str]] = {}
    for family in served:
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def _expressions() -> Iterator[tuple[str, str]]:
    """Yield the PromQL of the dashboard and of the alerts, with its place."""
    yield from ((f"variable {variable.name}", variable.metric) for variable in read_variables())
    yield from ((f"panel {query.place}", query.promql) for query in read_queries())
    yield from ((f"alert {alert.name}", alert.promql) for alert in read_alerts())


def test_dashboard_and_alerts_name_served_metrics(families: dict[str, Metric]) -> None:
    served = _labels(families)
    expressions = list(_expressions())
    assert len(expressions) > 50
    for place, expression in expressions:
        for name in _NAME.findall(expression):
            assert name in served, f"{place}: no metric {name}"
        for name, matchers in _SELECTOR.findall(expression):
            used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
            assert used <= served[name] | _TARGET_LABELS, f"{place}: {name} has no {used}"


def test_every_metric_is_documented(families: dict[str, Metric]) -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    documented = set(re.findall(r"`(toqibox_[a-z_]+)", text))
    names = {name for name in _labels(families) if name.startswith("toqibox_")}
    endings = r"_(?:bucket|count|sum|created)$"
    assert {re.sub(endings, "", name) for name in names} == documented
