"""Drum kits of sampled sounds: Hydrogen's kits, folders of single hits, and kits made by code.

Single hits are known by the names of their files or folders ("808bd", "DT Snare"). A kit plays
General MIDI's drum notes; a note for which it has no sound is left to others.
"""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.music import drums as made
from bench.music.track import RATE

Floats = NDArray[np.float32]
Chance = np.random.Generator

HYDROGEN = Path("/usr/share/hydrogen/data/drumkits")
SINGLES = Path("/usr/share/lmms/samples/drums")
_SUFFIXES = {".wav", ".ogg", ".flac", ".aif", ".aiff"}
_LARGEST = 2_000_000
"""Bytes of a file; larger ones are no single hits."""
_MOST = 6
"""Hits of one voice that are taken from one folder."""
_LONGEST_S = 2.5
_VOICES = {
    "kick": (35, 36),
    "stick": (37,),
    "snare": (38, 40),
    "clap": (39,),
    "hat": (42,),
    "pedal": (44,),
    "open": (46,),
    "tom": (41, 43, 45, 47, 48, 50),
    "crash": (49, 52, 55, 57),
    "ride": (51, 53, 59),
    "shaker": (69, 70, 82),
}
_NO_HIT = re.compile(
    r"loop|roll|break|perc|rerc|(?<!drum )\bbass (?!drum)|kicksnare|snarehat|reverse|run"
    r"|brush(hi|lo)tom|hit ?\d|conga|timbal|tom h+"
)
"""Words in the names of files that are no single hit of a voice."""
_CALLED = (
    ("kick", r"kick|kik\b|bass ?drum|drum bass|thump|\bbd\b|(808|re)bd\b"),
    ("stick", r"stick|rim ?click|\brim\b|\brs\b|^(?!.*snare).*rimshot"),
    ("clap", r"clap|snap|clp\b|\bcp\b"),
    ("snare", r"snare|slap|snr\b|\b(sn|sd)\d?\b|(808|re)sd\b"),
    ("pedal", r"(hat|hh|cymbal).*(ped|pd)|(ped|pd).*(hat|hh)|foot_pedal|foothat"),
    ("open", r"(hat|hh|hihat).*(op|free|swish)|op.*(hat|hh)|\b(oh|ho)\b|hhod|oht\b|808oh\b"),
    ("hat", r"hat|hh\b|hhcd|\bch\b|closed hh|cht\b|cymbal closed|maraca"),
    ("ride", r"ride"),
    ("crash", r"crash|cymbal|splash|china|cym\b|\bcy\b|808cy\b"),
    ("tom", r"tom|\b(ht|mt|lt)\b|808[hml]t\b"),
    ("shaker", r"shaker|cabasa|\bma\b"),
)
"""Words in the names of files and instruments; the first that matches counts."""
_LENGTHS = {"hat": 0.35, "pedal": 0.3, "kick": 1.2, "snare": 1.2, "open": 1.2}
_INSTEAD = {"pedal": "hat", "open": "hat", "ride": "open", "stick": "snare", "clap": "snare"}


