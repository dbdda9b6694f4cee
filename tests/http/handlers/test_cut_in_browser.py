"""The features of a cut as a page of another origin reads them with the player's library."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

import server
from server.audio.features import Features
from server.protocol import file_names
from tests.harness.browser import Page
from tests.harness.page_origin import serve_pages
from tests.http.conftest import Running
from tests.http.cuts import cut_of, keep_track

pytestmark = pytest.mark.browser

LIBRARY = Path(server.__file__).parent / "web"
READ = """
(async () => {
  const { CutFeatures } = await import("/web/player/cut_features.js");
  const server = "%(server)s";
  const cut = await (await fetch(server + "%(track)s/cut")).json();
  const features = await CutFeatures.open(cut, { server });
  await features.load(%(frame)s, 30);
  const step = features.step(%(frame)s, 30);
  return {
    step,
    loaded: features.has(%(frame)s, 30),
    spectrum: [...features.spectrum(step, null)],
    right: [...features.spectrum(step, 1)],
    levels: [...features.levels(step, null)],
    wave: [...features.wave(step, 2048)],
    waveform: [...features.waveform(step, 1000, 0)],
    column: features.column("level.envelope", %(frame)s, 30),
    kicks: features.events.kick,
  };
})()
"""


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """Serve an empty page and the library from an origin of its own."""
    async with serve_pages({"/web": LIBRARY}) as url:
        yield f"{url}/"


@pytest.mark.slow
async def test_a_page_has_the_features_that_the_server_draws_with(
    running: Running, origin: str, page: Page
) -> None:
    track, frame = await keep_track(running), 33
    cut = await cut_of(running, track)
    folder = running.service.data.features / cut["cut"]
    assert (folder / file_names.TRACK).exists()
    features = Features(folder)
    await page.open(origin)
    script = READ % {"server": running.url, "track": track, "frame": frame}
    read = await page.run(script)
    step = features.step(frame, 30)
    assert (read["step"], read["loaded"]) == (step, True)
    assert read["spectrum"] == features.spectrum(step).tolist()
    assert read["right"] == features.spectrum(step, 1).tolist()
    assert read["levels"] == features.levels(step).tolist()
    assert read["wave"] == features.wave(step).tolist()
    assert read["waveform"] == features.waveform(step, 1000, 0).tolist()
    assert max(read["spectrum"]) > 0
    column = features.column("level.envelope", frame + 1, 30)[frame]
    assert read["column"] == pytest.approx(float(column), abs=1e-6)
    assert read["kicks"] == features.events("kick").tolist()
    assert np.abs(read["waveform"]).max() > 0.1
