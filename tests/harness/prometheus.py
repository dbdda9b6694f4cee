"""A real Prometheus, as scripts/setup.sh unpacks it or as it is installed, and its HTTP API."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.limits import HANG_S
from tests.harness.server import eventually

_FOLDERS = os.pathsep.join((f"{sys.prefix}/bin", os.environ.get("PATH", os.defpath)))
PROMETHEUS = shutil.which("prometheus", path=_FOLDERS)
PROMTOOL = shutil.which("promtool", path=_FOLDERS)
needs_prometheus = pytest.mark.skipif(
    PROMETHEUS is None or PROMTOOL is None,
    reason="needs prometheus and promtool: scripts/setup.sh unpacks them where apt offers them",
)
_LISTENING = re.compile(r'msg="Listening on" address=127\.0\.0\.1:(\d+)')


@dataclass(frozen=True)
class Series:
    """One element of the result of a query."""

    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class PrometheusApi:
    """The HTTP API of one Prometheus."""

    port: int

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of a response; an error of PromQL fails the test with its message."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=HANG_S) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError((parameters, error.read().decode())) from error

    def query(self, promql: str, at: float) -> list[Series]:
        """Return the instant vector of `promql` at a time, in seconds since the epoch."""
        data = self.get("query", query=promql, time=f"{at:.3f}")
        assert data["resultType"] == "vector", promql
        return [Series(item["metric"], float(item["value"][1])) for item in data["result"]]


@contextmanager
def prometheus(folder: Path, configuration: Path) -> Iterator[PrometheusApi]:
    """Run Prometheus with its data in `folder`; yield its API."""
    assert PROMETHEUS is not None
    command = [
        PROMETHEUS,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--web.listen-address=127.0.0.1:0",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as output, subprocess.Popen(command, stderr=output) as process:
        try:
            ports: list[str] = []

            def is_ready() -> bool:
                ports[:] = _LISTENING.findall(log.read_text("utf-8"))
                return (bool(ports) and _is_ready(ports[0])) or process.poll() is not None

            assert eventually(is_ready)
            assert process.poll() is None, log.read_text("utf-8")[-2000:]
            yield PrometheusApi(int(ports[0]))
        finally:
            process.terminate()
            process.wait(HANG_S)


def _is_ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=HANG_S):
            return True
    except OSError:
        return False


def promtool(*arguments: str | Path) -> None:
    """Run promtool, which must succeed."""
    assert PROMTOOL is not None
    command = [PROMTOOL, *map(str, arguments)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=HANG_S)
    assert result.returncode == 0, result.stdout + result.stderr
