"""The sample track: twenty seconds of house music, composed and mixed by code.

Ten bars of 4/4 at 122 BPM: two of introduction without drums, four with kick, bass and hats, a lift
of four with claps, open hats and a melody, then a last beat that rings out.
"""

import io
import wave
from functools import cache

import numpy as np

from server.samples import synth
from server.samples.synth import RATE, Waveform

BPM = 122
BEAT_S = 60 / BPM
BAR_S = 4 * BEAT_S
_INTRO_BARS, _BARS = 2, 10
_LIFT_BAR = 6
DURATION_S = 20.5
_SEED = 122

# A minor, F, C, G with their sevenths and ninths: one chord a bar, the bass note first.
_CHORDS = (
    (33, (57, 60, 64, 67, 71)),
    (29, (53, 57, 60, 64, 67)),
    (36, (55, 60, 62, 64, 71)),
    (31, (55, 59, 62, 64, 69)),
)
# The melody of the lift: bar, beat, note, length in beats.
_MELODY = (
    (6, 0.0, 76, 1.5), (6, 1.5, 74, 0.5), (6, 2.0, 72, 1.0), (6, 3.0, 71, 1.0),
    (7, 0.0, 74, 2.0), (7, 2.0, 71, 1.0), (7, 3.0, 74, 1.0),
    (8, 0.0, 79, 1.5), (8, 1.5, 76, 0.5), (8, 2.0, 72, 2.0),
    (9, 0.0, 72, 1.0), (9, 1.0, 76, 1.0), (9, 2.0, 74, 1.0), (9, 3.0, 71, 1.0),
)  # fmt: skip


def kick_times() -> list[float]:
    """Return the times of kicks in seconds: four per bar from the third, a rest before the lift."""
    times = [
        bar * BAR_S + beat * BEAT_S
        for bar in range(_INTRO_BARS, _BARS)
        for beat in range(4)
        if (bar, beat) != (_LIFT_BAR - 1, 3)
    ]
    return [*times, _BARS * BAR_S]


@cache
def mix() -> Waveform:
    """Return the whole track: samples × 2 at 44.1 kHz, from -1 to 1."""
    rng = np.random.default_rng(_SEED)
    drums, music = _MixBus(), _MixBus()
    _play_drums(drums, rng)
    _play_bass(music)
    tonal = _MixBus()
    _play_chords(tonal, rng)
    _play_arpeggio(tonal)
    _play_melody(tonal)
    hall = synth.reverb(tonal.samples * 0.30, rng)
    duck = _duck()[:, None]
    total = drums.samples + duck * (music.samples + tonal.samples + hall)
    total = np.tanh(total * 0.95)
    fade = np.clip((DURATION_S - np.arange(len(total)) / RATE) / 0.6, 0, 1)
    total *= fade[:, None]
    loudest = float(np.max(np.abs(total)))
    level: Waveform = (total * (0.89 / loudest)).astype(np.float32)
    return level


def wav() -> bytes:
    """Return the track as a WAV file: 44.1 kHz, 16 bit, stereo."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.round(mix() * 32767).astype("<i2").tobytes())
    return file.getvalue()


class _MixBus:
    """A stereo mix of the track's length that sounds are added to."""

    def __init__(self) -> None:
        self.samples = np.zeros((round(DURATION_S * RATE), 2), np.float32)

    def add(self, samples: Waveform, at_s: float, level: float, pan: float = 0.0) -> None:
        """Add `sound` from `at_s` on, cut at the end of the track; `pan` from -1 to 1."""
        start = round(at_s * RATE)
        overlap = samples[: max(0, len(self.samples) - start)]
        if overlap.ndim == 1:
            angle = (pan + 1) * np.pi / 4
            sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))
            overlap = overlap[:, None] * sides
        self.samples[start : start + len(overlap)] += overlap * np.float32(level)


def _duck() -> Waveform:
    """Return the gain of the music, which is lowered at each kick (side-chain compression)."""
    gain = np.ones(round(DURATION_S * RATE))
    fall = np.linspace(0, 0.72, round(0.004 * RATE))
    rise = 0.72 * np.exp(-np.arange(round(BEAT_S * RATE)) / RATE / 0.13)
    dip = 1 - np.concatenate([fall, rise])
    for time in kick_times():
        start = round((time - 0.004) * RATE)
        gain[start : start + len(dip)] = dip[: len(gain) - start]
    return gain.astype(np.float32)


