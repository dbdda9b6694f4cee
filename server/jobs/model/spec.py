"""What a job will draw: everything that shapes its pixels and its sound."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from server.warnings import WarningData

SAMPLE_RATE = 48_000
"""Samples a second of the prepared sound, both channels alike."""


class Workload(NamedTuple):
    """What drawing costs, as far as it is known before it is done."""

    effect: str
    """The ids of its chain."""
    pixels: int
    """Pixels of a frame."""
    frames: int


@dataclass(frozen=True, kw_only=True)
class Spec:
    """All that shapes a job's pixels and sound; stored with the job when it is accepted."""

    effects: list[dict[str, Any]]
    """The chain, first to last: id, file, source, vertex, params; files where it has any: the
    SHA-256 of its image files by what it calls them."""
    sequential: bool
    width: int
    height: int
    fps: int
    frames: int
    fit: str
    start: str
    duration: str
    """Seconds, as decimal text: exact."""
    title: str | None
    artist: str | None
    samples: int
    sound: str
    """SHA-256 of the prepared samples: the key of the track's features."""
    photo: str
    """SHA-256 of the decoded photo."""
    loudest_s: float
    palette: dict[str, str] | None = None
    """The photo's colours, ``#rrggbb`` by the names of effects/model/palette.py."""
    photo2: str | None = None
    """The same of the second photo."""
    needs_track: bool = True
    """Whether something follows what only the whole track tells."""
    allow_flashing: bool = False
    """Whether the picture may flash as it likes."""
    tempo: float | None = None
    """Beats a minute that the beats are to have; None finds them."""
    highlight: str | None = None
    """What `start` was found as: one of fields.HIGHLIGHTS; None where the request said a time."""
    preset: str | None = None
    """The id of the preset that the chain came from; the chain stays when its file changes."""
    warnings: list[WarningData] = field(default_factory=list)
    """What the client should know of its request; see server/warnings.py."""

    @property
    def ids(self) -> list[str]:
        """The ids of the chain's effects."""
        return [entry["id"] for entry in self.effects]

    @property
    def workload(self) -> "Workload":
        """What there is to draw, as far as its cost goes."""
        return Workload("+".join(self.ids), self.width * self.height, self.frames)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        return cls(**json.loads(text))
