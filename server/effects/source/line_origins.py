"""Origins of the lines of a text that has other files included in it."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class LineOrigins:
    """The file and line that each line of an expanded text comes from."""

    starts: tuple[int, ...] = ()
    """Numbers of the lines, from 1, at which a piece of another file begins."""
    pieces: tuple[tuple[str, int], ...] = ()
    """File and first line number of each piece."""

    def locate(self, file: str, line: int) -> tuple[str, int]:
        """Return the file and line that a line of the expanded text `file` comes from."""
        index = bisect_right(self.starts, line) - 1
        if index < 0:
            return file, line
        piece_file, first = self.pieces[index]
        return piece_file, first + line - self.starts[index]


NO_INCLUDES = LineOrigins()
"""Origins of a text without includes."""
