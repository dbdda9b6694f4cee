"""The profile task: what each pass of a chain takes to draw, at several sizes."""

import time
from collections.abc import Callable

from server.errors import ToqiboxError
from server.render.context import Context, GlError
from server.render.events import Emit, Result, Spec
from server.render.job import Job
from server.render.opened import KEEPER
from server.render.scene import Scene


def run(spec: Spec, emit: Emit) -> Result:
    """Draw `count` frames at each of `sizes` and add up what the passes take.

    The first frame is drawn before that: it holds what is done only once. A pass whose inputs do
    not change is not drawn again, and takes nothing.

    Returns:
        `renderer`, `software`, and `sizes`: for each its `width`, `height`, `ms` a frame, and the
        `passes` with their `name` and `ms`.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
    """
    KEEPER.close()  # calls go to the context opened last
    try:
        with Context(spec.get("egl_device")) as context:
            rows = []
            for width, height in spec["sizes"]:
                emit.stage("compile")
                job = Job.read({**spec, "width": width, "height": height})
                rows.append(_measure(context, job, int(spec["count"]), emit))
            return {"sizes": rows, "renderer": context.renderer, "software": context.software}
    except GlError as error:
        raise ToqiboxError("render_failed", detail=str(error)) from error


def _measure(context: Context, job: Job, count: int, emit: Emit) -> Result:
    scene = Scene(context, job)
    scene.begin(0)
    spent: dict[str, float] = {}
    measured = _by_clock if context.software else _by_device

    def timed(name: str, draw: Callable[[], bool]) -> bool:
        drawn, seconds = measured(context, draw)
        spent[name] = spent.get(name, 0.0) + seconds
        return drawn

    for frame in range(min(count, job.frames - 1) + 1):
        emit.stage("draw")
        if frame == 1:
            spent.clear()
        scene.draw_effects(frame, timed)
        context.finish()
    context.check("drawing")
    drawn = max(min(count, job.frames - 1), 1)
    passes = [{"name": name, "ms": seconds * 1000 / drawn} for name, seconds in spent.items()]
    total = sum(seconds for seconds in spent.values()) * 1000 / drawn
    return {"width": job.size[0], "height": job.size[1], "ms": total, "passes": passes}


def _by_clock(context: Context, draw: Callable[[], bool]) -> tuple[bool, float]:
    context.finish()
    start = time.perf_counter()
    drawn = draw()
    context.finish()
    return drawn, time.perf_counter() - start


def _by_device(context: Context, draw: Callable[[], bool]) -> tuple[bool, float]:
    timer = context.timer()
    with timer:
        drawn = draw()
    return drawn, timer.elapsed * 1e-9
