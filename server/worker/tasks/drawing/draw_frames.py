"""The task draw_frames: draws single frames of a job into PNG or WebP files.

A frame of a sequential effect is drawn after all frames before it, from frame 0 on, as in the
video. If those are too many, or take too long, it is drawn after only the last of them, from
transparent black targets: close to the video, and reported as not exact.
"""

import time
from dataclasses import dataclass

from server.errors import ToqiboxError
from server.media import picture_writer
from server.protocol.results.drawing import DrawnFrame, DrawnFrames
from server.protocol.tasks import DrawFrames, FrameFile
from server.protocol.wire.progress import ProgressReporter
from server.render.gl.pixels import read_rgba
from server.render.session import SESSIONS, RenderSession, SessionCache


@dataclass(frozen=True)
class ReplayLimits:
    """Limits of drawing the frames before a frame."""

    frames: int
    seconds: float


def run(
    task: DrawFrames, progress: ProgressReporter, sessions: SessionCache = SESSIONS
) -> DrawnFrames:
    """Draw frames into files; `sessions` keeps the scene for the next task.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for OpenGL errors.
    """
    spec = task.scene
    requested = task.frames
    if not all(0 <= item.frame < spec.frames for item in requested):
        detail = f"a requested frame is not in the job: use 0 to {spec.frames - 1}"
        raise ToqiboxError("render_failed", detail=detail)
    reach = ReplayLimits(task.max_frames, task.max_s)
    results: dict[int, DrawnFrame] = {}
    with sessions.invalidate_on_error():
        progress.stage("compile")
        session = sessions.open_before_track(spec) if task.awaits_track else sessions.open(spec)
        progress.stage("render")
        replay = _FrameSeeker(session, reach, progress)
        for index in sorted(range(len(requested)), key=lambda index: requested[index].frame):
            frame = requested[index].frame
            first, exact = replay.to(frame)
            _write(session, requested[index], task.composite)
            results[index] = DrawnFrame(frame=frame, exact=exact, first=first)
    context = session.context
    ordered = tuple(results[index] for index in range(len(requested)))
    return DrawnFrames(frames=ordered, renderer=context.renderer, software=context.software)


class _FrameSeeker:
    """Draws requested frames of a scene, continuing from its last frame if possible."""

    def __init__(
        self, session: RenderSession, reach: ReplayLimits, progress: ProgressReporter
    ) -> None:
        self._session = session
        self._reach = reach
        self._progress = progress
        self._drawn = 0

    def to(self, frame: int) -> tuple[int, bool]:
        """Draw `frame`; return the frame that drawing began at, and True if the result is exact."""
        if not self._session.scene.sequential:
            self._draw(frame)
            return frame, True
        if frame > self._reach.frames:
            first = frame - self._reach.frames
            self._run(first, frame)
            return first, False
        # The targets still hold the frame drawn last.
        before = self._session.next_frame
        if before is None or before > frame + 1:
            before = 0
            self._session.scene.begin(0)
        missing = self._run_on(before, frame)
        if not missing:
            self._session.next_frame = frame + 1
            return 0, True
        # The second half of the time suffices for as many frames as the first half.
        first = min(before + missing, frame)
        self._run(first, frame)
        return first, False

    def _run_on(self, first: int, last: int) -> int:
        """Draw from `first` to `last`; return the number of missing frames when time is up."""
        end = time.monotonic() + self._reach.seconds / 2
        for frame in range(first, last + 1):
            if time.monotonic() > end:
                return last + 1 - frame
            self._draw(frame)
        return 0

    def _run(self, first: int, last: int) -> None:
        self._session.next_frame = None
        self._session.scene.begin(first)
        for frame in range(first, last + 1):
            self._draw(frame)

    def _draw(self, frame: int) -> None:
        self._session.scene.draw_effects(frame)
        self._session.context.finish()
        self._drawn += 1
        self._progress.frames(self._drawn)


def _write(session: RenderSession, file: FrameFile, composite: bool) -> None:
    scene = session.scene
    if composite:
        scene.composite.draw()
    pixels = read_rgba(scene.composite.output if composite else scene.output)
    session.context.check("drawing")
    height, width = pixels.shape[:2]
    picture_writer.write(file.out, width, height, pixels.tobytes(), file.webp_quality)
