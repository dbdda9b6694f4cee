"""One fuzz target in a process of its own, guided by the coverage of the server's code.

python -m tests.fuzz.target MODULE TEST SECONDS     run it under atheris, which is libFuzzer
python -m tests.fuzz.target MODULE TEST shrink      show the smallest example of each failure
"""

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

FOLDER = Path(__file__).parents[2] / "build" / "fuzz"
"""Folder of inputs that reach new code, and of failing examples; `make clean` removes it."""
_MAX_INPUT_BYTES = 512
_SEEDS = 32
_MAX_INPUT_S = 120
"""Time after which an input counts as a hang, also on a busy machine; most take milliseconds."""
_MAX_MEMORY_MB = 3000


def load_profile(*phases: Phase) -> None:
    """Set Hypothesis up; before a module of targets is imported."""
    settings.register_profile(
        "fuzz",
        database=DirectoryBasedExampleDatabase(FOLDER / "examples"),
        deadline=None,
        phases=phases or tuple(Phase),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("fuzz")


def load_target(module: str, name: str) -> Any:
    """Return a test with Hypothesis's handle."""
    return getattr(importlib.import_module(f"tests.fuzz.{module}"), name)


def fuzz(module: str, name: str, seconds: int) -> None:
    """Run a target until it fails or its time is over; ends the process.

    Args:
        module: its module in this folder.
        name: its test.
        seconds: of the processor.
    """
    import atheris

    load_profile()
    with atheris.instrument_imports(include=["server"]):
        target = load_target(module, name)
    read: Callable[[bytes], bytes | None] = target.hypothesis.fuzz_one_input
    examples = 0
    deadline = time.process_time() + seconds

    def run(data: bytes) -> None:
        nonlocal examples
        try:
            examples += read(data) is not None
        finally:
            is_over = time.process_time() > deadline
            if is_over or sys.exc_info()[0]:
                print(f"examples: {examples}", flush=True)
        if is_over:  # the fuzzer ends without a call of ours
            os._exit(0)

    corpus = FOLDER / "corpus" / module / name
    if not corpus.exists():
        _add_seeds(corpus)
    options = [
        f"-max_len={_MAX_INPUT_BYTES}",
        "-len_control=0",
        f"-timeout={_MAX_INPUT_S}",
        f"-rss_limit_mb={_MAX_MEMORY_MB}",
        f"-artifact_prefix={FOLDER}/{module}-{name}-",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options], run)
    atheris.Fuzz()


def _add_seeds(corpus: Path) -> None:
    """Write inputs that are long enough for an example; too short a one is none."""
    corpus.mkdir(parents=True)
    random = Random(0)
    for at in range(_SEEDS):
        (corpus / f"seed{at}").write_bytes(random.randbytes(random.randrange(_MAX_INPUT_BYTES)))


def shrink(module: str, name: str) -> None:
    """Raise the failures that were met, each with its smallest example."""
    load_profile(Phase.reuse, Phase.shrink)
    load_target(module, name)()


if __name__ == "__main__":
    _module, _name, _argument = sys.argv[1:]
    if _argument == "shrink":
        shrink(_module, _name)
    else:
        fuzz(_module, _name, int(_argument))
