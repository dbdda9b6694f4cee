"""GET /ready is true, and cheap however often it is requested."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from server.http.limits import HttpLimits
from server.protocol.results.machine import EncoderReport, GlReport, ProbeReport
from tests.harness.disks import make_read_only, small_disk
from tests.http.conftest import CAN_DRAW, Running, Start
from tests.http.wire import exchange, head


async def test_readiness_lists_what_is_missing(running: Running) -> None:
    ready = await exchange(running.port, head("GET /ready"))
    assert (ready.status, ready.json["software"], ready.json["encoder"]) == (200, True, "x264")
    running.service.machine.report = ProbeReport(gl=GlReport(error="no EGL"))
    ready = await exchange(running.port, head("GET /ready"))
    assert (ready.status, ready.code) == (503, "not_ready")
    assert "no EGL" in ready.json["problems"][0]
    assert (await exchange(running.port, head("GET /health"))).status == 200


async def test_concurrent_requests_sync_one_file(
    start: Start, limits: Callable[..., HttpLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await start(limits(readiness_cache_s=60))
    real, synced = os.fsync, []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    responses = await asyncio.gather(
        *[exchange(running.port, head("GET /ready")) for _ in range(20)]
    )
    assert {response.status for response in responses} == {200}
    assert len(synced) == 1


async def test_cheap_indicators_are_reported_at_once(
    start: Start, limits: Callable[..., HttpLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await start(limits(readiness_cache_s=60), min_free_mb=1)

    async def problems() -> list[str]:
        return list((await exchange(running.port, head("GET /ready"))).json["problems"])

    assert await problems() == []
    running.service.draining = True
    assert await problems() == ["draining"]
    running.service.draining = False
    assert await problems() == []
    with monkeypatch.context() as patch:
        seen = list(os.statvfs(running.config.data_dir))
        seen[4] = 0  # f_bavail
        patch.setattr(os, "statvfs", lambda _: os.statvfs_result(seen))
        assert "0 MB are free" in (await problems())[0]
    assert await problems() == []


async def test_other_problems_are_reported_after_a_moment(
    start: Start, limits: Callable[..., HttpLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await start(limits(readiness_cache_s=0.2))
    assert (await exchange(running.port, head("GET /ready"))).status == 200

    def broken(_descriptor: int) -> NoReturn:
        raise OSError("no")

    monkeypatch.setattr(os, "fsync", broken)
    await asyncio.sleep(0.25)
    ready = await exchange(running.port, head("GET /ready"))
    assert ready.json["problems"] == ["the data folder cannot be written: no"]


@pytest.mark.fault("I05")
async def test_a_read_only_disk_is_reported_before_its_consequences(
    start: Start, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        running = await start(data_dir=disk / "data")
        encoders = {"x264": EncoderReport(why="Read-only file system")}
        running.service.machine.report = replace(CAN_DRAW, encoders=encoders)
        make_read_only(disk)
        problems = (await exchange(running.port, head("GET /ready"))).json["problems"]
        assert problems[0] == "the data folder cannot be written: Read-only file system"
        assert "no encoder" in problems[1]
