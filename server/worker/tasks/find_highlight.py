"""The task find_highlight: finds the requested part of a track."""

from decimal import Decimal

from server.audio.highlight import find_highlight
from server.media.tracks.audio_decoder import decode_whole
from server.protocol.results.media import TrackExcerpt
from server.protocol.tasks import FindHighlight
from server.protocol.wire.progress import ProgressReporter
from server.worker.tasks.prepare import audio_kind

MAX_TRACK_S = 1200
"""Seconds of a track that are searched."""


def run(task: FindHighlight, progress: ProgressReporter) -> TrackExcerpt:
    """Find the part.

    Raises:
        ToqiboxError: the track cannot be decoded.
    """
    progress.stage("audio")
    samples = decode_whole(task.audio, audio_kind(task.audio), MAX_TRACK_S)
    progress.stage("search")
    part = find_highlight(samples, task.wanted, float(task.duration), task.tempo)
    start, end = (Decimal(f"{time:.6f}") for time in (part.start, part.end))
    duration = min(end - start, task.duration)
    return TrackExcerpt(start=start, duration=duration, highlight=part.kind)
