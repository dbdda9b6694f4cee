"""The segment task: draws and encodes the frames [first, last) of a job."""

import time
from functools import partial

from server.errors import ToqiboxError
from server.files import seal
from server.media.video.frame_encoder import FrameWriter
from server.protocol.events import Emit, Result, Spec
from server.render.effect import checkpoint
from server.render.scene import Scene
from server.render.scene_spec import Job, Range
from server.render.session import KEEPER, Keeper, Opened


def run(spec: Spec, emit: Emit, keeper: Keeper = KEEPER) -> Result:
    """Do one segment task; `keeper` keeps the job's scene for the next one.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
        Damaged: what earlier tasks of the job made is not as they left it.
    """
    job, part = Job.read(spec), Range.read(spec)
    if not 0 <= part.first < part.last <= job.frames:
        detail = f"frames {part.first} to {part.last} of {job.frames}"
        raise ToqiboxError("render_failed", detail=detail)
    kept = [] if keeper.holds(job) else job.made
    seal.verify([*kept, *([part.state_in] if part.state_in else [])])
    with keeper.guarded():
        emit.stage("compile")
        start = time.perf_counter()
        opened = keeper.open(job)
        opened.position = None
        _resume(opened.scene, part)
        opened.context.finish()
        compiling = time.perf_counter() - start
        emit.stage("render")
        result = _render(opened, job, part, emit)
    result["seconds"]["compile"] = compiling
    return result


def _resume(scene: Scene, part: Range) -> None:
    scene.begin(part.first)
    if part.state_in is not None:
        checkpoint.load(part.state_in, part.first, scene.kept)
    elif scene.sequential and part.first > 0:
        detail = f"frame {part.first} needs what frame {part.first - 1} left"
        raise ToqiboxError("render_failed", detail=detail)


def _render(kept: Opened, job: Job, part: Range, emit: Emit) -> Result:
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
            checkpoint.save(part.state_out, part.last, scene.kept)
        written = writer.finish()
    seconds = {"render": kept.clock.take(), "readback": readback.seconds, "encode": written.cpu_s}
    return {
        "frames": written.frames,
        "renderer": context.renderer,
        "software": context.software,
        "seconds": seconds,
        "shades": readback.shades.ranges,
        "bytes": written.bytes,
    }
