"""Shared by all tests: chosen examples, the shader cache, and the order of the files."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.harness import living_servers

pytest_plugins = (
    "tests.harness.browser_pages",
    "tests.harness.fault_report",
    "tests.harness.media_files",
    "tests.harness.rendering",
)

_LONG = ("tests/proof/", "tests/jobs/scheduling/test_faults", "tests/cli/", "tests/demo/")
"""Folders of slow tests: started first, so that all processes end at the same time."""

_SHADERS = Path(__file__).parents[1] / "build" / "shaders"
"""Folder of Mesa's shader cache; `make clean` removes it."""

# The same examples in every run, so that a failure is of the change and not of the day; the long
# proofs look for new ones. How long one takes says more of the machine than of the code.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("proof", deadline=None)
settings.load_profile("proof" if os.environ.get("PROOF") == "full" else "suite")

# Hundreds of processes draw a few tiny frames each: Mesa's software renderer would take longer to
# optimise its code than to run it. The pixels are the same; the long proofs draw as a server does.
# They are the same shaders, too: what one process has compiled the next one finds.
if os.environ.get("PROOF") != "full":
    os.environ.setdefault("GALLIVM_PERF", "nopt")
    _SHADERS.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("MESA_SHADER_CACHE_DIR", str(_SHADERS))

# As many interpreters start: each would compile all of the server again where none may keep it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# aiohttp reads the system's certificates when it is imported; no test speaks TLS.
os.environ.setdefault("SSL_CERT_FILE", os.devnull)


def pytest_configure(config: pytest.Config) -> None:
    """Keep xdist from running files of few tests last: they are the slow ones."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(autouse=True)
def _restored_log() -> Iterator[None]:
    """Undo the changes of a command to the root logger: later tests read the log."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in set(root.handlers).difference(handlers):
        root.removeHandler(handler)


@pytest.fixture(autouse=True)
def _checked_servers() -> Iterator[None]:
    """Check the servers that a module keeps after each of its tests."""
    yield
    living_servers.check()
