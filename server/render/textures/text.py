"""Text inputs as textures: set for the size of the picture, once for a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.effects.model.input import Input, Kind, Setting
from server.effects.model.safe_area import picture_names
from server.effects.model.text_style import Lettering, alignment, filled
from server.render.gl.context import Context, Size
from server.render.gl.memory_budget import MemoryBudget
from server.render.gl.render_target import TextureSource
from server.typography.glyph_texture import Bytes
from server.typography.style import Style
from server.typography.typeset import typeset


@dataclass(frozen=True)
class TitleCredits:
    """What a job is called."""

    title: str | None
    artist: str | None


def text_textures(
    context: Context,
    inputs: Sequence[Input],
    settings: Mapping[str, Setting],
    size: Size,
    credits: TitleCredits,
    budget: MemoryBudget,
) -> dict[str, TextureSource]:
    """What the text inputs of an effect show, by GLSL name.

    Args:
        context: where the textures live.
        inputs: of the effect.
        settings: what they are set to.
        size: of the picture.
        credits: the job's title and artist.
        budget: what their textures may take.

    Raises:
        ToqiboxError: ``shader_rejected`` where they take more.
    """
    found = {}
    for item in inputs:
        if item.kind is Kind.TEXT:
            texels = text_texels(item, inputs, settings, size, credits)
            budget.claim(f"text {item.name}", texels.nbytes)
            shape = (texels.shape[1], texels.shape[0])
            found[item.uniform] = TextureSource(context.texture(shape, data=texels.tobytes()))
    return found


def text_texels(
    item: Input,
    inputs: Sequence[Input],
    settings: Mapping[str, Setting],
    size: Size,
    credits: TitleCredits,
) -> Bytes:
    """The texture of one text input, as server/typography/glyph_texture.py lays it out."""
    text = settings.get(item.name, "")
    shown = filled(text, credits.title, credits.artist) if isinstance(text, str) else ""
    return typeset(shown, text_style_of(item, inputs, settings, size))


def text_style_of(
    item: Input, inputs: Sequence[Input], settings: Mapping[str, Setting], size: Size
) -> Style:
    """How a text input is set.

    Args:
        item: the input.
        inputs: all of the effect.
        settings: what they are set to.
        size: of the picture.
    """
    lettering = item.lettering or Lettering()
    values, labels = _values(inputs, settings)
    words = lettering.words({**values, **picture_names(*size)}, labels)
    numbers = {key: float(word) for key, word in words.items() if not isinstance(word, str)}
    return Style(
        frame=size,
        font=str(words["FONT"]),
        bold=numbers["BOLD"] >= 0.5,
        size=numbers["SIZE"] * min(size),
        width=numbers["WIDTH"] * size[0],
        height=numbers["HEIGHT"] * size[1],
        align=alignment(words["ALIGN"]),
        spacing=numbers["SPACING"],
        leading=numbers["LEADING"],
        outline=numbers["OUTLINE"],
        shadow=numbers["SHADOW"],
        lines=round(numbers["LINES"]),
        shrink=numbers["SHRINK"],
        cells=numbers["CELLS"] >= 0.5,
    )


def _values(
    inputs: Sequence[Input], settings: Mapping[str, Setting]
) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers that inputs are set to, and what choices are called, by name."""
    numbers: dict[str, float] = {}
    labels: dict[str, str] = {}
    for item in inputs:
        value = settings.get(item.name, item.default)
        if not isinstance(value, (bool, int, float)):
            continue
        numbers[item.name] = float(value)
        if value in item.values:
            labels[item.name] = item.labels[item.values.index(int(value))]
    return numbers, labels
