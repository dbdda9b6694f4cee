"""What a client asked for, checked (Request), and what a job will draw (Spec)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from server.config import Config
from server.effects.library import Library
from server.errors import ToqiboxError
from server.jobs import fields
from server.jobs.chain import DEFAULT_ASPECT, Link, check_chain, check_photo2
from server.jobs.presets import Presets
from server.jobs.refusal import refuse
from server.reasons import reason
from server.warning import Row

DEFAULT_FIT = "blur"
SAMPLE_RATE = 48_000
"""Samples a second of the prepared sound, both channels alike."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The text fields of an export, checked against the settings and the effects' own inputs."""

    chain: tuple[Link, ...]
    """First to last; each takes the picture of the one before."""
    preset: str | None = None
    """The id of the preset that the chain comes from."""
    photo2: bool
    """Whether there is a second photo."""
    plan: str
    aspect: str
    fit: str
    fps: int
    start: Decimal
    duration: Decimal | None
    highlight: str | None
    """What of the track is wanted, one of fields.HIGHLIGHTS; then `start` is found later and
    `duration` is the most. None where the request says a time."""
    tempo: float | None
    """Beats a minute that the beats are to have; None finds them."""
    title: str | None
    """None is what the track's tags say, an empty text is none; `artist` likewise."""
    artist: str | None
    width: int
    height: int
    allow_flashing: bool

    @property
    def texts(self) -> dict[str, str | None]:
        """What is written into the video, by field; None is what the track's tags say."""
        given: dict[str, str | None] = {"title": self.title, "artist": self.artist}
        for link in self.chain:
            given |= link.texts
        return given


class Work(NamedTuple):
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
    """The photo's colours, ``#rrggbb`` by the names of effects/palette.py."""
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
    warnings: list[Row] = field(default_factory=list)
    """What the client should know of its request; see server/warning.py."""

    @property
    def ids(self) -> list[str]:
        """The ids of the chain's effects."""
        return [row["id"] for row in self.effects]

    @property
    def work(self) -> "Work":
        """What there is to draw, as far as its cost goes."""
        return Work("+".join(self.ids), self.width * self.height, self.frames)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        return cls(**json.loads(text))


def check_request(
    texts: Mapping[str, str],
    config: Config,
    library: Library,
    presets: Presets,
    *,
    photo2: bool = False,
) -> Request:
    """Check every text field, each against its reader, then all against the effect.

    Args:
        library: the effects that may be asked for.
        presets: the same of presets.
        photo2: whether a second photo comes with them.

    Raises:
        ToqiboxError: the first thing that is wrong, with the field's name.
    """
    values = {name: fields.check_text(name, text, config) for name, text in texts.items()}
    given = {name: value for name, value in values.items() if value is not None}
    links = check_chain(given, library, presets)
    check_photo2([effect for effect, _ in links], given=photo2)
    plan = given.get("plan", "free" if "free" in config.plans else next(iter(config.plans)))
    aspect = given.get("aspect", DEFAULT_ASPECT)
    width, height = fields.picture_size(aspect, config.plans[plan])
    start = given.get("start", Decimal(0))
    highlight = start if isinstance(start, str) else None
    if highlight and "duration" not in given:
        raise refuse("start", reason("needs_duration"))
    preset = presets.get(given["preset"]) if "preset" in given else None
    return Request(
        preset=preset.id if preset else None,
        chain=tuple(link for _, link in links),
        photo2=photo2,
        plan=plan,
        aspect=aspect,
        fit=given.get("fit") or (preset and preset.fit) or DEFAULT_FIT,
        fps=given.get("fps", config.fps),
        start=Decimal(0) if highlight else start,
        duration=given.get("duration"),
        highlight=highlight,
        tempo=given.get("tempo"),
        title=given.get("title"),
        artist=given.get("artist"),
        width=width,
        height=height,
        allow_flashing=given.get("allowFlashing", False),
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
    return Spec(
        effects=[link.source.kept(link.params) for link in request.chain],
        sequential=any(link.source.sequential for link in request.chain),
        needs_track=any(link.needs_track for link in request.chain),
        width=request.width,
        height=request.height,
        fps=request.fps,
        frames=fields.frame_count(duration, request.fps),
        fit=request.fit,
        start=str(request.start),
        duration=str(duration),
        title=_credit(request.title, prepared["title"]),
        artist=_credit(request.artist, prepared["artist"]),
        samples=samples,
        sound=prepared["sound_sha256"],
        photo=prepared["photo_sha256"],
        palette=prepared["palette"],
        photo2=prepared["photo2_sha256"] if request.photo2 else None,
        loudest_s=float(prepared["loudest_s"]),
        highlight=request.highlight,
        tempo=request.tempo,
        allow_flashing=request.allow_flashing,
        preset=request.preset,
        warnings=list(prepared.get("warnings", ())),
    )


def _credit(given: str | None, tagged: str | None) -> str | None:
    """Return the title or artist that a request gave, else that of the track's tags."""
    return tagged if given is None else given or None
