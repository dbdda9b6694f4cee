"""Fixtures that draw effects on tiny framebuffers, with the real renderer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.animation.timeline import Timeline
from server.effects.dialects import load
from server.effects.effect import Effect, Kind, Value
from server.errors import ToqiboxError
from server.render.effect.renderer import EffectRenderer
from server.render.gl.context import Context
from server.render.gl.render_target import TextureSource

FRAMES, FPS = 4, 4

Pixels = NDArray[np.uint8]
"""Shape (height, width, 4), rows from the bottom up as GLSL counts them."""
Draw = Callable[..., Pixels]
"""draw(text or effect, values=None, size=(16, 9), frame=0) -> Pixels"""


class Sound:
    """Features that rise linearly from 0 in the first frame to 1 in the last.

    A beat is half as long as a second; everything else begins in the first and the second frame.
    """

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        return np.linspace(0, 1, frames, dtype=np.float32)

    def events(self, event: str) -> NDArray[np.float64]:
        times = np.arange(4) * 0.5 if event == "beat" else np.array([0.0, 0.25])
        return np.stack([times, np.ones(len(times))], axis=1)


@pytest.fixture(scope="session")
def gl() -> Iterator[Context]:
    with Context() as context:
        yield context


@pytest.fixture(scope="session")
def draw(gl: Context) -> Draw:
    """Return a function that draws frames up to the requested one and returns that one.

    Image inputs show a gradient: red runs from left to right, green from bottom to top, blue is
    0.5; the one that takes the second photo shows it with red and green swapped. Sound inputs
    show 0.5 and 0.9 in their two rows.
    """

    def run(
        effect: Effect | str,
        values: Mapping[str, Value] | None = None,
        size: tuple[int, int] = (16, 9),
        frame: int = 0,
    ) -> Pixels:
        if isinstance(effect, str):
            effect = load("test", "test.fs", effect)
        pictures = {
            item.uniform: TextureSource(
                _texture(
                    gl,
                    item.kind,
                    size if item.name != "photo" else (7, 12),
                    swapped=item.name == effect.transition_image,
                )
            )
            for item in effect.inputs
            if item.kind.is_texture
        }
        timeline = Timeline(effect, effect.param_values(values or {}), Sound(), FRAMES, FPS)
        passes = EffectRenderer(gl, effect, timeline, size, pictures)
        for index in range(frame + 1):
            passes.draw(index)
        texture = passes.output.texture
        data = texture.read()
        if texture.dtype == "f4":
            floats = np.frombuffer(data, np.float32)
            data = np.clip(floats * 255 + 0.5, 0, 255).astype(np.uint8).tobytes()
        return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 4)

    return run


def _texture(gl: Context, kind: Kind, size: tuple[int, int], *, swapped: bool) -> Any:
    if kind is not Kind.IMAGE:
        levels = np.repeat(np.array([[0.5], [0.9]], np.float32), 1024, axis=1)
        return gl.texture((1024, 2), 1, floating=True, data=levels.tobytes())
    width, height = size
    image = np.full((height, width, 4), 128, np.uint8)
    image[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)[np.newaxis, :]
    image[..., 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, np.newaxis]
    image[..., 3] = 255
    if swapped:
        image = np.ascontiguousarray(image[..., [1, 0, 2, 3]])
    return gl.texture(size, 4, data=image.tobytes())


def refused(text: str, vertex: str | None = None) -> ToqiboxError:
    """Return the error of a rejected text."""
    with pytest.raises(ToqiboxError) as caught:
        load("test", "test.fs", text, vertex)
    return caught.value


@pytest.fixture
def refuse() -> Callable[..., ToqiboxError]:
    return refused
