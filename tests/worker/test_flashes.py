"""Videos that would flash: whole, in segments, and encoded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.protocol.progress import ProgressReporter
from server.protocol.results.drawing import LimitedFlashes
from server.protocol.tasks import DrawSegment, LimitFlashes
from server.render.flash_safety.detector import find_flashing
from server.render.flash_safety.luminance_grid import grid_shape
from server.render.gl.context import Context
from server.render.scene import Scene
from server.render.session import SessionCache
from server.worker.tasks import draw_segment, limit_flashes
from tests.harness.gl_objects import count_objects
from tests.harness.rendering import MakeTask
from tests.worker.test_segment import Log, decoded

FPS, FRAMES = 30, 80
STROBE = """/*{"INPUTS": []}*/
void main() {
    float on = step(fract(TIME * 6.0), 0.5) * step(0.8, TIME) * step(TIME, 1.8);
    float here = step(isf_FragNormCoord.x, 0.6) * step(0.3, isf_FragNormCoord.y);
    gl_FragColor = vec4(mix(vec3(0.4, 0.5, 0.45), vec3(0.8, 0.7, 0.75), on * here), 1.0);
}
"""
"""Flashes from 0.8 s to 1.8 s, upper left."""
NOISE = """/*{"INPUTS": []}*/
uint mixed(uint x) { x ^= x >> 16; x *= 0x7feb352du; x ^= x >> 15; x *= 0x846ca68bu; return x; }
void main() {
    uvec2 at = uvec2(gl_FragCoord.xy);
    uint bits = mixed(at.x + mixed(at.y + mixed(uint(FRAMEINDEX))));
    gl_FragColor = vec4(vec3(float(bits & 1u)), 1.0);
}
"""
"""Each pixel is randomly black or white: the mean of many hardly changes."""


@pytest.fixture(name="find_flashes")
def _find_flashes(make_task: MakeTask, tmp_path: Path) -> Any:
    """Find flashes: find_flashes(source, **changes) returns the result and the file."""

    def find_flashes(source: str, **more: Any) -> tuple[LimitedFlashes, Path]:
        out = tmp_path / "flashes.npz"
        sessions = SessionCache()
        scene = make_task(source, **{"frames": FRAMES, **more}).scene
        task = LimitFlashes(scene=scene, out=out)
        try:
            return limit_flashes.run(task, ProgressReporter(Log()), sessions), out
        finally:
            sessions.close()

    return find_flashes


def linear_cells(frames: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.float32]:
    """Convert decoded frames to cells in linear light (IEC 61966-2-1)."""
    count, height, width = frames.shape[:3]
    values = frames / 255.0
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    cells = linear.reshape(count, rows, height // rows, columns, width // columns, 3)
    light_cells: NDArray[np.float32] = cells.mean(axis=(2, 4), dtype=np.float32)
    return light_cells


def draw_video(task: DrawSegment) -> NDArray[np.uint8]:
    """Draw, encode and decode the video."""
    sessions = SessionCache()
    try:
        draw_segment.run(replace(task, last=FRAMES), ProgressReporter(Log()), sessions)
    finally:
        sessions.close()
    return decoded(task.out)


def test_a_strobe_is_detected_and_limited(find_flashes: Any, make_task: MakeTask) -> None:
    result, out = find_flashes(STROBE)
    (limited,) = result.limited
    assert limited.per_second == pytest.approx(6, abs=0.5)
    assert 0 <= limited.start_s <= 0.8
    assert 1.8 <= limited.end_s <= 2.6
    task = make_task(STROBE, frames=FRAMES)
    dimmed = replace(task, scene=replace(task.scene, flashes=out))
    loud, calm = draw_video(task), draw_video(dimmed)
    assert find_flashing(linear_cells(loud, 18, 32), FPS)
    assert find_flashing(linear_cells(calm, 18, 32), FPS) == []
    # Frames and areas without flashes are unchanged; so are dark moments.
    assert np.array_equal(calm[:5], loud[:5])
    assert np.array_equal(calm[-5:], loud[-5:])
    change = np.abs(calm.astype(int) - loud)
    assert change[:, :, 48:].max() <= 6  # the encoder's
    assert change[:, 30:].max() <= 6
    assert change[:, 2:22, 2:36].max() > 40


def test_segments_equal_the_whole(find_flashes: Any, make_task: MakeTask) -> None:
    _, out = find_flashes(STROBE)
    first = out.read_bytes()
    assert find_flashes(STROBE)[1].read_bytes() == first
    job = make_task(STROBE, frames=FRAMES, flashes=out).scene

    def planes(scene: Scene, frame: int) -> tuple[bytes, bytes]:
        scene.draw(frame)
        return scene.planes.luma.read(), scene.planes.chroma.read()

    with Context() as context:
        scene = Scene(context, job)
        whole = [planes(scene, frame) for frame in range(FRAMES)]
        for at in range(4):
            piece = Scene(context, job)
            frames = range(FRAMES * at // 4, FRAMES * (at + 1) // 4)
            assert [planes(piece, frame) for frame in frames] == whole[frames.start : frames.stop]


def test_noise_of_pixels_does_not_flash(find_flashes: Any) -> None:
    """At the small size it flickers; the larger size shows that it does not flash."""
    result, out = find_flashes(NOISE, size=(640, 360))
    assert result.limited == ()
    with np.load(out) as file:
        assert len(file["frames"]) == 0


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((1280, 720), (18, 32)),
        ((720, 1280), (32, 18)),
        ((1080, 1080), (25, 25)),
        ((1080, 1350), (25, 20)),
        ((64, 36), (18, 32)),
        ((38, 46), (23, 19)),
    ],
)
def test_cells_are_squares_of_any_frame(size: tuple[int, int], grid: tuple[int, int]) -> None:
    assert grid_shape(size) == grid


def test_a_kept_session_does_not_grow(make_task: MakeTask, tmp_path: Path) -> None:
    sessions = SessionCache()
    task = LimitFlashes(scene=make_task(STROBE, frames=3).scene, out=tmp_path / "gains")
    counts = []
    try:
        for _ in range(3):
            limit_flashes.run(task, ProgressReporter(Log()), sessions)
            assert sessions.current is not None
            sessions.current.context.collect()
            counts.append(count_objects())
    finally:
        sessions.close()
    assert counts[0] == counts[1] == counts[2]
