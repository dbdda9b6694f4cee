"""Seconds that the analysis of a track takes, compared with decoding alone.

    python bench/analysis.py [SECONDS]       length of the track, 240 by default

The demo track is repeated to that length. Run it on an idle machine.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in a worker

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from server.audio import band_levels, track_features
from server.audio.spectrum import spectrogram
from server.media import ffmpeg, wav
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE
from server.samples import sample_track as demo


def main() -> None:
    """Print the time of each part."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 240.0
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        audio = write_looped_demo(folder / "sound.wav", seconds)
        decoding = wall_seconds(lambda: decode_only(audio))
        spectra, levels = folder / file_names.SPECTRA, folder / file_names.LEVELS
        track_file = folder / file_names.TRACK
        start = time.perf_counter()
        loudness = spectrogram.analyse(audio, spectra)
        spectra_s = time.perf_counter() - start
        levels_s = wall_seconds(lambda: band_levels.analyse(spectra, levels))
        track_s = wall_seconds(lambda: track_features.analyse(spectra, loudness, track_file))
        size = sum(path.stat().st_size for path in (spectra, levels, track_file)) / 1e6
        total = spectra_s + levels_s + track_s
    print(f"{seconds:g} s of music, seconds on the clock")
    print(f"decoding alone        {decoding:6.2f}")
    print(f"spectra               {spectra_s:6.2f}   loudness, and what an effect of spectra needs")
    print(f"band levels           {levels_s:6.2f}")
    print(f"the track as a whole  {track_s:6.2f}   beats, events, sections")
    print(f"together              {total:6.2f}   {size:.0f} MB on disk")
    print(f"ratio to decoding     {total / decoding:6.1f}")


def write_looped_demo(path: Path, seconds: float) -> Path:
    """Write the demo track repeatedly to a WAV like that of the prepare task."""
    mix = demo.mix()
    count = int(seconds * SAMPLE_RATE)
    looped = np.resize(mix, (count, 2)).astype("<f4")
    path.write_bytes(wav.header(count) + looped.tobytes())
    return path


def decode_only(audio: Path) -> None:
    """Decode and resample with ffmpeg, and discard the output."""
    stream = ffmpeg.input_file(audio, format="wav").audio
    argv = ffmpeg.output(stream, "-", ar=44_100, format="null")
    ffmpeg.run(argv, limit_s=600).raise_for_status()


def wall_seconds(work: object) -> float:
    """Return the wall time of a call in seconds."""
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
