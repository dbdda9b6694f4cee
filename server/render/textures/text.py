"""Text inputs as textures, laid out for the frame's size, once for a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.arrays import UInt8Array
from server.effects.model.input import Input, Kind, ParamValue
from server.effects.model.safe_area import size_names
from server.effects.model.text_style import TextStyle, fill_credits, parse_alignment
from server.render.gl.context import Context, Size
from server.render.gl.memory_budget import MemoryBudget
from server.render.gl.render_target import TextureSource
from server.typography.style import Style
from server.typography.typeset import typeset


@dataclass(frozen=True)
class TitleCredits:
    """Title and artist of a job."""

    title: str | None
    artist: str | None


def text_textures(
    context: Context,
    inputs: Sequence[Input],
    param_values: Mapping[str, ParamValue],
    size: Size,
    credits: TitleCredits,
    budget: MemoryBudget,
) -> dict[str, TextureSource]:
    """Create the textures of an effect's text inputs, by GLSL name.

    Args:
        context: the context that owns them.
        inputs: inputs of the effect.
        param_values: values of its params.
        size: size of the frame.
        credits: the job's title and artist.
        budget: memory that the textures may take.

    Raises:
        ToqiboxError: ``shader_rejected`` if they take more.
    """
    textures = {}
    for item in inputs:
        if item.kind is Kind.TEXT:
            texels = text_texels(item, inputs, param_values, size, credits)
            budget.claim(f"text {item.name}", texels.nbytes)
            shape = (texels.shape[1], texels.shape[0])
            textures[item.uniform] = TextureSource(context.texture(shape, data=texels.tobytes()))
    return textures


def text_texels(
    item: Input,
    inputs: Sequence[Input],
    param_values: Mapping[str, ParamValue],
    size: Size,
    credits: TitleCredits,
) -> UInt8Array:
    """Return the texels of a text input, in the format of server/typography/glyph_texture.py."""
    text = param_values.get(item.name, "")
    filled_text = fill_credits(text, credits.title, credits.artist) if isinstance(text, str) else ""
    return typeset(filled_text, text_style_of(item, inputs, param_values, size))


def text_style_of(
    item: Input, inputs: Sequence[Input], param_values: Mapping[str, ParamValue], size: Size
) -> Style:
    """Return the style of a text input.

    Args:
        item: the input.
        inputs: all inputs of the effect.
        param_values: values of its params.
        size: size of the frame.
    """
    text_style = item.text_style or TextStyle()
    values, labels = _values(inputs, param_values)
    properties = text_style.resolve({**values, **size_names(*size)}, labels)
    numbers = {key: float(value) for key, value in properties.items() if not isinstance(value, str)}
    return Style(
        frame=size,
        font=str(properties["FONT"]),
        bold=numbers["BOLD"] >= 0.5,
        size=numbers["SIZE"] * min(size),
        width=numbers["WIDTH"] * size[0],
        height=numbers["HEIGHT"] * size[1],
        align=parse_alignment(properties["ALIGN"]),
        spacing=numbers["SPACING"],
        leading=numbers["LEADING"],
        outline=numbers["OUTLINE"],
        shadow=numbers["SHADOW"],
        lines=round(numbers["LINES"]),
        shrink=numbers["SHRINK"],
        cells=numbers["CELLS"] >= 0.5,
    )


def _values(
    inputs: Sequence[Input], param_values: Mapping[str, ParamValue]
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values of numeric inputs, and the labels of choices, by name."""
    numbers: dict[str, float] = {}
    labels: dict[str, str] = {}
    for item in inputs:
        value = param_values.get(item.name, item.default)
        if not isinstance(value, (bool, int, float)):
            continue
        numbers[item.name] = float(value)
        if value in item.values:
            labels[item.name] = item.labels[item.values.index(int(value))]
    return numbers, labels
