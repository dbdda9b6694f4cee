"""A place in a list of jobs, the newest first."""

import re
from typing import NamedTuple

_CURSOR = re.compile(r"([0-9]{1,15})-([A-Za-z0-9_-]{22})")


class JobCursor(NamedTuple):
    """The last job of a page; the next page begins after it."""

    created_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.created_at}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "JobCursor | None":
        """Return the cursor that `str` has written; None for another text."""
        match = _CURSOR.fullmatch(text)
        return cls(int(match[1]), match[2]) if match else None
