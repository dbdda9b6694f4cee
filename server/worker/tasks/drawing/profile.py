"""The profile task: measures the time of each pass of a chain, at several sizes."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from server.errors import ToqiboxError
from server.protocol.results.drawing import PassTime, SceneProfile, SizeProfile
from server.protocol.scene import SceneSpec
from server.protocol.tasks import Profile
from server.protocol.wire.progress import ProgressReporter
from server.render.gl.context import Context, GlError, Query
from server.render.gl.gpu import open_context
from server.render.scene import Scene
from server.render.session import SESSIONS


def run(task: Profile, progress: ProgressReporter) -> SceneProfile:
    """Draw `count` frames at each of `sizes` and sum the time of the passes.

    The frames are spread over the video, so that everything that follows the audio changes; for a
    sequential effect they are the first ones. One more frame is drawn before them, for work that is
    done only once. A pass whose inputs do not change is not drawn again, and takes no time.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for OpenGL errors.
    """
    SESSIONS.close()  # OpenGL calls go to the context opened last
    try:
        with open_context(task.scene.egl_device, task.scene.gpu) as context:
            results = []
            for size in task.sizes:
                progress.stage("compile")
                spec = replace(task.scene, size=size)
                results.append(_measure(context, spec, task.count, progress))
            return SceneProfile(
                sizes=tuple(results), renderer=context.renderer, software=context.software
            )
    except GlError as error:
        raise ToqiboxError("render_failed", detail=str(error)) from error


def _measure(
    context: Context, spec: SceneSpec, count: int, progress: ProgressReporter
) -> SizeProfile:
    scene = Scene(context, spec)
    scene.begin(0)
    seconds_by_pass: dict[str, list[float]] = {}
    measure: Callable[[Callable[[], bool]], tuple[bool, float]] = (
        partial(_time_by_clock, context)
        if context.software
        else partial(_time_by_device, context.timer())
    )

    def time_pass(name: str, draw: Callable[[], bool]) -> bool:
        drawn, seconds = measure(draw)
        seconds_by_pass.setdefault(name, []).extend([seconds] if drawn else [])
        return drawn

    frames = _frames(spec.frames, count, in_order=scene.sequential)
    for number, frame in enumerate(frames):
        progress.stage("draw")
        if number == 1:
            seconds_by_pass.clear()
        scene.draw_effects(frame, time_pass)
        context.finish()
    context.check("drawing")
    passes = tuple(
        _pass_time(name, times, max(len(frames) - 1, 1)) for name, times in seconds_by_pass.items()
    )
    total = sum(entry.ms for entry in passes)
    return SizeProfile(width=spec.size[0], height=spec.size[1], ms=total, passes=passes)


def _frames(frames: int, count: int, *, in_order: bool) -> list[int]:
    """Return the frame that is drawn first, and the measured frames."""
    count = min(count, frames - 1)
    if in_order or not count:
        return list(range(count + 1))
    return [number * (frames - 1) // count for number in range(count + 1)]


def _pass_time(name: str, times: list[float], frames: int) -> PassTime:
    mean = sum(times) / len(times) if times else 0.0
    return PassTime(name=name, ms=mean * 1000, share=len(times) / frames)


def _time_by_clock(context: Context, draw: Callable[[], bool]) -> tuple[bool, float]:
    context.finish()
    start = time.perf_counter()
    drawn = draw()
    context.finish()
    return drawn, time.perf_counter() - start


def _time_by_device(timer: Query, draw: Callable[[], bool]) -> tuple[bool, float]:
    with timer:
        drawn = draw()
    return drawn, timer.elapsed * 1e-9
