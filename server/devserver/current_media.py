"""The sound and the photos that the watched effect is shown with; the page may drop others."""

from dataclasses import replace
from pathlib import Path

from server.devserver.media import FeatureLayout, PreviewMedia


class CurrentMedia:
    """The material in use.

    Args:
        material: the first.

    Raises:
        ValueError: its features are none.
        OSError: they cannot be read.
    """

    def __init__(self, media: PreviewMedia) -> None:
        self.revision = 0
        """Another number for other material."""
        self._set(media)

    def replace(self, **changes: Path | float | str | None) -> None:
        """Show other files: fields of Material by name.

        Raises:
            ValueError: the features are none.
            OSError: a file cannot be read.
        """
        self._set(replace(self.media, **changes))  # type: ignore[arg-type]
        self.revision += 1

    def _set(self, media: PreviewMedia) -> None:
        layout, palette = FeatureLayout(media.features), media.palette()
        self.media, self.layout, self.palette = media, layout, palette
