"""The segment task: draws and encodes the frames [first, last) of a job."""

import time
from dataclasses import dataclass
from functools import partial

from server.errors import ToqiboxError
from server.media.encoders import FrameWriter
from server.render import state
from server.render.clock import Clock
from server.render.context import Context, GlError
from server.render.events import Emit, Result, Spec
from server.render.job import Job, Range
from server.render.readback import Readback
from server.render.scene import Scene


@dataclass
class _Kept:
    """A job's open context and compiled scene, for its next segment."""

    key: str
    context: Context
    scene: Scene
    readback: Readback
    clock: Clock


class Renderer:
    """Does segment tasks; keeps the last job's context and scene and no other's."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    def run(self, spec: Spec, emit: Emit) -> Result:
        """Do one segment task.

        Raises:
            ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
        """
        job, part = Job.read(spec), Range.read(spec)
        if not 0 <= part.first < part.last <= job.frames:
            detail = f"frames {part.first} to {part.last} of {job.frames}"
            raise ToqiboxError("render_failed", detail=detail)
        try:
            emit.stage("compile")
            start = time.perf_counter()
            kept = self._open(job)
            _resume(kept.scene, part)
            kept.context.finish()
            compiling = time.perf_counter() - start
            emit.stage("render")
            result = _render(kept, job, part, emit)
        except GlError as error:
            self.close()
            raise ToqiboxError("render_failed", detail=str(error)) from error
        except BaseException:
            self.close()
            raise
        result["seconds"]["compile"] = compiling
        return result

    def close(self) -> None:
        """Give back the context that is kept, with everything in it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.context.release()

    def _open(self, job: Job) -> _Kept:
        key = job.key()
        if self._kept is not None and self._kept.key == key:
            return self._kept
        self.close()
        context = Context(job.egl_device)
        try:
            if job.require_gpu and context.software:
                detail = f"a hardware renderer is required, this is {context.renderer}"
                raise ToqiboxError("not_ready", detail=detail)
            if job.renderer not in (None, context.renderer):
                detail = f"planned for {job.renderer}, this is {context.renderer}"
                raise ToqiboxError("render_failed", detail=detail)
            scene = Scene(context, job)
            readback = Readback(context, scene.planes)
            self._kept = _Kept(key, context, scene, readback, Clock(context))
        except BaseException:
            context.release()
            raise
        return self._kept


_RENDERER = Renderer()


def run(spec: Spec, emit: Emit) -> Result:
    """Do one segment task in this process; see Renderer.run."""
    return _RENDERER.run(spec, emit)


def _resume(scene: Scene, part: Range) -> None:
    scene.begin(part.first)
    if part.state_in is not None:
        state.load(part.state_in, part.first, scene.kept)
    elif scene.sequential and part.first > 0:
        detail = f"frame {part.first} needs what frame {part.first - 1} left"
        raise ToqiboxError("render_failed", detail=detail)


def _render(kept: _Kept, job: Job, part: Range, emit: Emit) -> Result:
    context, scene, readback = kept.context, kept.scene, kept.readback
    output = FrameWriter(part.encoder, job.size, job.fps, part.threads, part.out, part.stall_s)
    with output as writer:
        readback.begin()
        for frame in range(part.first, part.last):
            changed = kept.clock.time(partial(scene.draw, frame))
            readback.push(writer, changed=changed)
            emit.frames(readback.delivered)
        readback.finish(writer)
        context.check("drawing")
        if part.state_out is not None:
            state.save(part.state_out, part.last, scene.kept)
        written = writer.finish()
    seconds = {"render": kept.clock.take(), "readback": readback.seconds, "encode": written.cpu_s}
    return {
        "frames": written.frames,
        "renderer": context.renderer,
        "software": context.software,
        "seconds": seconds,
        "bytes": written.bytes,
    }
