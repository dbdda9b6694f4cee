"""Previews of sources that took too long: what is refused then, and what is not."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.jobs.previews.custom_limits import CustomLimits
from server.jobs.service import Service
from server.protocol.scene import EffectInstance

SOURCE = EffectInstance(id="custom-1", file="source", source="void main() {}", custom=True)
WITH_PARAMS = EffectInstance(
    id="custom-1", file="source", source=SOURCE.source, custom=True, params={"size": 1.0}
)
PIXELS = 64 * 36
LATE = TaskError("render_timeout", "over 30 s. ")
OVERRUN = TaskError("worker_crashed", f"signal {signal.SIGXCPU.name}")


@pytest.fixture
async def limits(tmp_path: Path) -> AsyncIterator[CustomLimits]:
    service = Service(Config(data_dir=tmp_path), Library(()))
    yield CustomLimits(service.validations)
    await service.stop()


async def test_a_wait_does_not_shorten_a_refusal_for_processor_time(limits: CustomLimits) -> None:
    for error, pixels in ((OVERRUN, 4 * PIXELS), (LATE, PIXELS)):
        with pytest.raises(ToqiboxError):
            await limits.blame([WITH_PARAMS, SOURCE], pixels, error)
    with pytest.raises(ToqiboxError) as refused:
        limits.check([WITH_PARAMS, SOURCE], 4 * PIXELS)
    assert refused.value.code == "shader_rejected"
    with pytest.raises(ToqiboxError) as late:
        limits.check([WITH_PARAMS, SOURCE], PIXELS)
    assert late.value.code == "not_ready"


@pytest.mark.parametrize(
    ("error", "code", "is_source_refused"),
    [(LATE, "not_ready", False), (OVERRUN, "shader_rejected", True)],
)
async def test_a_source_is_refused_for_its_processor_time_alone(
    limits: CustomLimits, error: TaskError, code: str, *, is_source_refused: bool
) -> None:
    """A wait may have been for a busy machine: then no other chain with the source is refused."""
    with pytest.raises(ToqiboxError) as blamed:
        await limits.blame([SOURCE], PIXELS, error)
    with pytest.raises(ToqiboxError) as checked:
        limits.check([SOURCE], PIXELS)
    assert (blamed.value.code, checked.value.code) == (code, code)
    for chain in ([WITH_PARAMS], [SOURCE, SOURCE]):
        if is_source_refused:
            with pytest.raises(ToqiboxError):
                limits.check(chain, PIXELS)
        else:
            limits.check(chain, PIXELS)
