"""Names of the files that a job's tasks write and read, in its folder or the features'."""

from pathlib import Path

AUDIO = "sound.wav"
"""The prepared audio: a WAV file of 32-bit floats; see prepared_audio.py."""
PHOTO = "photo.rgba"
PHOTO2 = "photo2.rgba"
PICTURE = "photo.png"
"""A prepared photo for a browser."""
ENCODED_AUDIO = "sound.m4a"
LOSSLESS_AUDIO = "sound.flac"
VIDEO = "video.mp4"
POSTER = "poster.jpg"

SPECTRA = "spectra.npy"
LEVELS = "levels.npy"
TRACK = "track.npz"
COLUMNS = "columns.f32"
"""Features of every step for a player in a browser; see audio/player_features.py."""
TRACK_EVENTS = "events.json"
LAYOUT = "layout.json"
PLAYER_FILES = (COLUMNS, TRACK_EVENTS, LAYOUT)
"""Files of the features that only a player in a browser reads."""


def seal_path(path: Path) -> Path:
    """Return the path of the seal of a file; see files/seal.py."""
    return path.with_name(f"{path.name}.sum")


def sealed(*paths: Path | None) -> list[Path]:
    """Return files with their seals; None stands for no file."""
    return [file for path in paths if path is not None for file in (path, seal_path(path))]
