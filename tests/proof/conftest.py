"""The proof: each line measures something and reports it; `make proof` prints one table."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.server import Server

FULL = os.environ.get("PROOF") == "full"
"""Full size and count; otherwise every line runs small."""
_MAX_SEPARATE_CASES = 8
"""Above this number, the cases of one test share a line."""

Figure = Callable[[str], None]
StartServer = Callable[..., Server]


class ProofTable:
    """Collects the results of the tests of the proof, from all test processes."""

    def __init__(self) -> None:
        self.reports: list[pytest.TestReport] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        belongs_to_proof = any(name == "line" for name, _ in report.user_properties)
        if belongs_to_proof and (report.when == "call" or not report.passed):
            self.reports.append(report)

    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Yield line, outcome and figures; the cases of one test together if they are many."""
        tests: dict[tuple[int, str], list[pytest.TestReport]] = defaultdict(list)
        for report in self.reports:
            line = next(int(str(text)) for name, text in report.user_properties if name == "line")
            tests[line, report.nodeid.partition("[")[0]].append(report)
        for (line, _), reports in sorted(tests.items()):
            if len(reports) > _MAX_SEPARATE_CASES:
                failed = [_name(report) for report in reports if report.failed]
                text = f"{_name(reports[0]).partition('[')[0]}: {len(reports)} cases"
                yield line, _outcome(reports), f"{text}, failed: {', '.join(failed) or 'none'}"
            else:
                for report in reports:
                    yield line, _outcome([report]), f"{_name(report)}: {_figures(report)}"


def _name(report: pytest.TestReport) -> str:
    return report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _outcome(reports: list[pytest.TestReport]) -> str:
    if any(report.failed for report in reports):
        return "FAIL"
    return "skip" if all(report.skipped for report in reports) else "pass"


def _figures(report: pytest.TestReport) -> str:
    return "; ".join(str(text) for name, text in report.user_properties if name == "figure")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "line(number): the line of the proof that a test belongs to")
    if FULL:
        config.pluginmanager.register(ProofTable(), "proof-table")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if marker := item.get_closest_marker("line"):
            item.add_marker(pytest.mark.slow)
            item.user_properties.append(("line", str(marker.args[0])))
            if FULL:
                item.add_marker(pytest.mark.timeout(5400), append=False)  # before a test's own


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Return a function that records a measurement for the table."""
    node: pytest.Item = request.node
    return lambda text: node.user_properties.append(("figure", text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    table = terminalreporter.config.pluginmanager.get_plugin("proof-table")
    if table is None or hasattr(terminalreporter.config, "workerinput"):
        return
    terminalreporter.write_sep("=", "proof")
    for line, outcome, text in table.lines():
        terminalreporter.write_line(f"{line:>3}  {outcome}  {text}")


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers that are stopped when the test ends."""
    with ExitStack() as stack:

        def start(name: str = "data", *, probes: bool = False, **settings: str) -> Server:
            server = Server(tmp_path / name, **settings)
            server.probes = probes
            return stack.enter_context(server)

        yield start
