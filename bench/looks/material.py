"""Photos and songs in the form that tasks read, prepared once and cached."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from server.animation.event_envelopes import first_frames
from server.audio import track_features
from server.audio.features import Features
from server.audio.spectrum import spectrogram
from server.cli.tasks.worker_session import WorkerSession
from server.protocol.tasks import Analyse, Prepare

FPS = 30
SECONDS = 75
"""Seconds of a song that are analysed, from its beginning."""
_PHOTOS = {".jpg", ".jpeg", ".png", ".webp"}
_FORMATS = (spectrogram.FORMAT, track_features.FORMAT)
_SONGS = {".flac", ".wav", ".mp3", ".ogg", ".m4a"}


@dataclass(frozen=True)
class Song:
    """A song with the moments to draw."""

    name: str
    features: Path
    frames: int
    calm: int
    """The frame of the quietest audible second."""
    accent: int
    """The frame of a strong accent in the loudest part."""
    full: int
    """The frame in the middle of the loudest second."""


def photos(folder: Path) -> list[Path]:
    """Return the photos of a folder, by name."""
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _PHOTOS]


def songs(folder: Path) -> list[Path]:
    """Return the songs of a folder, by name."""
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SONGS]


def photo(session: WorkerSession, path: Path, kept: Path) -> Path:
    """Return the decoded pixels of a photo."""
    folder = _folder(path, kept)
    if not (folder / "photo.rgba").exists():
        _prepare(session, {"photo": path}, folder)
    return folder / "photo.rgba"


def song(session: WorkerSession, path: Path, kept: Path) -> Song:
    """Return the features of a song, and its moments."""
    folder = _folder(path, kept)
    features = folder / "features"
    if not (features / "track.npz").exists():
        _prepare(session, {"audio": path}, folder)
        audio_file = folder / "sound.wav"
        session.run(Analyse(audio=audio_file, out=features))
        audio_file.unlink()
    return _moments(path.stem, features)


def _moments(name: str, features: Path) -> Song:
    features_of_song = Features(features)
    frames = features_of_song.steps * FPS // 60
    level = np.convolve(
        features_of_song.column("level.envelope", frames, FPS), np.ones(FPS) / FPS, "same"
    )
    inner = np.arange(frames // 20, frames - frames // 20)
    audible = inner[level[inner] > 0.1] if (level[inner] > 0.1).any() else inner
    full = int(inner[np.argmax(level[inner])])
    calm = int(audible[np.argmin(level[audible])])
    return Song(name, features, frames, calm, _accent(features_of_song, frames, full), full)


def _accent(features_of_song: Features, frames: int, full: int) -> int:
    """Return the frame of the strongest accent near the frame `full`."""
    accents = features_of_song.events("accent")
    accents = accents[(accents[:, 0] > 1.0) & (accents[:, 0] < frames / FPS - 1.0)]
    if not len(accents):
        return full
    near = accents[:, 1] * np.exp(-np.abs(accents[:, 0] - full / FPS) / 8)
    return int(first_frames(accents, FPS)[np.argmax(near)])


def _prepare(session: WorkerSession, files_by_field: dict[str, Path], folder: Path) -> None:
    files = {key: path.absolute() for key, path in files_by_field.items()}
    task = Prepare(
        audio=files.get("audio"),
        photo=files.get("photo"),
        photo2=files.get("photo2"),
        folder=folder,
        duration=Decimal(SECONDS),
        max_duration=Decimal(3600),
    )
    session.run(task)


def _folder(path: Path, kept: Path) -> Path:
    """Return a folder for everything derived from a file; it changes with the file."""
    status = path.stat()
    key = repr((path.name, status.st_mtime_ns, status.st_size, SECONDS, *_FORMATS))
    folder = kept / f"{path.stem}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
