"""A film of one colour is told from one that shows something."""

import pytest

from server.jobs.scheduling.blank_video import blank_colour

BLACK = [[16, 17], [128, 128], [127, 128]]
RED = [[63, 63], [102, 103], [240, 240]]


@pytest.mark.parametrize(
    ("segments", "colour"),
    [
        ([], None),
        ([None], None),
        ([BLACK, BLACK], "#010101"),
        ([BLACK, None], None),
        ([RED], "#ff0000"),
        ([BLACK, RED], None),
    ],
)
def test_the_colour_of_a_film_that_shows_nothing(
    segments: list[list[list[int]] | None], colour: str | None
) -> None:
    found = blank_colour(segments)
    if found is None or colour is None:
        assert found == colour
        return
    apart = [abs(int(found[at : at + 2], 16) - int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    assert max(apart) <= 2
