"""Tables of text for a terminal."""

from collections.abc import Sequence


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> list[str]:
    """Return a line for the header and for each row, without trailing blanks.

    Each column is as wide as its widest cell.

    Args:
        header: names of the columns.
        rows: a cell for each column.
        right: indices of columns that are aligned to the right, such as numbers.
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
