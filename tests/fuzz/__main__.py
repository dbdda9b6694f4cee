"""Look for input that breaks a reader: each target for minutes of processor time; `make fuzz`.

    python -m tests.fuzz --seconds 600 [NAME …]

A target is a module of this folder; NAME is a part of its name. Its tests share its time. A failure
is shown with its smallest example, which belongs into the test as an `@example`.
"""

import argparse
import importlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
_BUSY_FACTOR, _GRACE_S = 20, 300
"""Factor of its processor time, and time for its start and last input, in which a process ends."""
_EXAMPLES = re.compile(r"^examples: (\d+)", re.MULTILINE)
_COVERAGE = re.compile(r"\bcov: (\d+)")


class Run(NamedTuple):
    """The result of one test."""

    module: str
    test: str
    examples: int
    coverage: int
    """Edges of the code that were reached."""
    failure: str
    """Text for a person; empty if there is none."""


def find_targets(names: list[str]) -> dict[str, list[str]]:
    """Return the tests of each module whose name has one of `names` as a part."""
    targets: dict[str, list[str]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        if not names or any(name in path.stem for name in names):
            module = importlib.import_module(f"tests.fuzz.{path.stem}")
            tests = [name for name in vars(module) if _is_target(module, name)]
            targets[path.stem] = tests
    return targets


def _is_target(module: object, name: str) -> bool:
    test = getattr(module, name)
    return bool(getattr(test, "is_hypothesis_test", False))


def _start(module: str, test: str, argument: str, limit_s: int) -> tuple[int, str]:
    """Run a target in a process of its own; return its status and output."""
    command = [sys.executable, "-m", "tests.fuzz.target", module, test, argument]
    try:
        done = subprocess.run(
            command,
            cwd=HERE.parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=limit_s * _BUSY_FACTOR + _GRACE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return 1, f"it did not end: {error}"
    return done.returncode, done.stdout


def _run(module: str, test: str, seconds: int) -> Run:
    status, output = _start(module, test, str(seconds), seconds)
    examples = [int(number) for number in _EXAMPLES.findall(output)]
    coverage = [int(number) for number in _COVERAGE.findall(output)]
    failure = ""
    if status:
        shrunk = _start(module, test, "shrink", _GRACE_S // _BUSY_FACTOR)
        failure = shrunk[1] if shrunk[0] else output
    run = Run(module, test, sum(examples), max(coverage, default=0), failure[-6000:])
    result = "FAILED" if failure else "ok"
    print(f"{run.examples:>9}  {run.coverage:>6}  {result:<6}  {module}::{test}", flush=True)
    return run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="processor time of each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("name", nargs="*", help="part of the name of a target")
    options = parser.parse_args()
    targets = find_targets(options.name)
    if not targets:
        parser.error("no target has such a name")
    print(" examples   edges  result  test")
    with ThreadPoolExecutor(options.jobs) as pool:
        started = [
            pool.submit(_run, module, test, max(1, options.seconds // len(tests)))
            for module, tests in targets.items()
            for test in tests
        ]
        runs = [future.result() for future in started]
    for run in runs:
        if run.failure:
            print(f"\n--- {run.module}::{run.test}\n{run.failure}")
    return 1 if any(run.failure for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
