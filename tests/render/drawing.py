"""Effects, sources and readers for tests that draw."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.animation.timeline import Timeline
from server.effects.dialects import load
from server.effects.effect import Channel, Effect, Pass, Value
from server.render.effect.renderer import EffectRenderer
from server.render.gl.context import Context
from server.render.gl.draw_call import FULLSCREEN_VERTEX
from server.render.gl.render_target import RenderTarget, SamplerView, TextureSource

SIZE = (64, 36)
FPS = 10
FRAMES = 20


class Rising:
    """Features of an audio whose level is n/20 in frame n; everything else is 0."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """Return the feature `name`."""
        slope = 1 / 20 if name == "level" else 0.0
        return (np.arange(frames) * slope).astype(np.float32)

    def events(self, event: str) -> NDArray[np.float64]:
        """Return two beats a second; of any other event one, in frame 3 of 10 a second."""
        times = np.arange(20) * 0.5 if event == "beat" else np.array([0.35])
        return np.stack([times, np.ones(len(times))], axis=1)


def isf(body: str, header: str = "{}") -> Effect:
    """Parse an effect from an ISF header and body; the body begins on line 2."""
    return load("test", "test.fs", f"/*{header}*/\n{body}\n")


def shader(body: str, declarations: str = "") -> str:
    """Return a fragment shader whose main is `body`; it writes `color`."""
    return f"#version 330 core\n{declarations}\nout vec4 color;\nvoid main() {{ {body} }}\n"


def one_pass(body: str, declarations: str, *channels: Channel, target: str | None = None) -> Pass:
    """Return a pass of that shader over all of its target."""
    fragment = shader(body, declarations)
    return Pass(vertex=FULLSCREEN_VERTEX, fragment=fragment, target=target, channels=channels)


def make_effect(*passes: Pass, **more: Any) -> Effect:
    """Return an effect of passes, independent of any dialect."""
    return Effect(
        id="test", file="test.fs", source="", title="T", dialect="isf", passes=passes, **more
    )


def make_renderer(
    context: Context,
    effect: Effect,
    values: Mapping[str, Value] | None = None,
    sources: Mapping[str, TextureSource | SamplerView] | None = None,
) -> EffectRenderer:
    """Prepare the effect at 64 x 36, 10 frames a second, 20 frames."""
    timeline = Timeline(effect, effect.param_values(values or {}), Rising(), FRAMES, FPS)
    return EffectRenderer(context, effect, timeline, SIZE, sources or {})


def draw_frame(renderer: EffectRenderer, frame: int = 0) -> NDArray[np.float64]:
    """Draw the effect's output in `frame`."""
    renderer.draw(frame)
    return read_pixels(renderer.output)


def read_pixels(target: TextureSource) -> NDArray[np.float64]:
    """Read a target as (height, width, components), top row first; 8 bits are 0 to 255."""
    assert isinstance(target, RenderTarget)
    width, height = target.size
    kind = np.float32 if target.floating else np.uint8
    pixels = np.frombuffer(target.read(), kind).reshape(height, width, target.components)
    return pixels[::-1].astype(np.float64)


def paint(context: Context, pixels: NDArray[np.uint8]) -> RenderTarget:
    """Create a target that shows `pixels`, (height, width, 4), top row first."""
    render_target = RenderTarget(context, (pixels.shape[1], pixels.shape[0]))
    render_target.write(np.ascontiguousarray(pixels[::-1]).tobytes())
    return render_target


def flat(color: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Return pixels of one colour."""
    return np.full((size[1], size[0], 4), color, np.uint8)


def quarters(width: int, height: int) -> NDArray[np.uint8]:
    """Return red upper left, green upper right, blue lower left, white lower right."""
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0, 255)
    pixels[: height // 2, width // 2 :] = (0, 255, 0, 255)
    pixels[height // 2 :, : width // 2] = (0, 0, 255, 255)
    return pixels


def save_photo(path: Path, pixels: NDArray[np.uint8]) -> Path:
    """Write `pixels` in the format of the prepare task."""
    head = struct.pack("<8sII", b"TOQIRGBA", pixels.shape[1], pixels.shape[0])
    path.write_bytes(head + pixels.tobytes())
    return path


SHOW = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage); }
"""
"""Shows its input."""

TRAIL = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "beat", "TYPE": "float", "MIN": 0, "MAX": 1, "BIND": "kick"},
    {"NAME": "sound", "TYPE": "audioFFT"}],
    "PASSES": [{"TARGET": "clock", "PERSISTENT": true, "FLOAT": true, "WIDTH": 1, "HEIGHT": 1},
    {"TARGET": "trail", "PERSISTENT": true, "WIDTH": "$WIDTH/2 + 4*$beat"}, {}]}*/
void main() {
    float age = IMG_NORM_PIXEL(clock, vec2(0.5)).r;
    if (PASSINDEX == 0) gl_FragColor = vec4(age + TIMEDELTA);
    else if (PASSINDEX == 1) {
        vec4 seen = IMG_NORM_PIXEL(trail, isf_FragNormCoord + vec2(0.02, 0.01));
        vec2 way = isf_FragNormCoord - 0.5 - 0.4 * vec2(cos(age), sin(age * 3.0));
        vec4 dot_color = vec4(beat, 1.0, IMG_NORM_PIXEL(sound, vec2(0.1, 0.2)).r, 1.0);
        gl_FragColor = mix(seen * 0.97, dot_color, step(length(way), 0.1));
    } else gl_FragColor = IMG_THIS_PIXEL(trail);
}
"""
"""Every frame needs the one before it; targets change in size, and it reacts to the audio."""
