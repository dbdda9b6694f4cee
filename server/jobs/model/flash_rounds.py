"""Rounds of limiting flashes: a drawn video is counted, and what has to be dimmed drawn again."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.protocol.codec import to_json
from server.protocol.results.media import CountedFlashes

MAX_ROUNDS = 3
"""Most times that segments are drawn again. The gains of one round are exact but for rounding; the
report of a video that still flashes too much says so."""


@dataclass
class FlashRounds:
    """State of limiting the flashes of a job."""

    counts: list[CountedFlashes] = field(default_factory=list)
    """Counts so far: of the video as it is drawn, then of each dimmed one."""
    gains: Path | None = None
    """Gain map that the segments are dimmed by."""
    wall_s: float = 0.0
    """Wall-clock seconds of the counts."""

    @property
    def is_complete(self) -> bool:
        """True if the segments stay as they are."""
        if not self.counts:
            return False
        return not self.counts[-1].excessive or len(self.counts) > MAX_ROUNDS

    def report(self) -> dict[str, Any]:
        """Return what was limited, and the count of the video as it is."""
        if not self.counts:
            return {"limited": [], "perSecond": None, "excessive": []}
        first, last = self.counts[0], self.counts[-1]
        return {
            "limited": to_json(first.excessive),
            "perSecond": last.per_second,
            "excessive": to_json(last.excessive),
        }

    def add(self, count: CountedFlashes, gains: Path, wall_s: float) -> None:
        """Add the next count; `gains` is the gain map that it computed."""
        self.counts.append(count)
        self.wall_s += wall_s
        if not self.is_complete:
            self.gains = gains
