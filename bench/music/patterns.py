"""Drum patterns: one bar of 16 steps (12 with three to a beat) by instrument.

# is a loud note, + a normal one, - a ghost note, . none. Each style has several bars.
"""

from dataclasses import dataclass

Bar = dict[str, str]


@dataclass(frozen=True)
class Style:
    """A drum style."""

    tempo: tuple[float, float]
    """Slowest and fastest beats a minute."""
    bars: list[Bar]
    swing: tuple[float, float] = (0.0, 0.0)
    """Minimum and maximum of Grid.swing."""
    unit: float = 1.0
    loose: float = 0.006
    """Maximum standard deviation of the time of a note in seconds."""
    rolls: bool = False
    """True if its hats have rolls."""


STYLES: dict[str, Style] = {
    "pop": Style(
        (80, 140),
        [
            {"kick": "#.......#.......", "snare": "....#.......#...", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#.....+.#.......", "snare": "....#.......#...", "hat": "#.+.#.+.#.+.#.+."},
            {"kick": "#.......#.+.....", "snare": "....#.......#...", "ride": "+...+...+...+..."},
            {"kick": "#..+..+...+.....", "snare": "....#.......#...", "hat": "+.+.+.+.+.+.+.+."},
        ],
    ),
    "ballad": Style(
        (60, 92),
        [
            {"kick": "#.......#.......", "snare": "....#.......#...", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#.........+.....", "snare": "....#.......#...", "hat": "+-+-+-+-+-+-+-+-"},
            {"kick": "#..+......+.....", "snare": "....#.......#...", "hat": "+.+++.+.+.+++.+."},
        ],
        swing=(0.0, 0.08),
        unit=0.5,
    ),
    "house": Style(
        (115, 132),
        [
            {"kick": "#...#...#...#...", "snare": "....#.......#...", "open": "..+...+...+...+."},
            {"kick": "#...#...#...#...", "snare": "....+.......+...", "hat": "+.#.+.#.+.#.+.#."},
            {"kick": "#...#...#...#..+", "perc": "...+..+....+..+.", "open": "..#...#...#...#."},
            {"kick": "#...#...#...#...", "snare": "....#.......#...", "shaker": "+-#-+-#-+-#-+-#-"},
        ],
        swing=(0.0, 0.05),
        unit=0.5,
        loose=0.003,
    ),
    "techno": Style(
        (125, 145),
        [
            {"kick": "#...#...#...#...", "hat": "..+...+...+...+.", "perc": "......+......+.."},
            {"kick": "#...#...#...#...", "snare": "....+.......+...", "hat": "+-#-+-#-+-#-+-#-"},
        ],
        loose=0.001,
    ),
    "trap": Style(
        (125, 160),
        [
            {"kick": "#.....+.........", "snare": "........#.......", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#.........+..+..", "snare": "........#.......", "hat": "+.+.+.+++.+.+.++"},
            {"kick": "#..+......+.....", "snare": "........#.......", "hat": "+.+++.+.+.+.+++."},
        ],
        loose=0.001,
        rolls=True,
    ),
    "drum'n'bass": Style(
        (160, 180),
        [
            {"kick": "#.........+.....", "snare": "....#.......#...", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#.+.......+.....", "snare": "....#..-.-..#..-", "hat": "#.+.#.+.#.+.#.+."},
            {"kick": "#.........+.....", "snare": "....#.......#...", "ride": "+...+...+...+..."},
        ],
        loose=0.003,
    ),
    "reggae": Style(
        (62, 92),
        [
            {"kick": "........#.......", "snare": "........#.......", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#...#...#...#...", "snare": "........#.......", "hat": "+.+.+.+.+.+.+.++"},
            {"kick": "#.......#.......", "snare": "........#.......", "hat": "+.+++.+.+.+++.+."},
        ],
        swing=(0.0, 0.14),
        unit=0.5,
    ),
    "shuffle": Style(
        (70, 140),
        [
            {"kick": "#.....#.....", "snare": "...#.....#..", "hat": "+.++.++.++.+"},
            {"kick": "#....+#.....", "snare": "...#.....#..", "ride": "+.++.++.++.+"},
            {"kick": "#..#..#..#..", "snare": "...+.....+..", "hat": "+.++.++.++.+"},
        ],
    ),
    "funk": Style(
        (88, 120),
        [
            {"kick": "#.+...+...+..+..", "snare": "....#..-.-..#..-", "hat": "+.+.+.+.+.+.+.+."},
            {"kick": "#..+..+...#.....", "snare": "....#..-....#.-.", "hat": "+-+-+-+-+-+-+-+-"},
        ],
        swing=(0.0, 0.06),
        unit=0.5,
    ),
}

FILLS: list[Bar] = [
    {"kick": "#...#...", "snare": "+.+.++##"},
    {"kick": "#.......", "tom": "..+++.+#"},
    {"snare": "+-+-++##"},
    {"kick": "#...+...", "snare": "..+..+..", "tom": "....+.++"},
]
"""Patterns for the last two beats of a bar, replacing the normal ones."""

VELOCITY = {"#": 1.0, "+": 0.75, "-": 0.4}
