"""The excerpt of a track that is worth posting, from bar line to bar line.

    drop   the strongest drop, a few bars after the excerpt begins
    best   the excerpt with the highest loudness and similarity to the whole track, preferably from
           the beginning of a section

Similarity is that of M. Cooper and J. Foote, "Automatic Music Summarization via Similarity
Analysis" (2002): the mean cosine of a bar's spectrum with those of all bars.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy import fft
from numpy.typing import NDArray

from server.arrays import Float64Array, Int16Array
from server.audio.spectrum.analyser_node import RATE
from server.audio.structure.bar_lines import bar_lines
from server.audio.track_events import find_events
from server.protocol.feature_names import SECTION_KINDS

_LEAD_BARS, _LEAD_SHARE = 4, 0.3
"""Maximum length of the lead before the drop: in bars, and as a share of the excerpt."""
_MIN_SHARE = 0.75
"""Minimum share of the requested length, if bar lines allow it."""
_END_TOLERANCE_S = 0.05
"""Allowed excess over the requested length: bar lines are not exact."""
_QUIET_DB = 24.0
"""Distance below the loud bars at which loudness counts as 0."""
_SIMILARITY_WEIGHT, _SECTION_WEIGHT = 0.6, 0.15
"""Weights relative to loudness."""
_AT_SECTION_S = 0.25
"""Maximum distance of the beginning of a section from its bar line."""
_BLOCK, _BANDS = 2048, 24
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 16_000.0


@dataclass(frozen=True)
class Highlight:
    """An excerpt of a track."""

    start: float
    end: float
    """Seconds."""
    kind: str
    """``drop`` or ``best``."""


@dataclass(frozen=True)
class AnalysedTrack:
    """The data that the excerpt is chosen by."""

    seconds: float
    lines: Float64Array
    """Bar lines, in seconds."""
    loudness: Float64Array
    """Loudness of the bar from each line on, 0..1."""
    similarity: Float64Array
    """Similarity of the bar to all bars, from -1 to 1."""
    sections: Float64Array
    """As in TrackEvents."""


def find_highlight(
    samples: Int16Array, wanted_kind: str, seconds: float, tempo: float | None = None
) -> Highlight:
    """Find the excerpt of at most `seconds` of the wanted kind.

    Args:
        samples: the whole track at 44.1 kHz, samples x 2.
        wanted_kind: ``drop`` or ``best``; a track without a drop gives its best excerpt.
        seconds: requested length.
        tempo: the known tempo in beats a minute, or None.
    """
    events = find_events(samples, tempo)
    total = len(samples) / RATE
    lines = bar_lines(events.beats[events.beats[:, 1] > 0, 0], total)
    bars = _bar_means(_spectrum(samples), np.append(lines, total))
    track = AnalysedTrack(total, lines, bar_loudness(bars), bar_similarity(bars), events.sections)
    return choose_highlight(track, wanted_kind, seconds)


def choose_highlight(track: AnalysedTrack, wanted_kind: str, seconds: float) -> Highlight:
    """Choose the excerpt of an analysed track."""
    if track.seconds <= seconds:
        return Highlight(0.0, track.seconds, "best")
    ends = _ends(track, seconds)
    candidates = np.flatnonzero(ends > track.lines)
    drop = _drop(track, ends, candidates) if wanted_kind == "drop" else None
    line = _best(track, ends, candidates) if drop is None else drop
    kind = "best" if drop is None else "drop"
    return Highlight(float(track.lines[line]), float(ends[line]), kind)


def _best(track: AnalysedTrack, ends: Float64Array, candidates: NDArray[np.intp]) -> int:
    """Return the line at which the best excerpt begins."""
    value = track.loudness + _SIMILARITY_WEIGHT * track.similarity
    starts = track.sections[:, 0]
    scores = []
    for start in candidates:
        start_s = track.lines[start]
        last = int(np.searchsorted(track.lines, ends[start] - 1e-6))
        at_section = bool((np.abs(starts - start_s) < _AT_SECTION_S).any())
        scores.append(
            float(value[start : max(last, start + 1)].mean()) + _SECTION_WEIGHT * at_section
        )
    return int(candidates[int(np.argmax(scores))])


def _ends(track: AnalysedTrack, seconds: float) -> Float64Array:
    """Return the end of the excerpt from each line: a line if one is close; 0 if impossible."""
    lines, total = track.lines, track.seconds
    bounds = np.append(lines, total)
    last = np.searchsorted(bounds, lines + seconds + _END_TOLERANCE_S, side="right") - 1
    ends = bounds[last]
    exact = np.where(lines + seconds <= total, lines + seconds, 0.0)
    return np.where(ends - lines < _MIN_SHARE * seconds, exact, ends)


def _drop(track: AnalysedTrack, ends: Float64Array, candidates: NDArray[np.intp]) -> int | None:
    """Return the line at which the excerpt with the strongest drop begins; None without a drop."""
    lines, loudness = track.lines, track.loudness
    scored: list[tuple[float, int]] = []
    for start in track.sections[track.sections[:, 3] == SECTION_KINDS.index("drop"), 0]:
        at = int(np.argmin(np.abs(lines - start)))
        first = max(at - _LEAD_BARS, 0)
        after = float(loudness[at : at + 2 * _LEAD_BARS].mean())
        before = float(loudness[first:at].mean()) if at else after
        lead = lines[at] - lines[first : at + 1] <= _LEAD_SHARE * (ends - lines)[first : at + 1]
        begins = first + int(np.argmax(lead)) if lead.any() else at
        allowed = candidates[(candidates <= begins) & (ends[candidates] > lines[at])]
        if len(allowed):
            scored.append((2 * after - before, int(allowed[-1])))
    return max(scored, key=lambda entry: entry[0])[1] if scored else None


def bar_loudness(spectrum: Float64Array) -> Float64Array:
    """Return the loudness of each bar, 0..1; 1 is the level of the loud bars of the track."""
    power = spectrum.sum(axis=1)
    loudness = float(np.percentile(power, 95)) if len(power) else 0.0
    if loudness <= 0:
        return np.zeros(len(power))
    decibels = 10 * np.log10(np.maximum(power / loudness, 1e-9))
    return np.asarray(np.clip(1 + decibels / _QUIET_DB, 0.0, 1.0))


def bar_similarity(spectrum: Float64Array) -> Float64Array:
    """Return the similarity of each bar to all bars, from -1 to 1."""
    levels = np.log(spectrum + 1e-6 * max(float(spectrum.max(initial=0.0)), 1e-9))
    levels = (levels - levels.mean(axis=0)) / np.maximum(levels.std(axis=0), 1e-6)
    lengths = np.linalg.norm(levels, axis=1, keepdims=True)
    levels = levels / np.maximum(lengths, 1e-9)
    return np.asarray(levels @ levels.mean(axis=0))


def _spectrum(samples: Int16Array) -> Float64Array:
    """Return the power by band in each block of samples."""
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1) * _BLOCK / RATE
    bins = np.maximum.accumulate(np.rint(edges).astype(np.int64))
    window = np.hanning(_BLOCK)
    powers = []
    for first in range(0, len(samples), _BLOCK):
        block = samples[first : first + _BLOCK].astype(np.float64).mean(axis=1) / 32_768
        block = np.pad(block, (0, _BLOCK - len(block)))
        power = np.abs(fft.rfft(block * window)) ** 2
        sums = np.concatenate([[0.0], np.cumsum(power)])
        powers.append(sums[np.maximum(bins[1:], bins[:-1] + 1)] - sums[bins[:-1]])
    return np.array(powers) if powers else np.zeros((1, _BANDS))


def _bar_means(blocks: Float64Array, bounds: Float64Array) -> Float64Array:
    """Return the mean of the blocks of each bar."""
    at = np.minimum((bounds * RATE / _BLOCK).astype(np.int64), len(blocks) - 1)
    means = [blocks[first : max(last, first + 1)].mean(axis=0) for first, last in pairwise(at)]
    return np.array(means)
