"""What a watched effect is shown with: files of our own making, and how the sound's lie."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.audio.features import LEVELS, SPECTRA, Features
from server.audio.spectrum import log_bands
from server.audio.spectrum.spectrogram import RECORD, TAIL
from server.effects.model.feature import EVENTS, STEP_FEATURES
from server.media.photos.palette import file_palette

_TEMPO_FEATURES = ("tempo", "tempo.confidence")


@dataclass(frozen=True, kw_only=True)
class PreviewMedia:
    """Files as the prepare and analyse tasks leave them."""

    audio: Path
    """The WAV."""
    features: Path
    """The folder of them."""
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the sound."""
    audio_name: str
    """The track's own file, as a command line names it; the photos' likewise."""
    photo_name: str
    photo2_name: str

    def palette(self) -> dict[str, str]:
        """The photo's colours; see media/photos/palette.py."""
        return file_palette(self.photo)


class FeatureLayout:
    """How a track's features lie: the page reads the spectra itself, by ranges.

    Raises:
        ValueError: they are no features.
        OSError: they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._features = Features(folder)
        self._path, self._levels = folder / SPECTRA, folder / LEVELS
        self._count = self._features.steps + TAIL
        self._fields = {name: entry[:2] for name, entry in (RECORD.fields or {}).items()}

    def describe(self, url: str, levels_url: str) -> dict[str, Any]:
        """The layout as server/web/player/audio_features.js reads it.

        Args:
            url: where the page gets ranges of the spectra.
            levels_url: where it gets ranges of the levels.
        """
        return {
            "url": url,
            "start": os.path.getsize(self._path) - self._count * RECORD.itemsize,
            "size": RECORD.itemsize,
            "oneSided": self._features.one_sided,
            "count": self._count,
            "levels": {
                "url": levels_url,
                "start": os.path.getsize(self._levels) - self._count * 3 * log_bands.BANDS,
                "bands": log_bands.BANDS,
            },
            "columns": list(STEP_FEATURES),
            "hits": {event: self._features.events(event).tolist() for event in EVENTS},
            "tempo": [float(self._features.column(name, 1, 60)[0]) for name in _TEMPO_FEATURES],
            "fields": {
                name: {
                    "offset": offset,
                    "type": kind.base.str,
                    "length": kind.itemsize // kind.base.itemsize,
                }
                for name, (kind, offset) in self._fields.items()
            },
        }

    def stepped_columns(self) -> bytes:
        """The `columns` of every step, little-endian float32, one after the other."""
        columns = [self._features.per_step(name).astype("<f4") for name in STEP_FEATURES]
        return b"".join(column.tobytes() for column in columns)
