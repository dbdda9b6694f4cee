"""Folders of effects: found, read again, broken, twice there."""

import os
import shutil
from pathlib import Path

import pytest

from server.effects.dialects import LARGEST
from server.effects.library import BUILT_IN, Library
from server.errors import ToqiboxError

GOOD = "/*{}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "spin.fs").write_text(GOOD)
    return path


def ids(library: Library) -> list[str]:
    return [effect.id for effect in library.all()]


def messages(library: Library) -> dict[str, str]:
    return {entry.file: entry.diagnostics[0]["message"] for entry in library.broken()}


def test_built_in_effects() -> None:
    library = Library()
    assert library.broken() == []
    assert {"breathe", "spin", "bars", "ring"} <= set(ids(library))
    assert all((BUILT_IN / effect.file).is_file() for effect in library.all())


def test_files_are_found_changed_and_forgotten(folder: Path) -> None:
    library = Library([folder])
    assert ids(library) == ["spin"]
    first = library.get("spin")
    assert library.get("spin") is first
    (folder / "new.fs").write_text(GOOD)
    assert ids(library) == ["new", "spin"]
    assert library.get("spin") is first
    (folder / "spin.fs").write_text(GOOD.replace("{}", '{"TITLE": "Other"}'))
    assert library.get("spin").title == "Other"
    (folder / "spin.fs").unlink()
    assert ids(library) == ["new"]


def test_a_change_of_the_same_length_is_seen(folder: Path) -> None:
    library = Library([folder])
    os.utime(folder / "spin.fs", ns=(1, 1))
    assert library.get("spin").source == GOOD
    (folder / "spin.fs").write_text(GOOD.replace("1.0", "0.5"))
    assert "0.5" in library.get("spin").source


def test_a_broken_file_is_kept_with_its_diagnostics(folder: Path) -> None:
    (folder / "bad.fs").write_text("/*{\n 1}*/")
    (folder / "event.fs").write_text('/*{"INPUTS": [{"NAME": "e", "TYPE": "event"}]}*/')
    library = Library([folder])
    assert ids(library) == ["spin"]
    assert set(messages(library)) == {"bad.fs", "event.fs"}
    assert library.broken()[0].diagnostics[0]["line"] == 2
    with pytest.raises(ToqiboxError) as caught:
        library.get("bad")
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.field == "effect"
    assert caught.value.diagnostics == library.broken()[0].diagnostics
    with pytest.raises(ToqiboxError, match="“event” are not offered"):
        library.get("event")
    (folder / "bad.fs").write_text(GOOD)
    assert library.get("bad").id == "bad"
    assert list(messages(library)) == ["event.fs"]


def test_an_id_in_two_folders_is_an_error_that_names_both(folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    shutil.copy(folder / "spin.fs", theirs)
    library = Library([folder, theirs])
    assert ids(library) == []
    assert [entry.file for entry in library.broken()] == ["spin.fs", "spin.fs"]
    message = messages(library)["spin.fs"]
    assert "mine/spin.fs and theirs/spin.fs" in message
    assert str(tmp_path) not in message
    with pytest.raises(ToqiboxError, match="does not compile"):
        library.get("spin")
    (theirs / "spin.fs").unlink()
    assert ids(library) == ["spin"]


def test_the_same_folder_twice_is_one(folder: Path) -> None:
    assert ids(Library([folder, folder / ".." / "mine"])) == ["spin"]


@pytest.mark.parametrize("name", ["Big.fs", "a b.fs", "-a.fs", "é.fs", "x" * 65 + ".fs", "a.b.fs"])
def test_a_file_name_that_is_no_id_is_listed_as_broken(folder: Path, name: str) -> None:
    (folder / name).write_text(GOOD)
    library = Library([folder])
    assert ids(library) == ["spin"]
    assert "no id" in messages(library)[name]


def test_other_files_are_passed_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.fs").write_text(GOOD)
    (folder / "README.md").write_text("words")
    (folder / ".hidden.fs").write_text(GOOD)
    (folder / "folder.fs").mkdir()
    (folder / "outside.fs").symlink_to(tmp_path / "outside.fs")
    (folder / "gone.fs").symlink_to(folder / "nothing.fs")
    (folder / "loop.fs").symlink_to(folder / "loop.fs")
    (folder / "inside.fs").symlink_to(folder / "spin.fs")
    os.mkfifo(folder / "pipe.fs")
    library = Library([folder, tmp_path / "missing"])
    assert ids(library) == ["inside", "spin"]
    assert library.broken() == []


def test_a_vertex_shader_beside_the_effect_belongs_to_it(folder: Path) -> None:
    library = Library([folder])
    assert library.get("spin").vertex_source is None
    (folder / "spin.vs").write_text("void main() { isf_vertShaderInit(); }")
    assert "isf_vertShaderInit" in (library.get("spin").vertex_source or "")
    (folder / "spin.vs").unlink()
    assert library.get("spin").vertex_source is None


def test_files_of_any_bytes_and_size(folder: Path) -> None:
    (folder / "latin.fs").write_bytes(b'\xef\xbb\xbf/*{"CREDIT": "Ren\xe9"}*/' + GOOD.encode())
    (folder / "huge.fs").write_text(GOOD.ljust(LARGEST + 1))
    (folder / "noise.fs").write_bytes(bytes(range(256)) * 64)
    library = Library([folder])
    assert library.get("latin").credit.startswith("Ren")
    assert "256 kB" in messages(library)["huge.fs"]
    assert "noise.fs" in messages(library)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("spim", " Did you mean “spin”?"),
        ("zzzz", ""),
        ("../spin", " Did you mean “spin”?"),
        ("x" * 900, ""),
        ("", ""),
    ],
)
def test_unknown_effects(folder: Path, wrong: str, hint: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        Library([folder]).get(wrong)
    assert (caught.value.code, caught.value.field) == ("unknown_effect", "effect")
    assert caught.value.values["name"] == wrong[:64]
    assert str(caught.value.values["hint"]) == hint
