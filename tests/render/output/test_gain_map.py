"""Dimming: light times the gain of its position, without redundant draws."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.render.gl.context import Context
from server.render.gl.render_target import RenderTarget
from server.render.output.gain_map import GainMap, StoredGains
from server.render.output.nv12 import Nv12Converter
from tests.render.drawing import SIZE, flat, paint

WIDTH, HEIGHT = SIZE


def saved(path: Path, frames: NDArray[np.float32]) -> Path:
    """Write a file with these gains, (frames, rows, columns)."""
    StoredGains.of_video(frames).save(path)
    return path


def luma(planes: Nv12Converter) -> NDArray[np.float64]:
    """Read the luma plane from 0 to 1, top row first."""
    rows = np.frombuffer(planes.read(), np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    return (rows.astype(np.float64) - 16) / 219


def encoded(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert linear light to sRGB (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def decoded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert sRGB to linear light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("gain", [0.03, 0.2, 0.5, 0.9, 1.0])
def test_light_is_multiplied(context: Context, tmp_path: Path, gain: float) -> None:
    ramp = np.linspace(0, 255, WIDTH).round().astype(np.uint8)
    pixels = flat((0, 0, 0, 255))
    pixels[:, :, :3] = ramp[np.newaxis, :, np.newaxis]
    frames = np.full((1, 3, 4), gain, np.float32)
    frames[0, 0, 0] = min(gain, 0.999)  # so that the file contains the frame
    gain_map_texture = GainMap.load(context, saved(tmp_path / "gains", frames))
    assert gain_map_texture is not None
    picture = paint(context, pixels)
    planes = Nv12Converter(context, SIZE, picture, picture)
    planes.set_gains(gain_map_texture)
    assert gain_map_texture.update(0)
    planes.draw(dimmed=True)
    exact = encoded(decoded(ramp / 255.0) * gain)
    # One step for dither and rounding, and two at the end of sRGB's linear part.
    assert np.abs(luma(planes) - exact).max() < (2.5 if gain < 0.1 else 1.5) / 219


def test_each_cell_has_its_own_gain(context: Context, tmp_path: Path) -> None:
    frames = np.ones((1, 2, 2), np.float32)
    frames[0, 0, 1] = 0.0  # rows from the bottom up: the lower right
    gain_map_texture = GainMap.load(context, saved(tmp_path / "gains", frames))
    assert gain_map_texture is not None
    picture = paint(context, flat((255, 255, 255, 255)))
    planes = Nv12Converter(context, SIZE, picture, picture)
    planes.set_gains(gain_map_texture)
    gain_map_texture.update(0)
    planes.draw(dimmed=True)
    seen = luma(planes)
    assert seen[2, 2] == seen[2, -3] == seen[-3, 2] == pytest.approx(1, abs=0.01)
    assert seen[-3, -3] == pytest.approx(0, abs=0.01)
    middle = seen[HEIGHT * 3 // 4]
    assert (np.diff(middle) <= 0.01).all()  # bilinear: no step


def test_a_frame_is_redrawn_only_if_it_has_changed(context: Context, tmp_path: Path) -> None:
    frames = np.ones((6, 2, 2), np.float32)
    frames[2:4] = 0.5
    frames[4] = 0.25
    gain_map_texture = GainMap.load(context, saved(tmp_path / "gains", frames))
    assert gain_map_texture is not None
    picture: RenderTarget = paint(context, flat((200, 100, 50, 255)))
    planes = Nv12Converter(context, SIZE, picture, picture)
    planes.set_gains(gain_map_texture)
    drawn = [planes.draw(dimmed=gain_map_texture.update(frame)) for frame in range(6)]
    assert drawn == [True, False, True, False, True, True]
    plain = Nv12Converter(context, SIZE, picture, picture)
    plain.draw()
    assert planes.read() == plain.read()


def test_a_video_that_does_not_flash_has_no_gains(context: Context, tmp_path: Path) -> None:
    StoredGains.of_video(None).save(tmp_path / "gains")
    assert GainMap.load(context, tmp_path / "gains") is None
    assert GainMap.load(context, saved(tmp_path / "ones", np.ones((3, 2, 2), np.float32))) is None
    assert not list(tmp_path.glob("*.part"))


def test_each_range_of_frames_has_its_own_digest(tmp_path: Path) -> None:
    frames = np.ones((9, 2, 2), np.float32)
    frames[3:6] = 0.5
    stored = StoredGains.load(saved(tmp_path / "gains", frames))
    assert stored.to_video(frames.shape) == pytest.approx(frames, abs=1e-5)
    assert stored.digest(0, 3) is stored.digest(6, 9) is None
    assert stored.digest(3, 4) == stored.digest(4, 5), "the same gains of the first frame"
    assert stored.digest(3, 5) != stored.digest(2, 5) != stored.digest(3, 6)
