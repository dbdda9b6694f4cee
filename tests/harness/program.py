"""Run `python -m server` for a test: on a machine that is known, and one that may be busy.

    python -m tests.harness.program ARGUMENT …

The report in the environment variable TEST_PROBE (JSON) stands for the first probe of a server;
later ones are real. The preview of `effects watch` has no limits that a busy machine can reach.
TEST_KILL names the file of a moment at which the program is killed; see kill_point.py.
"""

import json
import os
import runpy
import sys
import time
from contextlib import ExitStack
from unittest.mock import patch

from server.jobs.execution.machine import MachineProbe
from server.protocol.codec import from_json
from server.protocol.results.machine import ProbeReport
from tests.harness import kill_point

_BUSY_S = 600.0


def _know_machine(stack: ExitStack, report: str) -> None:
    probe = MachineProbe._probe

    async def known(self: MachineProbe) -> None:
        if self.report is not None:
            await probe(self)
            return
        self.report = from_json(ProbeReport, json.loads(report))
        self._probed_at = time.monotonic()
        self.gpu.observe(self.gl, self._probed_at)
        self._log_result()

    stack.enter_context(patch.object(MachineProbe, "_probe", known))


def _be_patient(stack: ExitStack) -> None:
    from server.devserver import preview_renderer
    from server.jobs.execution.worker_process import Timeouts

    for name in ("_COMPILE_TIMEOUTS", "_FRAME_TIMEOUTS"):
        timeouts = Timeouts(_BUSY_S, _BUSY_S)
        stack.enter_context(patch.object(preview_renderer, name, timeouts))


if __name__ == "__main__":
    with ExitStack() as stack:
        if "TEST_PROBE" in os.environ:
            _know_machine(stack, os.environ.pop("TEST_PROBE"))
        if "TEST_KILL" in os.environ:
            kill_point.watch(os.environ.pop("TEST_KILL"))
        if "watch" in sys.argv:
            _be_patient(stack)
        runpy.run_module("server", run_name="__main__", alter_sys=True)
