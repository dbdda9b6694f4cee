"""Decoders of an upload that crash, take too long, or are killed from outside."""

import asyncio
import os
import signal

import pytest

from tests.harness import media as made_media
from tests.harness import processes
from tests.http.conftest import Running
from tests.http.wire import Response, exchange, form, part, post

FILES = part("audio", made_media.wav(1.0)), part("photo", made_media.photo(1600, 1200))


async def _submit(running: Running) -> Response:
    return await exchange(running.port, post(form(*FILES)), wait_s=60)


async def _end_decoder(number: int) -> None:
    """Send a signal to the worker that decodes the upload, while it does."""
    while True:
        for process in processes.descendants(os.getpid()):
            if process.command.endswith("server.worker.program prepare"):
                process.pause()
                os.kill(process.pid, number)
                os.kill(process.pid, signal.SIGCONT)
                return
        await asyncio.sleep(0.002)


@pytest.mark.fault("B14", "B15")
@pytest.mark.parametrize(
    "number", [signal.SIGSEGV, signal.SIGXCPU], ids=["crash", "limit of processor time"]
)
async def test_a_file_that_ends_its_decoder_is_refused_and_the_next_is_not(
    running: Running, number: signal.Signals
) -> None:
    ending = asyncio.create_task(_end_decoder(number))
    refused = await _submit(running)
    await ending
    assert refused.status == 422, refused.body
    assert refused.code in ("undecodable_audio", "undecodable_image")
    assert (await _submit(running)).status == 202


@pytest.mark.fault("B14")
async def test_a_decoder_that_is_killed_from_outside_is_started_again(running: Running) -> None:
    ending = asyncio.create_task(_end_decoder(signal.SIGKILL))
    accepted = await _submit(running)
    await ending
    assert accepted.status == 202, accepted.body
