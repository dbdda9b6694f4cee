"""The sound and the photos that the watched effect is shown with; the page may drop others."""

from dataclasses import replace
from pathlib import Path

from server.devserver.media import Layout, Material


class CurrentMaterial:
    """The material in use.

    Args:
        material: the first.

    Raises:
        ValueError: its features are none.
        OSError: they cannot be read.
    """

    def __init__(self, material: Material) -> None:
        self.revision = 0
        """Another number for other material."""
        self._take(material)

    def replace(self, **changes: Path | float | str | None) -> None:
        """Show other files: fields of Material by name.

        Raises:
            ValueError: the features are none.
            OSError: a file cannot be read.
        """
        self._take(replace(self.material, **changes))  # type: ignore[arg-type]
        self.revision += 1

    def _take(self, material: Material) -> None:
        layout, palette = Layout(material.features), material.palette()
        self.material, self.layout, self.palette = material, layout, palette
