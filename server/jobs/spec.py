"""What a client asked for, checked (Request), and what a job will draw (Spec)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from server.config import Config
from server.effects.effect import Effect, Kind
from server.effects.library import Library
from server.errors import ToqiboxError
from server.jobs import fields
from server.jobs.source import Source, read_source
from server.reasons import reason

DEFAULT_EFFECT = "breathe"
SAMPLE_RATE = 48_000
"""Samples a second of the prepared sound, both channels alike."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The text fields of an export, checked against the settings and the effect's own inputs."""

    source: Source
    """The effect as it was when the request was checked."""
    params: dict[str, Any]
    photo2: bool
    """Whether there is a second photo."""
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
    photo2: str | None = None
    """The same of the second photo."""

    @property
    def work(self) -> "Work":
        """What there is to draw, as far as its cost goes."""
        return Work(self.effects[-1]["id"], self.width * self.height, self.frames)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        return cls(**json.loads(text))


def check_request(
    texts: Mapping[str, str], config: Config, library: Library, *, photo2: bool = False
) -> Request:
    """Check every text field, each against its reader, then all against the effect.

    Args:
        photo2: whether a second photo comes with them.

    Raises:
        ToqiboxError: the first thing that is wrong, with the field's name.
    """
    values = {name: fields.check_text(name, text, config) for name, text in texts.items()}
    given = {name: value for name, value in values.items() if value is not None}
    effect = library.get(given.get("effect", DEFAULT_EFFECT))
    _check_photo2(effect, given=photo2)
    plan = given.get("plan", "free" if "free" in config.plans else next(iter(config.plans)))
    aspect = given.get("aspect", "16:9")
    width, height = fields.picture_size(aspect, config.plans[plan])
    return Request(
        source=read_source(effect, library),
        params=effect.values(given.get("params", {})),
        photo2=photo2,
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


def _check_photo2(effect: Effect, *, given: bool) -> None:
    """A transition needs a second photo; an effect that shows none takes none."""
    shown = {item.name for item in effect.inputs if item.kind is Kind.IMAGE}
    if given and not (shown & {"photo2"} or shown - {"photo", effect.picture}):
        raise fields.refuse("photo2", reason("no_photo2"))
    if effect.second and not given:
        raise ToqiboxError("missing_field", field="photo2", name="photo2")


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
    return Spec(
        effects=[request.source.kept(request.params)],
        sequential=request.source.sequential,
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
        photo2=prepared["photo2_sha256"] if request.photo2 else None,
        loudest_s=float(prepared["loudest_s"]),
    )
