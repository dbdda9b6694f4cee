"""Image files of effects: only those in the effect's folder can be used."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.effects import assets
from server.effects.dialects import load
from server.effects.effect import Effect
from server.errors import ToqiboxError


def importing(path: str) -> Effect:
    return load("test", "test.fs", f'/*{{"IMPORTED":\n{{"x": {{"PATH": "{path}"}}}}}}*/\n')


def refused(effect: Effect, folder: Path | None) -> ToqiboxError:
    with pytest.raises(ToqiboxError) as caught:
        assets.resolve(effect, folder)
    assert caught.value.code == "shader_rejected"
    return caught.value


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("a.png", "a.png"),
        ("./b//a.png", "b/a.png"),
        ("b/../a.png", "a.png"),
        ("b\\a.png", "b/a.png"),
    ],
)
def test_paths_are_normalised(path: str, normal: str) -> None:
    assert assets.normalize_path(path) == normal


@pytest.mark.parametrize(
    "path",
    [
        *("", " ", ".", "..", "b/..", "../a.png", "b/../../a.png", "b\\..\\..\\a.png"),
        *("/a.png", "\\a.png", "~/a.png", "./~/a.png", "C:\\a.png", "http://x/a.png"),
        *("a\0.png", "a\n.png", "x" * 256),
    ],
)
def test_paths_outside_the_folder_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="it "):
        assets.normalize_path(path)


@given(st.text(st.sampled_from("./\\ab~:"), max_size=20))
def test_no_path_leaves_the_folder(path: str) -> None:
    try:
        normal = assets.normalize_path(path)
    except ValueError:
        return
    assert os.path.normpath(normal) == normal
    assert not normal.startswith((".." + os.sep, os.sep))
    assert assets.normalize_path(normal) == normal


def test_a_file_is_read_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.png").write_bytes(b"x")
    (tmp_path / "b" / "c.png").symlink_to("a.png")
    assert assets.resolve(importing("b/a.png"), tmp_path) == {"b/a.png": str(tmp_path / "b/a.png")}
    assert assets.resolve(importing("b/c.png"), tmp_path) == {"b/c.png": str(tmp_path / "b/a.png")}


def test_a_path_that_is_not_a_file_of_the_folder_is_refused_at_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "effects"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "out").symlink_to("..")
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    for path, why in {
        "none.png": "it does not exist",
        "loop.png": "it does not exist",
        "link.png": "outside the effect's folder",
        "out/secret.png": "outside the effect's folder",
        "folder.png": "not a readable file",
        "pipe.png": "not a readable file",
    }.items():
        error = refused(importing(path), folder)
        assert why in str(error)
        assert error.diagnostics is not None
        (entry,) = error.diagnostics
        assert (entry["line"], entry["column"]) == (2, 17)
    assert "without files" in str(refused(importing("none.png"), None))
    assert assets.resolve(load("test", "test.fs", "/*{}*/"), None) == {}


def test_a_file_may_have_20_mb(tmp_path: Path) -> None:
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(assets.MAX_FILE_BYTES)
        assert assets.resolve(importing("a.png"), tmp_path)
        file.truncate(assets.MAX_FILE_BYTES + 1)
    assert "20 MB" in str(refused(importing("a.png"), tmp_path))
