"""A context that every test leaves without a GL error or object, and a job quick to draw."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.audio import features
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.tasks import DrawSegment
from server.render.gl.context import Context
from tests.harness.gl_objects import no_leaks
from tests.render.drawing import quarters, save_photo

MakeTask = Callable[..., DrawSegment]
FPS, FRAMES = 30, 30


@pytest.fixture(scope="module")
def opened() -> Iterator[Context]:
    with Context() as context:
        yield context


@pytest.fixture
def context(opened: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """A context that counts draws from 0; the test must leave no error and no GL object in it."""
    monkeypatch.setattr(opened, "draw_count", 0)
    monkeypatch.setattr(opened, "software", opened.software)
    with no_leaks(opened):
        yield opened
    opened.check("the test")


@pytest.fixture(scope="session")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the features of two seconds: three kicks, a tone on the left and noise on the right."""
    folder = tmp_path_factory.mktemp("track")
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    kick = np.sin(2 * np.pi * 55 * time) * np.exp(-12 * np.mod(time, 0.6))
    noise = np.random.default_rng(7).standard_normal(len(time)) * 0.1
    left, right = kick + 0.1 * np.sin(2 * np.pi * 1000 * time), kick + noise
    samples = np.stack([left, right], axis=1).clip(-1, 1).astype("<f4")
    audio = folder / "sound.wav"
    audio.write_bytes(wav.header(len(time)) + samples.tobytes())
    features.analyse(audio, folder / "features")
    return folder / "features"


def effect_of(source: str, **more: Any) -> EffectInstance:
    """Return an ISF effect of a chain."""
    return EffectInstance(**{"id": "test", "file": "test.fs", "source": source, **more})


@pytest.fixture
def make_task(tmp_path: Path, track: Path) -> MakeTask:
    """Create segment tasks at 64 x 36: make_task(source, **changes)."""
    photo = save_photo(tmp_path / "photo.rgba", quarters(64, 36))

    def make(source: str, **more: Any) -> DrawSegment:
        scene: dict[str, Any] = {
            "effects": (effect_of(source),),
            "photo": photo,
            "features": track,
            "size": (64, 36),
            "fps": FPS,
            "frames": FRAMES,
            "fit": "blur",
        }
        names = {field.name for field in fields(SceneSpec)}
        scene |= {name: more.pop(name) for name in list(more) if name in names}
        task: dict[str, Any] = {
            "first": 0,
            "last": FRAMES,
            "encoder": "x264",
            "threads": 1,
            "out": tmp_path / "segment.mp4",
        }
        return DrawSegment(scene=SceneSpec(**scene), **{**task, **more})

    return make
