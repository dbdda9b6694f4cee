"""pytest plugin of the marker `fault`: which cases of the catalogue the tests of a run prove."""

from collections import defaultdict

import pytest

from tests.harness import fault_catalogue


class FaultReport:
    """Collects the outcomes of marked tests, from all test processes."""

    def __init__(self) -> None:
        self.outcomes: dict[str, set[str]] = defaultdict(set)
        """``passed``, ``failed``, ``skipped`` of the tests of a case, by its id."""
        self.tests = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ids = [str(value) for name, value in report.user_properties if name == "fault"]
        if ids and (report.when == "call" or not report.passed):
            self.tests += 1
            for case_id in ids:
                self.outcomes[case_id].add(report.outcome)

    def lines(self) -> list[str]:
        """Return the counts, and the cases without a test that has passed."""
        cases = fault_catalogue.read()
        having = {
            outcome: [case.id for case in cases if outcome in self.outcomes.get(case.id, ())]
            for outcome in ("passed", "failed", "skipped")
        }
        tested = [case_id for case_id in having["passed"] if case_id not in having["failed"]]
        groups = {
            "no test, with a reason": [case.id for case in cases if case.has_reason],
            "failed": having["failed"],
            "only skipped here": [x for x in having["skipped"] if "passed" not in self.outcomes[x]],
            "open": [case.id for case in cases if case.is_open],
        }
        return [
            f"{len(tested)} of {len(cases)} cases are tested, by {self.tests} tests: "
            + ", ".join(
                f"{part} {sum(x.startswith(part) for x in tested)}/{size}"
                for part, size in fault_catalogue.SIZES.items()
            ),
            *(f"{name}: {len(ids)}: {' '.join(ids)}" for name, ids in groups.items() if ids),
        ]


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("markexpr") == "fault":
        config.pluginmanager.register(FaultReport(), "fault-report")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("fault"):
            item.user_properties += [("fault", case_id) for case_id in marker.args]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    report = terminalreporter.config.pluginmanager.get_plugin("fault-report")
    if report is None or hasattr(terminalreporter.config, "workerinput"):
        return
    terminalreporter.write_sep("=", "faults")
    for line in report.lines():
        terminalreporter.write_line(line)
