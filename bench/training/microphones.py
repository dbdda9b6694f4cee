"""Mix the microphones of MuldjordKit to three kits in Hydrogen's format: close, overhead, room.

    python -m bench.training.microphones SAMPLES OUT

SAMPLES is the folder of that name in a copy of DrumGizmo's MuldjordKit (CC BY 4.0), with a folder
for each drum and a file for each hit and microphone. OUT gets a folder for each kit, which
`python -m bench.songs --kits` takes. Needs what that needs.
"""

import argparse
import subprocess
import wave
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

from bench.music.track import RATE
from bench.songs.mastering import to_int16
from server.arrays import Float32Array

_DRUMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "KdrumR": ("Kick", ("KdrumR",)),
    "Snare": ("Snare", ("Snare_top", "Snare_bottom")),
    "SnareRest": ("Stick", ("Snare_top",)),
    "HihatClosed": ("Hat closed", ("Hihat",)),
    "HihatOpen": ("Hat open", ("Hihat",)),
    "CrashL": ("Crash L", ()),
    "CrashR": ("Crash R", ()),
    "China": ("China", ()),
    "RideR": ("Ride", ("RideR",)),
    "RideRBell": ("Ride bell", ("RideR",)),
    **{f"Tom{number}": (f"Tom {number}", (f"Tom{number}",)) for number in (1, 2, 3, 4)},
}
"""Names of the instruments, and their own microphones, by folder."""
_MIXES = {"close": (1.0, 0.35, 0.0), "overhead": (0.25, 1.0, 0.2), "room": (0.15, 0.4, 1.0)}
"""Gains of the drum's own microphones, of the overheads and of the room."""
_SECOND_GAIN = 0.5
"""Gain of the second microphone of a drum."""
_USUAL_LAYERS = 8
"""Layers of a drum, more unless its hits are a multiple of it."""
_ATTACK_S = 0.1
"""The time at the beginning of a hit whose level orders the layers."""


def write_kits(samples: Path, out: Path) -> None:
    """Write a kit for each mix: the hits of each drum as layers, quiet ones first."""
    roots = {mix: ElementTree.Element("drumkit_info") for mix in _MIXES}
    lists = {mix: ElementTree.SubElement(root, "instrumentList") for mix, root in roots.items()}
    for drum, (name, own) in _DRUMS.items():
        hits = [_mixes(samples / drum, number, own) for number in _hits(samples / drum)]
        for mix in _MIXES:
            instrument = ElementTree.SubElement(lists[mix], "instrument")
            ElementTree.SubElement(instrument, "name").text = name
            _write_layers([hit[mix] for hit in hits], drum, out / _folder(mix), instrument)
    for mix, root in roots.items():
        ElementTree.ElementTree(root).write(out / _folder(mix) / "drumkit.xml")


def _folder(mix: str) -> str:
    return f"Muldjord {mix}"


def _hits(folder: Path) -> list[int]:
    return sorted({int(path.name.split("-")[0]) for path in folder.glob("*.flac")})


def _mixes(folder: Path, number: int, own: tuple[str, ...]) -> dict[str, Float32Array]:
    """Return a hit in each mix, samples x 2."""

    def microphone(name: str) -> Float32Array:
        return _read(folder / f"{number}-{folder.name}-{name}.flac")

    overheads, rooms = (
        np.stack([microphone(f"{place}{side}") for side in "LR"], axis=1) for place in ("OH", "Amb")
    )
    close = np.zeros_like(overheads)
    for place, name in enumerate(own):
        close += _SECOND_GAIN**place * microphone(name)[:, None]
    return {
        mix: close_gain * close + overhead_gain * overheads + room_gain * rooms
        for mix, (close_gain, overhead_gain, room_gain) in _MIXES.items()
    }


def _write_layers(
    hits: list[Float32Array], drum: str, folder: Path, instrument: ElementTree.Element
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    hits = sorted(hits, key=lambda hit: float(np.square(hit[: round(_ATTACK_S * RATE)]).mean()))
    layers = hits[:: max(1, len(hits) // _USUAL_LAYERS)]
    peak = max(float(np.abs(layer).max()) for layer in layers)
    for number, layer in enumerate(layers):
        file_name = f"{drum}-{number}.wav"
        _write(folder / file_name, layer / peak)
        element = ElementTree.SubElement(instrument, "layer")
        ElementTree.SubElement(element, "filename").text = file_name
        ElementTree.SubElement(element, "min").text = f"{number / len(layers):.3f}"


def _read(path: Path) -> Float32Array:
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE)]
    raw = subprocess.run([*argv, "-f", "f32le", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<f4")


def _write(path: Path, samples: Float32Array) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(to_int16(samples).tobytes())


def main() -> None:
    """Write all three kits."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("samples", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write_kits(options.samples, options.out)


if __name__ == "__main__":
    main()
