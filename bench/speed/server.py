"""A server as a child process, and the forms that are posted to it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp


@dataclass(frozen=True)
class RunningServer:
    """A server as a child process."""

    url: str
    pid: int


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[RunningServer]:
    """Run a server whose log is in `folder`, and whose data folder too unless DATA_DIR is given."""
    folders = {"DATA_DIR": str(folder / "data")}
    # What is measured is drawn each time.
    environment = {**os.environ, "RESULT_CACHE": "0", **folders, **settings}
    environment |= {"HOST": "127.0.0.1", "PORT": "0"}
    command = [sys.executable, "-m", "server", "serve"]
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as child,
    ):
        assert child.stdout is not None
        try:
            yield RunningServer(child.stdout.readline().split()[-1], child.pid)
        finally:
            child.terminate()


def make_form(fields: Mapping[str, str], files: Mapping[str, bytes]) -> aiohttp.FormData:
    """Return the form of a request with these text fields and files."""
    form = aiohttp.FormData(fields, default_to_multipart=True)
    for name, content in files.items():
        form.add_field(name, content, filename=name)
    return form
