"""The dashboard, the alert rules and the configuration of Prometheus in the documents."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

DOCS = Path(__file__).parents[2] / "docs"
ALERTS = DOCS / "monitoring/alerts.yml"
RULE_TESTS = DOCS / "monitoring/alerts.test.yml"
TARGET = '"127.0.0.1:3001"'
"""The target of the documented configuration."""
INTERVAL = "scrape_interval: 15s"
"""The interval of the documented configuration: $__rate_interval of Grafana is four of it."""
TOKEN = "the value of METRICS_TOKEN"
"""The credentials of the documented configuration."""
_DASHBOARD = json.loads((DOCS / "monitoring/grafana-dashboard.json").read_text("utf-8"))
_ALERT = re.compile(
    r"^      - alert: (\w+)\n"
    r"        expr: (?:>-)?(.*?)\n        (?:for|labels):.*?"
    r"          summary: (.*?)\n",
    re.DOTALL | re.MULTILINE,
)
_REGEX_SYNTAX = re.compile(r"[\\^$.*+?()\[\]{}|]")


class Query(NamedTuple):
    """One query of a panel of the dashboard."""

    panel: str
    ref: str
    promql: str
    legend: str
    is_stat: bool

    @property
    def place(self) -> str:
        return f"{self.panel}, {self.ref}"

    def expand(self, instances: list[str], rate_interval: str) -> str:
        """Return the query with its variables replaced as Grafana does."""
        escaped = [_REGEX_SYNTAX.sub(r"\\\\\g<0>", instance) for instance in instances]
        values = {"$instance": f"({'|'.join(escaped)})", "$__rate_interval": rate_interval}
        promql = self.promql
        for variable, value in values.items():
            promql = promql.replace(variable, value)
        assert "$" not in promql, f"{self.place}: an unknown variable in {promql}"
        return promql

    def name_line(self, labels: dict[str, str]) -> str:
        """Return the legend of a series, as Grafana fills it in."""
        return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), self.legend)


class Alert(NamedTuple):
    """One alert rule."""

    name: str
    promql: str
    summary: str


class Variable(NamedTuple):
    """A variable of the dashboard: the values of a label of a metric."""

    name: str
    metric: str
    label: str


def read_queries() -> list[Query]:
    """Return every query of every panel."""
    panels: list[dict[str, Any]] = _DASHBOARD["panels"]
    return [
        Query(
            panel["title"],
            target["refId"],
            target["expr"],
            target["legendFormat"],
            panel["type"] == "stat",
        )
        for panel in panels
        for target in panel.get("targets", ())
    ]


def read_variables() -> list[Variable]:
    """Return the variables that Grafana reads from Prometheus."""
    variables: list[Variable] = []
    for variable in _DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            values = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"])
            assert values is not None, variable
            variables.append(Variable(variable["name"], values[1], values[2]))
    return variables


def read_alerts() -> list[Alert]:
    """Return every alert rule."""
    text = ALERTS.read_text("utf-8")
    alerts = [Alert(match[1], match[2].strip(), match[3]) for match in _ALERT.finditer(text)]
    assert len(alerts) == text.count("- alert:")
    return alerts


def read_configuration() -> str:
    """Return the documented configuration of Prometheus."""
    text = (DOCS / "operations.md").read_text("utf-8")
    (configuration,) = re.findall(r"```yaml\n(rule_files:.*?)```", text, re.DOTALL)
    assert all(text in configuration for text in (TARGET, INTERVAL, TOKEN))
    return str(configuration)
