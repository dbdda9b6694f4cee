"""Sound of a performance in stems: FluidSynth with a soundfont, and the kits' sampler."""

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np

from bench.music.track import RATE
from bench.songs.composition import DRUMS
from bench.songs.performance import Performance
from server.arrays import Float32Array

_TICKS = 2000
"""Ticks a beat at 120 beats a minute: one is 0.25 ms."""
_LIMIT_S = 300


def synthesize(performance: Performance, soundfont: Path, kit: int | None = None) -> Float32Array:
    """Synthesize all notes, samples x 2, without reverberation.

    Args:
        performance: what to play.
        soundfont: an SF2 or SF3 file.
        kit: the program of the drum channel, if not the performance's own.

    Raises:
        subprocess.CalledProcessError: FluidSynth fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        score, raw_audio = Path(folder) / "score.mid", Path(folder) / "sound.raw"
        _write(performance, score, kit)
        argv = ["fluidsynth", "-niq", "-R", "0", "-C", "0", "-g", "0.4", "-r", str(RATE)]
        argv += ["-o", "synth.polyphony=96", "-O", "s16", "-T", "raw", "-F", str(raw_audio)]
        subprocess.run(
            [*argv, str(soundfont), str(score)], check=True, capture_output=True, timeout=_LIMIT_S
        )
        samples = np.fromfile(raw_audio, "<i2").reshape(-1, 2).astype(np.float32) / 32768
    length = round(performance.seconds * RATE) + 1
    stem = np.zeros((length, 2), np.float32)
    stem[: len(samples)] = samples[:length]
    return stem


def _write(performance: Performance, path: Path, kit: int | None) -> None:
    messages: list[tuple[float, int, mido.Message]] = []
    for time, message in performance.controls:
        if message.channel == DRUMS and message.type == "program_change" and kit is not None:
            continue
        messages.append((time, 0, message))
    if kit is not None:
        messages.append((0.0, 1, mido.Message("program_change", channel=DRUMS, program=kit)))
    for start, length, channel, pitch, velocity in performance.notes:
        note = {"channel": int(channel), "note": int(pitch)}
        messages.append((start, 3, mido.Message("note_on", velocity=int(velocity), **note)))
        messages.append((start + length, 2, mido.Message("note_off", **note)))
    file = mido.MidiFile(ticks_per_beat=_TICKS)
    track = mido.MidiTrack()
    last_tick = 0
    for time, _, message in sorted(messages, key=lambda entry: entry[:2]):
        tick = round(time * 2 * _TICKS)
        track.append(message.copy(time=max(tick - last_tick, 0)))
        last_tick = max(tick, last_tick)
    file.tracks.append(track)
    file.save(path)
