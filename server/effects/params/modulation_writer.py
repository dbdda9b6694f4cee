"""Modulations as a request sends them: `read_modulation` of the same input returns them again."""

from typing import Any

from server.effects.model.input import Input, Kind
from server.effects.model.modulation import FeatureBinding, KeyframeTrack, Oscillator


def write_modulation(
    effect_input: Input, modulation: FeatureBinding | Oscillator | KeyframeTrack
) -> dict[str, Any]:
    """Return a modulation with the values of its input.

    Its `to_json` has numbers alone: 0 and 1 of a bool or event, which has no `min` and `max` in
    a request, and the index of a choice.
    """
    payload = modulation.to_json()
    is_switch = effect_input.kind in (Kind.BOOL, Kind.EVENT)
    if not is_switch and not effect_input.values:
        return payload
    if isinstance(modulation, KeyframeTrack):
        keys = [
            [time, _value(effect_input, number), ease] for time, number, ease in payload["keys"]
        ]
        return {**payload, "keys": keys}
    limits = {name: payload.pop(name) for name in ("min", "max")}
    if is_switch:
        return payload
    return payload | {name: _value(effect_input, number) for name, number in limits.items()}


def _value(effect_input: Input, number: float) -> bool | int:
    """Return the value that a number of a modulation stands for."""
    return effect_input.values[int(number)] if effect_input.values else bool(number)
