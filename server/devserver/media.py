"""The media that a watched effect is drawn with, and the layout of its feature files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.audio.player_features import PlayerFeatures
from server.media.photos.photo_palette import file_palette
from server.protocol.codec import to_json


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


def describe_features(features: PlayerFeatures, url: str, levels_url: str) -> dict[str, Any]:
    """Return the layout of feature files as server/web/player/audio_features.js reads it.

    Args:
        features: of the track.
        url: address of the spectra.
        levels_url: address of the levels.
    """
    layout = features.layout()
    return {
        "url": url,
        "start": layout.start,
        "size": layout.size,
        "oneSided": layout.one_sided,
        "count": layout.count,
        "levels": {"url": levels_url, "start": layout.levels_start, "bands": layout.bands},
        "columns": list(layout.columns),
        "events": features.events(),
        "tempo": list(layout.tempo),
        "fields": {name: to_json(field) for name, field in layout.fields.items()},
    }
