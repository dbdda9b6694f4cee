"""The places of previews: which of them sources of clients may take."""

import asyncio
from pathlib import Path

from server.jobs.execution.process import ExecutedProcess
from server.jobs.previews.preview_slots import PreviewSlots
from tests.harness.slots import until


async def test_sources_of_clients_leave_a_place_to_other_previews(tmp_path: Path) -> None:
    slots, drawn = PreviewSlots(ExecutedProcess.start, tmp_path), list[str]()

    async def draw(share: str) -> None:
        async with slots.admit(share, custom=True):
            drawn.append(share)

    async with slots.admit("flood", custom=True):
        waiting = [asyncio.create_task(draw(share)) for share in ("flood", "flood", "other")]
        await until(lambda: slots._custom_queue.waiting == 3)
        async with slots.admit("library"):
            assert drawn == []
    await asyncio.wait(waiting)
    assert drawn == ["other", "flood", "flood"]
