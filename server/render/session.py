"""An open context with a job's scene, kept for the next task of the same job."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from server.errors import ToqiboxError
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context, GlError
from server.render.gl.gpu import open_context
from server.render.output.draw_timer import DrawTimer
from server.render.output.readback import Readback
from server.render.scene import Scene
from server.render.scene_photos import ScenePhotos


@dataclass
class RenderSession:
    """A job's context and compiled scene."""

    key: str
    base: str
    """Equal for scenes that can have the same context and photos, one after the other."""
    context: Context
    scene: Scene
    opening_s: float = 0.0
    """Seconds that it took to open it before its track was analysed, until a task reports them."""
    next_frame: int | None = None
    """The frame that the targets are ready for, if all frames before it were drawn."""

    @cached_property
    def readback(self) -> Readback:
        """Transfer of the frames to an encoder."""
        return Readback(self.context, self.scene.planes)

    @cached_property
    def draw_timer(self) -> DrawTimer:
        """Timer of the time spent on drawing."""
        return DrawTimer(self.context)


class SessionCache:
    """Opens sessions and keeps the most recent one."""

    def __init__(self) -> None:
        self.current: RenderSession | None = None

    def holds(self, spec: SceneSpec) -> bool:
        """Return True if the job's session is open, with its track."""
        current = self.current
        return current is not None and current.key == spec.key() and not current.scene.awaits_track

    def open_before_track(self, spec: SceneSpec) -> RenderSession:
        """Open the job's session while its track is still analysed, and draw a frame.

        The next `open` then finds its shaders compiled, and all drawn that no audio decides.

        Raises:
            ToqiboxError, GlError: see `open`.
        """
        began = time.perf_counter()
        session = self._open(spec, awaits_track=spec.features is not None)
        session.scene.begin(0)
        session.scene.draw(0)
        session.context.finish()
        session.opening_s = time.perf_counter() - began
        return session

    def open(self, spec: SceneSpec) -> RenderSession:
        """Return the job's session as it was left, or open a new one.

        Raises:
            ToqiboxError: ``not_ready`` or ``render_failed`` if the job requires another renderer;
                errors of Scene.
            GlError: no context can be opened.
        """
        current = self.current
        if current is None or current.key != spec.key():
            return self._open(spec)
        current.context.collect()  # objects of the task before
        if current.scene.awaits_track:
            current.scene.follow_track()
        return current

    def _open(self, spec: SceneSpec, *, awaits_track: bool = False) -> RenderSession:
        context, photos = self._take_base(spec) or (open_context(spec.egl_device, spec.gpu), None)
        try:
            _check_renderer(spec, context)
            scene = Scene(context, spec, awaits_track=awaits_track, photos=photos)
            self.current = RenderSession(spec.key(), _base_of(spec), context, scene)
        except BaseException:
            context.release()
            raise
        return self.current

    def _take_base(self, spec: SceneSpec) -> tuple[Context, ScenePhotos] | None:
        """Return the context and the photos of the open scene if `spec` can have them, else close.

        All else of that scene is released. Nothing of a client's source reaches another scene.
        """
        current = self.current
        if current is None or current.base != _base_of(spec) or spec.is_custom:
            self.close()
            return None
        context, photos = current.context, current.scene.photos
        current = self.current = None
        gc.collect()  # a scene and its textures refer to each other
        context.collect()
        return context, photos

    def close(self) -> None:
        """Release the open session's context with everything in it."""
        current, self.current = self.current, None
        if current is not None:
            current.context.release()

    @contextmanager
    def invalidate_on_error(self) -> Iterator[None]:
        """Close the session if the task fails; turn OpenGL errors into ``render_failed``."""
        try:
            yield
        except GlError as error:
            self.close()
            raise ToqiboxError("render_failed", detail=str(error)) from error
        except BaseException:
            self.close()
            raise


SESSIONS = SessionCache()
"""The cache of this process, shared by a worker's tasks."""


def _base_of(spec: SceneSpec) -> str:
    """Return a text of what a context and the photos depend on."""
    fields = (spec.photo, spec.photo2, spec.size, spec.fit, spec.is_custom)
    return repr((*fields, spec.egl_device, spec.gpu))


def _check_renderer(spec: SceneSpec, context: Context) -> None:
    if spec.require_gpu and context.software:
        detail = f"a hardware renderer is required: this is {context.renderer}"
        raise ToqiboxError("not_ready", detail=detail)
    if spec.renderer not in (None, context.renderer):
        detail = f"the job must be drawn by {spec.renderer}: this is {context.renderer}"
        raise ToqiboxError("render_failed", detail=detail)
