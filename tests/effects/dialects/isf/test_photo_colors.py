"""PHOTO in an ISF header: a colour of the photo as the default."""

import re
from pathlib import Path

import pytest

from server.effects.dialects import load
from server.effects.model.palette import COLORS
from server.errors import ToqiboxError

_README = Path(__file__).parents[4] / "shaders" / "README.md"


def _input(rest: str) -> str:
    return f'/*{{"INPUTS": [{{"NAME": "a", \n{rest}}}]}}*/\nvoid main() {{}}'


@pytest.mark.parametrize("name", COLORS)
def test_every_colour_can_be_requested(name: str) -> None:
    (item,) = load("a", "a.fs", _input(f'"PHOTO": "{name}", "TYPE": "color"')).inputs
    assert item.photo == name
    assert item.default == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ('"PHOTO": "vivid", "TYPE": "float"', "inputs that are colours"),
        (
            '"PHOTO": "red", "TYPE": "color"',
            "a colour of the photo: vivid, second, light, dark, muted",
        ),
        ('"PHOTO": ["dark"], "TYPE": "color"', "must be a colour of the photo"),
        ('"PHOTO": "dark", "TYPE": "color", "BIND": "kick"', "both PHOTO and BIND"),
    ],
)
def test_an_error_is_at_its_line(rest: str, message: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        load("a", "a.fs", _input(rest))
    (entry,) = caught.value.diagnostics or []
    assert entry["line"] == 2
    assert message in entry["message"]


def test_the_readme_lists_every_colour() -> None:
    section = _README.read_text("utf-8").partition("### Colours of the photo")[2]
    table = section.partition("## Modulation")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == ["PHOTO", *COLORS]
