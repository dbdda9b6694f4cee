"""Contract of the job store, which every database has to fulfil.

`DATABASES` has one row for each; all tests of this folder, except those named after a database,
run with every one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.jobs.model.job_events import JobEvents
from server.jobs.store.store import Store

OpenStore = Callable[..., Store]
"""Opens the store over the same data again, perhaps with `JobEvents`."""


def _open_sqlite(folder: Path, events: JobEvents) -> Store:
    return Store(folder / "jobs.db", events=events)


DATABASES: dict[str, Callable[[Path, JobEvents], Store]] = {"sqlite": _open_sqlite}
"""Functions that open a store with its data in a folder, by the name of the database."""


@pytest.fixture(params=DATABASES)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Return a function that opens the store; the last one is closed after the test."""
    opened: list[Store] = []

    def open_store(events: JobEvents | None = None) -> Store:
        opened.append(DATABASES[request.param](tmp_path, events or JobEvents()))
        return opened[-1]

    yield open_store
    if opened:
        opened[-1].close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()
