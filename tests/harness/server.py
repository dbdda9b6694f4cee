"""The real server as a child process, on a free port, with a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from server.process.sandbox import INHERITED_ENV
from tests.harness import invariants, living_servers, processes, validation_results
from tests.harness.client import Client
from tests.harness.limits import HANG_S

_ROOT = Path(__file__).parents[2]
_FULL = os.environ.get("PROOF") == "full"
_PROBED_SETTINGS = {*INHERITED_ENV, "EGL_DEVICE", "ENCODER", "GPUS", "REQUIRE_GPU"}
"""Settings that change what a probe finds, or what is made of it."""
SMALL = {
    "PLANS": "free=36,premium=72",
    "SEGMENT_SEC": "1",
    "MIN_FREE_MB": "0",
    "RESULT_CACHE": "0",
    "IDLE_THUMBNAILS": "0",
    "WARM_UP": "0",
    "HOST": "127.0.0.1",
    "PORT": "0",
    "SHADERS_DIR": str(validation_results.EFFECTS),
}
"""Settings that make every job tiny; the effect `plain` makes it cheap."""


class Server:
    """`toqibox serve` under test.

    Args:
        data: the data folder; its parent takes the log.
        settings: environment variables over those of SMALL.
    """

    prefix: tuple[str, ...] = ()
    """The words of a command that runs the server and keeps its process id."""
    probes = False
    """True if the server must probe the machine when it starts. Otherwise it takes the report of
    another probe, except in the long proofs and where a setting or `prefix` may change it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.log = data.with_name(data.name + ".log")
        self.settings = {**SMALL, **settings}
        self._child: subprocess.Popen[str] | None = None
        self.client = Client(0)
        self._baseline: invariants.Baseline | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def start(self) -> "Server":
        """Start it and wait until it responds."""
        environment = {**os.environ, **self.settings, "DATA_DIR": str(self.data)}
        if not (self.data / "jobs.db").exists():
            validation_results.save(self.data, validation_results.valid_effects())
        probes = self.probes or _FULL or self.prefix or _PROBED_SETTINGS & self.settings.keys()
        if not probes:
            environment["TEST_PROBE"] = json.dumps(validation_results.machine_report())
        program = "server" if probes and "TEST_KILL" not in environment else "tests.harness.program"
        if program != "server":
            environment["PYTHONPATH"] = str(_ROOT)
        with self.log.open("a") as log:
            self._child = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", program, "serve"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if "listening on" not in line:
            self.kill()
            raise AssertionError((line, self.log.read_text()[-2000:]))
        self.client = replace(self.client, port=int(line.rsplit(":", 1)[1]))
        # It listens even where its first look at a busy machine takes long.
        assert eventually(self._is_probed)
        self._baseline = invariants.Baseline.of(self.pid, self.client.port, self.data)
        living_servers.LIVING.add(self)
        return self

    def _is_probed(self) -> bool:
        problems = self.client.call("GET", "/ready").json["problems"]
        return "the machine has not been probed yet" not in problems

    def descendants(self, kind: str | None = None) -> list[processes.Process]:
        """Return the descendants of the server, its fork server only by its kind."""
        descendants = processes.descendants(self.pid)
        if kind is None:
            return [process for process in descendants if process.kind != "fork_server"]
        return [process for process in descendants if process.kind == kind]

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        assert self._child is not None
        self._child.kill()
        self._child.wait(HANG_S)
        self._close()

    def wait(self, within_s: float) -> int:
        """Return the exit status of a server that ends by itself."""
        assert self._child is not None
        status = self._child.wait(within_s)
        self._close()
        return status

    def terminate(self) -> int:
        """Stop it with SIGTERM; return its exit status."""
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)
        status = self._child.wait(HANG_S)
        self._close()
        return status

    def _close(self) -> None:
        assert self._child is not None
        assert self._child.stdout is not None
        living_servers.LIVING.discard(self)
        self._child.stdout.close()
        self._child = None

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, error: object = None, *_: object) -> None:
        """Stop it; after a test that has not failed, check the invariants of docs/faults.md."""
        if self._child is None or self._child.poll() is not None:
            return
        if error is not None or self._baseline is None:
            self.terminate()
            return
        try:
            violations = self.violations()
        finally:
            self.terminate()
        violations += self._violations_of_log()
        assert not violations, violations  # pytest shows no values here

    def violations(self) -> list[str]:
        """Return what a living server violates of the invariants, once it has had time to rest."""
        if self._child is None or self._child.poll() is not None or self._baseline is None:
            return []
        baseline, violations = self._baseline, [""]

        def hold() -> bool:
            violations[:] = invariants.of_server(baseline, self.client.accepted)
            return not violations

        eventually(hold)
        return violations

    def _violations_of_log(self) -> list[str]:
        assert self._baseline is not None
        secrets = {self._baseline.secret, *self.client.secrets}
        secrets |= invariants.secrets_of(self.data, self.settings)
        return invariants.of_log(self.log.read_text(), secrets)

    def left_running(self) -> list[processes.Process]:
        """Return all processes that name the data folder."""
        return processes.mentioning(str(self.data))

    def left_on_disk(self) -> list[str]:
        """Return all files except the table, the lock, artifacts and the driver's cache."""
        kept, cache = ("video.mp4", "poster.jpg"), self.data / "shaders"
        # os.walk passes over folders that the server removes meanwhile.
        return sorted(
            str(Path(folder, name).relative_to(self.data))
            for folder, _, names in os.walk(self.data)
            for name in names
            if Path(folder) != self.data and name not in kept
            if cache not in Path(folder, name).parents
        )


def eventually(condition: object, *, within_s: float = HANG_S, every_s: float = 0.05) -> bool:
    """Return whether `condition` (a function) becomes true in time."""
    assert callable(condition)
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
