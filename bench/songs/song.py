"""A finished song: a performance, its instruments, its mix and its truth."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.songs import kits, mastering, stems, voices
from bench.songs.composition import Composition
from bench.songs.performance import Performance, excerpt
from bench.songs.truth import PITCHES, Truth, truth
from server.arrays import Float32Array, Float64Array

Rng = np.random.Generator

SOUNDFONTS = Path("/usr/share/sounds/sf2")
_AVL_NOTES = {
    **{pitch: pitch for pitch in (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 49, 51, 53, 54)},
    **{55: 55, 56: 56, 57: 57, 59: 59, 35: 36, 47: 45, 48: 45, 50: 45, 52: 49},
}
"""General MIDI's drum notes mapped to those of the AVL drum kits, which have no others."""
_GM_KITS = (0, 0, 0, 8, 16, 24, 25, 32, 40)


@dataclass(frozen=True)
class Instruments:
    """Soundfonts for everything except the drums, and the instruments for the drums."""

    soundfonts: tuple[Path, ...]
    drum_fonts: tuple[Path, ...]
    """Soundfonts with drums only."""
    kits: tuple[str, ...]
    """Kits of the sampler."""
    varied: bool = False
    """True if half of the sampled kits are processed at random, for more sounds."""


_TRAINING_FONTS = ("FluidR3_GM.sf2", "sf_GMbank.sf2")
_TEST_KITS = ("GMRockKit", "VariBreaks")


def instruments(
    part: str, one_shots: Path | None = None, more_kits: Path | None = None
) -> Instruments:
    """Return the instruments of a part; those of the test part are used in no other.

    Args:
        part: train, tune or test.
        one_shots: a folder of one-shots of drums, for training alone.
        more_kits: a folder of kits in Hydrogen's format, for training alone.
    """
    if part == "test":
        test_fonts = (SOUNDFONTS / "TimGM6mb.sf2",)
        return Instruments(test_fonts, (SOUNDFONTS / "Red_Zeppelin_4_LV2.sf2",), _TEST_KITS)
    kit_names = tuple(name for name in kits.names() if name not in _TEST_KITS)
    fonts = tuple(path for path in (SOUNDFONTS / name for name in _TRAINING_FONTS) if path.exists())
    if more_kits is not None and part == "train":
        kit_names += tuple(str(path) for path in kits.complete_kits(more_kits.resolve()))
    if one_shots is not None and part == "train":
        kit_names += (str(one_shots.resolve()),) * len(kit_names)
    black_pearl = (SOUNDFONTS / "Black_Pearl_4_LV2.sf2",)
    return Instruments(fonts, black_pearl, kit_names, varied=part == "train")


@dataclass(frozen=True)
class Song:
    """Stereo audio at 44.1 kHz, samples x 2, -1..1, and its events in seconds."""

    name: str
    samples: Float32Array
    truth: Truth
    made: dict[str, str] = field(default_factory=dict)
    """The names of soundfont, kit and codec."""


@dataclass(frozen=True)
class Band:
    """A composition with everything except its drums already played, for several mixes."""

    composition: Composition
    performance: Performance
    rest: Float32Array
    soundfont: Path


def band(composition: Composition, seconds: float, tools: Instruments, rng: Rng) -> Band:
    """Play an excerpt without its drums."""
    font = tools.soundfonts[int(rng.integers(len(tools.soundfonts)))]
    performance = excerpt(composition, seconds, rng)
    return Band(
        composition, performance, stems.synthesize(performance.of_drums(drums=False), font), font
    )


def song(played: Band, tools: Instruments, rng: Rng, *, drums: Performance | None = None) -> Song:
    """Mix a song.

    Args:
        played: the band.
        tools: the instruments for the drums.
        rng: the random generator for kit, mix and codec.
        drums: a performance on the same beats that replaces the drums.
    """
    performance = drums or played.performance
    drum_notes, drum_stem, kit = _drums(performance.of_drums(drums=True), played, tools, rng)
    all_notes = np.concatenate([performance.of_drums(drums=False).notes, drum_notes])
    performance = replace(performance, notes=all_notes[np.argsort(all_notes[:, 0], kind="stable")])
    rest = played.rest
    if rng.random() < 0.3:
        singing = voices.voice(performance.seconds, rng)[: len(rest)]
        gain = 10 ** (rng.uniform(-4, 6) / 20) * float(rest.std()) / max(float(singing.std()), 1e-6)
        rest = rest + np.float32(gain) * singing
    kicks = drum_notes[np.isin(drum_notes[:, 3], PITCHES["kicks"]), 0]
    samples = mastering.mix(drum_stem[: len(rest)], rest, kicks, rng)
    codec = "none"
    if rng.random() < 0.15:
        codec = str(rng.choice(list(mastering.CODECS)))
        samples = mastering.encode_and_decode(samples, codec, rng)
    description = {"soundfont": played.soundfont.stem, "kit": kit, "codec": codec}
    return Song(performance.name, samples, truth(performance), description)


def _drums(
    performance: Performance, played: Band, tools: Instruments, rng: Rng
) -> tuple[Float64Array, Float32Array, str]:
    """Play the drums with the sampler, a drum soundfont, or the band's own soundfont.

    Returns:
        The played notes, their sound, and the name of the kit.
    """
    choice = rng.random()
    notes = performance.notes
    if not len(notes):
        return notes, np.zeros_like(played.rest), "none"
    if choice < 0.6:
        kit = kits.kit(tools.kits[int(rng.integers(len(tools.kits)))], rng, varied=tools.varied)
        notes = notes[[kit.plays(int(pitch)) for pitch in notes[:, 3]]]
        return notes, kit.play(notes, performance.seconds, rng), kit.name
    if choice < 0.7:
        font = tools.drum_fonts[int(rng.integers(len(tools.drum_fonts)))]
        notes = notes[np.isin(notes[:, 3], list(_AVL_NOTES))].copy()
        notes[:, 3] = [_AVL_NOTES[int(pitch)] for pitch in notes[:, 3]]
        melodic = notes.copy()
        melodic[:, 2] = 0  # in these fonts the drums are at the program of the piano
        played_so = replace(performance, notes=melodic, controls=[])
        return notes, stems.synthesize(played_so, font), font.stem
    font = tools.soundfonts[int(rng.integers(len(tools.soundfonts)))]
    program = int(rng.choice(_GM_KITS))
    return notes, stems.synthesize(performance, font, program), f"{font.stem}:{program}"
