"""Half a file is never seen under its name."""

import os
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.files import atomic


def test_a_whole_file_is_published(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with atomic.atomic_write(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["out"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic.atomic_write(tmp_path / "out") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert os.listdir(tmp_path) == []


def test_a_full_disk_has_its_code(tmp_path: Path) -> None:
    (tmp_path / "out.part").symlink_to("/dev/full")

    def fill() -> None:
        with atomic.atomic_write(tmp_path / "out") as file:
            file.write(bytes(100_000))

    with pytest.raises(ToqiboxError) as caught:
        fill()
    assert caught.value.code == "storage_full"
    assert os.listdir(tmp_path) == []
