"""Time-outs that do not count what their own process did not run."""

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from server.jobs.patience import within
from server.jobs.run import SlotClock

_PAUSED = """
import asyncio, os
from server.jobs.patience import within
from server.jobs.run import SlotClock

async def main():
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    print("waiting", flush=True)
    print(await within(0.8, reader.readline()), flush=True)

asyncio.run(main())
"""


async def test_work_that_takes_longer_is_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        await within(0.02, work())
    assert ended.is_set()


async def test_errors_and_results_come_through() -> None:
    async def fail() -> None:
        raise ValueError("no")

    assert await within(1, asyncio.sleep(0, "result")) == "result"
    with pytest.raises(ValueError, match="no"):
        await within(1, fail())


def test_a_pause_of_the_process_is_hardly_slot_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    clock = SlotClock(2.0)
    with clock:
        now += 0.5
        clock.move_on()
        now += 3600.0
        assert clock.total_s == 7.5
        clock.move_on()
        now += 0.25
    assert clock.total_s == 7.75
    now += 3600.0
    clock.move_on()
    assert clock.total_s == 7.75


def test_the_pause_of_the_process_itself_does_not_count() -> None:
    command = [sys.executable, "-c", _PAUSED]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)  # its timers are looked at before anything comes
        process.stdin.write("event\n")
        process.stdin.flush()
        assert process.stdout.readline() == "b'event\\n'\n"