@dataclass(frozen=True)
class Kit:
    """Sounds by voice, each in one or more versions, quiet ones first."""

    name: str
    sounds: dict[str, list[Floats]]

    def play(self, notes: NDArray[np.float64], seconds: float, chance: Chance) -> Floats:
        """Sound of drum notes (as in a composition), samples x 2, hats cut by the next hat."""
        out = np.zeros((round(seconds * RATE) + 1, 2), np.float32)
        level = {voice: 10 ** (chance.normal(0, 2.0) / 20) for voice in _VOICES}
        tune = {voice: float(np.exp(chance.normal(0, 0.06))) for voice in _VOICES}
        tuned: dict[tuple[str, int], Floats] = {}
        hats = notes[np.isin(notes[:, 3], (42, 44, 46)), 0]
        for start, _, _, pitch, velocity in notes:
            voice = _voice(int(pitch))
            sound = self._sound(voice, float(velocity), chance) if voice else None
            if sound is None or voice is None:
                continue
            key = (voice, id(sound))
            if key not in tuned:
                short = sound[: round(_LENGTHS.get(voice, _LONGEST_S) * RATE)]
                tuned[key] = _resampled(short, tune[voice])
            sound = tuned[key]
            if voice == "open":
                after = hats[np.searchsorted(hats, start + 1e-3) :]
                gap = float(after[0]) - start if len(after) else _LONGEST_S
                sound = _cut(sound, gap)
            at = round(start * RATE)
            room = len(out) - at
            gain = level[voice] * (velocity / 127) ** 1.5
            out[at : at + len(sound)] += gain * sound[:room]
        return out

    def plays(self, pitch: int) -> bool:
        """Whether the kit has a sound for a drum note."""
        voice = _voice(pitch)
        return voice is not None and bool(
            self.sounds.get(voice) or self.sounds.get(_INSTEAD.get(voice, ""))
        )

    def _sound(self, voice: str, velocity: float, chance: Chance) -> Floats | None:
        versions = self.sounds.get(voice) or self.sounds.get(_INSTEAD.get(voice, ""))
        if not versions:
            return None
        at = velocity / 128 * len(versions) + chance.normal(0, 0.5)
        return versions[int(np.clip(at, 0, len(versions) - 1))]


def names() -> list[str]:
    """All kits that this machine can play, by name, in a fixed order."""
    found = [path.name for path in sorted(HYDROGEN.glob("*")) if _complete(path)]
    return [*(["lmms"] if SINGLES.is_dir() else []), *found, "made"]


def kit(name: str, chance: Chance) -> Kit:
    """A kit by name; those of single hits, and those made by code, differ from draw to draw.

    Args:
        name: one of `names()`, or a folder of single hits as an absolute path.
        chance: what the sounds are drawn from.
    """
    if name == "made":
        sounds = made.kit(chance).sounds
        return Kit(name, {voice: [_stereo(s) for s in rows] for voice, rows in sounds.items()})
    if name == "lmms" or name.startswith("/"):
        every = _singles(SINGLES if name == "lmms" else Path(name))
    else:
        every = _hydrogen(HYDROGEN / name)
    chosen = {
        voice: groups[int(chance.integers(len(groups)))]
        for voice, groups in sorted(every.items())
        if groups
    }
    loaded = {voice: [_loaded(path) for path in paths] for voice, paths in chosen.items()}
    if name.startswith("/"):
        loaded = {voice: _processed(versions, chance) for voice, versions in loaded.items()}
    return Kit(Path(name).name, _levelled(loaded))


def _processed(versions: list[Floats], chance: Chance) -> list[Floats]:
    """A drum as producers change it: another pitch, tail, tone and drive."""
    tune = float(np.exp(chance.normal(0, 0.12)))
    tail = float(np.exp(chance.uniform(np.log(0.05), np.log(0.6)))) if chance.random() < 0.4 else 0
    tilt = chance.normal(0, 0.25)
    drive = float(chance.uniform(1, 6)) if chance.random() < 0.25 else 0.0
    changed = []
    for sound in versions:
        moved = _resampled(sound, tune)
        if tail:
            moved = moved * np.exp(-np.arange(len(moved)) / (tail * RATE))[:, None]
        slope = np.diff(moved, axis=0, prepend=0.0)
        toned = moved + (4 * tilt * slope if tilt > 0 else tilt * (moved - slope) * 0.5)
        peak = max(float(np.abs(toned).max(initial=0)), 1e-6)
        if drive:
            toned = peak * np.tanh(drive * toned / peak)
        changed.append(toned.astype(np.float32))
    return changed


def _voice(pitch: int) -> str | None:
    return next((voice for voice, pitches in _VOICES.items() if pitch in pitches), None)


