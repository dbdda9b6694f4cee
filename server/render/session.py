"""An open context with a job's scene in it, kept for the next task of the same job."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from server.errors import ToqiboxError
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context, GlError
from server.render.output.draw_timer import DrawTimer
from server.render.output.readback import Readback
from server.render.scene import Scene


@dataclass
class RenderSession:
    """A job's context and compiled scene."""

    key: str
    context: Context
    scene: Scene
    next_frame: int | None = None
    """The frame that its targets are ready for, where every one from 0 on was drawn."""

    @cached_property
    def readback(self) -> Readback:
        """The way of its frames to an encoder."""
        return Readback(self.context, self.scene.planes)

    @cached_property
    def draw_timer(self) -> DrawTimer:
        """What its frames take to draw."""
        return DrawTimer(self.context)


class SessionCache:
    """Opens jobs; keeps the last one and no other."""

    def __init__(self) -> None:
        self.current: RenderSession | None = None

    def holds(self, spec: SceneSpec) -> bool:
        """Return whether the job was opened before and is kept."""
        return self.current is not None and self.current.key == spec.key()

    def open(self, spec: SceneSpec) -> RenderSession:
        """The job as it was left, or opened now.

        Raises:
            ToqiboxError: ``not_ready`` or ``render_failed`` when it is not the renderer that the
                job must have; those of Scene.
            GlError: there is no context.
        """
        key = spec.key()
        if self.current is not None and self.current.key == key:
            return self.current
        self.close()
        context = Context(spec.egl_device)
        try:
            _check_renderer(spec, context)
            self.current = RenderSession(key, context, Scene(context, spec))
        except BaseException:
            context.release()
            raise
        return self.current

    def close(self) -> None:
        """Give back the context that is kept, with everything in it."""
        current, self.current = self.current, None
        if current is not None:
            current.context.release()

    @contextmanager
    def invalidate_on_error(self) -> Iterator[None]:
        """Keep nothing of a task that fails; what OpenGL refuses is ``render_failed``."""
        try:
            yield
        except GlError as error:
            self.close()
            raise ToqiboxError("render_failed", detail=str(error)) from error
        except BaseException:
            self.close()
            raise


SESSIONS = SessionCache()
"""The process's own: the tasks of a worker share what is open."""


def _check_renderer(spec: SceneSpec, context: Context) -> None:
    if spec.require_gpu and context.software:
        detail = f"a hardware renderer is required, this is {context.renderer}"
        raise ToqiboxError("not_ready", detail=detail)
    if spec.renderer not in (None, context.renderer):
        detail = f"planned for {spec.renderer}, this is {context.renderer}"
        raise ToqiboxError("render_failed", detail=detail)
