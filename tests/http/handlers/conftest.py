from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.effects.library.library import Library
from server.jobs.execution.worker_process import Timeouts
from server.jobs.model.validation_result import ValidationResult
from server.jobs.previews import previews, track_analyser
from tests.harness import validation_results
from tests.harness.limits import HANG_S
from tests.harness.page_origin import serve_pages
from tests.http.conftest import DRIVER, Running, Start
from tests.http.previews import PULSE, add_samples
from tests.http.sources import LIMITS, with_real_machine
from tests.render.drawing import TRAIL


@pytest.fixture
async def drawing(
    start: Start, tmp_path: Path, media: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> Running:
    """A server with two valid effects and short samples; its machine may be busy."""
    monkeypatch.setattr(previews, "_DRAW_S", HANG_S)
    monkeypatch.setattr(track_analyser, "_TIMEOUTS", Timeouts(HANG_S, HANG_S))
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    (shaders / "trail.fs").write_text(TRAIL)
    (shaders / "level.fs").write_text(PULSE)
    known = validation_results.same_for_all(Library((shaders,)), DRIVER, ValidationResult())
    running = await start(known=known, shaders_dirs=(shaders,))
    add_samples(running, media)
    return running


@pytest.fixture
async def custom(start: Start, media: tuple[bytes, bytes]) -> Running:
    """A server that takes sources, on the machine as it is."""
    running = await with_real_machine(await start(LIMITS, allow_custom_shaders=True))
    add_samples(running, media)
    return running


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """Serve an empty page from an origin of its own."""
    async with serve_pages({}) as url:
        yield f"{url}/"