def _called(name: str) -> str | None:
    return next((voice for voice, words in _CALLED if re.search(words, name.lower())), None)


@cache
def _complete(folder: Path) -> bool:
    voices = _hydrogen(folder)
    return all(voices.get(voice) for voice in ("kick", "snare", "hat"))


@cache
def _hydrogen(folder: Path) -> dict[str, list[list[Path]]]:
    """By voice, the instruments of a Hydrogen kit: the files of each, quiet ones first."""
    found: dict[str, list[list[Path]]] = {}
    file = folder / "drumkit.xml"
    if not file.exists():
        return found
    tree = ElementTree.parse(file)  # a file of a package of the system
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    for instrument in tree.iter("instrument"):
        voice = _called(instrument.findtext("name") or "")
        layers = []
        for layer in (*instrument.iter("layer"), *([instrument] if voice else [])):
            path = folder / (layer.findtext("filename") or "-")
            if path.is_file():
                layers.append((float(layer.findtext("min") or 0), path))
        if voice and layers:
            found.setdefault(voice, []).append([path for _, path in sorted(layers)])
    return found


@cache
def _singles(folder: Path) -> dict[str, list[list[Path]]]:
    """By voice, single hits by the names of their files, or else of their folders."""
    hits: dict[tuple[str, Path], list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or path.stat().st_size > _LARGEST:
            continue
        name = _words(path.stem)
        voice = _called(name) or _called(_words(path.parent.name))
        if voice and not _NO_HIT.search(name.lower()):
            hits.setdefault((voice, path.parent), []).append(path)
    found: dict[str, list[list[Path]]] = {}
    for (voice, _), paths in hits.items():
        every = -(-len(paths) // _MOST)
        found.setdefault(voice, []).extend([path] for path in paths[::every])
    return found


def _words(name: str) -> str:
    return re.sub(r"[-_.]+", " ", name).strip("0123456789 ") or name


@cache
def _loaded(path: Path) -> Floats:
    """The sound of a file from its first audible sample on, samples x 2."""
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-t", str(_LONGEST_S)]
    argv += ["-ac", "2", "-ar", str(RATE), "-f", "f32le", "-"]
    raw = subprocess.run(argv, capture_output=True, check=True).stdout
    sound = np.frombuffer(raw, "<f4").reshape(-1, 2).copy()
    loud = np.abs(sound).max(axis=1)
    begun = np.flatnonzero(loud > 0.02 * max(float(loud.max()), 1e-9))
    return sound[int(begun[0]) if len(begun) else 0 :]


def _levelled(sounds: dict[str, list[Floats]]) -> dict[str, list[Floats]]:
    """The kit with each voice's loudest version at its usual peak."""
    usual = {"kick": 0.9, "snare": 0.8, "hat": 0.3, "pedal": 0.2, "open": 0.35, "ride": 0.3}
    found = {}
    for voice, versions in sounds.items():
        peak = max(float(np.abs(version).max(initial=0)) for version in versions)
        gain = np.float32(usual.get(voice, 0.5) / max(peak, 1e-6))
        found[voice] = [version * gain for version in versions]
    return found


def _stereo(sound: NDArray[np.float64]) -> Floats:
    return np.repeat(sound.astype(np.float32)[:, None], 2, axis=1)


def _resampled(sound: Floats, tune: float) -> Floats:
    if abs(tune - 1) < 0.005 or len(sound) < 2:
        return sound
    places = np.arange(0, len(sound) - 1, tune)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)[:, None]
    moved: Floats = sound[low] * (1 - part) + sound[low + 1] * part
    return moved


def _cut(sound: Floats, seconds: float) -> Floats:
    """The sound choked after some time, over 10 ms."""
    end = round(seconds * RATE)
    if end >= len(sound):
        return sound
    fade = RATE // 100
    short = sound[: end + fade].copy()
    short[end:] *= np.linspace(1, 0, len(short) - end, dtype=np.float32)[:, None]
    return short
