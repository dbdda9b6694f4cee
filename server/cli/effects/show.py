"""`toqibox effects show ID|FILE`: print an effect and its inputs."""

import argparse
import json
from collections.abc import Sequence
from textwrap import wrap

from server.cli.support.command_error import CommandError, report_error
from server.cli.support.options import add_effect, add_json
from server.cli.support.table import format_table
from server.cli.tasks import effect_loader
from server.config import Config
from server.effects.effect import Effect, Target
from server.effects.model.input import Input, Kind, Scale, Value
from server.effects.params.modulation_schema import definitions
from server.terminal import print_lines

_MAX_CELL, _MAX_LINE = 44, 100
_HEAD = ("name", "type", "range", "default", "bound to", "label")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_effect(parser)
    add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the effect; with --json its object of GET /effects, with inputs as a JSON Schema."""
    try:
        loaded = effect_loader.find(options.effect, config)
    except CommandError as problem:
        return report_error("show", problem)
    if options.json:
        facts = {**loaded.effect.describe(), **_extra_fields(loaded.effect)}
        print(json.dumps({**facts, "$defs": definitions()}, indent=2))
    else:
        print_lines(*_format_effect(loaded.effect, str(loaded.folder / loaded.effect.file)))
    return 0


def _extra_fields(effect: Effect) -> dict[str, object]:
    """Return what the schema does not contain."""
    return {
        "file": effect.file,
        "sequential": effect.sequential,
        "passes": len(effect.passes),
        "textures": [item.name for item in effect.inputs if item.kind.is_texture],
    }


def _format_effect(effect: Effect, file: str) -> list[str]:
    about = [
        ("file", file),
        ("dialect", effect.dialect),
        ("credit", effect.credit),
        ("license", effect.license),
        ("categories", ", ".join(effect.categories)),
        ("passes", _passes(effect)),
        ("images", ", ".join(effect.files)),
        ("order", "each frame depends on the one before" if effect.sequential else ""),
    ]
    lines = [f"{effect.id}: {effect.title}"]
    lines += [f"  {effect.description}"] if effect.description else []
    lines += [f"  {name:<10}  {text}" for name, text in about if text]
    if effect.inputs:
        lines += ["", *format_table(_HEAD, [_input_row(item) for item in effect.inputs])]
        lines += _long_choices(effect.inputs)
    else:
        lines += ["", "The effect has no inputs."]
    return lines


def _passes(effect: Effect) -> str:
    """Format the number of passes and their targets; empty for one pass into the frame."""
    if len(effect.passes) < 2 and not effect.targets:
        return ""
    return ", ".join([str(len(effect.passes)), *map(_target, effect.targets)])


def _target(target: Target) -> str:
    kinds = [
        *(["persistent"] if target.persistent else []),
        *(["float"] if target.floating else []),
        *(["cube"] if target.cube else []),
    ]
    return target.name + (f" ({' '.join(kinds)})" if kinds else "")


def _input_row(item: Input) -> tuple[str, ...]:
    return (
        item.name,
        item.kind.value,
        _range(item),
        _default(item),
        _motion(item),
        "" if item.label == item.name else item.label,
    )


def _default(item: Input) -> str:
    if item.text_style is not None:
        return json.dumps(item.text_style.text, ensure_ascii=False)
    return "" if item.default is None else _value(item.default, item)


def _motion(item: Input) -> str:
    """Format the default modulation of an input, or the colour of the photo that it takes."""
    if item.photo is not None:
        return f"the photo's {item.photo} colour"
    if item.modulation is None:
        return ""
    modulation = item.modulation.to_json()
    feature = modulation.pop("bind", None)
    plain = {"min": item.minimum, "max": item.maximum}
    more = {key: value for key, value in modulation.items() if plain.get(key, ()) != value}
    parts = [feature] if feature else []
    return " ".join([*parts, *(f"{key} {_plain_value(value)}" for key, value in more.items())])


def _plain_value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _long_choices(items: Sequence[Input]) -> list[str]:
    """Format the choices that are too long for the table, each on lines of its own."""
    lines: list[str] = []
    for item in items:
        choices = _choices(item)
        if len(choices) > _MAX_CELL:
            head = f"{item.name}: "
            lines += ["", *wrap(f"{head}{choices}", _MAX_LINE, subsequent_indent=" " * len(head))]
    return lines


def _choices(item: Input) -> str:
    labels = item.labels or tuple(map(str, item.values))
    pairs = zip(item.values, labels, strict=False)
    texts = [str(value) if str(value) == label else f"{value}={label}" for value, label in pairs]
    return " ".join(texts)


def _range(item: Input) -> str:
    if item.values:
        choices = _choices(item)
        return choices if len(choices) <= _MAX_CELL else f"one of {len(item.values)}"
    if item.kind is Kind.COLOR and item.minimum == (0.0,) * 4 and item.maximum == (1.0,) * 4:
        return ""
    if item.minimum is None and item.maximum is None:
        of_track = ["scale of the track"] if item.scale is Scale.TRACK else []
        return ", ".join([*([f"{item.width} wide"] if item.width else []), *of_track])
    bounds = [
        "" if bound is None else _value(bound, item) for bound in (item.minimum, item.maximum)
    ]
    return " … ".join(bounds)


def _value(value: Value, item: Input) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, tuple):
        return f"{value:g}"
    if item.kind is Kind.COLOR and all(0 <= part <= 1 for part in value):
        digits = "".join(f"{round(part * 255):02x}" for part in value)
        return f"#{digits.removesuffix('ff') if len(digits) == 8 else digits}"
    return f"({', '.join(f'{part:g}' for part in value)})"
