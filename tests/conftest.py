"""What all tests share: chosen examples, how shaders are compiled, and the order of the files."""

import os

import pytest
from hypothesis import settings

_LONG = ("tests/proof/", "tests/jobs/test_faults", "tests/commands/", "tests/demo/")
"""Where the files lie that take long: begun first, so that all processes end at one time."""

# The same examples in every run, so that a failure is of the change and not of the day; the long
# proofs look for new ones. How long one takes says more of the machine than of the code.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("proof", deadline=None)
settings.load_profile("proof" if os.environ.get("PROOF") == "full" else "suite")

# Hundreds of processes draw a few tiny frames each: Mesa's software renderer would take longer to
# optimise its code than to run it. The pixels are the same; the long proofs draw as a server does.
if os.environ.get("PROOF") != "full":
    os.environ.setdefault("GALLIVM_PERF", "nopt")


def pytest_configure(config: pytest.Config) -> None:
    """Keep xdist from putting files of few tests last: they are the long ones."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
