"""Verdicts for data folders that begin empty: what every test knows is not found out by each."""

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


def give(data: Path, known: Known) -> None:
    """Put verdicts into a data folder that no server uses now."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(data / "jobs.db")
    with ThreadPoolExecutor(1) as beside:  # also where a loop runs already
        beside.submit(asyncio.run, store.validations.save(known, 0)).result()
    store.close()


def all_of(library: Library, driver: str, found: ValidationResult) -> Known:
    """The same verdict on all that a library holds."""
    sources = [read_source(effect, library) for effect in library.all()]
    return {(source.key, driver): found for source in sources}


@cache
def drawable() -> Known:
    """That this machine draws our effects, which their own tests show."""
    return all_of(Library((BUILT_IN, EFFECTS)), _driver(), ValidationResult())


def _driver() -> str:
    """The renderer and its version, as a worker finds them."""
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
