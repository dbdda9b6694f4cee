"""Validation results for empty data folders, so that each test does not validate every effect."""

import asyncio
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from server import sandbox, start
from server.effects.library.library import BUILT_IN, Library
from server.jobs.model.effect_source import read_source
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.store import Store

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
    return same_for_all(Library((BUILT_IN, EFFECTS)), _driver(), ValidationResult())


def _driver() -> str:
    """Return the renderer and its version as a worker reports them."""
    done = subprocess.run(
        sandbox.command(start.command("server.worker.program", "probe")),
        input=b'{"task": "probe"}\n',
        env=sandbox.environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    gl = json.loads(done.stdout.splitlines()[-1])["result"]["gl"]
    return f"{gl['renderer']}, {gl['version']}"
