"""A finished song: a performance, its instruments, its mix and its truth."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.songs import kits, mastering, stems, voices
from bench.songs.composition import Composition
from bench.songs.performance import Performance, excerpt
from bench.songs.truth import PITCHES, Truth, truth

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Chance = np.random.Generator

SOUNDFONTS = Path("/usr/share/sounds/sf2")
_AVL_NOTES = {
    **{pitch: pitch for pitch in (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 49, 51, 53, 54)},
    **{55: 55, 56: 56, 57: 57, 59: 59, 35: 36, 47: 45, 48: 45, 50: 45, 52: 49},
}
"""General MIDI's drum notes as the AVL drum kits have them; they have no others."""
_GM_KITS = (0, 0, 0, 8, 16, 24, 25, 32, 40)


@dataclass(frozen=True)
class Instruments:
    """Soundfonts for all but the drums, and what plays the drums."""

    soundfonts: tuple[Path, ...]
    drum_fonts: tuple[Path, ...]
    """Soundfonts whose only sounds are drums."""
    kits: tuple[str, ...]
    """Kits of the sampler."""


_SEEN = ("FluidR3_GM.sf2", "sf_GMbank.sf2")
_UNSEEN_KITS = ("GMRockKit", "VariBreaks")


def instruments(part: str, hits: Path | None = None) -> Instruments:
    """The instruments of a part: those of the test part are in no other.

    Args:
        part: train, tune or test.
        hits: a folder of single drum hits, for training alone.
    """
    if part == "test":
        unseen = (SOUNDFONTS / "TimGM6mb.sf2",)
        return Instruments(unseen, (SOUNDFONTS / "Red_Zeppelin_4_LV2.sf2",), _UNSEEN_KITS)
    every = tuple(name for name in kits.names() if name not in _UNSEEN_KITS)
    fonts = tuple(path for path in (SOUNDFONTS / name for name in _SEEN) if path.exists())
    if hits is not None and part == "train":
        every += (str(hits.resolve()),) * len(every)
    return Instruments(fonts, (SOUNDFONTS / "Black_Pearl_4_LV2.sf2",), every)


@dataclass(frozen=True)
class Song:
    """Stereo sound at 44.1 kHz, samples x 2, -1..1, and its events in seconds."""

    name: str
    samples: Floats
    truth: Truth
    made: dict[str, str] = field(default_factory=dict)
    """The soundfont, kit and codec, by word."""


@dataclass(frozen=True)
class Band:
    """A composition with everything but its drums already played, for several mixes of it."""

    composition: Composition
    performance: Performance
    rest: Floats
    soundfont: Path


def band(composition: Composition, seconds: float, tools: Instruments, chance: Chance) -> Band:
    """Play an excerpt without its drums."""
    font = tools.soundfonts[int(chance.integers(len(tools.soundfonts)))]
    performance = excerpt(composition, seconds, chance)
    return Band(
        composition, performance, stems.synthesize(performance.of_drums(drums=False), font), font
    )


def song(
    played: Band, tools: Instruments, chance: Chance, *, drums: Performance | None = None
) -> Song:
    """Mix a song.

    Args:
        played: the band.
        tools: what may play the drums.
        chance: what kit, mix and codec are drawn from.
        drums: a performance on the same beats whose drums are played instead.
    """
    performance = drums or played.performance
    struck, beaten, kit = _drums(performance.of_drums(drums=True), played, tools, chance)
    heard = np.concatenate([performance.of_drums(drums=False).notes, struck])
    performance = replace(performance, notes=heard[np.argsort(heard[:, 0], kind="stable")])
    rest = played.rest
    if chance.random() < 0.3:
        words = voices.voice(performance.seconds, chance)[: len(rest)]
        loud = (
            10 ** (chance.uniform(-4, 6) / 20) * float(rest.std()) / max(float(words.std()), 1e-6)
        )
        rest = rest + np.float32(loud) * words
    kicks = struck[np.isin(struck[:, 3], PITCHES["kicks"]), 0]
    samples = mastering.mix(beaten[: len(rest)], rest, kicks, chance)
    codec = "none"
    if chance.random() < 0.15:
        codec = str(chance.choice(list(mastering.CODECS)))
        samples = mastering.coded(samples, codec, chance)
    made = {"soundfont": played.soundfont.stem, "kit": kit, "codec": codec}
    return Song(performance.name, samples, truth(performance), made)


def _drums(
    performance: Performance, played: Band, tools: Instruments, chance: Chance
) -> tuple[Reals, Floats, str]:
    """Drums by the sampler, by a drum soundfont, or by the band's own soundfont.

    Returns:
        The notes that are played, their sound, and the name of the kit.
    """
    draw = chance.random()
    notes = performance.notes
    if not len(notes):
        return notes, np.zeros_like(played.rest), "none"
    if draw < 0.6:
        kit = kits.kit(tools.kits[int(chance.integers(len(tools.kits)))], chance)
        notes = notes[[kit.plays(int(pitch)) for pitch in notes[:, 3]]]
        return notes, kit.play(notes, performance.seconds, chance), kit.name
    if draw < 0.7:
        font = tools.drum_fonts[int(chance.integers(len(tools.drum_fonts)))]
        notes = notes[np.isin(notes[:, 3], list(_AVL_NOTES))].copy()
        notes[:, 3] = [_AVL_NOTES[int(pitch)] for pitch in notes[:, 3]]
        melodic = notes.copy()
        melodic[:, 2] = 0  # these fonts have their drums where others have a piano
        played_so = replace(performance, notes=melodic, controls=[])
        return notes, stems.synthesize(played_so, font), font.stem
    font = tools.soundfonts[int(chance.integers(len(tools.soundfonts)))]
    program = int(chance.choice(_GM_KITS))
    return notes, stems.synthesize(performance, font, program), f"{font.stem}:{program}"
