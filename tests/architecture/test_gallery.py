"""The gallery shows every built-in effect, with its description, on a sheet that exists."""

from pathlib import Path

import pytest

from scripts import gallery
from server.cli.tasks.effect_loader import read
from server.effects.dialects import SUFFIXES
from server.effects.library.library import BUILT_IN

FILES = sorted(path for path in BUILT_IN.iterdir() if path.suffix in SUFFIXES)
PAGE = gallery.PAGE.read_text("utf-8")


def test_every_effect_is_in_one_group() -> None:
    shown = [effect for ids in gallery.GROUPS.values() for effect in ids.split()]
    assert sorted(shown) == [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_describes_an_effect_as_its_file_does(path: Path) -> None:
    assert gallery._row(read(path).effect.describe()) in PAGE


@pytest.mark.parametrize("group", gallery.GROUPS)
def test_every_group_has_a_sheet(group: str) -> None:
    assert (gallery.SHEETS / f"{group}.png").stat().st_size > 10_000
    assert f"effects/{group}.png" in PAGE
