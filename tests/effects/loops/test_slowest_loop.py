"""The loop that is reported when an effect takes too long."""

import pytest

from server.effects.loops.slowest_loop import find_slowest_loop


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("void main() {\n for (int i = 0; i < 9999; i++) {}\n while (true) {}\n}", 3),
        ("void main() {\n for (;;) {}\n}", 2),
        ("// while (true)\nfor (int i = 0; i < 9; i++) {}\nfor (int i = 0; i < 70; i++) {}", 3),
        ("#define STEPS 500\nfor (int i = 0; i < STEPS; i++) {}\nfor (int i=0; i<70; i++) {}", 2),
        ("\nwhile (x < y) {}", 2),
        ("void main() {}", None),
    ],
)
def test_the_loop_to_suspect(text: str, line: int | None) -> None:
    assert find_slowest_loop(text) == line
