"""The task draw_segment: draws and encodes the frames [first, last) of a job."""

import time
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from server.errors import ToqiboxError
from server.files import seal
from server.media.video.encoder_options import SegmentFormat
from server.media.video.frame_encoder import STALL_S, FrameWriter
from server.protocol.results.drawing import DrawnSegment, SegmentTimes
from server.protocol.tasks import DrawSegment
from server.protocol.wire.progress import ProgressReporter
from server.render.effect import checkpoint
from server.render.flash_safety.cell_recorder import CellRecorder, record_cells
from server.render.output.value_range import ValueRange
from server.render.scene import Scene
from server.render.session import SESSIONS, RenderSession, SessionCache


def run(
    task: DrawSegment, progress: ProgressReporter, sessions: SessionCache = SESSIONS
) -> DrawnSegment:
    """Draw and encode one segment; `sessions` keeps the scene for the next one.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for OpenGL errors.
        DamagedFilesError: a file of an earlier task has changed since it was written.
    """
    spec = task.scene
    if not 0 <= task.first < task.last <= spec.frames:
        detail = f"frames {task.first} to {task.last} of {spec.frames}"
        raise ToqiboxError("render_failed", detail=detail)
    is_new = not sessions.holds(spec)
    seal.verify_sealed(spec.photos() if is_new else [])
    unverified = spec.sealed_files() if is_new else []
    seal.verify([*unverified, *(path for path in (task.state_in, task.gains) if path)])
    with sessions.invalidate_on_error():
        progress.stage("compile")
        start = time.perf_counter()
        session = sessions.open(spec)
        session.next_frame = None
        session.scene.dim(task.gains)
        _resume(session.scene, task)
        session.context.finish()
        compiling = time.perf_counter() - start + session.opening_s
        session.opening_s = 0.0
        progress.stage("render")
        return _render(session, task, progress, compiling)


def _resume(scene: Scene, task: DrawSegment) -> None:
    scene.begin(task.first)
    if task.state_in is not None:
        checkpoint.load(task.state_in, task.first, scene.persistent_targets)
    elif scene.sequential and task.first > 0:
        detail = f"frame {task.first} needs what frame {task.first - 1} left"
        raise ToqiboxError("render_failed", detail=detail)


def _render(
    session: RenderSession, task: DrawSegment, progress: ProgressReporter, compile_s: float
) -> DrawnSegment:
    context, scene, readback = session.context, session.scene, session.readback
    spec, stall_s = task.scene, STALL_S if task.stall_s is None else task.stall_s
    form = SegmentFormat(task.encoder, spec.size, spec.fps, task.threads, task.quality)
    values = ValueRange()
    output = FrameWriter(form, task.out, stall_s, spec.gpu)
    with output as writer:
        with _record_cells(task) as recorder:
            readback.begin([values, recorder] if recorder else [values])
            for frame in range(task.first, task.last):
                changed = session.draw_timer.time(partial(scene.draw, frame))
                readback.push(writer, changed=changed)
                progress.frames(readback.delivered)
            readback.finish(writer)
            context.check("drawing")
            if task.state_out is not None:
                checkpoint.save(task.state_out, task.last, scene.persistent_targets)
        written = writer.finish()
    return DrawnSegment(
        frames=written.frames,
        renderer=context.renderer,
        software=context.software,
        seconds=SegmentTimes(
            compile=compile_s,
            render=session.draw_timer.take_seconds(),
            readback=readback.seconds,
            encode=written.cpu_s,
            flashes=recorder.seconds if recorder else 0.0,
        ),
        shades=values.ranges,
        bytes=written.bytes,
        gpu=spec.gpu,
    )


def _record_cells(task: DrawSegment) -> AbstractContextManager[CellRecorder | None]:
    if task.cells_out is None:
        return nullcontext()
    return record_cells(task.cells_out, task.scene.size, task.last - task.first)
