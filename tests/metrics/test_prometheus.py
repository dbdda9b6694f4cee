"""Prometheus scrapes a server as documented, and evaluates the dashboard and the alerts."""

import json
import math
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.prometheus import PrometheusApi, needs_prometheus, prometheus, promtool
from tests.harness.server import Server, eventually
from tests.metrics.monitoring import (
    ALERTS,
    INTERVAL,
    RULE_TESTS,
    TARGET,
    TOKEN,
    Alert,
    Query,
    read_alerts,
    read_configuration,
    read_queries,
    read_variables,
)

QUERIES, RULES = read_queries(), read_alerts()
EVALUATION = "global: {evaluation_interval: 1s}\n"
RATE_INTERVAL = "1h"
"""$__rate_interval of a dashboard that shows a month: no machine is too slow for it."""
SECRET = "a-token-of-32-random-characters-"
PRESET = {
    "title": "Plain",
    "description": "The photo without an effect.",
    "genres": ["any"],
    "chain": [{"id": "plain"}],
}
WITHOUT_FAILURES = {"Failures by code, 1 h, A"}
"""Queries that have no result as long as no job fails."""
OF_THE_MACHINE = {"ToqiboxDiskAlmostFull", "ToqiboxSlowLoop", "ToqiboxGpuMemoryFull"}
"""Alerts whose cause a machine that runs tests may have."""
_SELECTOR = re.compile(r"\b(?:toqibox_\w+|process_\w+|up)\b(?:\{[^}]*\})?")
_GROUPING = re.compile(r"\bby \(([^)]*)\)")

pytestmark = needs_prometheus


@dataclass(frozen=True)
class Scraped:
    """A Prometheus that has scraped one server as two targets."""

    api: PrometheusApi
    instances: list[str]
    before_jobs: float
    """Time at which the server had not had a job."""
    after_jobs: float
    """Time at which it had completed two."""

    def query(self, query: Query, at: float) -> list[tuple[dict[str, str], float]]:
        promql = query.expand(self.instances, RATE_INTERVAL)
        return [(series.labels, series.value) for series in self.api.query(promql, at)]

    def has_gpu(self) -> bool:
        (software, _) = self.api.query("toqibox_software_rendering", self.after_jobs)
        return software.value == 0


def _configuration(folder: Path, targets: str = TARGET) -> Path:
    """Write the documented configuration with its rules, for `targets`."""
    shutil.copy(ALERTS, folder)
    text = read_configuration().replace(TOKEN, SECRET).replace(TARGET, targets)
    text = EVALUATION + text.replace(INTERVAL, "scrape_interval: 1s")
    path = folder / "prometheus.yml"
    path.write_text(text, "utf-8")
    return path


def _wait_for_jobs(api: PrometheusApi, jobs: int) -> float:
    """Return a time at which both targets have been scraped twice, and since `jobs` ended."""
    completed = 'min(toqibox_jobs_finished_total{status="completed"})'
    scrapes = "min(count_over_time(toqibox_ready[1h])) and count(up == 1) == 2"
    times: list[float] = []

    def are_scraped() -> bool:
        times[:] = [time.time()]
        counts = [series.value for series in api.query(completed, times[0])]
        return counts == [jobs] and any(n.value >= 2 for n in api.query(scrapes, times[0]))

    assert eventually(are_scraped)
    return times[0]


