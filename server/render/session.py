"""An open context with a job's scene in it, kept for the next task of the same job."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from server.errors import ToqiboxError
from server.render.gl.context import Context, GlError
from server.render.output.pass_timer import Clock
from server.render.output.readback import Readback
from server.render.scene import Scene
from server.render.scene_spec import Job


@dataclass
class Opened:
    """A job's context and compiled scene."""

    key: str
    context: Context
    scene: Scene
    position: int | None = None
    """The frame that its targets are ready for, where every one from 0 on was drawn."""

    @cached_property
    def readback(self) -> Readback:
        """The way of its frames to an encoder."""
        return Readback(self.context, self.scene.planes)

    @cached_property
    def clock(self) -> Clock:
        """What its frames take to draw."""
        return Clock(self.context)


class Keeper:
    """Opens jobs; keeps the last one and no other."""

    def __init__(self) -> None:
        self.kept: Opened | None = None

    def holds(self, job: Job) -> bool:
        """Return whether the job was opened before and is kept."""
        return self.kept is not None and self.kept.key == job.key()

    def open(self, job: Job) -> Opened:
        """The job as it was left, or opened now.

        Raises:
            ToqiboxError: ``not_ready`` or ``render_failed`` when it is not the renderer that the
                job must have; those of Scene.
            GlError: there is no context.
        """
        key = job.key()
        if self.kept is not None and self.kept.key == key:
            return self.kept
        self.close()
        context = Context(job.egl_device)
        try:
            _check(job, context)
            self.kept = Opened(key, context, Scene(context, job))
        except BaseException:
            context.release()
            raise
        return self.kept

    def close(self) -> None:
        """Give back the context that is kept, with everything in it."""
        kept, self.kept = self.kept, None
        if kept is not None:
            kept.context.release()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Keep nothing of a task that fails; what OpenGL refuses is ``render_failed``."""
        try:
            yield
        except GlError as error:
            self.close()
            raise ToqiboxError("render_failed", detail=str(error)) from error
        except BaseException:
            self.close()
            raise


KEEPER = Keeper()
"""The process's own: the tasks of a worker share what is open."""


def _check(job: Job, context: Context) -> None:
    if job.require_gpu and context.software:
        detail = f"a hardware renderer is required, this is {context.renderer}"
        raise ToqiboxError("not_ready", detail=detail)
    if job.renderer not in (None, context.renderer):
        detail = f"planned for {job.renderer}, this is {context.renderer}"
        raise ToqiboxError("render_failed", detail=detail)
