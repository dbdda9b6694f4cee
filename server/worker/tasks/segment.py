"""The segment task: draws and encodes the frames [first, last) of a job."""

import time
from functools import partial

from server.errors import ToqiboxError
from server.files import seal
from server.media.video.frame_encoder import FrameWriter
from server.protocol.events import ProgressReporter, Result, Task
from server.render.effect import checkpoint
from server.render.scene import Scene
from server.render.scene_spec import SceneSpec, SegmentSpec
from server.render.session import SESSIONS, RenderSession, SessionCache


def run(task: Task, progress: ProgressReporter, sessions: SessionCache = SESSIONS) -> Result:
    """Do one segment task; `keeper` keeps the job's scene for the next one.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
        Damaged: what earlier tasks of the job made is not as they left it.
    """
    spec, segment = SceneSpec.from_task(task), SegmentSpec.from_task(task)
    if not 0 <= segment.first < segment.last <= spec.frames:
        detail = f"frames {segment.first} to {segment.last} of {spec.frames}"
        raise ToqiboxError("render_failed", detail=detail)
    unverified = [] if sessions.holds(spec) else spec.input_files
    seal.verify([*unverified, *([segment.state_in] if segment.state_in else [])])
    with sessions.invalidate_on_error():
        progress.stage("compile")
        start = time.perf_counter()
        session = sessions.open(spec)
        session.next_frame = None
        _resume(session.scene, segment)
        session.context.finish()
        compiling = time.perf_counter() - start
        progress.stage("render")
        result = _render(session, spec, segment, progress)
    result["seconds"]["compile"] = compiling
    return result


def _resume(scene: Scene, segment: SegmentSpec) -> None:
    scene.begin(segment.first)
    if segment.state_in is not None:
        checkpoint.load(segment.state_in, segment.first, scene.persistent_targets)
    elif scene.sequential and segment.first > 0:
        detail = f"frame {segment.first} needs what frame {segment.first - 1} left"
        raise ToqiboxError("render_failed", detail=detail)


def _render(
    session: RenderSession, spec: SceneSpec, segment: SegmentSpec, progress: ProgressReporter
) -> Result:
    context, scene, readback = session.context, session.scene, session.readback
    output = FrameWriter(
        segment.encoder, spec.size, spec.fps, segment.threads, segment.out, segment.stall_s
    )
    with output as writer:
        readback.begin()
        for frame in range(segment.first, segment.last):
            changed = session.draw_timer.time(partial(scene.draw, frame))
            readback.push(writer, changed=changed)
            progress.frames(readback.delivered)
        readback.finish(writer)
        context.check("drawing")
        if segment.state_out is not None:
            checkpoint.save(segment.state_out, segment.last, scene.persistent_targets)
        written = writer.finish()
    seconds = {
        "render": session.draw_timer.take_seconds(),
        "readback": readback.seconds,
        "encode": written.cpu_s,
    }
    return {
        "frames": written.frames,
        "renderer": context.renderer,
        "software": context.software,
        "seconds": seconds,
        "shades": readback.value_range.ranges,
        "bytes": written.bytes,
    }
