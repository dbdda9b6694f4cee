"""Videos that would flash: drawn, counted, dimmed where they flash, and counted again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.errors import ToqiboxError
from server.files.seal import DamagedFilesError
from server.protocol.results.media import CountedFlashes
from server.protocol.tasks import DrawSegment, LimitFlashes
from server.protocol.wire.progress import ProgressReporter
from server.render.flash_safety.detector import count_flashes
from server.render.output.gain_map import StoredGains
from server.render.session import SessionCache
from server.worker.tasks import limit_flashes
from server.worker.tasks.drawing import draw_segment
from tests.harness.gl_objects import count_objects
from tests.harness.media import frame_hashes
from tests.harness.rendering import MakeTask
from tests.worker.tasks.drawing.test_draw_segment import Log, decoded

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
FLICKERING_TRAIL = """/*{"INPUTS": [],
"PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
    float on = mod(float(FRAMEINDEX), 6.0) < 3.0 && FRAMEINDEX >= 40 ? 1.0 : 0.2;
    vec4 before = IMG_THIS_PIXEL(trail);
    gl_FragColor = PASSINDEX == 0 ? mix(before, vec4(on), 0.6) : vec4(before.rgb, 1.0);
}
"""
"""Flashes from frame 40 on; each frame needs the one before it."""


@dataclass
class Video:
    """A video that is drawn in segments by one worker.

    Attributes:
        task: draws any of its frames.
        folder: the files of its segments.
        sessions: the worker's.
    """

    task: DrawSegment
    folder: Path
    sessions: SessionCache

    def draw(self, *cuts: int, gains: Path | None = None) -> list[DrawSegment]:
        """Draw the segments between the cuts; return their tasks."""
        self.folder.mkdir(exist_ok=True)
        sequential = "PERSISTENT" in self.task.scene.effects[0].source
        tasks, state = [], None
        for first, last in pairwise((0, *cuts, self.task.scene.frames)):
            out = self.folder / f"{first}-{last}-{gains.stem if gains else ''}.mp4"
            task = replace(
                self.task,
                first=first,
                last=last,
                gains=gains,
                out=out,
                cells_out=out.with_suffix(".cells"),
                state_in=state,
                state_out=out.with_suffix(".state") if sequential else None,
            )
            draw_segment.run(task, ProgressReporter(Log()), self.sessions)
            tasks.append(task)
            state = task.state_out
        return tasks

    def count(self, tasks: list[DrawSegment], out: str = "gains") -> tuple[CountedFlashes, Path]:
        """Count the flashes of segments; return the result and the gain map."""
        cells = tuple(task.cells_out for task in tasks if task.cells_out)
        count = LimitFlashes(cells=cells, fps=FPS, gains=tasks[0].gains, out=self.folder / out)
        return limit_flashes.run(count, ProgressReporter(Log())), count.out


MakeVideo = Callable[..., Video]


@pytest.fixture
def make_video(make_task: MakeTask, tmp_path: Path) -> Iterator[MakeVideo]:
    """Return make_video(source, **changes)."""
    videos: list[Video] = []

    def make(source: str, **changes: Any) -> Video:
        task = make_task(source, **{"frames": FRAMES, **changes})
        videos.append(Video(task, tmp_path / f"video{len(videos)}", SessionCache()))
        return videos[-1]

    yield make
    for video in videos:
        video.sessions.close()


def linear_cells(frames: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.float32]:
    """Convert decoded frames to cells in linear light (IEC 61966-2-1)."""
    count, height, width = frames.shape[:3]
    values = frames / 255.0
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    cells = linear.reshape(count, rows, height // rows, columns, width // columns, 3)
    light_cells: NDArray[np.float32] = cells.mean(axis=(2, 4), dtype=np.float32)
    return light_cells


def stored_cells(task: DrawSegment) -> list[bytes]:
    """Return the recorded cells of each frame."""
    assert task.cells_out is not None
    return [frame.tobytes() for frame in np.load(task.cells_out)]


def test_a_strobe_is_dimmed_and_the_finished_video_counted(make_video: MakeVideo) -> None:
    video = make_video(STROBE)
    drawn = video.draw()
    result, gains = video.count(drawn)
    (excessive,) = result.excessive
    assert excessive.per_second == pytest.approx(6, abs=0.5)
    assert 0 <= excessive.start_s <= 0.8
    assert 1.8 <= excessive.end_s <= 2.6
    assert result.per_second > 3
    dimmed = video.draw(gains=gains)
    recount, _ = video.count(dimmed, "again")
    assert recount.excessive == ()
    assert recount.dimmed == (None,)
    assert recount.per_second <= 3
    loud, calm = decoded(drawn[0].out), decoded(dimmed[0].out)
    assert count_flashes(linear_cells(loud, 18, 32), FPS).intervals
    assert count_flashes(linear_cells(calm, 18, 32), FPS, margin=1).intervals == []
    # Frames and areas without flashes are unchanged; so are dark moments.
    assert np.array_equal(calm[:5], loud[:5])
    assert np.array_equal(calm[-5:], loud[-5:])
    change = np.abs(calm.astype(int) - loud)
    assert change[:, :, 48:].max() <= 6  # the encoder's
    assert change[:, 30:].max() <= 6
    assert change[:, 2:22, 2:36].max() > 40


@pytest.mark.slow
def test_gains_do_not_depend_on_the_cuts(make_video: MakeVideo) -> None:
    """Frames of dimmed segments neither, though a sequential effect is taken up at a cut."""
    source = FLICKERING_TRAIL
    whole, cut = make_video(source), make_video(source)
    (one,), three = whole.draw(), cut.draw(20, 47)
    result, gains = whole.count([one])
    assert result.excessive
    cut_result, cut_gains = cut.count(three)
    assert cut_gains.read_bytes() == gains.read_bytes()
    assert cut_result.excessive == result.excessive
    assert [digest is not None for digest in cut_result.dimmed] == [False, True, True]
    (dimmed,) = whole.draw(gains=gains)
    redrawn = [
        replace(task, gains=cut_gains, out=task.out.with_suffix(".dim.mp4"), state_out=None)
        for task in three
    ]
    for task in reversed(redrawn):  # in any order: each has the state of the segment before
        draw_segment.run(task, ProgressReporter(Log()), cut.sessions)
    hashes = [luma for task in redrawn for luma in stored_cells(task)]
    assert hashes == stored_cells(dimmed)
    assert frame_hashes(redrawn[0].out) == frame_hashes(three[0].out), "it is not dimmed"


def test_a_recount_that_fails_tightens_the_gains(make_video: MakeVideo, tmp_path: Path) -> None:
    video = make_video(STROBE)
    weak = tmp_path / "weak"
    ones = np.ones((FRAMES, 18, 32), np.float32)
    ones[30:40] = 0.99
    StoredGains.of_video(ones).save(weak)
    result, gains = video.count(video.draw(gains=weak))
    assert result.excessive
    tighter = StoredGains.load(gains).to_video(ones.shape)
    assert (tighter <= ones + 1e-4).all()
    assert video.count(video.draw(gains=gains), "last")[0].excessive == ()


def test_noise_of_pixels_does_not_flash(make_video: MakeVideo) -> None:
    video = make_video(NOISE, size=(640, 360), frames=40)
    result, gains = video.count(video.draw())
    assert result.excessive == ()
    assert len(StoredGains.load(gains).frames) == 0


@pytest.mark.slow
def test_a_session_is_kept_when_frames_are_dimmed_and_does_not_grow(make_video: MakeVideo) -> None:
    video = make_video(STROBE, frames=60)
    _, gains = video.count(video.draw())
    counts = []
    for _ in range(3):
        session = video.sessions.current
        video.draw(gains=gains)
        video.draw()
        assert video.sessions.current is session
        assert session is not None
        session.context.collect()
        counts.append(count_objects())
    assert counts[0] == counts[1] == counts[2]


def test_frames_that_are_repeated_are_counted(make_video: MakeVideo) -> None:
    video = make_video("/*{}*/\nvoid main() { gl_FragColor = vec4(0.5, 0.5, 0.5, 1.0); }", frames=9)
    (task,) = video.draw()
    assert task.cells_out is not None
    cells = np.load(task.cells_out)
    assert cells.shape == (9, 18, 32, 3)
    assert (cells == cells[0]).all()
    assert cells[0] / 65535 == pytest.approx(0.214, abs=0.01)


def test_damaged_or_foreign_cells_are_refused(make_video: MakeVideo) -> None:
    video, other = make_video(STROBE, frames=4), make_video(STROBE, frames=4, size=(36, 64))
    tasks = video.draw(2)
    with pytest.raises(ToqiboxError) as caught:
        video.count([tasks[0], *other.draw()])
    assert caught.value.detail == "the segments have different cells"
    damaged = tasks[1].cells_out
    assert damaged is not None
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    with pytest.raises(DamagedFilesError) as refused:
        video.count(tasks)
    assert refused.value.paths == [damaged]
