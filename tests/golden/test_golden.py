"""Every built-in effect against frames that a person has approved.

Compared on Mesa's software renderer only; drawn on any other. `make golden` accepts the current
frames (`make golden EFFECT=ring` for one effect); check the images before committing them.
"""

import os
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server.audio import features
from server.cli.tasks.effect_loader import read
from server.effects.dialects import SUFFIXES
from server.effects.library.library import BUILT_IN
from server.media.photos.photo import prepare as prepare_photo
from server.media.tracks.audio_decoder import Part, decode
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.output.readback import Readback
from server.render.scene import Scene
from server.samples import sample_photo, sample_track
from server.typography import fonts

HERE = Path(__file__).parents[1] / "data" / "golden"
WIDTH, HEIGHT, FPS = 160, 90, 30
_KICK = int(sample_track.kick_times()[20] * FPS)
FRAMES = (0, _KICK + 1, _KICK + 10)
"""The start, the frame after a kick, and the time between two kicks."""
BEFORE = 20
"""Frames drawn before the compared one if an effect is sequential."""
FIRST, SECOND = (480, 320), (300, 200)
"""Sizes of the photos."""
EFFECTS = sorted(path for path in BUILT_IN.iterdir() if path.suffix in SUFFIXES)
MEAN, WORST = 2.0, 40
"""Tolerance in steps of 255: of the mean, and of any single value (edges move by fractions)."""

Pixels = NDArray[np.uint8]
pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepare the demo's track and photo."""
    folder = tmp_path_factory.mktemp("golden")
    (folder / "track").write_bytes(sample_track.wav())
    sample_photo.paint(*FIRST).save(folder / "photo", "PNG", compress_level=1)
    decode(folder / "track", "wav", Part(Decimal(0), None, Decimal(60)), folder / "sound.wav")
    features.analyse(folder / "sound.wav", folder / "features")
    prepare_photo(folder / "photo", folder / "photo.rgba")
    sample_photo.second_photo(sample_photo.paint(*SECOND)).save(
        folder / "photo2", "PNG", compress_level=1
    )
    prepare_photo(folder / "photo2", folder / "photo2.rgba")
    return folder


def _scene_spec(folder: Path, path: Path) -> SceneSpec:
    source = read(path)
    # The frame between the two kicks is in the middle of a transition.
    params = {"at": FRAMES[2] / FPS - 1, "length": 2} if source.effect.transition_image else {}
    return SceneSpec(
        effects=(source.to_instance(params),),
        photo=folder / "photo.rgba",
        photo2=folder / "photo2.rgba",
        features=folder / "features",
        size=(WIDTH, HEIGHT),
        fps=FPS,
        frames=600,
        fit="blur",
        title="Dusk",
        artist="TOQIBOX",
    )


def _rgb(nv12: bytes) -> Pixels:
    """Convert BT.709 limited range to RGB (ITU-R BT.709-6, table 4), nearest chroma."""
    flat = np.frombuffer(nv12, np.uint8).astype(np.float32)
    luma = (flat[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH) - 16) / 219
    chroma = (flat[WIDTH * HEIGHT :].reshape(HEIGHT // 2, WIDTH // 2, 2) - 128) / 224
    blue, red = chroma.repeat(2, 0).repeat(2, 1).transpose(2, 0, 1)
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return (np.stack([r, g, b], -1).clip(0, 1) * 255 + 0.5).astype(np.uint8)


class _FrameSink:
    """A sink of Readback that stores the last frame."""

    def __init__(self) -> None:
        self._bytes = bytearray(WIDTH * HEIGHT * 3 // 2)

    def buffer(self) -> memoryview:
        return memoryview(self._bytes)

    def submit(self) -> None:
        self.frame = bytes(self._bytes)


@cache
def _draw(folder: Path, effect: Path, *, awaits_track: bool = False) -> tuple[Pixels, bool]:
    """Draw the frames next to each other; return them, and True if the renderer is software.

    A scene that `awaits_track` has drawn a frame before it follows it.
    """
    with Context() as context:
        scene = Scene(context, _scene_spec(folder, effect), awaits_track=awaits_track)
        if awaits_track:
            scene.begin(0)
            scene.draw(0)
            scene.follow_track()
        frames = []
        for frame in FRAMES:
            readback, sink = Readback(context, scene.planes), _FrameSink()
            first = max(frame - BEFORE, 0) if scene.sequential else frame
            scene.begin(first)
            for index in range(first, frame + 1):
                scene.draw(index)
            readback.push(sink, changed=True)
            readback.finish(sink)
            frames.append(_rgb(sink.frame))
        return np.concatenate(frames, axis=1), context.software


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda path: path.stem)
def test_what_is_drawn_before_the_track_is_known_changes_no_frame(
    folder: Path, effect: Path
) -> None:
    drawn, _ = _draw(folder, effect)
    assert np.array_equal(_draw(folder, effect, awaits_track=True)[0], drawn)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda path: path.stem)
def test_golden(folder: Path, tmp_path: Path, effect: Path) -> None:
    name = effect.stem
    drawn, software = _draw(folder, effect)
    golden = HERE / f"{name}.png"
    if os.environ.get("GOLDEN") == "accept":
        metadata = PngInfo()
        metadata.add_text("fonts", fonts.fingerprint())
        Image.fromarray(drawn).save(golden, optimize=True, pnginfo=metadata)
    assert golden.exists(), f"no golden frames yet: make golden EFFECT={name}, and look at {golden}"
    if not software:
        return
    with Image.open(golden) as known:
        difference = np.abs(drawn.astype(int) - np.asarray(known.convert("RGB")))
        lettered = any(item.text_style for item in read(effect).effect.inputs)
        # Another release of a font has other outlines: letters move, the image stays.
        worst = 255 if lettered and known.info.get("fonts") != fonts.fingerprint() else WORST
    if difference.mean() > MEAN or difference.max() > worst:
        amplified = (255 * (difference / 255) ** 0.25).astype(np.uint8)
        Image.fromarray(amplified).save(tmp_path / "difference.png")
        Image.fromarray(drawn).save(tmp_path / "drawn.png")
        pytest.fail(
            f"{name} is {difference.mean():.1f} off in the mean and {difference.max()} at worst; "
            f"see {tmp_path}. If it should look so: make golden EFFECT={name}"
        )
