"""What a client asked for, checked (Request), and what a job will draw (Spec)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from server.config import Config
from server.effects.library import Library
from server.errors import ToqiboxError
from server.jobs import fields

SAMPLE_RATE = 48_000
"""Samples a second of the prepared sound, both channels alike."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The text fields of an export, checked against the settings and the effect's own inputs."""

    effect: str
    source: str
    """The effect's text as it was when the request was checked."""
    file: str
    sequential: bool
    params: dict[str, Any]
    vertex: str | None = None
    """The text of the effect's own vertex shader, where one lies beside it."""
    plan: str
    aspect: str
    fit: str
    fps: int
    start: Decimal
    duration: Decimal | None
    title: str | None
    artist: str | None
    width: int
    height: int


class Work(NamedTuple):
    """What drawing costs, as far as it is known before it is done."""

    effect: str
    pixels: int
    """Pixels of a frame."""
    frames: int


@dataclass(frozen=True, kw_only=True)
class Spec:
    """All that shapes a job's pixels and sound; stored with the job when it is accepted."""

    effects: list[dict[str, Any]]
    """The chain, first to last: id, file, source, vertex, params."""
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
    loudest_s: float

    @property
    def work(self) -> "Work":
        """What there is to draw, as far as its cost goes."""
        return Work(self.effects[-1]["id"], self.width * self.height, self.frames)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        return cls(**json.loads(text))


def check_request(texts: Mapping[str, str], config: Config, library: Library) -> Request:
    """Check every text field, each against its reader, then `params` against the effect.

    Raises:
        ToqiboxError: the first thing that is wrong, with the field's name.
    """
    values = {name: fields.check_text(name, text, config) for name, text in texts.items()}
    given = {name: value for name, value in values.items() if value is not None}
    effect = library.get(given.get("effect", "breathe"))
    plan = given.get("plan", "free" if "free" in config.plans else next(iter(config.plans)))
    aspect = given.get("aspect", "16:9")
    width, height = fields.picture_size(aspect, config.plans[plan])
    return Request(
        effect=effect.id,
        source=effect.source,
        file=effect.file,
        sequential=effect.sequential,
        params=effect.values(given.get("params", {})),
        vertex=effect.vertex_source,
        plan=plan,
        aspect=aspect,
        fit=given.get("fit", "blur"),
        fps=given.get("fps", config.fps),
        start=given.get("start", Decimal(0)),
        duration=given.get("duration"),
        title=given.get("title"),
        artist=given.get("artist"),
        width=width,
        height=height,
    )


def resolve(request: Request, prepared: Mapping[str, Any], config: Config) -> Spec:
    """The spec of `request` now that its uploads are decoded.

    Args:
        prepared: the result of the `prepare` task.

    Raises:
        ToqiboxError: duration_too_long.
    """
    samples = int(prepared["samples"])
    duration = request.duration or Decimal(samples) / SAMPLE_RATE
    if duration > config.max_duration_sec:
        raise ToqiboxError("duration_too_long", field="duration", limit=config.max_duration_sec)
    chain = [
        {
            "id": request.effect,
            "file": request.file,
            "source": request.source,
            "vertex": request.vertex,
            "params": request.params,
        }
    ]
    return Spec(
        effects=chain,
        sequential=request.sequential,
        width=request.width,
        height=request.height,
        fps=request.fps,
        frames=fields.frame_count(duration, request.fps),
        fit=request.fit,
        start=str(request.start),
        duration=str(duration),
        title=request.title,
        artist=request.artist,
        samples=samples,
        sound=prepared["sound_sha256"],
        photo=prepared["photo_sha256"],
        loudest_s=float(prepared["loudest_s"]),
    )
