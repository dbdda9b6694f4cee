"""The audio and the photos that the effect is drawn with, which the page may replace."""

from dataclasses import replace
from pathlib import Path

from server.audio.player_features import PlayerFeatures
from server.devserver.media import PreviewMedia
from server.effects.model.feature import STEP_FEATURES


class CurrentMedia:
    """The media in use.

    Args:
        media: the initial media.

    Raises:
        ValueError: the features are invalid.
        OSError: the features cannot be read.
    """

    def __init__(self, media: PreviewMedia) -> None:
        self.revision = 0
        """Number of replacements so far."""
        self._set(media)

    def replace(self, **changes: Path | float | str | None) -> None:
        """Replace fields of PreviewMedia by name.

        Raises:
            ValueError: the features are invalid.
            OSError: a file cannot be read.
        """
        self._set(replace(self.media, **changes))  # type: ignore[arg-type]
        self.revision += 1

    def _set(self, media: PreviewMedia) -> None:
        features, palette = PlayerFeatures(media.features, STEP_FEATURES), media.palette()
        self.media, self.features, self.palette = media, features, palette
