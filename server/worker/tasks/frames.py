"""The frame task: single frames of a job as PNG files.

A frame of an effect that needs the frames before it is drawn after all of them, from frame 0 on,
as the film has it. Where those are too many, or take too long, it is drawn after the last of them
only, from transparent black targets: near to what the film shows, and said to be not exact.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import ToqiboxError
from server.media import png
from server.protocol.events import Emit, Result, Spec
from server.render.gl.pixels import rgba
from server.render.scene_spec import Job
from server.render.session import KEEPER, Keeper, Opened


@dataclass(frozen=True)
class Reach:
    """How far back a frame may begin."""

    frames: int
    seconds: float


def run(spec: Spec, emit: Emit, keeper: Keeper = KEEPER) -> Result:
    """Do one frame task; `keeper` keeps the job's scene for the next one.

    Returns:
        `renderer`, `software`, and `shots`: for each, in the order asked for, its `frame`, whether
        it is `exact`, and the frame that drawing began `from`.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
    """
    job = Job.read(spec)
    shots: list[dict[str, Any]] = spec["shots"]
    if not all(0 <= shot["frame"] < job.frames for shot in shots):
        raise ToqiboxError("render_failed", detail=f"a frame beyond the {job.frames} of the job")
    reach = Reach(spec.get("most_frames", 900), spec.get("most_s", 10.0))
    composite = bool(spec.get("composite", True))
    found: dict[int, Result] = {}
    with keeper.guarded():
        emit.stage("compile")
        opened = keeper.open(job)
        emit.stage("render")
        replay = _Replay(opened, reach, emit)
        for at in sorted(range(len(shots)), key=lambda index: int(shots[index]["frame"])):
            frame = shots[at]["frame"]
            first, exact = replay.to(frame)
            _write(opened, Path(shots[at]["out"]), composite)
            found[at] = {"frame": frame, "exact": exact, "from": first}
    context = opened.context
    rows = [found[at] for at in range(len(shots))]
    return {"shots": rows, "renderer": context.renderer, "software": context.software}


class _Replay:
    """Brings a scene to a frame, going on from where it was left where that gives the same."""

    def __init__(self, opened: Opened, reach: Reach, emit: Emit) -> None:
        self._opened = opened
        self._reach = reach
        self._emit = emit
        self._drawn = 0

    def to(self, frame: int) -> tuple[int, bool]:
        """Draw `frame`; returns where drawing began and whether that makes it exact."""
        if not self._opened.scene.sequential:
            self._draw(frame)
            return frame, True
        if frame > self._reach.frames:
            first = frame - self._reach.frames
            self._run(first, frame)
            return first, False
        # The frame drawn last is still there.
        before = self._opened.position
        if before is None or before > frame + 1:
            before = 0
            self._opened.scene.begin(0)
        missing = self._run_on(before, frame)
        if not missing:
            self._opened.position = frame + 1
            return 0, True
        # As many as were drawn in the half of the time that is spent are drawn in the other.
        first = min(before + missing, frame)
        self._run(first, frame)
        return first, False

    def _run_on(self, first: int, last: int) -> int:
        """Draw from `first` to `last`; returns how many are missing when time is up."""
        end = time.monotonic() + self._reach.seconds / 2
        for frame in range(first, last + 1):
            if time.monotonic() > end:
                return last + 1 - frame
            self._draw(frame)
        return 0

    def _run(self, first: int, last: int) -> None:
        self._opened.position = None
        self._opened.scene.begin(first)
        for frame in range(first, last + 1):
            self._draw(frame)

    def _draw(self, frame: int) -> None:
        self._opened.scene.draw_effects(frame)
        self._opened.context.finish()
        self._drawn += 1
        self._emit.frames(self._drawn)


def _write(opened: Opened, out: Path, composite: bool) -> None:
    scene = opened.scene
    if composite:
        scene.whole.draw()
    pixels = rgba(scene.whole.output if composite else scene.output)
    opened.context.check("drawing")
    png.write(out, pixels.shape[1], pixels.shape[0], pixels.tobytes())
