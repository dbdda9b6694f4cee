"""Title and artist are shown once in any chain."""

from typing import Any

import pytest

from server.effects.dialects import load
from server.effects.effect import Effect
from server.effects.title_credits import hide_repeated_credits


def _effect(id_: str, **texts: str) -> Effect:
    """Return an effect with text inputs of these defaults."""
    inputs = ", ".join(
        f'{{"NAME": "{name}", "TYPE": "text", "DEFAULT": "{text}"}}' for name, text in texts.items()
    )
    return load(id_, f"{id_}.fs", f'/*{{"INPUTS": [{inputs}]}}*/\nvoid main() {{}}\n')


CARD = _effect("card", title="$title", artist="$artist")
CREDITS = _effect("words", title="$title", artist="$artist")
LINE = _effect("line", both="$artist: $title", station="Night radio")


@pytest.mark.parametrize(
    ("chain", "settings"),
    [
        pytest.param([(CARD, {})], [{}], id="one"),
        pytest.param([(CARD, {}), (CREDITS, {})], [{"title": "", "artist": ""}, {}], id="two"),
        pytest.param([(CREDITS, {}), (CARD, {})], [{"title": "", "artist": ""}, {}], id="swapped"),
        pytest.param(
            [(CARD, {"title": "$title live"}), (CREDITS, {})],
            [{"title": "$title live", "artist": ""}, {}],
            id="a text that is given stays",
        ),
        pytest.param(
            [(CARD, {}), (CREDITS, {"title": "Part one", "artist": ""})],
            [{}, {"title": "Part one", "artist": ""}],
            id="other words take nothing",
        ),
        pytest.param(
            [(CARD, {"size": 2}), (CREDITS, {"title": "“$title”", "artist": ""})],
            [{"size": 2, "title": ""}, {"title": "“$title”", "artist": ""}],
            id="a given text that holds the title takes it",
        ),
        pytest.param([(CREDITS, {}), (CREDITS, {})], [{}, {}], id="layers of one effect"),
        pytest.param([(LINE, {}), (CREDITS, {"artist": ""})], [{}, {"artist": ""}], id="in part"),
        pytest.param([(LINE, {}), (CREDITS, {})], [{"both": ""}, {}], id="all of a line"),
        pytest.param(
            [(CARD, {}), (LINE, {}), (CREDITS, {})],
            [{"title": "", "artist": ""}, {"both": ""}, {}],
            id="three",
        ),
    ],
)
def test_the_last_effect_shows_the_title(
    chain: list[tuple[Effect, dict[str, Any]]], settings: list[dict[str, Any]]
) -> None:
    originals = [dict(params) for _, params in chain]
    assert hide_repeated_credits(chain) == settings
    assert [params for _, params in chain] == originals
