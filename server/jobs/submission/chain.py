"""Chain of effects of a request: validated, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.effects.effect import Effect, Kind
from server.effects.library.library import Library
from server.effects.model.feature import AnalysisLevel
from server.effects.model.input import ParamValue
from server.errors import ToqiboxError
from server.jobs.model.effect_source import EffectSource, read_source
from server.jobs.model.requested_effect import (
    RequestedEffect,
    named_effects,
    read_custom_source,
)
from server.jobs.submission.presets import Presets, as_request_error
from server.jobs.submission.refusal import invalid_field
from server.messages import message

DEFAULT_EFFECT = "breathe"
DEFAULT_ASPECT = "16:9"


@dataclass(frozen=True, kw_only=True)
class CheckedEffect:
    """Effect of a chain whose params are valid for its inputs."""

    field: str
    """Its field in errors: ``effect``, or its place in a chain."""
    params_field: str
    """Field of its params in errors."""
    effect: Effect
    source: EffectSource
    """Source of the effect when the request was validated."""
    params: dict[str, Any]
    """Params as sent, which a job keeps."""
    values: Mapping[str, ParamValue]
    """Values of all inputs, read from the params."""

    @property
    def needs_track(self) -> bool:
        """True if a param is bound to a feature that needs the analysis of the whole track."""
        return self.effect.analysis_level(self.values) is AnalysisLevel.TRACK

    @property
    def texts(self) -> dict[str, str]:
        """Text params by their field in errors."""
        return {
            f"{self.params_field}.{item.name}": str(self.values[item.name])
            for item in self.effect.inputs
            if item.kind is Kind.TEXT and item.name in self.params
        }


def check_chain(
    values: Mapping[str, Any], library: Library, presets: Presets
) -> tuple[CheckedEffect, ...]:
    """Return the requested effects, each with its validated params.

    Args:
        values: valid values of the fields ``effect``, ``params``, ``preset`` and ``aspect``, if
            present.

    Raises:
        ToqiboxError: for the first invalid field, with its name.
    """
    if "preset" in values:
        return _check_preset(values, library, presets)
    requested = values.get("effect", DEFAULT_EFFECT)
    if isinstance(requested, str):
        single = RequestedEffect(requested, values.get("params", {}))
        return (_check("effect", "params", single, library),)
    if isinstance(requested, RequestedEffect):
        single = requested._replace(params=values.get("params", {}))
        return (_check("effect", "params", single, library),)
    if "params" in values:
        raise invalid_field("params", message("params_in_chain"))
    return tuple(
        _check(field, f"{field}.params", effect, library)
        for field, effect in named_effects(requested, "effect")
    )


def _check_preset(
    values: Mapping[str, Any], library: Library, presets: Presets
) -> tuple[CheckedEffect, ...]:
    if name := next((name for name in ("effect", "params") if name in values), None):
        raise invalid_field(name, message("preset_alone", name=name))
    chain = presets.get(values["preset"]).chain_for(values.get("aspect", DEFAULT_ASPECT))
    try:
        checked = [
            _check(field, f"{field}.params", effect, library)
            for field, effect in named_effects(chain, "chain")
        ]
    except ToqiboxError as error:
        raise as_request_error(error) from None
    return tuple(replace(effect, field="preset") for effect in checked)


def _check(
    field: str, params_field: str, requested: RequestedEffect, library: Library
) -> CheckedEffect:
    try:
        if requested.source is None:
            effect = library.get(requested.id)
            source = read_source(effect, library)
        else:
            effect, source = read_custom_source(requested.source)
        return CheckedEffect(
            field=field,
            params_field=params_field,
            effect=effect,
            params=requested.params,
            values=effect.param_values(requested.params, params_field),
            source=source,
        )
    except ToqiboxError as error:
        if error.field == "effect":
            error.field = field
        raise


def check_photo2(effects: Sequence[Effect], *, present: bool) -> bool:
    """Return whether the chain shows a second photo that is present.

    Raises:
        ToqiboxError: missing_field: there is none for a transition.
    """
    if any(effect.transition_image for effect in effects) and not present:
        raise ToqiboxError("missing_field", field="photo2", name="photo2")
    return present and any(_shows_photo2(effect) for effect in effects)


def _shows_photo2(effect: Effect) -> bool:
    shown = {item.name for item in effect.inputs if item.kind is Kind.IMAGE}
    return "photo2" in shown or bool(shown - {"photo", effect.input_image})
