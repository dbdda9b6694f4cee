"""Rows of words in columns, for a terminal."""

from collections.abc import Sequence


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> list[str]:
    """Return a line for the head and for each row; nothing trails a line.

    Each column is as wide as its widest word.

    Args:
        head: names of the columns.
        rows: a word for each column.
        right: columns whose words stand at their right edge, such as numbers.
    """
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
