"""How a text is to be set."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Style:
    """All that shapes a raster; sizes in pixels of the picture unless said otherwise."""

    frame: tuple[int, int]
    """Size of the picture."""
    font: str
    """A family of fonts.FAMILIES; the default one where there is none of that name."""
    bold: bool = True
    size: float
    """Pixels of an em; it becomes smaller where the text would not fit."""
    width: float
    """Widest line."""
    height: float
    """Most that the block may be high."""
    align: float = 0.0
    """0 left, 0.5 centre, 1 right."""
    spacing: float = 0.0
    """Between letters, in em."""
    leading: float = 1.15
    """From baseline to baseline, in em."""
    outline: float = 0.0
    """The widest outline, in em."""
    shadow: float = 0.0
    """How far the widest shadow is blurred, in em."""
    lines: int = 2
    """Most lines."""
    shrink: float = 0.42
    """Share of the size down to which a text shrinks before it is cut."""
    cells: bool = False
    """Each character in a cell of its own, all in one row."""
