"""Audio as a texture: audio and audioFFT inputs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.effect import Input, Kind
from server.effects.model.input import Scale
from server.render.gl.context import Context
from server.render.textures.audio import AudioInputTexture
from tests.render.drawing import isf, make_renderer, read_pixels


class Tones:
    """An audio with distinct samples and levels; step 1 is the first that is not silent."""

    def step(self, frame: int, fps: int) -> int:
        return frame * 60 // fps

    def waveform(self, step: int, n: int, channel: int) -> NDArray[np.float32]:
        ramp = np.arange(n, dtype=np.float32) / n
        samples = ramp if channel == 0 else np.full(n, -0.5, np.float32)
        return (samples * min(step, 1)).astype(np.float32)

    def wave(self, step: int, n: int) -> NDArray[np.uint8]:
        return (np.arange(n) // 8).astype(np.uint8)

    def spectrum(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        levels = np.arange(1024) // 4 if channel == 0 else np.full(1024, 51)
        return (levels * min(step, 1)).astype(np.uint8)

    def levels(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        levels = 2 * np.arange(96) if channel == 0 else np.full(96, 102)
        return (levels * min(step, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "width", "size", "left", "right"),
    [
        (Kind.AUDIO, None, 2048, [0.5, 0.75, 0.9998], [0.25, 0.25, 0.25]),
        (Kind.AUDIO, 1, 1, [0.7885], [0.75]),
        (Kind.AUDIO_FFT, None, 1024, [0, 0.502, 1.0], [0.2, 0.2, 0.2]),
        (Kind.AUDIO_FFT, 4, 4, [31.5 / 255, 159.5 / 255, 223.5 / 255], [0.2, 0.2, 0.2]),
    ],
)
def test_audio_as_a_texture(
    context: Context, kind: Kind, width: int, size: int, left: list[float], right: list[float]
) -> None:
    item = Input(name="sound", uniform="sound", kind=kind, label="", width=width)
    audio = AudioInputTexture(context, item, Tones(), 60)
    assert audio.texture.size == (size, 2)
    audio.update(1)
    texels = np.frombuffer(audio.texture.read(), np.float32).reshape(2, size)
    chosen = [0, size // 2, size - 1][: len(left)]
    np.testing.assert_allclose(texels[0, chosen], left, atol=1e-3)
    np.testing.assert_allclose(texels[1, chosen], right, atol=1e-3)


@pytest.mark.parametrize(
    ("width", "size", "left"),
    [(None, 96, [0, 96 / 255, 190 / 255]), (3, 3, [31 / 255, 95 / 255, 159 / 255]), (400, 96, [0])],
)
def test_the_spectrum_on_the_scale_of_the_track(
    context: Context, width: int | None, size: int, left: list[float]
) -> None:
    item = Input(
        name="sound", uniform="sound", kind=Kind.AUDIO_FFT, label="", width=width, scale=Scale.TRACK
    )
    audio = AudioInputTexture(context, item, Tones(), 60)
    assert audio.texture.size == (size, 2)
    audio.update(1)
    texels = np.frombuffer(audio.texture.read(), np.float32).reshape(2, size)
    chosen = [0, size // 2, size - 1][: len(left)]
    np.testing.assert_allclose(texels[0, chosen], left, atol=1e-6)
    np.testing.assert_allclose(texels[1], 0.4, atol=1e-6)


def test_the_audio_is_uploaded_once_a_step_and_is_grey(context: Context) -> None:
    effect = isf(
        "void main() { gl_FragColor = IMG_NORM_PIXEL(fft, vec2(0.5, 0.75)); }",
        '{"INPUTS": [{"NAME": "fft", "TYPE": "audioFFT"}]}',
    )
    audio = AudioInputTexture(context, effect.inputs[0], Tones(), 60)
    renderer = make_renderer(context, effect, sources={"fft": audio})
    for frame, expected, draw_count in ((0, 0, 1), (1, 51, 2), (1, 51, 2)):
        audio.update(frame)
        renderer.draw(frame)
        assert read_pixels(renderer.output)[0, 0].tolist() == [expected] * 3 + [255]
        assert context.draw_count == draw_count
