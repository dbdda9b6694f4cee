"""Workers that send what no worker sends, and processes that do not end when they are killed."""

import asyncio
import sys

import pytest

from server.jobs.execution.process import MAX_LINE_BYTES, ExecutedProcess
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import Launch, TaskError, Timeouts, Worker
from server.process import sandbox
from server.protocol.tasks import Probe
from tests.harness.limits import HANG_S

WATCH = Timeouts(idle_s=30, total_s=60)


def _program(code: str) -> Launch:
    """Return a launch of a Python program in place of the worker."""

    async def launch(_label: str, _limits: sandbox.Limits | None) -> ExecutedProcess:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-S",
            "-c",
            f"import os, sys, time\nsend = sys.stdout.write\n{code}\nsys.stdout.flush()\n"
            "time.sleep(600)",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=MAX_LINE_BYTES,
        )
        return ExecutedProcess(process)

    return launch


GARBAGE = {
    "no JSON": "send('{nonsense\\n')",
    "no object": "send('[1, 2]\\n')",
    "an unknown event": 'send(\'{"event": "sing"}\\n\')',
    "an event of other values": 'send(\'{"event": "frames_done", "done": "many"}\\n\')',
    "another result": 'send(\'{"event": "done", "result": {"gl": 7}}\\n\')',
    "no text": "os.write(1, bytes(range(128, 256)) + b'\\n')",
    "deep JSON": "send('[' * 200_000 + '\\n')",
    "a long line": "send('x' * (3 << 20) + '\\n')",
    "a line without end": "while True: send('x' * 65_536)",
    "half a line, then silence": "send('{\"event\"'); sys.stdout.flush(); os.close(1)",
    "an end without a word": "os._exit(0)",
}


@pytest.mark.fault("L05")
@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_ends_the_task_and_its_worker(name: str) -> None:
    worker = await Worker.start("test", launch=_program(GARBAGE[name]))
    seen: list[object] = []
    with pytest.raises(TaskError) as caught:
        await worker.run(Probe(), WATCH, seen.append)
    assert caught.value.code == "worker_crashed"
    assert len(caught.value.detail) < 10_000
    assert seen == []
    assert not worker.is_alive


@pytest.mark.fault("L05", "F02")
async def test_messages_without_end_are_not_kept() -> None:
    chatter = "for _ in range(300): os.write(2, b'y' * 10_000)\nos._exit(3)"
    worker = await Worker.start("test", launch=_program(chatter))
    with pytest.raises(TaskError, match="exit status 3") as caught:
        await worker.run(Probe(), WATCH, lambda _event: None)
    assert len(caught.value.detail) < 10_000
    assert not worker.is_alive


class _Unkillable(ExecutedProcess):
    """A process in uninterruptible sleep, as one that waits for a GPU that has hung."""

    @property
    def returncode(self) -> int | None:
        return None

    async def wait(self) -> None:
        await asyncio.Event().wait()

    def kill_group(self) -> None:
        """Send a signal that stays pending."""

    async def end(self) -> None:
        """End it, once the test has."""
        super().kill_group()
        await super().wait()


@pytest.mark.fault("G16", "K06")
async def test_a_slot_leaves_a_worker_that_cannot_be_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = "server.jobs.execution.worker_process._KILL_WAIT_S"
    monkeypatch.setattr(limit, 0.05)
    stuck: list[_Unkillable] = []

    async def launch(label: str, limits: sandbox.Limits | None) -> ExecutedProcess:
        process = await ExecutedProcess.start(label, limits)
        if stuck:
            return process
        stuck.append(_Unkillable(process._process))
        return stuck[0]

    slot = LocalSlot(0, launch=launch)
    try:
        assert (await slot.run("one", Probe(), WATCH, lambda _event: None)).gl.ok
        hanging = asyncio.create_task(slot.run("one", Probe(), WATCH, lambda _event: None))
        await asyncio.sleep(0)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert (await slot.run("two", Probe(), WATCH, lambda _event: None)).gl.ok
    finally:
        monkeypatch.setattr(limit, HANG_S)
        await slot.stop_worker()
        for process in stuck:
            await process.end()


@pytest.mark.fault("H05")
async def test_a_worker_outlives_the_threads_that_decode_and_store() -> None:
    """The kernel would end it with the thread that has started it."""
    await asyncio.to_thread(int)
    worker = await Worker.start("test")
    try:
        await asyncio.get_running_loop().shutdown_default_executor()
        assert (await worker.run(Probe(), WATCH, lambda _event: None)).gl.ok
    finally:
        await worker.kill()
