"""A track's features in the form in which a player in a browser reads them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.audio.features import Features
from server.audio.spectrum import log_bands
from server.audio.spectrum.spectrogram import RECORD, TAIL
from server.files import atomic
from server.protocol.codec import to_json
from server.protocol.feature_names import EVENTS, SECTION_KINDS
from server.protocol.file_names import (
    COLUMNS,
    LAYOUT,
    LEVELS,
    PLAYER_FILES,
    SPECTRA,
    TRACK_EVENTS,
)
from server.protocol.results.feature_layout import LEVEL_CHANNELS, FeatureLayout, FieldLayout

_TEMPO_FEATURES = ("tempo", "tempo.confidence")


class PlayerFeatures:
    """Features of a track for `server/web/player/audio_features.js`.

    Args:
        folder: the folder of the feature files.
        columns: names of the features that are measured at each step.

    Raises:
        ValueError: the features are invalid.
        OSError: the features cannot be read.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        self._features = Features(folder)
        self._spectra, self._levels = folder / SPECTRA, folder / LEVELS
        self._columns = tuple(columns)

    def layout(self) -> FeatureLayout:
        """Return the layout of the files."""
        count = self._features.steps + TAIL
        fields = {name: entry[:2] for name, entry in (RECORD.fields or {}).items()}
        bpm, confidence = (float(self._features.column(name, 1, 60)[0]) for name in _TEMPO_FEATURES)
        return FeatureLayout(
            count=count,
            start=os.path.getsize(self._spectra) - count * RECORD.itemsize,
            size=RECORD.itemsize,
            fields={
                name: FieldLayout(
                    offset=offset,
                    type=kind.base.str,
                    length=kind.itemsize // kind.base.itemsize,
                )
                for name, (kind, offset) in fields.items()
            },
            levels_start=os.path.getsize(self._levels)
            - count * LEVEL_CHANNELS * log_bands.BAND_COUNT,
            bands=log_bands.BAND_COUNT,
            columns=self._columns,
            tempo=(bpm, confidence),
            one_sided=self._features.one_sided,
        )

    def events(self) -> dict[str, Any]:
        """Return the rows of each kind of event: time in seconds, and strength 0 to 1."""
        return {event: self._features.events(event).tolist() for event in EVENTS}

    def sections(self) -> list[tuple[float, float, str]]:
        """Return the start and the end in seconds, and the kind of each section."""
        return [
            (start, end, SECTION_KINDS[int(kind)])
            for start, end, _, kind in self._features.sections().tolist()
        ]

    def columns(self) -> bytes:
        """Return the columns of every step, little-endian float32, one after the other."""
        columns = [self._features.per_step(name).astype("<f4") for name in self._columns]
        return b"".join(column.tobytes() for column in columns)


def write_files(folder: Path, columns: Sequence[str]) -> None:
    """Write those files of a folder of features that only a player reads, and that are missing.

    Args:
        folder: the folder, with all other features.
        columns: see PlayerFeatures.

    Raises:
        ToqiboxError: storage_full.
        ValueError: the features are invalid.
    """
    if all((folder / name).exists() for name in PLAYER_FILES):
        return
    features = PlayerFeatures(folder, columns)
    events = {"events": features.events(), "sections": features.sections()}
    for name, content in (
        (COLUMNS, features.columns()),
        (TRACK_EVENTS, _encode(events)),
        (LAYOUT, _encode(to_json(features.layout()))),
    ):
        with atomic.atomic_write(folder / name) as file:
            file.write(content)


def _encode(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False).encode()
