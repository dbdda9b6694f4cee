"""The media that a watched effect is drawn with, and the layout of its feature files."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.audio.features import Features
from server.audio.spectrum import log_bands
from server.audio.spectrum.spectrogram import RECORD, TAIL
from server.effects.model.feature import STEP_FEATURES
from server.media.photos.photo_palette import file_palette
from server.protocol.feature_names import EVENTS
from server.protocol.file_names import LEVELS, SPECTRA

_TEMPO_FEATURES = ("tempo", "tempo.confidence")


@dataclass(frozen=True, kw_only=True)
class PreviewMedia:
    """The files that the prepare and analyse tasks wrote."""

    audio: Path
    """The WAV file."""
    features: Path
    """The folder of the feature files."""
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the audio."""
    audio_name: str
    """The audio file as a command line names it; the same for the photos."""
    photo_name: str
    photo2_name: str

    def palette(self) -> dict[str, str]:
        """Return the palette of the photo; see media/photos/photo_palette.py."""
        return file_palette(self.photo)


class FeatureLayout:
    """The layout of a track's feature files, of which the page reads ranges.

    Raises:
        ValueError: the features are invalid.
        OSError: the features cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._features = Features(folder)
        self._path, self._levels = folder / SPECTRA, folder / LEVELS
        self._count = self._features.steps + TAIL
        self._fields = {name: entry[:2] for name, entry in (RECORD.fields or {}).items()}

    def describe(self, url: str, levels_url: str) -> dict[str, Any]:
        """Return the layout as server/web/player/audio_features.js reads it.

        Args:
            url: address of the spectra.
            levels_url: address of the levels.
        """
        return {
            "url": url,
            "start": os.path.getsize(self._path) - self._count * RECORD.itemsize,
            "size": RECORD.itemsize,
            "oneSided": self._features.one_sided,
            "count": self._count,
            "levels": {
                "url": levels_url,
                "start": os.path.getsize(self._levels) - self._count * 3 * log_bands.BAND_COUNT,
                "bands": log_bands.BAND_COUNT,
            },
            "columns": list(STEP_FEATURES),
            "events": {event: self._features.events(event).tolist() for event in EVENTS},
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
        """Return the `columns` of every step, little-endian float32, one after the other."""
        columns = [self._features.per_step(name).astype("<f4") for name in STEP_FEATURES]
        return b"".join(column.tobytes() for column in columns)
