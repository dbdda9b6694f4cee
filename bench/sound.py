"""Seconds that the analysis of a track takes, beside decoding it alone.

    python bench/sound.py [SECONDS]       length of the track, 240 when not given

The demo track is repeated to that length. Run it on an idle machine.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from server.audio import features, track_features
from server.audio.spectrum import spectrogram
from server.media import ffmpeg, wav
from server.samples import track as demo


def main() -> None:
    """Print what each part takes."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 240.0
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        sound = write(folder / "sound.wav", seconds)
        decoding = timed(lambda: decode(sound))
        heard, whole = folder / features.SPECTRA, folder / features.TRACK
        moments = timed(lambda: spectrogram.analyse(sound, heard))
        events = timed(lambda: track_features.analyse(sound, heard, whole))
        size = sum(path.stat().st_size for path in (heard, whole)) / 1e6
    print(f"{seconds:g} s of music, seconds on the clock")
    print(f"decoding alone        {decoding:6.2f}")
    print(f"spectra               {moments:6.2f}   all that an effect of spectra waits for")
    print(f"the track as a whole  {events:6.2f}   loudness, beats, events, sections")
    print(f"together              {moments + events:6.2f}   {size:.0f} MB on disk")
    print(f"ratio to decoding     {(moments + events) / decoding:6.1f}")


def write(path: Path, seconds: float) -> Path:
    """The demo track over and over, as the prepare task would have it."""
    mix = demo.mix()
    count = int(seconds * wav.RATE)
    looped = np.resize(mix, (count, 2)).astype("<f4")
    path.write_bytes(wav.header(count) + looped.tobytes())
    return path


def decode(sound: Path) -> None:
    """Let ffmpeg read and resample it, and throw it away."""
    stream = ffmpeg.input_file(sound, format="wav").audio
    argv = ffmpeg.output(stream, "-", ar=44_100, format="null")
    ffmpeg.run(argv, limit_s=600).raise_for_status()


def timed(work: object) -> float:
    """Seconds on the clock that a call takes."""
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
