"""NV12 against the formula of BT.709, and the readback ring."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.render.gl.context import Context
from server.render.gl.render_target import RenderTarget
from server.render.output.nv12 import Nv12Converter
from server.render.output.readback import DEPTH, Readback
from tests.render.drawing import SIZE, flat, paint

WIDTH, HEIGHT = SIZE


class Frames:
    """A sink that stores all frames, and alternates few buffers as the encoder's does."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self._buffers = [bytearray(WIDTH * HEIGHT * 3 // 2) for _ in range(2)]

    def buffer(self) -> memoryview:
        return memoryview(self._buffers[len(self.kept) % 2])

    def submit(self) -> None:
        self.kept.append(bytes(self.buffer()))


def nv12(context: Context, above: RenderTarget, below: RenderTarget | None) -> bytes:
    """Return the planes of one frame."""
    planes = Nv12Converter(context, above.size, above, below)
    planes.draw()
    frames = Frames()
    readback = Readback(context, planes)
    readback.push(frames, changed=True)
    readback.finish(frames)
    (frame,) = frames.kept
    return frame


def planes_of(frame: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    luma = np.frombuffer(frame, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    chroma = np.frombuffer(frame, np.uint8, -1, WIDTH * HEIGHT).reshape(HEIGHT // 2, WIDTH // 2, 2)
    return luma.astype(np.float64), chroma.astype(np.float64)


def bt709(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Y, Cb, Cr of 8-bit R'G'B' in limited range, not rounded (ITU-R BT.709-6, part 3)."""
    red, green, blue = np.moveaxis(pixels[..., :3] / 255, -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    cb, cr = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return np.stack([16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr], axis=-1)


@pytest.mark.parametrize(
    "color",
    [
        (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255),
        (0, 0, 0), (255, 255, 255), (128, 128, 128), (1, 2, 3), (200, 100, 50),
    ],
)  # fmt: skip
def test_flat_colours(context: Context, color: tuple[int, int, int]) -> None:
    picture = paint(context, flat((*color, 255)))
    luma, chroma = planes_of(nv12(context, picture, picture))
    exact = bt709(np.array(color, np.float64))
    assert np.abs(luma - exact[0]).max() < 1
    assert np.abs(chroma - exact[1:]).max() < 1
    assert luma.mean() == pytest.approx(exact[0], abs=0.02)
    assert chroma.mean(axis=(0, 1)) == pytest.approx(exact[1:], abs=0.02)


def test_it_is_top_down_and_chroma_sits_left(context: Context) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 3] = 255
    picture = paint(context, pixels)
    luma, chroma = planes_of(nv12(context, picture, picture))
    exact = bt709(pixels.astype(np.float64))
    assert np.abs(luma - exact[..., 0]).max() < 1.01
    edged = np.pad(exact[..., 1:], ((0, 0), (1, 1), (0, 0)), mode="edge")
    across = (edged[:, :-2:2] + 2 * edged[:, 1:-1:2] + edged[:, 2::2]) / 4
    assert np.abs(chroma - (across[::2] + across[1::2]) / 2).max() < 1.01


@pytest.mark.parametrize("size", [(64, 36), (14, 6), (2, 2)])
def test_an_opaque_output_needs_no_layer_below(context: Context, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (size[1], size[0], 4), np.uint8)
    pixels[..., 3] = 255
    picture = paint(context, pixels)
    alone, over = (
        Nv12Converter(context, size, picture, below)
        for below in (None, paint(context, flat((9, 9, 9, 255), size)))
    )
    assert alone.draw()
    assert over.draw()
    assert alone.read() == over.read()
    luma = np.frombuffer(alone.read(), np.uint8, size[0] * size[1]).reshape(size[1], size[0])
    assert np.abs(luma - bt709(pixels.astype(np.float64))[..., 0]).max() < 1.01


def test_a_slow_gradient_keeps_its_mean(context: Context) -> None:
    pixels = flat((0, 0, 0, 255))
    pixels[..., :3] = (np.arange(WIDTH) // 8 + 100)[np.newaxis, :, np.newaxis]
    picture = paint(context, pixels)
    luma, _ = planes_of(nv12(context, picture, picture))
    exact = bt709(pixels.astype(np.float64))[..., 0]
    np.testing.assert_allclose(
        luma.mean(axis=0).reshape(8, 8).mean(axis=1),
        exact.mean(axis=0).reshape(8, 8).mean(axis=1),
        atol=0.06,
    )


def test_a_transparent_output_shows_the_layer_below(context: Context) -> None:
    above = flat((255, 255, 255, 0))
    above[: HEIGHT // 2] = (255, 255, 255, 102)
    luma, _ = planes_of(nv12(context, paint(context, above), paint(context, flat((0, 0, 0, 255)))))
    assert np.abs(luma[: HEIGHT // 2] - (16 + 219 * 0.4)).max() < 1
    assert np.abs(luma[HEIGHT // 2 :] - 16).max() < 1


@pytest.mark.fault("G08")
def test_values_beyond_the_range_are_clamped(context: Context) -> None:
    picture = RenderTarget(context, SIZE, floating=True)
    picture.write(np.tile(np.array([9, -3, 9, 7], np.float32), WIDTH * HEIGHT).tobytes())
    luma, _ = planes_of(nv12(context, picture, paint(context, flat((0, 0, 0, 255)))))
    assert np.abs(luma - bt709(np.array([255.0, 0.0, 255.0]))[0]).max() < 1


@pytest.mark.parametrize("software", [True, False])
def test_the_ring_keeps_order_and_repeats_unchanged_frames(
    context: Context, software: bool
) -> None:
    context.software = software
    picture = paint(context, flat((0, 0, 0, 255)))
    planes = Nv12Converter(context, SIZE, picture, picture)
    readback = Readback(context, planes)
    under_way = 0
    greys = [0, 0, 40, 80, 80, 80, 80, 120, 160, 160, 200, 255, 0]
    exact = bt709(np.array([[grey] * 3 for grey in greys], np.float64))[:, 0]
    for _ in range(2):
        frames = Frames()
        readback.begin()
        for count, grey in enumerate(greys):
            if count == 0 or grey != greys[count - 1]:
                picture.write(flat((grey, grey, grey, 255)).tobytes())
            readback.push(frames, changed=planes.draw())
            under_way = max(under_way, count + 1 - readback.delivered)
        readback.finish(frames)
        assert readback.delivered == len(greys)
        assert np.abs(np.array([frame[0] for frame in frames.kept]) - exact).max() < 1
        assert len({bytes(frame) for frame in frames.kept}) == len(set(greys))
    assert under_way == (0 if software else DEPTH - 1)
