"""Where each line of a text comes from that has other files put into it."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class LineOrigins:
    """Where each line of a text with its includes comes from."""

    starts: tuple[int, ...] = ()
    """Numbers of the lines, from 1, at which another piece begins."""
    pieces: tuple[tuple[str, int], ...] = ()
    """File and number of the first line of each."""

    def locate(self, file: str, line: int) -> tuple[str, int]:
        """File and line of a line of the text, which is called `file`."""
        index = bisect_right(self.starts, line) - 1
        if index < 0:
            return file, line
        piece_file, first = self.pieces[index]
        return piece_file, first + line - self.starts[index]


NO_INCLUDES = LineOrigins()
"""Of a text without any other file in it."""
