"""Sections begin where the bars of a track change, and nowhere else."""

import numpy as np
import pytest

from server.audio.structure import section_labels, sections
from server.audio.structure.bar_features import Bars


def find_kinds(*energies: float, drums: bool = True, bar_s: float = 2.0) -> list[tuple[float, int]]:
    """Return start and kind of the sections of bars with these energies."""
    each = np.array(energies, np.float64)
    bounds = np.arange(len(each) + 1) * np.float64(bar_s)
    bars = Bars(bounds, each, each, each, each, each, each[:, None], np.zeros((len(each), 12)))
    detected = sections.find_sections(bars, drums=drums)
    assert detected[-1, 1] == bar_s * len(each)
    return [(float(start), int(kind)) for start, _, _, kind in detected]


def test_a_uniform_track_is_one_section() -> None:
    assert find_kinds(*[0.8] * 8) == [(0.0, sections.PLAIN)]


@pytest.mark.parametrize("quiet", [2, 3, 4])
def test_a_quiet_beginning_ends_once(quiet: int) -> None:
    expected = [(0.0, sections.PLAIN), (2.0 * quiet, sections.DROP)]
    assert find_kinds(*[0.1] * quiet, *[0.9] * 8) == expected


def test_a_fill_is_not_a_section() -> None:
    assert find_kinds(*[0.8] * 4, 0.6, *[0.8] * 4) == [(0.0, sections.PLAIN)]


def test_no_section_is_shorter_than_four_bars() -> None:
    """A louder bar every eight and a louder beginning of each phrase are not sections."""
    song = ([0.9, 0.9, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5] * 8)[:61]
    starts = [start for start, _ in find_kinds(*song)]
    assert len(starts) <= 4
    assert (np.diff(starts[1:]) >= 8).all()


def test_a_drop_follows_a_break_and_does_not_last_for_minutes() -> None:
    song = [0.8] * 16 + [0.2] * 8 + [0.9] * 60
    kinds = find_kinds(*song)
    assert (32.0, sections.BREAK) in kinds
    assert (48.0, sections.DROP) in kinds
    assert (80.0, sections.PLAIN) in kinds
    assert sum(kind == sections.DROP for _, kind in kinds) == 1


def test_a_track_without_drums_has_no_drops() -> None:
    kinds = find_kinds(*[0.8] * 16, *[0.2] * 8, *[0.9] * 24, drums=False)
    assert kinds == [(0.0, sections.PLAIN), (32.0, sections.BREAK), (48.0, sections.PLAIN)]


def test_drops_are_rare() -> None:
    """Two minutes that change between quiet and loud every ten seconds."""
    kinds = [kind for _, kind in find_kinds(*([0.1] * 5 + [0.9] * 5) * 6)]
    assert 1 <= kinds.count(sections.DROP) <= 3


def test_repeated_sections_have_the_same_label() -> None:
    """Quiet beginning, then louder and softer parts in turn over the same chords."""
    each = np.array([0.2] * 4 + ([0.6] * 8 + [0.9] * 8) * 2 + [0.1] * 4)
    chords = np.tile(np.roll(np.eye(12), 3, axis=1)[:4], (10, 1))
    bars = Bars(np.arange(41) * np.float64(2), each, each, each, each, each, each[:, None], chords)
    starts = np.array([0, 4, 12, 20, 28, 36])
    expected = [section_labels.INTRO, 0, 1, 0, 1, section_labels.OUTRO]
    assert section_labels.label_sections(bars, starts).tolist() == expected
    other = chords.copy()
    other[20:28] = np.roll(chords[20:28], 5, axis=1) * np.array([1.0, -1.0] * 6)
    again = Bars(np.arange(41) * np.float64(2), each, each, each, each, each, each[:, None], other)
    assert section_labels.label_sections(again, starts).tolist() == [
        section_labels.INTRO,
        0,
        1,
        2,
        1,
        section_labels.OUTRO,
    ]