@pytest.fixture(name="scraped", scope="module")
def _scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """Two jobs, each between scrapes: a rate needs the counts of the first and the second."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "plain-alone.json").write_text(json.dumps(PRESET), "utf-8")
    settings = {"METRICS_TOKEN": SECRET, "PRESETS_DIR": str(folder), "MAX_PARALLEL_EXPORTS": "1"}
    with Server(folder / "data-of-server", **settings) as server:
        client = server.client
        targets = f'"127.0.0.1:{client.port}", "localhost:{client.port}"'
        with prometheus(folder, _configuration(folder, targets)) as api:
            before_jobs = after_jobs = _wait_for_jobs(api, 0)
            for jobs in (1, 2):
                preset = "plain-alone"
                client.completed(client.submit(media.wav(1.0), media.photo(), preset=preset))
                after_jobs = _wait_for_jobs(api, jobs)
            (variable,) = read_variables()
            assert variable.name == "instance"
            matching = {"match[]": variable.metric}
            instances = api.get(f"label/{variable.label}/values", **matching)
            yield Scraped(api, instances, before_jobs, after_jobs)


def test_promtool_accepts_the_rules_and_the_configuration(tmp_path: Path) -> None:
    promtool("check", "rules", "--lint-fatal", ALERTS)
    promtool("check", "config", "--lint-fatal", _configuration(tmp_path))


def test_alerts_fire_when_they_should_and_not_otherwise() -> None:
    promtool("test", "rules", RULE_TESTS)
    text = RULE_TESTS.read_text("utf-8")
    for alert in RULES:
        assert f"{{alertname: {alert.name}, eval_time" in text, f"{alert.name}: no quiet case"
        assert f"alertname: {alert.name}\n" in text, f"{alert.name}: no case in which it fires"


@pytest.mark.slow
def test_the_variable_of_the_dashboard_lists_the_servers(scraped: Scraped) -> None:
    hosts = [instance.partition(":")[0] for instance in scraped.instances]
    assert hosts == ["127.0.0.1", "localhost"]


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.place)
def test_a_query_of_the_dashboard_has_a_result(scraped: Scraped, query: Query) -> None:
    result = scraped.query(query, scraped.after_jobs)
    if query.place in WITHOUT_FAILURES:
        assert result == []
    elif "toqibox_gpu" in query.promql:
        assert result == [] or scraped.has_gpu()
    else:
        assert not all(math.isnan(value) for _, value in result), query.promql
    names = {name for names in _GROUPING.findall(query.promql) for name in names.split(", ")}
    names = names - {"le"} | set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    for labels, _ in result:
        assert names <= labels.keys(), (query.promql, labels)


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", [query for query in QUERIES if query.is_stat], ids=lambda query: query.place
)
def test_a_single_figure_is_a_number_before_the_first_job(scraped: Scraped, query: Query) -> None:
    ((_, value),) = scraped.query(query, scraped.before_jobs)
    assert not math.isnan(value)


@pytest.mark.slow
@pytest.mark.parametrize("panel", sorted({query.panel for query in QUERIES}))
def test_the_lines_of_a_panel_have_different_names(scraped: Scraped, panel: str) -> None:
    legends = [
        query.name_line(labels)
        for query in QUERIES
        if query.panel == panel
        for labels, _ in scraped.query(query, scraped.after_jobs)
    ]
    assert sorted(legends) == sorted(set(legends))


@pytest.mark.slow
def test_the_figures_are_those_of_the_jobs(scraped: Scraped) -> None:
    figures = {
        query.place: [value for _, value in scraped.query(query, scraped.after_jobs)]
        for query in QUERIES
    }
    assert figures["Ready, A"] == [1.0]
    assert figures["Jobs that failed, 1 h, A"] == [0.0]
    (speed,) = figures["Frames a second of a slot, A"]
    assert speed > 0
    assert max(figures["Accepted and finished jobs a minute, B"]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("alert", RULES, ids=lambda alert: alert.name)
def test_what_an_alert_reads_is_there_before_it_fires(scraped: Scraped, alert: Alert) -> None:
    """A counter that appears with the first failure has not increased by it."""
    if alert.name not in OF_THE_MACHINE:
        assert scraped.api.query(alert.promql, scraped.after_jobs) == []
    names = {name for names in _GROUPING.findall(alert.promql) for name in names.split(", ")}
    names |= set(re.findall(r"\$labels\.(\w+)", alert.summary))
    for selector in _SELECTOR.findall(alert.promql):
        series = scraped.api.query(selector, scraped.after_jobs)
        assert series or "toqibox_gpu" in selector, selector
        assert [labels for labels in series if not names <= labels.labels.keys()] == [], names


@pytest.mark.slow
def test_prometheus_evaluates_every_alert(scraped: Scraped) -> None:
    def are_evaluated() -> bool:
        (group,) = scraped.api.get("rules")["groups"]
        assert [rule["name"] for rule in group["rules"]] == [alert.name for alert in RULES]
        health.update({rule["name"]: rule["health"] for rule in group["rules"]})
        return "unknown" not in health.values()

    health: dict[str, str] = {}
    assert eventually(are_evaluated)
    assert set(health.values()) == {"ok"}
