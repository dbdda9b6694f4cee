"""The profile task: what each pass of a chain takes to draw, at several sizes."""

import time
from collections.abc import Callable
from dataclasses import replace

from server.errors import ToqiboxError
from server.protocol.progress import ProgressReporter, Result
from server.protocol.scene import SceneSpec
from server.protocol.tasks import Profile
from server.render.gl.context import Context, GlError
from server.render.scene import Scene
from server.render.session import SESSIONS


def run(task: Profile, progress: ProgressReporter) -> Result:
    """Draw `count` frames at each of `sizes` and add up what the passes take.

    They are spread over the film, so that whatever follows the sound moves; where a frame needs
    the one before it they are the first ones. The first is drawn before that: it holds what is
    done only once. A pass whose inputs do not change is not drawn again, and takes nothing.

    Returns:
        `renderer`, `software`, and `sizes`: for each its `width`, `height`, `ms` a frame in which
        every pass is drawn that was drawn at all, and the `passes` with their `name`, `ms` a
        drawing, and in what `share` of the frames they were drawn.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
    """
    SESSIONS.close()  # calls go to the context opened last
    try:
        with Context(task.scene.egl_device) as context:
            rows = []
            for size in task.sizes:
                progress.stage("compile")
                spec = replace(task.scene, size=size)
                rows.append(_measure(context, spec, task.count, progress))
            return {"sizes": rows, "renderer": context.renderer, "software": context.software}
    except GlError as error:
        raise ToqiboxError("render_failed", detail=str(error)) from error


def _measure(context: Context, spec: SceneSpec, count: int, progress: ProgressReporter) -> Result:
    scene = Scene(context, spec)
    scene.begin(0)
    spent: dict[str, list[float]] = {}
    measure = _time_by_clock if context.software else _time_by_device

    def timed(name: str, draw: Callable[[], bool]) -> bool:
        drawn, seconds = measure(context, draw)
        spent.setdefault(name, []).extend([seconds] if drawn else [])
        return drawn

    frames = _frames(spec.frames, count, in_order=scene.sequential)
    for number, frame in enumerate(frames):
        progress.stage("draw")
        if number == 1:
            spent.clear()
        scene.draw_effects(frame, timed)
        context.finish()
    context.check("drawing")
    rows = [_row(name, times, max(len(frames) - 1, 1)) for name, times in spent.items()]
    total = sum(row["ms"] for row in rows)
    return {"width": spec.size[0], "height": spec.size[1], "ms": total, "passes": rows}


def _frames(frames: int, count: int, *, in_order: bool) -> list[int]:
    """The frame that is drawn first, and those that are measured."""
    count = min(count, frames - 1)
    if in_order or not count:
        return list(range(count + 1))
    return [number * (frames - 1) // count for number in range(count + 1)]


def _row(name: str, times: list[float], frames: int) -> Result:
    mean = sum(times) / len(times) if times else 0.0
    return {"name": name, "ms": mean * 1000, "share": len(times) / frames}


def _time_by_clock(context: Context, draw: Callable[[], bool]) -> tuple[bool, float]:
    context.finish()
    start = time.perf_counter()
    drawn = draw()
    context.finish()
    return drawn, time.perf_counter() - start


def _time_by_device(context: Context, draw: Callable[[], bool]) -> tuple[bool, float]:
    timer = context.timer()
    with timer:
        drawn = draw()
    return drawn, timer.elapsed * 1e-9
