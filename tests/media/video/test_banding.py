"""A dark gradient after each software encoder, as its users have it."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from server.media.video.encoder_options import SegmentFormat
from server.media.video.frame_encoder import FrameWriter
from server.media.video.trial import try_encodings
from tests.harness.banding import compare_levels, dark_gradient, measure_block_edges

WIDTH, HEIGHT, FRAMES = 256, 144, 20
GRADIENT = dark_gradient(WIDTH, HEIGHT, FRAMES)


@pytest.mark.parametrize("encoder", ["x264", "x265", "svtav1"])
def test_a_dark_gradient_keeps_its_levels_and_shows_no_blocks(
    tmp_path: Path,
    encoder: str,
    decode_frames: Callable[[Path, int, int], np.ndarray[Any, np.dtype[Any]]],
) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder:
        if reason := try_encodings([encoder], Path(folder))[encoder]:
            pytest.skip(reason)
    form = SegmentFormat(encoder, (WIDTH, HEIGHT), 30, threads=1)
    with FrameWriter(form, tmp_path / "out.mp4") as writer:
        for luma in GRADIENT:
            writer.write(memoryview(luma.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)))
        writer.finish()
    shown = decode_frames(tmp_path / "out.mp4", WIDTH, HEIGHT)
    levels = compare_levels(shown, GRADIENT)
    assert levels.kept == 1
    assert levels.error < 1
    assert measure_block_edges(shown).larger < 0.01


def test_lost_levels_and_blocks_are_measured() -> None:
    assert compare_levels(GRADIENT, GRADIENT) == (1, 0)
    assert max(map(abs, measure_block_edges(GRADIENT))) < 0.001
    halved = GRADIENT // 2 * 2
    assert compare_levels(halved, GRADIENT).kept < 0.6
    blocks = np.kron(np.indices((HEIGHT // 16, WIDTH // 16)).sum(0) % 2, np.ones((16, 16)))
    assert measure_block_edges(GRADIENT + 2 * blocks).larger > 0.8
    assert measure_block_edges(GRADIENT + blocks).smallest > 0.6
