"""The `beat` effect moves the cover in the exact frame of the kick, with real audio."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio import features
from server.effects.library.library import BUILT_IN
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.harness.rendering import effect_of
from tests.render.drawing import quarters, save_photo

SECONDS = 240 if os.environ.get("PROOF") == "full" else 20
DECAY_S = 0.150
STILL = {"drift": 0}
"""Parameters with which the image stands still between the kicks."""


def kick_times() -> NDArray[np.float64]:
    """Return two kicks a second on frames of any rate, then odd times, from 0 s to the end."""
    even = np.arange(0, SECONDS / 2, 0.5)
    odd = np.arange(SECONDS / 2 + 0.1234, SECONDS - 0.3, 0.4567)
    return np.concatenate([even, odd])


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write decaying 60 Hz bursts and nothing else."""
    folder = tmp_path_factory.mktemp("kicks")
    time = np.arange(int(0.3 * SAMPLE_RATE)) / SAMPLE_RATE
    burst = 0.8 * np.sin(2 * np.pi * 60 * time) * np.exp(-time / 0.06)
    signal = np.zeros(SECONDS * SAMPLE_RATE + len(burst))
    for at in kick_times():
        first = round(at * SAMPLE_RATE)
        signal[first : first + len(burst)] += burst
    samples = np.repeat(signal[: SECONDS * SAMPLE_RATE, np.newaxis], 2, axis=1).astype("<f4")
    audio = folder / "sound.wav"
    audio.write_bytes(wav.header(len(samples)) + samples.tobytes())
    features.analyse(audio, folder / "features")
    return folder / "features"


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_the_first_frame_that_grows_contains_the_onset(
    context: Context, track: Path, tmp_path: Path, fps: int
) -> None:
    source = (BUILT_IN / "beat.fs").read_text("utf-8")
    job = SceneSpec(
        effects=(effect_of(source, id="beat", file="beat.fs", params=STILL),),
        photo=save_photo(tmp_path / "photo.rgba", quarters(64, 36)),
        features=track,
        size=(64, 36),
        fps=fps,
        frames=SECONDS * fps,
        fit="cover",
        egl_device=None,
        require_gpu=False,
    )
    scene = Scene(context, job)
    still = quarters(64, 36)

    def growth(frame: int) -> float:
        scene.draw_effects(frame)
        return float(np.abs(read_rgba(scene.output).astype(int) - still).mean())

    wrong = []
    for at in kick_times():
        frame = int(at * fps + 1e-6)
        grown = [growth(frame + age) for age in range(round(DECAY_S * fps) + 1)]
        before = growth(frame - 1) if frame else 0.0
        eased = all(a >= b for a, b in pairwise(grown))
        if before > 0 or grown[0] <= 0 or grown[-1] > 0 or not eased:
            wrong.append((round(float(at), 4), frame, before, grown))
    assert not wrong, f"{len(wrong)} of {len(kick_times())} kicks, first: {wrong[:3]}"
