"""Servers under test that live now, so that those of a module can be checked after each test."""

from typing import Protocol


class Living(Protocol):
    """A server; see tests/harness/server.py."""

    def violations(self) -> list[str]: ...


LIVING: set[Living] = set()


def check() -> None:
    """Check the invariants of docs/faults.md on all of them, but those of their logs."""
    for server in list(LIVING):
        violations = server.violations()
        assert not violations, violations  # pytest shows no values here
