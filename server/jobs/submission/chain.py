"""Chain of effects of a request: validated, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.effects.effect import Effect, Kind
from server.effects.library.library import Library
from server.effects.model.feature import AnalysisLevel
from server.effects.model.input import Kind as InputKind
from server.errors import ToqiboxError
from server.jobs.model.effect_source import EffectSource, read_source
from server.jobs.submission import fields
from server.jobs.submission.presets import Presets, as_request_error
from server.jobs.submission.refusal import invalid_field
from server.messages import message

DEFAULT_EFFECT = "breathe"
DEFAULT_ASPECT = "16:9"


@dataclass(frozen=True)
class Link:
    """Effect of a chain."""

    field: str
    """Its field in errors: ``effect``, or its place in a chain."""
    source: EffectSource
    """Source of the effect when the request was validated."""
    params: dict[str, Any]
    """Params as sent, valid for its inputs."""
    needs_track: bool
    """True if a param is bound to a feature that needs the analysis of the whole track."""
    texts: dict[str, str]
    """Values of its text inputs, by their field in errors."""


def check_chain(
    values: Mapping[str, Any], library: Library, presets: Presets
) -> list[tuple[Effect, Link]]:
    """Return the requested effects, each with its validated params.

    Args:
        values: valid values of the fields ``effect``, ``params``, ``preset`` and ``aspect``, if
            present.

    Raises:
        ToqiboxError: for the first invalid field, with its name.
    """
    if "preset" in values:
        return _preset_chain(values, library, presets)
    requested = values.get("effect", DEFAULT_EFFECT)
    if isinstance(requested, str):
        return [_link("effect", requested, "params", values.get("params", {}), library)]
    if "params" in values:
        raise invalid_field("params", message("params_in_chain"))
    steps = zip(fields.named_ids(requested), requested, strict=True)
    return [
        _link(field, effect_id, f"{field}.params", step.params, library)
        for (field, effect_id), step in steps
    ]


def _preset_chain(
    values: Mapping[str, Any], library: Library, presets: Presets
) -> list[tuple[Effect, Link]]:
    if name := next((name for name in ("effect", "params") if name in values), None):
        raise invalid_field(name, message("preset_alone", name=name))
    steps = presets.get(values["preset"]).steps(values.get("aspect", DEFAULT_ASPECT))
    try:
        links = [
            _link(field, step.id, f"{field}.params", step.params, library)
            for field, step in fields.named_steps(steps, "chain")
        ]
    except ToqiboxError as error:
        raise as_request_error(error) from None
    return [(effect, replace(link, field="preset")) for effect, link in links]


def _link(
    field: str, effect_id: str, params_field: str, params: dict[str, Any], library: Library
) -> tuple[Effect, Link]:
    try:
        effect = library.get(effect_id)
        analysis_level = effect.analysis_level(params, params_field)
        texts = {
            f"{params_field}.{item.name}": params[item.name]
            for item in effect.inputs
            if item.kind is InputKind.TEXT and isinstance(params.get(item.name), str)
        }
        source = read_source(effect, library)
        return effect, Link(field, source, params, analysis_level is AnalysisLevel.TRACK, texts)
    except ToqiboxError as error:
        if error.field == "effect":
            error.field = field
        raise


def check_photo2(effects: list[Effect], *, present: bool) -> None:
    """Refuse a missing second photo for a transition, and one that the chain does not show."""
    if present and not any(_shows_photo2(effect) for effect in effects):
        raise invalid_field("photo2", message("no_photo2"))
    if any(effect.transition_image for effect in effects) and not present:
        raise ToqiboxError("missing_field", field="photo2", name="photo2")


def _shows_photo2(effect: Effect) -> bool:
    shown = {item.name for item in effect.inputs if item.kind is Kind.IMAGE}
    return "photo2" in shown or bool(shown - {"photo", effect.input_image})
