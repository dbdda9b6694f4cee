"""A slot and its worker."""

import asyncio
import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import TaskError, Timeouts
from server.process import sandbox
from server.protocol.tasks import DrawFrames, EncodeAudio, Probe
from tests.harness import media
from tests.harness.processes import descendants
from tests.harness.rendering import MakeTask
from tests.render.drawing import SHOW, TRAIL

WRITES = """/*{"PASSES": [{"TARGET": "kept", "PERSISTENT": true}, {}]}*/
void main() { gl_FragColor = vec4(1.0); }
"""
READS = """/*{"PASSES": [{"TARGET": "kept", "PERSISTENT": true}, {}]}*/
void main() {
    vec4 unset;
    gl_FragColor = PASSINDEX == 0 ? IMG_THIS_PIXEL(kept)
        : vec4(IMG_THIS_PIXEL(kept).rgb + unset.rgb, 1.0);
}
"""
"""Shows what its target and a variable hold before anything is written to them."""
WATCH = Timeouts(idle_s=60, total_s=60)


@pytest.mark.slow
async def test_a_task_that_draws_does_not_run_in_a_worker_that_may_not(
    make_task: MakeTask, tmp_path: Path
) -> None:
    """A resumed job may begin with the count of its flashes, and then draw segments again."""
    fork_server = ForkServer(sandbox.environment())
    slot = LocalSlot(0, launch=fork_server.start)
    try:
        await slot.run("job", Probe(), WATCH, lambda _event: None)
        for name in ("0.mp4", "1.mp4"):
            task = make_task(SHOW, out=tmp_path / name)
            await slot.run("job", task, WATCH, lambda _event: None)
            assert task.out.exists()
        await slot.run("job", Probe(), WATCH, lambda _event: None)
    finally:
        await slot.stop_worker()
        await fork_server.close()


@pytest.mark.slow
async def test_a_scene_that_was_opened_before_its_track_is_drawn_by_the_same_worker(
    make_task: MakeTask, tmp_path: Path, track: Path
) -> None:
    """Also confined: it may read the features that are written later, and write the segment."""
    (tmp_path / "job").mkdir()
    known = make_task(TRAIL, out=tmp_path / "job" / "known.mp4")
    (features := tmp_path / "features" / "one").mkdir(parents=True)
    scene = replace(known.scene, features=features)
    opening = DrawFrames(scene=scene, frames=(), awaits_track=True, folder=tmp_path / "job")
    segment = replace(known, scene=scene, out=tmp_path / "job" / "segment.mp4")
    fork_server = ForkServer(sandbox.environment())
    slot = LocalSlot(0, launch=fork_server.start)
    try:
        await slot.run("job", opening, WATCH, lambda _event: None)
        workers = [p.pid for p in descendants(os.getpid()) if p.kind == "worker"]
        shutil.copytree(track, features, dirs_exist_ok=True)
        drawn = await slot.run("job", segment, WATCH, lambda _event: None)
        assert workers == [p.pid for p in descendants(os.getpid()) if p.kind == "worker"]
        await slot.run("other", known, WATCH, lambda _event: None)
    finally:
        await slot.stop_worker()
        await fork_server.close()
    assert drawn.seconds.compile > 0
    assert media.frame_hashes(segment.out) == media.frame_hashes(known.out)


@pytest.mark.slow
@pytest.mark.fault("B19")
async def test_a_job_sees_nothing_of_the_one_before(make_task: MakeTask, tmp_path: Path) -> None:
    fork_server = ForkServer(sandbox.environment())
    slot = LocalSlot(0, launch=fork_server.start)
    brightest, workers = [], []
    try:
        for job_id, source in (("first", WRITES), ("second", READS)):
            task = make_task(source, last=2, out=tmp_path / f"{job_id}.mp4")
            await slot.run(job_id, task, WATCH, lambda _event: None)
            brightest.append(int(media.frames(task.out, 64, 36).max()))
            workers += [p.pid for p in descendants(os.getpid()) if p.kind == "worker"]
    finally:
        await slot.stop_worker()
        await fork_server.close()
    assert brightest == [255, 0]
    assert len(set(workers)) == 2


async def test_a_cancelled_change_of_workers_leaves_no_descriptor(tmp_path: Path) -> None:
    """A slot turns from one job to another, which is cancelled before the old worker has ended."""
    fork_server = ForkServer(sandbox.environment())
    slot = LocalSlot(0, launch=fork_server.start)
    task = EncodeAudio(audio=tmp_path / "missing", out=tmp_path / "out.m4a")
    counts = []
    try:
        for number in range(3):
            with pytest.raises(TaskError):
                await slot.run(f"first {number}", task, WATCH, lambda _event: None)
            second = asyncio.create_task(
                slot.run(f"second {number}", task, WATCH, lambda _event: None)
            )
            await asyncio.sleep(0)
            second.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await second
            await slot.stop_worker()
            await asyncio.sleep(0)  # closed sockets are closed by the loop
            counts.append(len(os.listdir("/proc/self/fd")))
            assert not [one for one in descendants(os.getpid()) if one.kind == "worker"]
    finally:
        await slot.stop_worker()
        await fork_server.close()
    assert counts == counts[:1] * 3
