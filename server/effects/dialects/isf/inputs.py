"""The INPUTS of an ISF header, with the same default values as in other hosts."""

import re
from collections.abc import Mapping
from dataclasses import replace

from server.effects.dialects.isf import input_values as isf_values
from server.effects.dialects.isf import keys as isf_keys
from server.effects.dialects.isf.text_inputs import with_texts
from server.effects.glsl.glsl330 import FUNCTIONS, LATER, RESERVED
from server.effects.model.control import GROUPS
from server.effects.model.input import HISTORY_S, Input, Kind, Scale
from server.effects.model.modulation import Modulation
from server.effects.model.palette import COLORS
from server.effects.params.modulation_parser import read_modulation
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject
from server.errors import ToqiboxError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""Pattern of the name of an input or a target."""
_HOST_NAMES = re.compile(r"isf.*|gl_.*|vv_.*|IMG_.*|.*__.*")
_KINDS = {kind.value.lower(): kind for kind in Kind} | {"int": Kind.LONG}
_SPECTRA = (Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_AUDIO_KINDS = (Kind.AUDIO, Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_MAX_INPUTS = 128
_MAX_UNIT = 16
"""Characters of a UNIT."""


def read_inputs(author_file: AuthorFile, header: JsonObject, code: str) -> tuple[Input, ...]:
    """Read all inputs of the header except cubes, in order.

    Args:
        author_file: the file.
        header: its header.
        code: all GLSL of the effect: an input may have the name of a built-in function that is
            never called.

    Raises:
        ToqiboxError: with a diagnostic at the line of the input at fault.
    """
    array = header.get("INPUTS")
    if array is None:
        return ()
    if not isinstance(array, JsonArray):
        raise author_file.error("INPUTS must be an array", header.offset_of("INPUTS"))
    if len(array) > _MAX_INPUTS:
        raise author_file.refusal(
            f"at most {_MAX_INPUTS} inputs are allowed", header.offset_of("INPUTS")
        )
    inputs: dict[str, Input] = {}
    tables: dict[str, JsonObject] = {}
    for table, offset in zip(array, array.offsets, strict=True):
        if not isinstance(table, JsonObject):
            raise author_file.error("every element of INPUTS must be an object", offset)
        if is_cube(table):
            continue
        effect_input = _input(author_file, table, code)
        if effect_input.name in inputs or effect_input.name in isf_keys.BUILTINS:
            raise author_file.error(
                isf_keys.name_taken_message(effect_input.name), table.offset_of("NAME")
            )
        inputs[effect_input.name], tables[effect_input.name] = effect_input, table
    return with_texts(author_file, tables, inputs)


def is_cube(table: JsonObject) -> bool:
    """Report if an entry of INPUTS or IMPORTED is a cube map."""
    type_name = table.get("TYPE")
    return isinstance(type_name, str) and type_name.lower() in ("cube", "cubemap")


def uniform_name(name: str) -> str:
    """Return the uniform for an input's name: another name if GLSL or the host uses it."""
    taken = name in RESERVED | LATER | FUNCTIONS or _HOST_NAMES.fullmatch(name)
    # Two underscores in a row are reserved in GLSL; no two names become equal.
    return "isfi" + name.replace("_", "_u") if taken else name


def _input(author_file: AuthorFile, table: JsonObject, code: str) -> Input:
    name = table.get("NAME")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise author_file.error(
            "the NAME of an input must be an identifier", table.offset_of("NAME")
        )
    kind = _kind(author_file, table, name)
    minimum, maximum = isf_values.limits(kind, table)
    values, labels = isf_values.choices(table) if kind is Kind.LONG else ((), ())
    effect_input = Input(
        name=name,
        uniform=name if _is_uncalled_function(name, code) else uniform_name(name),
        kind=kind,
        label=_label(table, "LABEL") or name,
        label_ru=_label(table, "LABEL_RU"),
        default=isf_values.default_value(kind, table, minimum, maximum, values),
        minimum=None if values else minimum,
        maximum=None if values else maximum,
        identity=isf_values.value_of(kind, table.get("IDENTITY")),
        values=values,
        labels=labels,
        labels_ru=isf_values.russian_labels(table, labels),
        photo=_photo(author_file, table, kind),
        unit=_label(table, "UNIT")[:_MAX_UNIT] or None,
        group=_group(author_file, table),
        advanced=isf_values.is_true(table.get("ADVANCED", False)),
        width=isf_values.audio_width(table) if kind in _AUDIO_KINDS else None,
        scale=_scale(author_file, table) if kind in _SPECTRA else Scale.BROWSER,
        past=isf_values.history_seconds(table, "PAST", HISTORY_S[0])
        if kind is Kind.AUDIO_HISTORY
        else 0.0,
        future=isf_values.history_seconds(table, "FUTURE", HISTORY_S[1])
        if kind is Kind.AUDIO_HISTORY
        else 0.0,
    )
    return replace(effect_input, modulation=_modulation(author_file, table, effect_input))


