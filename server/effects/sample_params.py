"""Params to try on an effect that draws nothing with its defaults."""

from server.effects.effect import Effect
from server.effects.model.input import Input, Kind, Value
from server.effects.model.modulation import TransitionProgress

_POSITIONS = (0.75, 0.25)


def sample_params(effect: Effect) -> tuple[dict[str, Value], ...]:
    """Return some sets of params far from the defaults: all switches on, numbers high or low.

    An effect may be blank until a switch is turned on. One that is blank with all of these too has
    nothing to show.
    """
    numbers = [effect_input for effect_input in effect.inputs if not effect_input.kind.is_texture]
    items = [
        effect_input
        for effect_input in numbers
        if not isinstance(effect_input.modulation, TransitionProgress)
    ]
    param_sets = (
        {effect_input.name: _value(effect_input, position) for effect_input in items}
        for position in _POSITIONS
    )
    return tuple(
        {key: value for key, value in params.items() if value is not None} for params in param_sets
    )


def _value(effect_input: Input, position: float) -> Value | None:
    if effect_input.kind in (Kind.BOOL, Kind.EVENT):
        return True
    if effect_input.kind is Kind.COLOR:
        return (1.0, 1.0, 1.0, 1.0)
    if effect_input.values:
        return effect_input.values[int(position * len(effect_input.values))]
    low, high = effect_input.minimum, effect_input.maximum
    if effect_input.kind is Kind.POINT:
        low_parts = low if isinstance(low, tuple) else (0.0, 0.0)
        high_parts = high if isinstance(high, tuple) else (1.0, 1.0)
        return tuple(a + (b - a) * position for a, b in zip(low_parts, high_parts, strict=True))
    if isinstance(low, tuple) or isinstance(high, tuple) or low is None or high is None:
        return None
    value = low + (high - low) * position
    return round(value) if effect_input.kind is Kind.LONG else value
