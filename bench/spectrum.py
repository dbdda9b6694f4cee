"""Measures how many bars of the band levels move, on quiet, bassy and loud masters.

    python -m bench.spectrum SONGS [--seconds N] [--bars N] [--names A,B,…]

SONGS is a folder of tracks. ffmpeg makes three masters of each: quiet (26 dB lower), bassy (the
lowest octaves raised, the treble lowered) and loud (driven into a limiter and clipped). A bar moves
if it covers at least a tenth of the full height within 5 s. Each song and master gets a line with
the minimum and the mean share of moving bars over all windows of 5 s with music, and the mean
height; the last lines show how many windows reach 80 %.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from server.arrays import BoolArray, Float64Array
from server.audio import band_levels
from server.audio.spectrum import log_bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE

MASTERS = {
    "quiet": "volume=-26dB",
    "bassy": "bass=gain=14:frequency=90,treble=gain=-12:frequency=3000,volume=-10dB",
    "loud": (
        "volume=14dB,alimiter=limit=0.9:level=false:attack=1:release=20,"
        "volume=6dB,asoftclip=type=hard"
    ),
}
SUFFIXES = (".flac", ".wav", ".mp3", ".ogg", ".m4a")
WINDOW_S = 5
MIN_MOVEMENT = 0.1
MIN_SHARE = 0.8
_PLAYING_DB, _PLAYING_SHARE = -30.0, 0.8
"""Level relative to the loud steps from which music plays in a step; minimum share of such steps in
a window with music."""


def main() -> int:
    """Print the table; return status 1 without songs."""
    parser = argparse.ArgumentParser(description="how many bars of the spectrum move")
    parser.add_argument("songs", type=Path)
    parser.add_argument("--seconds", type=int, default=60, help="seconds of each song (60)")
    parser.add_argument("--bars", type=int, default=60, help="number of bars (60)")
    parser.add_argument("--names", help="only these songs, without suffixes")
    options = parser.parse_args()
    names = options.names.split(",") if options.names else None
    files = sorted(path for path in options.songs.iterdir() if path.suffix in SUFFIXES)
    paths = [path for path in files if names is None or path.stem in names]
    if not paths:
        print(f"{options.songs}: no songs", file=sys.stderr)
        return 1
    print(f"{'song':<24} {'master':<6} {'windows':>7} {'least':>6} {'mean':>6} {'height':>7}")
    shares_by_master: dict[str, list[Float64Array]] = {name: [] for name in MASTERS}
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as folder:
        for path in paths:
            for master, filters in MASTERS.items():
                audio = remaster(path, filters, options.seconds, Path(folder))
                heights, playing = measure(audio, Path(folder), options.bars)
                shares = moving(heights, playing)
                shares_by_master[master].append(shares)
                print(row(path.stem, master, shares, heights[playing]), flush=True)
    for master, share_lists in shares_by_master.items():
        shares = np.concatenate(share_lists)
        passed = np.mean(shares >= MIN_SHARE) if len(shares) else 0.0
        print(
            f"{master}: {passed:.1%} of {len(shares)} windows have {MIN_SHARE:.0%} of bars moving"
        )
    return 0


def remaster(path: Path, filters: str, seconds: int, folder: Path) -> Path:
    """Write the WAV of a master of the beginning of a song."""
    command = ["ffmpeg", "-v", "error", "-t", str(seconds), "-i", str(path), "-af", filters]
    command += ["-ar", str(SAMPLE_RATE), "-ac", "2", "-f", "f32le", "-"]
    samples = subprocess.run(command, check=True, capture_output=True).stdout
    out = folder / "sound.wav"
    out.write_bytes(wav.header(len(samples) // wav.FRAME_BYTES) + samples)
    return out


def measure(audio: Path, folder: Path, bars: int) -> tuple[Float64Array, BoolArray]:
    """Return the heights, 0 to 1, steps by bars, and whether music plays in each step."""
    spectra = folder / "spectra.npy"
    spectrogram.analyse(audio, spectra)
    records = spectrogram.load(spectra)
    band_bytes = np.ascontiguousarray(records["logbands"])[: -spectrogram.TAIL]
    levels = band_levels.compute_levels(band_bytes)[:, 0] / 255
    at = (np.arange(bars) + 0.5) / bars * log_bands.BAND_COUNT - 0.5
    heights = np.stack(
        [np.interp(at, np.arange(log_bands.BAND_COUNT), step_levels) for step_levels in levels]
    )
    powers = records["powers"][: len(levels), 0].astype(np.float64)
    loud = float(np.percentile(powers, 95))
    return heights, powers > max(loud, 1e-9) * 10 ** (_PLAYING_DB / 10)


def moving(heights: Float64Array, playing: BoolArray) -> Float64Array:
    """Return the share of moving bars in each window in which music plays."""
    size = WINDOW_S * STEPS_PER_S
    starts = range(0, len(heights) - size + 1, size)
    chosen = [at for at in starts if playing[at : at + size].mean() >= _PLAYING_SHARE]
    moved = [np.mean(np.ptp(heights[at : at + size], axis=0) >= MIN_MOVEMENT) for at in chosen]
    return np.array(moved, np.float64)


def row(name: str, master: str, shares: Float64Array, heights: Float64Array) -> str:
    """Format a line of the table."""
    if not len(shares):
        return f"{name[:24]:<24} {master:<6} {0:7d}"
    numbers = f"{len(shares):7d} {shares.min():6.0%} {shares.mean():6.0%} {heights.mean():7.2f}"
    return f"{name[:24]:<24} {master:<6} {numbers}"


if __name__ == "__main__":
    sys.exit(main())