def _label(table: JsonObject, key: str) -> str:
    label = table.get(key)
    return " ".join(label.split())[:80] if isinstance(label, str) else ""


def _is_uncalled_function(name: str, code: str) -> bool:
    """Report if it is only the name of a built-in function that is never called."""
    is_function_only = name in FUNCTIONS and name not in RESERVED
    return is_function_only and re.search(rf"\b{name}\s*\(", code) is None


def _kind(author_file: AuthorFile, table: JsonObject, name: str) -> Kind:
    type_name, offset = table.get("TYPE"), table.offset_of("TYPE")
    if not isinstance(type_name, str):
        raise author_file.error(f"the input “{name}” has no TYPE", offset)
    if type_name.lower() not in _KINDS:
        known = ", ".join([*Kind, "cube"])
        raise author_file.error(f"“{type_name[:40]}” is not a valid TYPE: use {known}", offset)
    return _KINDS[type_name.lower()]


def _group(author_file: AuthorFile, table: JsonObject) -> str | None:
    """Return the GROUP of the control of an input."""
    value = table.get("GROUP")
    if value is None:
        return None
    if not isinstance(value, str) or value not in GROUPS:
        known = ", ".join(GROUPS)
        raise author_file.error(f"GROUP must be one of {known}", table.offset_of("GROUP"))
    return value


def _scale(author_file: AuthorFile, table: JsonObject) -> Scale:
    """Return the SCALE of a spectrum."""
    value = table.get("SCALE", str(Scale.BROWSER))
    if value not in list(Scale):
        known = " or ".join(f"“{scale}”" for scale in Scale)
        raise author_file.error(f"SCALE must be {known}", table.offset_of("SCALE"))
    return Scale(str(value))


def _modulation(
    author_file: AuthorFile, table: JsonObject, effect_input: Input
) -> Modulation | None:
    """Return the modulation of BIND: the name of a feature, or the form of a request."""
    binding, offset = table.get("BIND"), table.offset_of("BIND")
    if binding is None:
        return None
    if effect_input.kind.is_texture:
        raise author_file.error(
            "BIND is only for inputs that are numbers, points, colours or bools", offset
        )
    if not isinstance(binding, JsonObject):
        binding = {"bind": binding}
    try:
        return read_modulation(effect_input, binding, "BIND")
    except ToqiboxError as error:
        message = f"{error.field}: {error.values['reason']}"
        raise author_file.error(message, _offset_of(binding, str(error.field), offset)) from None


def _photo(author_file: AuthorFile, table: JsonObject, kind: Kind) -> str | None:
    """Return the colour of the photo that PHOTO names."""
    name, offset = table.get("PHOTO"), table.offset_of("PHOTO")
    if name is None:
        return None
    if kind is not Kind.COLOR:
        raise author_file.error("PHOTO is only for inputs that are colours", offset)
    if table.get("BIND") is not None:
        raise author_file.error("a colour must not have both PHOTO and BIND", offset)
    if not isinstance(name, str) or name not in COLORS:
        known = ", ".join(COLORS)
        raise author_file.error(f"PHOTO must be a colour of the photo: {known}", offset)
    return name


def _offset_of(binding: Mapping[str, object], field: str, offset: int) -> int:
    """Return the offset in the file of the key at fault."""
    type_name = field.removeprefix("BIND.").partition("[")[0]
    return binding.offset_of(type_name) if isinstance(binding, JsonObject) else offset
