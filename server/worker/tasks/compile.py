"""The compile task: whether an effect compiles and draws here, found out by doing it.

It is meant for a fresh process with limits on its time and memory: what crashes or hangs a
compiler takes this process with it and nothing else.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from server.effects.model.text_style import SAMPLE
from server.errors import ToqiboxError
from server.protocol.events import Emit, Result, Spec
from server.render.effect.cost import Costs
from server.render.effect.defects import not_finite, values, why_blank
from server.render.effect.loop_counts import Rounds
from server.render.effect.renderer import Step
from server.render.gl.context import Context, GlError
from server.render.gl.pixels import rgba
from server.render.gl.render_target import Surface
from server.render.scene import Scene
from server.render.scene_spec import Job
from server.render.session import KEEPER

FPS = 10
JUDGED = 2
"""Frames that are looked at, one after the other; of a sequential effect those before them too,
since they are drawn anyway."""
AT_S = 1
"""Where the first of them is unless the task says it, whole seconds after the start."""
_MODEST = {"LP_NUM_THREADS": "2", "GALLIVM_PERF": "nopt"}
_QUICK_S = 2.0
"""Processor time within which an effect that shows nothing is drawn once more, to say why."""
_COUNTED_S = 5.0
"""Processor time until which rounds of loops are counted in as many pixels as there is time for, on
a software renderer: half of what a judgement may take."""
_CUBE_EDGE = 128
"""A cube of the usual size is 2700 times as much to draw as the picture that is judged."""


def run(spec: Spec, emit: Emit) -> Result:
    """Compile the chain of one task and draw it over the stand-ins for photo and sound.

    Returns:
        `renderer`, `software`, `blank` (every pixel of the last effect's own output is black or
        fully transparent in every frame looked at), `why` (the likely reason of that), `warnings`
        (diagnostics about what was drawn), `cost` (a FrameCost) and `seconds`.

    Raises:
        ToqiboxError: ``shader_compile_failed`` and ``shader_rejected`` with diagnostics,
            ``render_failed`` for what OpenGL refuses.
    """
    start, used = time.perf_counter(), time.process_time()
    first = spec.get("at", AT_S) * FPS
    job = Job(
        effects=tuple(spec["effects"]),
        photo=None,
        features=None,
        size=(spec["width"], spec["height"]),
        fps=FPS,
        frames=first + JUDGED,
        fit="cover",
        title=SAMPLE["title"],
        artist=SAMPLE["artist"],
        egl_device=spec.get("egl_device"),
        require_gpu=False,
        cube_edge=_CUBE_EDGE,
    )
    KEEPER.close()  # calls go to the context opened last
    try:
        emit.stage("context")
        with _modest():
            context = Context(job.egl_device)
        with context:
            emit.stage("compile")
            scene = Scene(context, job)
            costs = Costs(context, job.size)
            counter = _Counter(context, scene, used)

            def before(index: int, step: Step) -> None:
                counter.before(index, step)
                costs.before(index, step)

            scene.watch(before)
            shown = _draw(scene, job, emit, costs)
            context.check("drawing")
            found = {
                "renderer": context.renderer,
                "software": context.software,
                "warnings": not_finite(scene.effects, scene.kept),
                "cost": asdict(costs.frame()),
            }
            quick = time.process_time() - used < _QUICK_S
            why = "" if shown else _why_blank(context, scene, job, emit, again=quick)
    except GlError as error:
        raise ToqiboxError("render_failed", detail=str(error)) from error
    except MemoryError as error:
        detail = "it takes more memory than it may"
        raise ToqiboxError("shader_rejected", detail=detail) from error
    return {**found, "blank": not shown, "why": why, "seconds": time.perf_counter() - start}


@contextmanager
def _modest() -> Iterator[None]:
    """Have a software renderer (Mesa's llvmpipe) do with little; it reads this when it is opened.

    Two threads, since each takes address space, which is limited; and machine code that is not
    optimised: two frames are drawn sooner than their code is improved, up to thirty times.
    """
    before = {name: os.environ.get(name) for name in _MODEST}
    os.environ.update(_MODEST)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _Counter:
    """Counts the rounds of a scene's loops, each pass before its first draws.

    A GPU might never come back from a draw: there all pixels are counted before the first. A
    software renderer leaves its loops by itself, though late: there a few pixels are counted
    before the first draw, and before the second one as many as there is time for.

    Args:
        context: where the scene is drawn.
        scene: what is drawn.
        used: processor time of this process before it was compiled, seconds.
    """

    def __init__(self, context: Context, scene: Scene, used: float) -> None:
        self._rounds = [Rounds(context, effect) for effect in scene.effects]
        self._software = context.software
        self._used = used
        self._draws: Counter[tuple[int, str]] = Counter()

    def before(self, index: int, step: Step) -> None:
        self._draws[index, step.name] += 1
        draws = self._draws[index, step.name]
        if not self._software:
            if draws == 1:
                self._rounds[index].count(step, math.inf)
        elif draws <= 2:
            left = _COUNTED_S - (time.process_time() - self._used)
            self._rounds[index].count(step, left if draws == 2 else 0.0)


def _why_blank(context: Context, scene: Scene, job: Job, emit: Emit, *, again: bool) -> str:
    """The likely reason why nothing can be seen; it is drawn `again`, in floats, to find out."""
    seen: list[NDArray[np.float32]] = []
    if again:
        # Floats take four times the memory, which may be more than there is.
        with suppress(ToqiboxError, GlError):
            floats = Scene(context, replace(job, precise=True))
            _draw(floats, job, emit, Costs(context, job.size), seen.append)
    return why_blank(scene.effects[-1], seen or [values(scene.output)])


def _draw(
    scene: Scene,
    job: Job,
    emit: Emit,
    costs: Costs,
    look: Callable[[NDArray[np.float32]], None] | None = None,
) -> bool:
    """Draw what must be drawn; returns whether anything is to be seen in a judged frame.

    Args:
        scene: what is drawn.
        job: of the scene.
        emit: called before each pass.
        costs: times each pass.
        look: called with each judged frame as floats, height by width by RGBA.
    """

    def timed(name: str, draw: Callable[[], bool]) -> bool:
        # A software renderer compiles a pass once more when it is drawn first.
        emit.stage("draw")
        return costs.timed(name, draw)

    shown = False
    scene.begin(0)
    for frame in range(0 if scene.sequential else job.frames - JUDGED, job.frames):
        scene.draw_effects(frame, timed)
        shown = shown or _shows(scene.output)
        if look is not None and frame >= job.frames - JUDGED:
            look(values(scene.output))
    return shown


def _shows(surface: Surface) -> bool:
    seen = rgba(surface)
    return bool(np.any(seen[..., :3].any(axis=-1) & (seen[..., 3] > 0)))
