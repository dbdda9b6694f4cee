"""Drum kits of sampled sounds: Hydrogen's kits, folders of one-shots, and synthesized kits.

One-shots are identified by the names of their files or folders ("808bd", "DT Snare"). A kit plays
General MIDI's drum notes; notes without a sound are skipped.
"""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bench.music import drums as made
from bench.music.track import RATE
from server.arrays import Float32Array, Float64Array

Rng = np.random.Generator

HYDROGEN = Path("/usr/share/hydrogen/data/drumkits")
SINGLES = Path("/usr/share/lmms/samples/drums")
_HYDROGEN_FILE = "drumkit.xml"
_SUFFIXES = {".wav", ".ogg", ".flac", ".aif", ".aiff"}
_MAX_BYTES = 2_000_000
"""Maximum bytes of a file; larger ones are not one-shots."""
_MAX_ONE_SHOTS = 6
"""Maximum number of one-shots of one voice from one folder."""
_MAX_S = 2.5
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
_NOT_ONE_SHOT = re.compile(
    r"loop|roll|break|perc|rerc|(?<!drum )\bbass (?!drum)|kicksnare|snarehat|reverse|run"
    r"|brush(hi|lo)tom|hit ?\d|conga|timbal|tom h+"
)
"""Words in the names of files that are not one-shots of a voice."""
_VOICE_PATTERNS = (
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
"""Patterns in the names of files and instruments; the first match counts."""
_VARIED = 0.5
"""The share of kits that are processed if they may vary."""
_LENGTHS = {"hat": 0.35, "pedal": 0.3, "kick": 1.2, "snare": 1.2, "open": 1.2}
_SUBSTITUTES = {"pedal": "hat", "open": "hat", "ride": "open", "stick": "snare", "clap": "snare"}


@dataclass(frozen=True)
class Kit:
    """Sounds by voice, each in one or more versions, quiet ones first."""

    name: str
    sounds: dict[str, list[Float32Array]]

    def play(self, notes: Float64Array, seconds: float, rng: Rng) -> Float32Array:
        """Play drum notes (as in a composition), samples x 2; each hat cuts the one before."""
        out = np.zeros((round(seconds * RATE) + 1, 2), np.float32)
        level = {voice: 10 ** (rng.normal(0, 2.0) / 20) for voice in _VOICES}
        tuning = {voice: float(np.exp(rng.normal(0, 0.06))) for voice in _VOICES}
        tuned: dict[tuple[str, int], Float32Array] = {}
        hats = notes[np.isin(notes[:, 3], (42, 44, 46)), 0]
        for start, _, _, pitch, velocity in notes:
            voice = _voice(int(pitch))
            sound = self._sound(voice, float(velocity), rng) if voice else None
            if sound is None or voice is None:
                continue
            key = (voice, id(sound))
            if key not in tuned:
                short = sound[: round(_LENGTHS.get(voice, _MAX_S) * RATE)]
                tuned[key] = _resample(short, tuning[voice])
            sound = tuned[key]
            if voice == "open":
                after = hats[np.searchsorted(hats, start + 1e-3) :]
                gap = float(after[0]) - start if len(after) else _MAX_S
                sound = _choke(sound, gap)
            at = round(start * RATE)
            remaining = len(out) - at
            gain = level[voice] * (velocity / 127) ** 1.5
            out[at : at + len(sound)] += gain * sound[:remaining]
        return out

    def plays(self, pitch: int) -> bool:
        """Return whether the kit has a sound for a drum note."""
        voice = _voice(pitch)
        return voice is not None and bool(
            self.sounds.get(voice) or self.sounds.get(_SUBSTITUTES.get(voice, ""))
        )

    def _sound(self, voice: str, velocity: float, rng: Rng) -> Float32Array | None:
        versions = self.sounds.get(voice) or self.sounds.get(_SUBSTITUTES.get(voice, ""))
        if not versions:
            return None
        at = velocity / 128 * len(versions) + rng.normal(0, 0.5)
        return versions[int(np.clip(at, 0, len(versions) - 1))]


def names() -> list[str]:
    """Return all kits that this machine can play, in a fixed order."""
    hydrogen_kits = [path.name for path in complete_kits(HYDROGEN)]
    return [*(["lmms"] if SINGLES.is_dir() else []), *hydrogen_kits, "made"]


def complete_kits(folder: Path) -> list[Path]:
    """Return the kits in Hydrogen's format of a folder that have a kick, a snare and a hat."""
    return [path for path in sorted(folder.glob("*")) if _is_complete(path)]


def kit(name: str, rng: Rng, *, varied: bool = False) -> Kit:
    """Load a kit by name; kits of one-shots, and generated ones, are drawn at random.

    Args:
        name: one of `names()`, or a folder as an absolute path: a kit of Hydrogen, or one-shots.
        rng: the random generator that the sounds are drawn with.
        varied: True processes a sampled kit with a probability of one half; one-shots of a folder
            always are.
    """
    if name == "made":
        sounds = made.kit(rng).sounds
        return Kit(
            name,
            {
                voice: [_to_stereo(version) for version in versions]
                for voice, versions in sounds.items()
            },
        )
    folder = SINGLES if name == "lmms" else HYDROGEN / name  # which an absolute path replaces
    is_kit = (folder / _HYDROGEN_FILE).exists()
    groups_by_voice = _hydrogen(folder) if is_kit else _one_shots(folder)
    chosen = {
        voice: groups[int(rng.integers(len(groups)))]
        for voice, groups in sorted(groups_by_voice.items())
        if groups
    }
    loaded = {voice: [_load_one_shot(path) for path in paths] for voice, paths in chosen.items()}
    if not (is_kit or name == "lmms") or (varied and rng.random() < _VARIED):
        loaded = {voice: _process(versions, rng) for voice, versions in loaded.items()}
    return Kit(Path(name).name, _normalise_levels(loaded))


def _process(versions: list[Float32Array], rng: Rng) -> list[Float32Array]:
    """Process a drum like a producer: another pitch, tail, tone and drive."""
    tune = float(np.exp(rng.normal(0, 0.12)))
    tail = float(np.exp(rng.uniform(np.log(0.05), np.log(0.6)))) if rng.random() < 0.4 else 0
    tilt = rng.normal(0, 0.25)
    drive = float(rng.uniform(1, 6)) if rng.random() < 0.25 else 0.0
    changed = []
    for sound in versions:
        resampled = _resample(sound, tune)
        if tail:
            resampled = resampled * np.exp(-np.arange(len(resampled)) / (tail * RATE))[:, None]
        slope = np.diff(resampled, axis=0, prepend=0.0)
        toned = resampled + (4 * tilt * slope if tilt > 0 else tilt * (resampled - slope) * 0.5)
        peak = max(float(np.abs(toned).max(initial=0)), 1e-6)
        if drive:
            toned = peak * np.tanh(drive * toned / peak)
        changed.append(toned.astype(np.float32))
    return changed


def _voice(pitch: int) -> str | None:
    return next((voice for voice, pitches in _VOICES.items() if pitch in pitches), None)


def _voice_of_name(name: str) -> str | None:
    return next(
        (voice for voice, keywords in _VOICE_PATTERNS if re.search(keywords, name.lower())), None
    )


@cache
def _is_complete(folder: Path) -> bool:
    voices = _hydrogen(folder)
    return all(voices.get(voice) for voice in ("kick", "snare", "hat"))


@cache
def _hydrogen(folder: Path) -> dict[str, list[list[Path]]]:
    """Return the instruments of a Hydrogen kit by voice: the files of each, quiet ones first."""
    groups: dict[str, list[list[Path]]] = {}
    file = folder / _HYDROGEN_FILE
    if not file.exists():
        return groups
    tree = ElementTree.parse(file)  # a file of a system package
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    for instrument in tree.iter("instrument"):
        voice = _voice_of_name(instrument.findtext("name") or "")
        layers = []
        for layer in (*instrument.iter("layer"), *([instrument] if voice else [])):
            path = folder / (layer.findtext("filename") or "-")
            if path.is_file():
                layers.append((float(layer.findtext("min") or 0), path))
        if voice and layers:
            groups.setdefault(voice, []).append([path for _, path in sorted(layers)])
    return groups


@cache
def _one_shots(folder: Path) -> dict[str, list[list[Path]]]:
    """Return one-shots by voice, by the names of their files, or of their folders."""
    one_shots: dict[tuple[str, Path], list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or path.stat().st_size > _MAX_BYTES:
            continue
        name = _clean_name(path.stem)
        voice = _voice_of_name(name) or _voice_of_name(_clean_name(path.parent.name))
        if voice and not _NOT_ONE_SHOT.search(name.lower()):
            one_shots.setdefault((voice, path.parent), []).append(path)
    groups: dict[str, list[list[Path]]] = {}
    for (voice, _), paths in one_shots.items():
        stride = -(-len(paths) // _MAX_ONE_SHOTS)
        groups.setdefault(voice, []).extend([path] for path in paths[::stride])
    return groups


def _clean_name(name: str) -> str:
    return re.sub(r"[-_.]+", " ", name).strip("0123456789 ") or name


@cache
def _load_one_shot(path: Path) -> Float32Array:
    """Load the sound of a file from its first audible sample on, samples x 2."""
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-t", str(_MAX_S)]
    argv += ["-ac", "2", "-ar", str(RATE), "-f", "f32le", "-"]
    raw = subprocess.run(argv, capture_output=True, check=True).stdout
    sound = np.frombuffer(raw, "<f4").reshape(-1, 2).copy()
    level = np.abs(sound).max(axis=1)
    audible = np.flatnonzero(level > 0.02 * max(float(level.max()), 1e-9))
    return sound[int(audible[0]) if len(audible) else 0 :]


def _normalise_levels(sounds: dict[str, list[Float32Array]]) -> dict[str, list[Float32Array]]:
    """Scale the loudest version of each voice to its usual peak."""
    usual = {"kick": 0.9, "snare": 0.8, "hat": 0.3, "pedal": 0.2, "open": 0.35, "ride": 0.3}
    normalised = {}
    for voice, versions in sounds.items():
        peak = max(float(np.abs(version).max(initial=0)) for version in versions)
        gain = np.float32(usual.get(voice, 0.5) / max(peak, 1e-6))
        normalised[voice] = [version * gain for version in versions]
    return normalised


def _to_stereo(sound: Float64Array) -> Float32Array:
    return np.repeat(sound.astype(np.float32)[:, None], 2, axis=1)


def _resample(sound: Float32Array, tune: float) -> Float32Array:
    if abs(tune - 1) < 0.005 or len(sound) < 2:
        return sound
    places = np.arange(0, len(sound) - 1, tune)
    low = places.astype(np.int64)
    fraction = (places - low).astype(np.float32)[:, None]
    resampled: Float32Array = sound[low] * (1 - fraction) + sound[low + 1] * fraction
    return resampled


def _choke(sound: Float32Array, seconds: float) -> Float32Array:
    """Fade out the sound over 10 ms after some time."""
    end = round(seconds * RATE)
    if end >= len(sound):
        return sound
    fade = RATE // 100
    short = sound[: end + fade].copy()
    short[end:] *= np.linspace(1, 0, len(short) - end, dtype=np.float32)[:, None]
    return short
