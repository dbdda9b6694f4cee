"""The manifest of Kubernetes and the runbook agree with the server."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from server.config import Config
from server.http.limits import HttpLimits
from server.http.server.routes import ROUTES
from server.jobs.store.store import Store
from tests.http.made_job import new_job

DOCS = Path(__file__).parents[2] / "docs"
MANIFEST = (DOCS / "deployment" / "kubernetes.yaml").read_text("utf-8")
ALERTS = re.findall(r"- alert: (\w+)", (DOCS / "monitoring" / "alerts.yml").read_text("utf-8"))
SUPERVISOR_MARGIN_S = 10
"""Time that a supervisor has to wait in addition to DRAIN_SEC."""


def _settings() -> dict[str, str]:
    return dict(re.findall(r'\{name: ([A-Z_]+), value: "?([^"}]+)"?\}', MANIFEST))


@pytest.mark.parametrize("alert", ALERTS)
def test_runbook_names_the_alert(alert: str) -> None:
    assert f"`{alert}`" in (DOCS / "runbook.md").read_text("utf-8")


async def test_runbook_counts_the_rows_of_the_job_table(tmp_path: Path) -> None:
    (command,) = re.findall(r'python3 -c "([^"]+)"', (DOCS / "runbook.md").read_text("utf-8"))
    store = Store(tmp_path / "jobs.db")
    for _ in range(3):
        await store.jobs.add(new_job(), bound=9)
    command = command.replace("DATA_DIR", str(tmp_path))
    counted = await asyncio.create_subprocess_exec(sys.executable, "-c", command, stdout=PIPE)
    output, _ = await counted.communicate()
    store.close()
    assert output == b"3\n"


def test_proxies_of_the_examples_close_idle_connections_before_the_server() -> None:
    operations = (DOCS / "operations.md").read_text("utf-8")
    (caddy,) = re.findall(r"```caddyfile\n(.*?)```", operations, re.DOTALL)
    (keep_alive_s,) = re.findall(r"keepalive (\d+)s\n", caddy)
    assert int(keep_alive_s) < HttpLimits().keep_alive_s
    assert f"less than {HttpLimits().keep_alive_s:.0f} s" in operations
    assert f"within {HttpLimits().header_s:.0f} s" in operations


def test_manifest_sets_only_settings_that_the_server_has() -> None:
    named = set(re.findall(r"name: ([A-Z_]{2,})\b", MANIFEST))
    assert "METRICS_TOKEN" in named
    assert named <= set(Config.setting_names())


def test_manifest_has_no_secret_that_protects_nothing() -> None:
    """Without the Secret, whose values are made by the commands of the document, no pod starts."""
    assert "kind: Secret" not in MANIFEST
    assert "optional:" not in MANIFEST
    (reference,) = re.findall(r"name: METRICS_TOKEN\n +valueFrom: \{secretKeyRef: (.+)\}", MANIFEST)
    assert reference == "{name: toqibox, key: metrics-token}"
    made = (DOCS / "operations.md").read_text("utf-8")
    assert "kubectl create secret generic toqibox --from-file=keys.json" in made
    assert "--from-literal=metrics-token=" in made


def test_manifest_sets_valid_values(tmp_path: Path) -> None:
    config = Config.from_env({**_settings(), "DATA_DIR": str(tmp_path), "METRICS_TOKEN": ""})
    assert config.drain_sec > 0
    assert config.metrics_token is None


def test_manifest_waits_for_the_drain() -> None:
    (grace,) = re.findall(r"terminationGracePeriodSeconds: (\d+)", MANIFEST)
    assert int(grace) >= int(_settings()["DRAIN_SEC"]) + SUPERVISOR_MARGIN_S


def test_manifest_probes_routes_of_the_server() -> None:
    probed = set(re.findall(r"httpGet: \{path: (\S+),", MANIFEST))
    assert probed == {"/health", "/ready"}
    assert probed <= {route.path for route in ROUTES}
