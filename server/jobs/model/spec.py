"""Specification of a job: everything that determines its pixels and its audio."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from server.jobs.model.requested_effect import CUSTOM
from server.protocol.codec import from_json, to_json_object
from server.protocol.encodings import DEFAULT_CODEC, DEFAULT_QUALITY
from server.protocol.scene import EffectInstance
from server.warnings import WarningData


class Workload(NamedTuple):
    """Amount of rendering work, as far as it is known in advance."""

    effect: str
    """Ids of the chain, joined by ``+``; that of a custom effect is CUSTOM."""
    pixels: int
    """Pixels per frame."""
    frames: int
    fps: int = 30


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Everything that determines a job's pixels and audio; stored when the job is accepted."""

    effects: tuple[EffectInstance, ...]
    """The chain, first to last; the paths of image files are their SHA-256 alone."""
    sequential: bool
    width: int
    height: int
    fps: int
    frames: int
    fit: str
    start: str
    duration: str
    """Exact decimal seconds, as text."""
    title: str | None
    artist: str | None
    samples: int
    audio: str = field(metadata={"key": "sound"})
    """SHA-256 of the prepared samples: the key of the track features."""
    photo: str
    """SHA-256 of the decoded photo."""
    loudest_s: float
    palette: dict[str, str] | None = None
    """Colours of the photo, ``#rrggbb`` by the names of effects/model/palette.py."""
    photo2: str | None = None
    """SHA-256 of the decoded second photo."""
    needs_track: bool = True
    """True if a param is bound to a feature that needs the analysis of the whole track."""
    allow_flashing: bool = False
    """True if flashes are not limited."""
    tempo: float | None = None
    """Beats per minute that the client gave; None if they are detected."""
    highlight: str | None = None
    """One of fields.HIGHLIGHTS, by which `start` was determined; None if the request gave it."""
    codec: str = DEFAULT_CODEC
    """A key of CODECS."""
    quality: str = DEFAULT_QUALITY
    """One of QUALITIES."""
    aspect: str | None = None
    """The requested aspect, such as ``16:9``; None in a job of an earlier version."""
    preset: str | None = None
    """Id of the preset that the chain was copied from."""
    warnings: list[WarningData] = field(default_factory=list)
    """Warnings about the request; see server/warnings.py."""

    @property
    def ids(self) -> list[str]:
        """Ids of the effects of the chain."""
        return [instance.id for instance in self.effects]

    @property
    def workload(self) -> "Workload":
        """Amount of work that determines the job's cost."""
        pixels = self.width * self.height
        return Workload("+".join(self.labels), pixels, self.frames, self.fps)

    @property
    def labels(self) -> list[str]:
        """Ids of the effects of the chain, CUSTOM for each custom one."""
        return [CUSTOM if instance.custom else instance.id for instance in self.effects]

    def to_json(self) -> str:
        return json.dumps(to_json_object(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        values = json.loads(text)
        values["effects"] = tuple(from_json(EffectInstance, entry) for entry in values["effects"])
        values["audio"] = values.pop("sound")
        return cls(**values)
