"""The style of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Style:
    """Everything that shapes a text; sizes in pixels of the frame unless stated otherwise."""

    frame: tuple[int, int]
    """Size of the frame."""
    font: str
    """A family of fonts.FAMILIES; unknown names give the default one."""
    bold: bool = True
    size: float
    """Pixels of an em; reduced if the text does not fit."""
    width: float
    """Maximum width of a line."""
    height: float
    """Maximum height of the block."""
    align: float = 0.0
    """Alignment: 0 left, 0.5 centre, 1 right."""
    spacing: float = 0.0
    """Letter spacing, in em."""
    leading: float = 1.15
    """Distance between baselines, in em."""
    outline: float = 0.0
    """The widest outline, in em."""
    shadow: float = 0.0
    """Blur radius of the widest shadow, in em."""
    lines: int = 2
    """Maximum number of lines."""
    shrink: float = 0.42
    """Minimum share of the size before a text is truncated."""
    cells: bool = False
    """Place each character in its own cell, in one row."""
