"""Segments: from the task to the MP4."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.errors import ToqiboxError
from server.media import ffmpeg
from server.protocol.results.drawing import DrawnSegment
from server.protocol.tasks import DrawSegment
from server.protocol.wire.events import Event, StageEntered
from server.protocol.wire.progress import ProgressReporter
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_segment
from tests.harness.limits import HANG_S
from tests.harness.media import contents, frame_hashes
from tests.harness.rendering import FRAMES, MakeTask
from tests.render.drawing import SHOW, TRAIL, quarters, save_photo


class Log:
    """Stores the events of a task."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)


def run(task: DrawSegment, sessions: SessionCache | None = None) -> tuple[DrawnSegment, Log]:
    log = Log()
    own = sessions or SessionCache()
    try:
        return draw_segment.run(task, ProgressReporter(log), own), log
    finally:
        if sessions is None:
            own.close()


def decoded(video: Path, width: int = 64, height: int = 36) -> NDArray[np.uint8]:
    """Decode all frames to RGB, as a player does for BT.709."""
    scale = "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-vf", scale]
    command += ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def test_the_photos_upper_left_is_the_videos(make_task: MakeTask, tmp_path: Path) -> None:
    result, log = run(make_task(SHOW))
    video = tmp_path / "segment.mp4"
    frames = decoded(video)
    assert len(frames) == FRAMES
    corners = [frames[15, y, x] for y in (5, 30) for x in (5, 58)]
    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert np.abs(np.array(corners, int) - expected).max() <= 6
    assert result.frames == FRAMES
    assert result.bytes == video.stat().st_size
    assert result.seconds.compile > 0
    stages = [event.stage for event in log.events if isinstance(event, StageEntered)]
    assert stages == ["compile", "render"]
    stream = contents(video)["streams"][0]
    tags = [stream[f"color_{tag}"] for tag in ("range", "space", "transfer", "primaries")]
    assert tags == ["tv", "bt709", "bt709", "bt709"]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("shape", [(36, 64), (36, 36), (38, 46)])
def test_other_shapes(make_task: MakeTask, tmp_path: Path, shape: tuple[int, int]) -> None:
    photo = save_photo(tmp_path / "other", quarters(*shape))
    run(make_task(SHOW, size=shape, last=3, photo=photo))
    frames = decoded(tmp_path / "segment.mp4", *shape)
    assert frames.shape == (3, shape[1], shape[0], 3)
    assert np.abs(frames[1, 4, 4].astype(int) - (255, 0, 0)).max() <= 6


@pytest.mark.slow
@pytest.mark.fault("G21")
def test_segments_of_a_kept_worker_and_of_fresh_ones_are_the_same(
    make_task: MakeTask, tmp_path: Path
) -> None:
    def draw(name: str, sessions: SessionCache | None) -> list[list[str]]:
        before, hashes = None, []
        for first, last in ((0, 10), (10, 15), (15, 17)):
            out, after = tmp_path / f"{name}{first}.mp4", tmp_path / f"{name}{last}.state"
            task = make_task(
                TRAIL, first=first, last=last, out=out, state_in=before, state_out=after
            )
            run(task, sessions)
            hashes.append(frame_hashes(out))
            before = after
        return hashes

    kept = SessionCache()
    try:
        in_one = draw("kept", kept)
    finally:
        kept.close()
    assert in_one == draw("fresh", None)
    assert [len(piece) for piece in in_one] == [10, 5, 2]


def test_the_scene_is_kept_for_the_same_job_only(make_task: MakeTask) -> None:
    sessions = SessionCache()
    try:
        run(make_task(SHOW, last=2), sessions)
        first = sessions.current
        run(make_task(SHOW, first=2, last=4), sessions)
        assert sessions.current is first
        run(make_task(SHOW + "\n", last=2), sessions)
        assert sessions.current is not first
    finally:
        sessions.close()


def test_hardware_is_read_through_a_ring(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code path of a GPU on any renderer: buffer objects, timers, frames in flight."""
    run(make_task(TRAIL, last=10, state_out=tmp_path / "s"))
    direct = frame_hashes(tmp_path / "segment.mp4")
    monkeypatch.setattr("server.render.gl.context.is_software", lambda _: False)
    result, _ = run(make_task(TRAIL, last=10, state_out=tmp_path / "s"))
    assert not result.software
    assert result.seconds.render > 0
    assert frame_hashes(tmp_path / "segment.mp4") == direct


def _refused(task: DrawSegment) -> ToqiboxError:
    with pytest.raises(ToqiboxError) as caught:
        run(task)
    return caught.value


def test_tasks_that_cannot_be_drawn(make_task: MakeTask, tmp_path: Path) -> None:
    broken = "/*{}*/\n\nvoid main() {\n  gl_FragColor = vec4(1.0) * oops;\n}\n"
    error = _refused(make_task(broken))
    assert error.code == "shader_compile_failed"
    assert error.diagnostics is not None
    assert error.diagnostics[0]["line"] == 4
    assert _refused(make_task(TRAIL, first=5)).detail == "frame 5 needs what frame 4 left"
    assert _refused(make_task(SHOW, first=5, last=5)).code == "render_failed"
    assert _refused(make_task(SHOW, egl_device=63)).code == "render_failed"
    odd = tmp_path / "state"
    odd.write_bytes(b"something else")
    task = make_task(TRAIL, first=5, state_in=odd)
    assert _refused(task).code == "render_failed"
    assert not list(tmp_path.glob("*.part"))
    assert not (tmp_path / "segment.mp4").exists()


@pytest.mark.slow
@pytest.mark.fault("G20")
def test_an_unexpected_renderer_draws_nothing(make_task: MakeTask, tmp_path: Path) -> None:
    sessions = SessionCache()
    try:
        renderer = run(make_task(SHOW, last=2, renderer=None), sessions)[0].renderer
        assert run(make_task(SHOW, last=2, renderer=renderer), sessions)[0].renderer == renderer
        (tmp_path / "segment.mp4").unlink()
        with pytest.raises(ToqiboxError) as caught:
            run(make_task(SHOW, last=2, renderer="Other GPU"), sessions)
    finally:
        sessions.close()
    assert caught.value.code == "render_failed"
    assert caught.value.detail == f"the job must be drawn by Other GPU: this is {renderer}"
    assert not (tmp_path / "segment.mp4").exists()


@pytest.mark.fault("F03")
def test_a_stuck_encoder_is_reported_within_half_the_stall_time(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = ffmpeg.Process.__init__

    def stopped(self: ffmpeg.Process, *args: Any, **more: Any) -> None:
        start(self, *args, **more)
        os.kill(self.pid, signal.SIGSTOP)

    monkeypatch.setattr(ffmpeg.Process, "__init__", stopped)
    assert _refused(make_task(SHOW, stall_s=0.6)).code == "encoder_stalled"


def test_a_gpu_can_be_required(make_task: MakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.render.gl.context.is_software", lambda _: True)
    error = _refused(make_task(SHOW, require_gpu=True))
    assert error.code == "not_ready"
    assert "hardware renderer is required" in (error.detail or "")
