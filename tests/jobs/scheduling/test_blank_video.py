"""Videos of one colour are distinguished from others."""

import pytest

from server.jobs.scheduling.blank_video import blank_colour

BLACK = ((16, 17), (128, 128), (127, 128))
RED = ((63, 63), (102, 103), (240, 240))


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
def test_the_colour_of_a_blank_video(
    segments: list[tuple[tuple[int, int], ...] | None], colour: str | None
) -> None:
    detected = blank_colour(segments)
    if detected is None or colour is None:
        assert detected == colour
        return
    differences = [
        abs(int(detected[at : at + 2], 16) - int(colour[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    assert max(differences) <= 2
