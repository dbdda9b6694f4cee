"""Preset files: their content, and the handling of invalid ones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.submission.preset import read_preset
from server.jobs.submission.presets import BUILT_IN_PRESETS, Presets
from server.jobs.submission.request import Request, check_request

LIBRARY = Library()
GOOD: dict[str, Any] = {
    "title": "Mine",
    "description": "A look.",
    "genres": ["trap"],
    "chain": [{"id": "spin", "params": {"speed": 0.5}}, {"id": "vignette"}],
}


def _write(folder: Path, name: str, **changes: Any) -> None:
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    (folder / name).write_text(json.dumps(content))


def _request(folder: Path, **texts: str) -> Request:
    return check_request({"preset": "mine", **texts}, Config(), LIBRARY, Presets((folder,)))


def test_a_preset_has_its_chain_and_its_fit(tmp_path: Path) -> None:
    _write(tmp_path, "mine.json", fit="cover", aspects={"9:16": {"spin": {"fade": 0.1}}})
    request = _request(tmp_path)
    assert (request.preset, request.fit) == ("mine", "cover")
    assert [link.source.id for link in request.chain] == ["spin", "vignette"]
    assert request.chain[0].params == {"speed": 0.5}
    tall = _request(tmp_path, aspect="9:16", fit="contain")
    assert tall.fit == "contain"
    assert tall.chain[0].params == {"speed": 0.5, "fade": 0.1}


@pytest.mark.parametrize("name", ["effect", "params"])
def test_a_preset_excludes_effect_and_params(tmp_path: Path, name: str) -> None:
    _write(tmp_path, "mine.json")
    with pytest.raises(ToqiboxError) as caught:
        _request(tmp_path, **{name: "spin" if name == "effect" else '{"speed": 1}'})
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", name)


@pytest.mark.parametrize("preset_id", ["mien", "Trap"])
def test_an_unknown_preset_is_refused_with_the_known_ones(tmp_path: Path, preset_id: str) -> None:
    _write(tmp_path, "mine.json")
    _write(tmp_path, "other.json", genres=["folk"])
    with pytest.raises(ToqiboxError, match="one of mine, other; did you mean “mine”") as caught:
        _request(tmp_path, preset=preset_id)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", "preset")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"description": "x" * 301}, "description"),
        ({"genres": []}, "genres"),
        ({"genres": ["trap", 7]}, "genres[1]"),
        ({"chain": []}, "chain"),
        ({"chain": [{"id": "spin"}, {"param": {}}]}, "chain[1]"),
        ({"fit": "stretch"}, "fit"),
        ({"fit": ["cover"]}, "fit"),
        ({"aspects": {"2:1": {}}}, "aspects.2:1"),
        ({"aspects": {"1:1": {"bars": {}}}}, "aspects.1:1.bars"),
        ({"aspects": {"1:1": {"spin": 1}}}, "aspects.1:1.spin"),
        ({"premium": True}, "premium"),
    ],
)
def test_an_error_has_its_place_in_the_file(changes: dict[str, Any], field: str) -> None:
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(ToqiboxError) as caught:
        read_preset("mine", "mine.json", json.dumps(content))
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", field)


def test_an_effect_that_occurs_twice_has_no_changes_by_its_id() -> None:
    chain = [{"id": "spin"}, {"id": "spin"}]
    text = json.dumps({**GOOD, "chain": chain, "aspects": {"1:1": {"spin": {}}}})
    with pytest.raises(ToqiboxError) as caught:
        read_preset("mine", "mine.json", text)
    assert caught.value.field == "aspects.1:1.spin"


def test_invalid_preset_files_are_listed_with_their_errors(tmp_path: Path) -> None:
    (tmp_path / "json.json").write_text("{")
    (tmp_path / "Upper.json").write_text("{}")
    (tmp_path / "large.json").write_text(" " * 300_000)
    _write(tmp_path, "effect.json", chain=[{"id": "nothing-like-it"}])
    _write(tmp_path, "param.json", chain=[{"id": "spin", "params": {"speed": "fast"}}])
    _write(tmp_path, "tall.json", aspects={"9:16": {"spin": {"sped": 1}}})
    _write(tmp_path, "good.json")
    (tmp_path / "notes.txt").write_text("nothing")
    presets = Presets((tmp_path,))
    usable, broken = presets.offered(LIBRARY.all())
    assert [preset.id for preset in usable] == ["good"]
    assert {entry.id: (entry.error.code, entry.error.field) for entry in broken} == {
        "Upper": ("invalid_parameter", "preset"),
        "json": ("invalid_parameter", "preset"),
        "large": ("invalid_parameter", "preset"),
        "effect": ("unknown_effect", "chain[0]"),
        "param": ("invalid_parameter", "chain[0].params.speed"),
        "tall": ("invalid_parameter", "chain[0].params.sped"),
    }
    for name, code, place in (
        ("json", "invalid_parameter", "JSON"),
        ("param", "invalid_parameter", r"chain\[0\].params.speed: must be a number"),
        ("effect", "unknown_effect", "nothing-like-it"),
    ):
        with pytest.raises(ToqiboxError, match=place) as caught:
            check_request({"preset": name}, Config(), LIBRARY, presets)
        assert (caught.value.code, caught.value.field) == (code, "preset")


def test_an_id_of_two_files_is_an_error_of_both(tmp_path: Path) -> None:
    _write(tmp_path, "mine.json")
    other = tmp_path / "other"
    other.mkdir()
    _write(other, "mine.json")
    usable, broken = Presets((tmp_path, other)).offered(LIBRARY.all())
    assert (usable, [entry.id for entry in broken]) == ([], ["mine"])
    assert "other/mine.json" in str(broken[0].error)


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    presets = Presets((tmp_path,))
    _write(tmp_path, "mine.json")
    before = presets.get("mine")
    assert presets.get("mine") is before
    _write(tmp_path, "mine.json", title="Changed")
    assert presets.get("mine").title.en == "Changed"
    (tmp_path / "mine.json").unlink()
    assert presets.offered(LIBRARY.all()) == ([], [])


def test_a_preset_has_its_texts_in_both_languages(tmp_path: Path) -> None:
    _write(tmp_path, "mine.json", title="Dusk", title_ru="Сумерки")
    preset = Presets((tmp_path,)).get("mine")
    assert (preset.describe("ru")["title"], preset.describe("en")["title"]) == ("Сумерки", "Dusk")
    english = preset.describe("en")["description"]
    assert preset.describe("ru")["description"] == english, "the file has no other"
    _write(tmp_path, "mine.json", description_ru=7)
    with pytest.raises(ToqiboxError) as error:
        Presets((tmp_path,)).get("mine")
    assert "description_ru" in str(error.value)


def test_every_shipped_preset_has_russian_texts() -> None:
    for preset in Presets((BUILT_IN_PRESETS,)).offered(LIBRARY.all())[0]:
        assert re.search("[а-я]", preset.title.ru), preset.id
        assert re.search("[а-я]", preset.description.ru), preset.id


def test_ten_presets_are_shipped_for_ten_genres() -> None:
    usable, broken = Presets((BUILT_IN_PRESETS,)).offered(LIBRARY.all())
    assert broken == []
    assert len(usable) == len({preset.title for preset in usable}) == 10
    genres = {preset.genres[0] for preset in usable}
    assert genres == {
        *("trap", "house", "rock", "lo-fi", "ambient"),
        *("piano", "metal", "pop", "folk", "podcast"),
    }


def test_the_document_lists_the_shipped_presets() -> None:
    usable, _ = Presets((BUILT_IN_PRESETS,)).offered(LIBRARY.all())
    rows = [f"| `{p.id}` | {', '.join(p.genres)} | {p.description} |" for p in usable]
    text = (Path(__file__).parents[3] / "docs" / "presets.md").read_text("utf-8")
    assert "|---|---|---|\n" + "\n".join(rows) + "\n\n## A preset" in text
    example = text.partition("```json\n")[2].partition("```")[0]
    assert (
        read_preset("example", "example.json", example).chain_for("9:16")[0].params["size"] == 0.6
    )


def test_an_unprintable_id_is_an_unknown_one() -> None:
    with pytest.raises(ToqiboxError) as refused:
        check_request({"preset": "halo\x00"}, Config(), LIBRARY, Presets())
    assert "one of" in refused.value.sentence("en")
