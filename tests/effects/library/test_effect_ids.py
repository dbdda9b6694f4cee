"""The ids of effect files: derived from their names, unique, the same in every order."""

import shutil
from pathlib import Path
from zlib import crc32

import pytest

from server.effects.library.library import BUILT_IN, Library
from tests.effects.library.test_library import GOOD, folder, ids

__all__ = ["folder"]


def test_an_id_in_two_folders_is_the_first_ones(folder: Path, tmp_path: Path) -> None:
    other_folder = tmp_path / "theirs"
    other_folder.mkdir()
    shutil.copy(folder / "spin.fs", other_folder)
    library = Library([folder, other_folder])
    assert ids(library) == ["spin", "spin-2"]
    assert library.path("spin") == folder / "spin.fs"
    assert library.path("spin-2") == other_folder / "spin.fs"
    renamed = library.renamed()
    assert list(renamed) == ["spin-2"]
    assert renamed["spin-2"].owner == folder / "spin.fs"
    (folder / "spin.fs").unlink()
    assert ids(library) == ["spin"]
    assert library.path("spin") == other_folder / "spin.fs"
    assert library.renamed() == {}


def test_a_file_named_as_a_built_in_effect_does_not_replace_it(folder: Path) -> None:
    (folder / "waves.fs").write_text(GOOD)
    library = Library([BUILT_IN, folder])
    assert library.get("waves").source == (BUILT_IN / "waves.fs").read_text()
    assert library.get("waves-2").source == GOOD
    (folder / "waves.fs").write_text("/*{")
    assert library.get("waves").source == (BUILT_IN / "waves.fs").read_text()
    assert [entry.id for entry in library.invalid()] == ["waves-2"]


def _marked(natural: str, file: str) -> str:
    return f"{natural}-{crc32(file.encode()):08x}"


def test_an_id_does_not_change_with_the_order_of_other_files(tmp_path: Path) -> None:
    base, *folders = (tmp_path / name for name in ("base", "a", "b", "c"))
    for each in (base, *folders):
        each.mkdir()
    for path in (base / "waves.fs", *(each / "waves.fs" for each in folders)):
        path.write_text(GOOD)
    ids_by_file = {}
    for order in ([0, 1, 2], [0, 2, 1], [0, 2]):
        library = Library([base, *(folders[at] for at in order)])
        ids_by_file[tuple(order)] = {
            library.path(effect_id).parent.name: effect_id for effect_id in ids(library)
        }
    expected = {
        "base": "waves",
        "a": "waves-2",
        "b": _marked("waves", "b/waves.fs"),
        "c": _marked("waves", "c/waves.fs"),
    }
    assert ids_by_file[0, 1, 2] == ids_by_file[0, 2, 1] == expected
    assert ids_by_file[0, 2].items() <= expected.items()


def test_a_new_built_in_effect_takes_its_id(tmp_path: Path, folder: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    library = Library([base, folder])
    assert ids(library) == ["spin"]
    (base / "spin.fs").write_text(GOOD)
    assert ids(library) == ["spin", "spin-2"]
    assert library.path("spin") == base / "spin.fs"
    assert library.path("spin-2") == folder / "spin.fs"
    assert library.renamed()["spin-2"].owner == base / "spin.fs"


def test_the_same_folder_twice_counts_once(folder: Path) -> None:
    assert ids(Library([folder, folder / ".." / "mine"])) == ["spin"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Film Grain.fs", "film-grain"),
        ("Big.FS", "big"),
        ("-a.fs", "a"),
        ("Écran (2).frag", "ecran-2"),
        ("Ｗｉｄｅ.glsl", "wide"),
        ("a.b.fs", "a-b"),
        ("x" * 65 + ".fs", "x" * 64),
        ("A & B__c.fs", "a-b__c"),
        ("шейдер.fs", "effect-f8df5d25"),
        ("~~~.fs", "effect-a72f940b"),
    ],
)
def test_every_file_name_gives_an_id(folder: Path, name: str, expected: str) -> None:
    (folder / name).write_text(GOOD)
    library = Library([folder])
    assert library.invalid() == []
    assert ids(library) == sorted(["spin", expected])
    assert library.get(expected).title == name.rpartition(".")[0]


def test_files_with_the_same_natural_id_get_different_ids(folder: Path) -> None:
    for name in ("film-grain.glsl", "Film Grain.fs", "FILM grain.frag", "film-grain-2.fs"):
        (folder / name).write_text(GOOD)
    library = Library([folder])
    ids_by_file = {library.path(effect_id).name: effect_id for effect_id in ids(library)}
    assert ids_by_file == {
        "film-grain.glsl": "film-grain",
        "film-grain-2.fs": "film-grain-2",
        "Film Grain.fs": _marked("film-grain", "mine/Film Grain.fs"),
        "FILM grain.frag": _marked("film-grain", "mine/FILM grain.frag"),
        "spin.fs": "spin",
    }
    assert set(library.renamed()) == {ids_by_file["Film Grain.fs"], ids_by_file["FILM grain.frag"]}


def test_an_id_by_two_suffixes_is_the_first_suffixes(folder: Path) -> None:
    (folder / "spin.glsl").write_text("void main() {}\n")
    library = Library([folder])
    other = _marked("spin", "mine/spin.glsl")
    assert ids(library) == ["spin", other]
    assert library.path(other).name == "spin.glsl"
