"""Validation results for empty data folders, so that each test does not validate every effect."""

import asyncio
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from server.effects.library.library import BUILT_IN, Library
from server.jobs.model.effect_source import read_source
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.store import Store
from server.process import sandbox, start
from tests.harness.limits import HANG_S

EFFECTS = Path(__file__).parents[1] / "data" / "effects"
"""Effects for servers under test."""
Known = dict[tuple[str, str], ValidationResult]


def save(data: Path, results: Known) -> None:
    """Save results to a data folder that no server uses now."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(data / "jobs.db")
    with ThreadPoolExecutor(1) as executor:  # a loop may be running already
        executor.submit(asyncio.run, store.validations.save(results, 0)).result()
    store.close()


def same_for_all(library: Library, driver: str, result: ValidationResult) -> Known:
    """Return the same result for all effects of a library."""
    sources = [read_source(effect, library) for effect in library.all()]
    return {(source.key, driver): result for source in sources}


@cache
def valid_effects() -> Known:
    """Return valid results for our effects, which have tests of their own."""
    gl = machine_report()["gl"]
    driver = f"{gl['renderer']}, {gl['version']}"
    return same_for_all(Library((BUILT_IN, EFFECTS)), driver, ValidationResult())


@cache
def machine_report() -> dict[str, Any]:
    """Return the report of a probe of this machine, as a server makes it when it starts."""
    with TemporaryDirectory() as folder:
        task = {"task": "probe", "encoders": ["nvenc", "x264"], "folder": folder}
        done = subprocess.run(
            sandbox.command(start.command("server.worker.program", "probe")),
            input=json.dumps(task).encode() + b"\n",
            env=sandbox.environment(),
            capture_output=True,
            check=True,
            timeout=HANG_S,
        )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["result"]
    return report
