"""Cover effects move with the audio, do not move in silence, and show readable text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio import features
from server.effects.library.library import Library
from server.effects.model.safe_area import safe_area
from server.jobs.model.effect_source import read_source
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import flat, quarters, save_photo

FPS = 30
MOVING: dict[str, dict[str, Any]] = {
    **{name: {} for name in ("breathe", "waves", "grain", "spin", "frame3d")},
    "vinyl": {"played": 0.5},  # the needle goes with the video, in silence too
}
MUSIC_S, SILENCE_S = 3, 3
READABLE = 118
"""The brightest grey of 255 on which white has a contrast of 4.5 (WCAG 2.2)."""

Pixels = NDArray[np.int16]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the features of three seconds of a held chord, without a drum, and three of silence."""
    folder = tmp_path_factory.mktemp("calm")
    time = np.arange(MUSIC_S * SAMPLE_RATE) / SAMPLE_RATE
    chord = sum(0.15 * np.sin(2 * np.pi * tone * time) for tone in (220.0, 277.2, 329.6))
    whole = np.concatenate([chord, np.zeros(SILENCE_S * SAMPLE_RATE)])
    samples = np.repeat(whole[:, np.newaxis], 2, axis=1).astype("<f4")
    audio = folder / "sound.wav"
    audio.write_bytes(wav.header(len(samples)) + samples.tobytes())
    features.analyse(audio, folder / "features")
    return folder / "features"


def _frames(
    context: Context,
    effect: str,
    photo: Path,
    audio: Path,
    frames: list[int],
    params: dict[str, Any] | None = None,
    **more: Any,
) -> list[Pixels]:
    """Draw frames of an effect, top row first."""
    library = Library()
    chosen = library.get(effect)
    instance = replace(read_source(chosen, library).with_local_paths, params=params or {})
    job = SceneSpec(
        effects=(instance,),
        photo=photo,
        features=audio,
        fps=FPS,
        frames=(MUSIC_S + SILENCE_S) * FPS,
        fit="cover",
        egl_device=None,
        require_gpu=False,
        **{"size": (64, 36), **more},
    )
    scene = Scene(context, job)
    pictures = []
    for frame in frames:
        scene.draw_effects(frame)
        pictures.append(read_rgba(scene.output)[..., :3].astype(np.int16))
    return pictures


@pytest.mark.parametrize("effect", MOVING)
def test_moves_with_the_audio_and_is_still_in_silence(
    context: Context, tmp_path: Path, calm: Path, effect: str
) -> None:
    photo = save_photo(tmp_path / "photo.rgba", quarters(64, 36))
    silent = [(MUSIC_S + 2) * FPS + at for at in (0, 13)]
    one, two, three, quiet, later = _frames(
        context, effect, photo, calm, [30, 45, 60, *silent], MOVING[effect]
    )
    assert (one != two).any()
    assert (two != three).any()
    assert (quiet == later).all()


@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
def test_text_is_readable_on_a_white_photo(
    context: Context, tmp_path: Path, calm: Path, size: tuple[int, int]
) -> None:
    photo = save_photo(tmp_path / "photo.rgba", flat((255, 255, 255, 255), (64, 64)))
    job = {"title": "Mum", "artist": "Mam", "size": size}
    (shown,), (behind,) = (
        _frames(context, "breathe", photo, calm, [60], params={"color": color}, **job)
        for color in ("#ffffffff", "#ffffff00")
    )
    letters = np.abs(shown - behind).max(axis=2) > 60
    assert letters.sum() > 30
    assert behind[letters].max() <= READABLE
    rows, columns = np.nonzero(letters)
    left, bottom, right, top = np.array(safe_area(*size)) * [size[0], size[1], size[0], size[1]]
    assert left <= columns.min() <= columns.max() < size[0] - right
    assert top <= rows.min() <= rows.max() < size[1] - bottom


def test_text_of_the_player_is_readable_on_a_white_photo(
    context: Context, tmp_path: Path, calm: Path
) -> None:
    photo = save_photo(tmp_path / "photo.rgba", flat((255, 255, 255, 255), (64, 64)))
    job = {"title": "Mum", "artist": "Mam", "size": (160, 90)}
    (shown,), (behind,) = (
        _frames(context, "player", photo, calm, [60], {"color": color, "pale": color}, **job)
        for color in ("#ffffffff", "#ffffff00")
    )
    letters = np.abs(shown - behind).max(axis=2) > 60
    assert letters.sum() > 20
    assert behind[letters].max() <= READABLE


@pytest.mark.parametrize(("size", "across"), [((160, 90), True), ((90, 90), False)])
def test_breathe_keeps_the_gap_to_the_text(
    context: Context, tmp_path: Path, calm: Path, size: tuple[int, int], across: bool
) -> None:
    """An accent moves the far edge of the card, not the edge next to title and artist."""
    photo = save_photo(tmp_path / "photo.rgba", flat((255, 255, 255, 255), (64, 64)))
    plain = {"color": "#ffffff00", "dim": 1, "glow": 0, "light": 0, "corner": 0, "drop": 0}
    edges = []
    for pulse in (0, 1):
        params = {**plain, "pulse": pulse, "amount": 0.2}
        (seen,) = _frames(
            context, "breathe", photo, calm, [60], params, title="Mum", artist="Mam", size=size
        )
        lit = np.nonzero(seen.max(axis=2).max(axis=0 if across else 1) > 128)[0]
        edges.append((lit[0], lit[-1]))
    (far, near), (further, still) = edges
    assert abs(near - still) <= 1
    assert far - further >= 5


def test_spin_follows_its_formula(context: Context, tmp_path: Path, calm: Path) -> None:
    """At t in seconds it is rotated by speed * t counterclockwise, and fades at 1 Hz."""
    photo = save_photo(tmp_path / "photo.rgba", quarters(32, 32))
    plain = {
        **{"shape": "Picture", "played": {"bind": "time.elapsed"}, "feather": 0, "kick": 0},
        **{"swing": 0, "speed": np.pi / 2, "pulse": 0, "fade": 0, "rim": 0, "level": 0.8},
    }
    upright, turned = _frames(context, "spin", photo, calm, [0, FPS], plain, size=(32, 32))
    inner = slice(8, 24)
    assert np.abs(np.rot90(upright) - turned)[inner, inner].mean() < 8
    assert np.abs(upright - turned)[inner, inner].mean() > 40
    (faded,) = _frames(context, "spin", photo, calm, [15], {**plain, "fade": 1}, size=(32, 32))
    steps = [np.abs(np.diff(picture, axis=1)).max() for picture in (upright, faded)]
    assert steps[0] > 120 > 4 * steps[1]  # the blurred background alone
