"""Request for an export: its text fields, validated."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.model.spec import Spec
from server.jobs.submission import fields
from server.jobs.submission.chain import DEFAULT_ASPECT, CheckedEffect, check_chain, check_photo2
from server.jobs.submission.presets import Presets
from server.jobs.submission.refusal import invalid_field
from server.messages import message
from server.protocol.encodings import CODECS, DEFAULT_CODEC, DEFAULT_QUALITY
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.results.media import PreparedUploads
from server.settings.readers import DEFAULT_PLAN
from server.warnings import WarningData, warning

_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """Text fields of an export, validated against the settings and the inputs of the effects."""

    chain: tuple[CheckedEffect, ...]
    """First to last; the input of each is the output of the previous one."""
    preset: str | None = None
    """Id of the preset that the chain comes from."""
    photo2: bool
    """True if there is a second photo and the chain shows it."""
    warnings: tuple[WarningData, ...]
    """Warnings about fields that are valid and have no effect."""
    plan: str
    aspect: str
    fit: str
    fps: int
    start: Decimal
    duration: Decimal | None
    highlight: str | None
    """Requested part of the track, one of fields.HIGHLIGHTS; then `start` is determined later and
    `duration` is the maximum. None if the request gives a time."""
    tempo: float | None
    """Beats per minute that the client gave; None if they are detected."""
    title: str | None
    """None for the title in the track's tags, empty for no title; `artist` likewise."""
    artist: str | None
    width: int
    height: int
    allow_flashing: bool
    codec: str
    """A key of CODECS."""
    quality: str
    """One of QUALITIES."""
    webhook: str | None = None
    """URL of the client's server that gets a message when the job ends."""
    track_id: str | None = None
    """Id of a kept track; None if the track is sent."""

    @property
    def texts(self) -> dict[str, str | None]:
        """Texts in the video by field; None for the value of the track's tags."""
        texts: dict[str, str | None] = {"title": self.title, "artist": self.artist}
        for effect in self.chain:
            texts |= effect.texts
        return texts


def check_request(
    texts: Mapping[str, str],
    config: Config,
    library: Library,
    presets: Presets,
    *,
    photo2: bool = False,
) -> Request:
    """Validate each text field on its own, then all of them against the effects.

    Args:
        library: available effects.
        presets: available presets.
        photo2: true if a second photo is sent.

    Raises:
        ToqiboxError: for the first invalid field, with its name.
    """
    values = {name: fields.check_text(name, text, config) for name, text in texts.items()}
    checked = {name: value for name, value in values.items() if value is not None}
    chain = check_chain(checked, library, presets)
    return make_request(checked, chain, config, presets, photo2=photo2)


def make_request(
    values: Mapping[str, Any],
    chain: Sequence[CheckedEffect],
    config: Config,
    presets: Presets,
    *,
    photo2: bool,
) -> Request:
    """Make the request of fields that are checked, each by itself; check them together.

    Args:
        values: the fields that are present, as fields.check_text returns them.
        chain: their effects, as check_chain returns them.
        presets: the available presets.
        photo2: True if a second photo is sent.

    Raises:
        ToqiboxError: for the first invalid field, with its name.
    """
    shows_photo2 = check_photo2([checked.effect for checked in chain], present=photo2)
    plan = values.get("plan", DEFAULT_PLAN)
    aspect = values.get("aspect", DEFAULT_ASPECT)
    width, height = fields.frame_size(aspect, config.plans[plan])
    start = values.get("start", Decimal(0))
    highlight = start if isinstance(start, str) else None
    if highlight and "duration" not in values:
        raise invalid_field("start", message("needs_duration"))
    codec = values.get("codec", DEFAULT_CODEC)
    _check_side(codec, width, height)
    preset = presets.get(values["preset"]) if "preset" in values else None
    return Request(
        preset=preset.id if preset else None,
        chain=tuple(chain),
        photo2=shows_photo2,
        warnings=(warning("photo2_not_shown", "photo2"),) if photo2 and not shows_photo2 else (),
        plan=plan,
        aspect=aspect,
        fit=values.get("fit") or (preset and preset.fit) or fields.DEFAULT_FIT,
        fps=values.get("fps", config.fps),
        start=Decimal(0) if highlight else start,
        duration=values.get("duration"),
        highlight=highlight,
        tempo=values.get("tempo"),
        title=values.get("title"),
        artist=values.get("artist"),
        width=width,
        height=height,
        allow_flashing=values.get("allowFlashing", False),
        codec=codec,
        quality=values.get("quality", DEFAULT_QUALITY),
        webhook=values.get("webhook"),
        track_id=values.get("trackId"),
    )


def _check_side(name: str, width: int, height: int) -> None:
    codec = CODECS[name]
    if min(width, height) < codec.min_side:
        reason = message("codec_side", codec=codec.title, minimum=codec.min_side)
        raise invalid_field("codec", reason)


def resolve(request: Request, prepared: PreparedUploads, config: Config) -> Spec:
    """Build the spec of `request` once its uploads are decoded.

    Args:
        prepared: result of the `prepare` task.

    Raises:
        ToqiboxError: duration_too_long.
    """
    audio, photo = prepared.audio, prepared.photo
    assert audio is not None, "an export has audio"
    assert photo is not None, "an export has a photo, or the cover of its track"
    samples = audio.samples
    duration = request.duration or Decimal(samples) / SAMPLE_RATE
    if duration > config.max_duration_sec:
        raise ToqiboxError("duration_too_long", field="duration", limit=config.max_duration_sec)
    return Spec(
        effects=tuple(checked.source.to_spec(checked.params) for checked in request.chain),
        sequential=any(checked.source.sequential for checked in request.chain),
        needs_track=any(checked.needs_track for checked in request.chain),
        width=request.width,
        height=request.height,
        fps=request.fps,
        frames=fields.frame_count(duration, request.fps),
        fit=request.fit,
        start=str(request.start),
        duration=str(duration),
        title=_credit(request.title, prepared.title),
        artist=_credit(request.artist, prepared.artist),
        samples=samples,
        audio=_checked_hash(audio.sha256),
        photo=_checked_hash(photo.sha256),
        palette=None if prepared.palette is None else dict(prepared.palette),
        photo2=_checked_hash(prepared.photo2.sha256) if prepared.photo2 else None,
        loudest_s=audio.loudest_s,
        highlight=request.highlight,
        tempo=request.tempo,
        allow_flashing=request.allow_flashing,
        codec=request.codec,
        quality=request.quality,
        aspect=request.aspect,
        preset=request.preset,
        warnings=[*request.warnings, *(dict(entry) for entry in prepared.warnings)],
    )


def _checked_hash(text: str) -> str:
    """Return a hash that names a folder; the worker that computed it has read an upload."""
    if not _SHA256.fullmatch(text):
        raise ToqiboxError("internal", detail="a worker returned no SHA-256")
    return text


def _credit(checked: str | None, tagged: str | None) -> str | None:
    """Return the title or artist of the request, else that of the track's tags."""
    return tagged if checked is None else checked or None
