"""The part of a kept track that a request for a cut asks for."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from server.config import Config
from server.jobs.previews.upload_decoder import TrackPart
from server.jobs.storage.kept_uploads import KeptUpload
from server.jobs.submission.fields import check_plain_start, check_text
from server.jobs.submission.refusal import invalid_field
from server.messages import message
from server.protocol.prepared_audio import SAMPLE_RATE


@dataclass(frozen=True, kw_only=True)
class CutRequest:
    """Part of a track, within the limits of the server."""

    part: TrackPart
    duration: Decimal
    """Seconds, as requested or else to the end of the track."""
    samples: tuple[int, int]
    """The first sample and the number of samples, at 48 kHz: equal for all equal parts."""


def read_request(track: KeptUpload, start: str, duration: str, config: Config) -> CutRequest:
    """Read the texts `start` and `duration`, as those of an export; empty ones are the defaults.

    Without a duration the part goes to the end of the track, and is at most as long as a video.

    Raises:
        ToqiboxError: invalid_parameter, duration_too_long, with the name of the field.
    """
    check_plain_start(start)
    first_s: Decimal = check_text("start", start, config) or Decimal(0)
    requested: Decimal | None = check_text("duration", duration, config)
    total = round(track.facts["seconds"] * SAMPLE_RATE)
    first = _to_samples(first_s)
    if first >= total:
        seconds = f"{total / SAMPLE_RATE:.3f}".rstrip("0").rstrip(".")
        raise invalid_field("start", message("past_the_end", seconds=seconds))
    rest_s = Decimal(total - first) / SAMPLE_RATE
    is_long = requested is None and rest_s > config.max_duration_sec
    part = TrackPart(start=first_s, duration=config.max_duration_sec if is_long else requested)
    duration_s = part.duration if part.duration is not None else rest_s
    samples = min(max(_to_samples(duration_s), 1), total - first)
    return CutRequest(part=part, duration=duration_s, samples=(first, samples))


def _to_samples(seconds: Decimal) -> int:
    return int((seconds * SAMPLE_RATE).to_integral_value(ROUND_HALF_UP))
