"""Lines: their number, length, size and order."""

from typing import Any

import pytest

from server.typography.layout import Layout, lay_out
from server.typography.style import Style

LONG = "Очень длинное название трека, которое никак не поместится в одну строку"


def style(**options: Any) -> Style:
    fields: dict[str, Any] = {
        **{"frame": (1280, 720), "font": "Inter", "size": 40.0, "width": 600.0, "height": 400.0},
        **options,
    }
    return Style(**fields)


def line_texts(layout: Layout) -> list[str]:
    return ["".join(run.text for run in line) for line in layout.lines]


def widths(layout: Layout) -> list[float]:
    return [layout.size * sum(run.width for run in line) for line in layout.lines]


def test_a_short_text_keeps_its_size() -> None:
    layout = lay_out("Ночной дрейф", style())
    assert line_texts(layout) == ["Ночной дрейф"]
    assert layout.size == 40
    assert not layout.rtl


def test_lines_are_even_and_fit() -> None:
    layout = lay_out(LONG, style(lines=3))
    line_widths = widths(layout)
    assert len(line_widths) == 3
    assert layout.size == 40
    assert max(line_widths) <= 600
    assert min(line_widths) > 0.75 * max(line_widths)
    assert " ".join(line_texts(layout)) == LONG


def test_a_text_that_does_not_fit_is_shrunk_then_truncated() -> None:
    smaller = lay_out(LONG, style(lines=2, width=500))
    assert len(smaller.lines) == 2
    assert 17 < smaller.size < 40
    assert max(widths(smaller)) <= 500
    cut = lay_out(LONG, style(lines=1, shrink=0.8))
    assert 31 < cut.size < 34
    assert line_texts(cut)[0].startswith("Очень длинное")
    assert line_texts(cut)[0].endswith("…")
    assert max(widths(cut)) <= 600


def test_a_word_wider_than_the_frame_is_broken() -> None:
    layout = lay_out("ы" * 200, style(lines=4))
    assert len(layout.lines) == 4
    assert max(widths(layout)) <= 600
    assert line_texts(layout)[3].endswith("…")


def test_a_low_frame_has_fewer_lines() -> None:
    layout = lay_out(LONG, style(lines=8, height=60, width=300))
    assert len(layout.lines) * layout.size <= 70


def test_line_breaks_are_kept() -> None:
    assert line_texts(lay_out("один\n\nдва", style())) == ["один", "два"]
    four = ["one", "two", "three", "four"]
    assert line_texts(lay_out("\n".join(four), style(lines=3))) == four
    assert line_texts(lay_out("\n".join(four), style(lines=1))) == [" ".join(four)]


def test_a_phrase_that_is_too_long_is_broken_by_the_rules() -> None:
    rows = line_texts(
        lay_out("それはちょっと「むずかしい」のでは、ない？", style(width=130, shrink=1, lines=8))
    )
    assert len(rows) > 3
    assert [row for row in rows if row[0] in "、。？」ょっ"] == []


def test_runs_are_in_visual_order() -> None:
    layout = lay_out("שלום Tel Aviv 2024!", style())
    assert layout.rtl
    assert [(run.text.strip(), run.rtl) for run in layout.lines[0]] == [
        ("!", True),
        ("Tel Aviv 2024", False),
        ("שלום", True),
    ]


@pytest.mark.parametrize("spacing", [-0.05, 0.1, 0.5])
def test_letters_are_spaced_except_joined_ones(spacing: float) -> None:
    def width(text: str, **options: Any) -> float:
        return sum(run.width for run in lay_out(text, style(**options)).lines[0])

    assert width("ночь", spacing=spacing) == pytest.approx(width("ночь") + 4 * spacing, abs=0.01)
    assert width("مرحبا", spacing=spacing) == width("مرحبا")
    script = {"font": "Dancing Script"}
    assert width("night", spacing=spacing, **script) == width("night", **script)


def test_letters_are_kerned() -> None:
    def width(text: str) -> float:
        return sum(run.width for run in lay_out(text, style()).lines[0])

    assert width("AVATAR") < sum(width(char) for char in "AVATAR") - 0.1
