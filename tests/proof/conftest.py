"""The proof: each line measures something and says what; `make proof` prints them as one table."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.harness.server import Server

FULL = os.environ.get("PROOF") == "full"
"""Full size and count; otherwise every line runs small."""
_FIGURES = pytest.StashKey[list[tuple[str, str, str]]]()
_REPORT = pytest.StashKey[pytest.TestReport]()

Figure = Callable[[str], None]
StartServer = Callable[..., Server]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []
    config.addinivalue_line("markers", "line(number): the line of the proof that a test belongs to")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FULL and "proof" in item.path.parts:
            item.add_marker(pytest.mark.timeout(5400), append=False)  # before a test's own


@pytest.fixture(name="figure")
def _figure(request: pytest.FixtureRequest) -> Iterator[Figure]:
    """Call it with what was measured; the words stand in the table."""
    words: list[str] = []
    yield words.append
    marker = request.node.get_closest_marker("line")
    line = str(marker.args[0]) if marker else "?"
    report = request.node.stash.get(_REPORT, None)
    verdict = "pass" if report is not None and report.passed else "FAIL"
    name = request.node.name.removeprefix("test_").replace("_", " ")
    text = f"{name}: {'; '.join(words)}" if words else name
    request.config.stash[_FIGURES].append((line, text, verdict))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[_REPORT] = report
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash[_FIGURES]
    if not rows or not FULL:
        return
    terminalreporter.write_sep("=", "proof")
    for line, text, verdict in sorted(rows, key=lambda row: int(row[0])):
        terminalreporter.write_line(f"{line:>3}  {verdict}  {text}")


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers that are stopped when the test ends."""
    servers: list[Server] = []

    def start(name: str = "data", **settings: str) -> Server:
        server = Server(tmp_path / name, **settings).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.__exit__()
