"""All benchmarks, one after the other, within 20 minutes on a quiet machine of two cores.

    python -m bench [--songs FOLDER] [NAME …]

Each script prints its table; what it answers and its last figures are in bench/README.md. With
--songs those follow that measure songs of known events. NAMES select scripts.

Each has an expected time. One that takes five times as long is killed. Returns 1 if one was, or
has failed or missed its aim.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

MAX_TOTAL_S = 1200
_TIMEOUT_FACTOR = 5
"""Multiple of the expected time after which a script is killed."""


@dataclass(frozen=True)
class Script:
    """A script with its arguments; what has to be small for all to end in time is named here."""

    name: str
    arguments: tuple[str, ...]
    expected_s: int
    """On a quiet machine of two cores."""


_PAIR = ("--effect", "breathe", "--effect", "ring")

SCRIPTS = (
    Script("limits", (*_PAIR, "--seconds", "30"), 140),
    Script("limits", (*_PAIR, "--size", "1920x1080", "--seconds", "6"), 80),
    Script("latency", ("--jobs", "2"), 60),
    Script("progress", (), 30),
    Script("previews", ("--runs", "5"), 30),
    Script("length", ("--seconds", "20", "40", "--pair", "10", "--size", "1280x720"), 90),
    Script("canvas", (), 60),
    Script("cost", (), 150),
    Script("workers", (), 25),
    Script("flashes", ("--seconds", "8", "--runs", "1", "breathe", "ring"), 50),
    Script("load", ("--submits", "500", "--seconds", "8"), 75),
    Script("polls", ("--count", "500"), 5),
    Script("streams", (), 10),
    Script("colour", (), 60),
    Script("quality", (*_PAIR, "--seconds", "1"), 60),
    Script("banding", ("--seconds", "1"), 40),
    Script("sync", ("--seconds", "60"), 60),
    Script("analysis", (), 30),
    Script("rhythm", ("1000", "1009"), 90),
    Script("watch", ("5",), 25),
    Script("gpu", ("--seconds", "8", "--long", "30"), 30),
)
"""In the order of the report."""

WITH_SONGS = ("hearing", "spectrum", "movement")
"""Scripts that need a folder of songs; see bench/songs."""

WITHOUT_TABLE = ("titles",)
"""Scripts that draw something to be looked at."""

LONG = ("soak",)
"""Scripts that take half an hour."""


def main() -> int:
    """Run the scripts and print their times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--songs", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    scripts = [*SCRIPTS]
    if options.songs is not None:
        folder = str(options.songs.resolve())
        scripts += [Script(name, (folder,), 600) for name in WITH_SONGS]
    unknown = set(options.names) - {script.name for script in scripts}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows = []
    for script in scripts:
        if script.name in (options.names or [script.name]):
            rows.append((script, *_run(script)))
    print(f"\n{'seconds':>8} {'expected':>8}")
    for script, seconds, problem in rows:
        text = " ".join((script.name, *script.arguments))
        print(f"{seconds:8.0f} {script.expected_s:8}  {text}{problem and f': {problem}'}")
    print(f"{sum(row[1] for row in rows):8.0f} {sum(row[0].expected_s for row in rows):8}  in all")
    return int(any(problem for _, _, problem in rows))


def _run(script: Script) -> tuple[float, str]:
    """Run a script; return its seconds, and its problem or an empty text."""
    print(f"\n== {' '.join((script.name, *script.arguments))}", flush=True)
    command = [sys.executable, "-m", f"bench.{script.name}", *script.arguments]
    began = time.monotonic()
    # A session of its own, so that what it has started can be killed too.
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            status = process.wait(_TIMEOUT_FACTOR * script.expected_s)
            problem = "" if status == 0 else f"exit status {status}"
        except subprocess.TimeoutExpired:
            problem = "killed, too slow"
        except BaseException:
            _kill(process)
            raise
        _kill(process)
    return time.monotonic() - began, problem


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
