"""Title and artist of a job in a chain: each is shown by one effect."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.effects.effect import Effect
from server.effects.model.text_style import ARTIST, TITLE


def hide_repeated_credits(
    chain: Sequence[tuple[Effect, Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """Return the params of each effect of a chain, so that no title is shown by two effects.

    The last effect that shows the title or the artist keeps it. An earlier one of another id gets
    an empty text where its own default holds nothing else. A text that the params give stays as it
    is; instances of one effect keep theirs, since they may be shown at different times.

    Args:
        chain: the effects and their params, bottom layer first.

    Returns:
        the params in the order of the chain; the mappings passed in are not changed.
    """
    param_values: list[dict[str, Any]] = []
    shown: dict[str, set[str]] = {TITLE: set(), ARTIST: set()}  # ids of the effects above
    for effect, params in reversed(chain):
        texts = {
            effect_input.name: params.get(effect_input.name, effect_input.text_style.text)
            for effect_input in effect.inputs
            if effect_input.text_style is not None
        }
        repeated = {
            name: ""
            for name, text in texts.items()
            if name not in params and _is_repeated(text, effect.id, shown)
        }
        for text in {**texts, **repeated}.values():
            for variable in _variables(text):
                shown[variable].add(effect.id)
        param_values.append({**params, **repeated})
    return param_values[::-1]


def _is_repeated(text: str, effect: str, shown: Mapping[str, set[str]]) -> bool:
    """Report if effects above with other ids show all variables of the job that a text holds."""
    variables = _variables(text)
    return bool(variables) and all(shown[variable] - {effect} for variable in variables)


def _variables(text: object) -> list[str]:
    """Return which of TITLE and ARTIST a text holds."""
    return [variable for variable in (TITLE, ARTIST) if isinstance(text, str) and variable in text]