def _play_drums(bus: _MixBus, rng: np.random.Generator) -> None:
    drum, closed, open_ = synth.kick(), synth.hat(rng, 0.018), synth.hat(rng, 0.075)
    short = synth.hat(rng, 0.035)
    for time in kick_times():
        bus.add(drum, time, 0.95)
    for step in range(_BARS * 16):  # sixteenths
        bar, at = step // 16, step * BEAT_S / 4
        lift = bar >= _LIFT_BAR
        if bar < 1:
            continue
        if step % 4 == 2:
            bus.add(open_ if lift else short, at, 0.42 if bar > 1 else 0.2, 0.15)
        elif lift or (bar >= _INTRO_BARS and step % 2 == 1):
            accent = 0.14 + 0.08 * float(rng.random())
            bus.add(closed, at, accent, -0.3 + 0.6 * (step % 2))
    for bar in range(4, _BARS):
        for beat in (1, 3):
            bus.add(synth.clap(rng), bar * BAR_S + beat * BEAT_S, 0.42)
    bus.add(synth.riser(rng, BAR_S), BAR_S, 0.22)
    bus.add(synth.riser(rng, BAR_S), (_LIFT_BAR - 1) * BAR_S, 0.30)
    for step, level in enumerate((0.14, 0.2, 0.26, 0.34)):  # a fill where the kick rests
        bus.add(synth.clap(rng), _LIFT_BAR * BAR_S - BEAT_S * (1 - step / 4), level, step / 5 - 0.3)
    for bar in (_INTRO_BARS, _LIFT_BAR, _BARS):
        bus.add(synth.crash(rng), bar * BAR_S, 0.42, -0.2)


def _play_bass(bus: _MixBus) -> None:
    """Play the bass on the off-beats, between the kicks, with a step up at the end of each bar."""
    for bar in range(_INTRO_BARS, _BARS):
        root = _CHORDS[bar % 4][0]
        pattern = [(0.5, 0), (1.5, 0), (2.5, 0), (3.5, 7)]
        if bar >= _LIFT_BAR:
            pattern += [(1.75, 12), (3.75, 12)]
        for beat, interval in pattern:
            sound = synth.bass(
                root + 12 + interval, BEAT_S * 0.42 if beat % 1 == 0.5 else BEAT_S / 4
            )
            bus.add(sound, bar * BAR_S + beat * BEAT_S, 0.30)
    bus.add(synth.bass(_CHORDS[0][0] + 12, 0.8), _BARS * BAR_S, 0.3)


def _play_chords(bus: _MixBus, rng: np.random.Generator) -> None:
    for bar in range(_BARS):
        level = 0.34 if bar < _LIFT_BAR else 0.30
        bright = min(1.0, 0.06 + 0.13 * bar)
        bus.add(synth.pad(_CHORDS[bar % 4][1], BAR_S, bright, rng), bar * BAR_S, level)
    bus.add(synth.pad(_CHORDS[0][1], 0.9, 0.5, rng), _BARS * BAR_S, 0.32)


def _play_arpeggio(bus: _MixBus) -> None:
    """Play broken chords in sixteenths, with an echo that alternates between the sides."""
    order = (0, 2, 4, 1, 3, 4, 2, 3)
    for step in range(_BARS * 16):
        bar = step // 16
        notes = _CHORDS[bar % 4][1]
        if step % 16 in (3, 9, 15) and bar < _LIFT_BAR:
            continue
        sound = synth.pluck(notes[order[step % 8]] + 12, min(1.0, 0.1 + step / 130))
        at, level = step * BEAT_S / 4, 0.24 if bar < _INTRO_BARS else 0.19
        for echo in range(3):
            pan = (-0.5, 0.6, -0.7)[echo]
            bus.add(sound, at + echo * BEAT_S * 0.75, level * 0.42**echo, pan)


def _play_melody(bus: _MixBus) -> None:
    for bar, beat, note, beats in _MELODY:
        at = bar * BAR_S + beat * BEAT_S
        sound = synth.lead(note, beats * BEAT_S * 0.92)
        bus.add(sound, at, 0.24)
        bus.add(sound, at + BEAT_S * 0.75, 0.08, 0.6)
