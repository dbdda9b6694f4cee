"""The server of the demo: `toqibox serve` on a free port with a temporary data folder."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from server.process import sandbox

_START_S = 90.0
_STOP_S = 10.0
_ADDRESS = re.compile(r"http://[^\s/:]+:([1-9][0-9]*)\n")


class ServerStartError(Exception):
    """The server did not start; the text is for the user."""


class DemoServer:
    """A context manager that starts the server and stops it at the end.

    The start does not block; `port` waits until the server listens.
    """

    def __init__(self, folder: Path) -> None:
        """Use `folder` for the data and the log."""
        self._data = folder / "data"
        self._log = folder / "server.log"
        self._stdout = folder / "server.out"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        argv = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", "0"]
        argv += ["--data", str(self._data)]
        with self._stdout.open("wb") as out, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                sandbox.command(argv, sandbox.Limits(open_files=4096)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                process_group=0,  # Ctrl-C reaches only the demo, which then stops the server
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PUBLIC_URL": ""},
            )
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of the server's log."""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-lines:])

    def port(self) -> int:
        """Return the port from the line that the server prints when it listens.

        Raises:
            ServerStartError: the server has ended, or does not print the line in time.
        """
        assert self._process is not None
        deadline = time.monotonic() + _START_S
        while True:
            ended = self._process.poll() is not None
            if match := _ADDRESS.search(self._stdout.read_text("utf-8", "replace")):
                return int(match[1])
            if ended:
                raise ServerStartError("The server did not start:\n" + self.log_tail())
            if time.monotonic() > deadline:
                raise ServerStartError(f"The server did not start within {_START_S:.0f} s.")
            time.sleep(0.05)
