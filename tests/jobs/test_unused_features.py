"""Features of tracks: they are removed once neither a job nor a cut or preview has them."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.jobs.retention import purge, purge_features, purge_features_regularly
from server.jobs.storage.data_folder import FEATURES_VERSION, DataFolder
from server.jobs.store.store import Store
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    data = DataFolder(tmp_path / "data")
    yield data
    data.close()


@pytest.fixture
def store(data: DataFolder) -> Iterator[Store]:
    store = Store(data.database)
    yield store
    store.close()


async def test_features_stay_while_a_cut_or_a_preview_has_them(
    store: Store, data: DataFolder
) -> None:
    shared, unused = (data.features / f"{digit * 64}-v{FEATURES_VERSION}" for digit in "ab")
    for folder in (shared, unused):
        folder.mkdir()
        (folder / "spectra.npy").write_bytes(b"features")
    link = data.root / "linked.npy"
    link.hardlink_to(shared / "spectra.npy")
    await purge(store, data, at_start=True)
    assert [path.name for path in data.features.iterdir()] == [shared.name]
    link.unlink()
    await purge(store, data, at_start=True)
    assert not list(data.features.iterdir())


async def test_features_of_an_evicted_preview_are_removed_within_minutes(
    store: Store, data: DataFolder, make_job: MakeJob
) -> None:
    """They count for no limit, and a client makes those of a long track in seconds."""
    job = make_job("live")
    await store.jobs.add(job, 99)
    wanted = data.features_folder(job.spec)
    new, unused = (data.features / f"{digit * 64}-v{FEATURES_VERSION}" for digit in "bc")
    minute_ago = time.time() - 60
    for folder in (wanted, new, unused):
        folder.mkdir()
        (folder / "spectra.npy").write_bytes(b"features")
    for folder in (wanted, unused):
        os.utime(folder, (minute_ago - 1, minute_ago - 1))
    await purge_features(store, data, before=minute_ago)
    assert set(data.features.iterdir()) == {wanted, new}


async def test_features_are_purged_regularly(
    store: Store, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.retention._FEATURES_INTERVAL_S", 0.01)
    (data.features / f"{'a' * 64}-v{FEATURES_VERSION}").mkdir()
    purging = asyncio.create_task(purge_features_regularly(store, data))
    await until(lambda: not list(data.features.iterdir()))
    purging.cancel()
    await asyncio.gather(purging, return_exceptions=True)
