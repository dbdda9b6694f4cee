"""Symbolic links in the data folder, and one to it."""

from pathlib import Path

import pytest

from server.jobs.retention import purge
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store


@pytest.mark.fault("I11")
async def test_links_in_the_folder_lead_to_no_removal_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("video.mp4", "precious"):
        (outside / name).write_text(name)
    (tmp_path / "real").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "real")
    data = DataFolder(tmp_path / "data")
    Store(data.database).close()  # a table that existed before this start
    store = Store(data.database)
    for parent in (data.spool, data.jobs, data.features):
        (parent / "planted").symlink_to(outside)
    data.scratch.symlink_to(outside)
    await purge(store, data, at_start=True)
    assert sorted(path.name for path in outside.iterdir()) == ["precious", "video.mp4"]
    assert not list(data.spool.iterdir())
    assert not list(data.jobs.iterdir())
    store.close()
    data.close()
