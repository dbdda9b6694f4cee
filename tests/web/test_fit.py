"""The photo in the frame is the same in a browser, whose driver's mipmaps are not the server's."""

from pathlib import Path

import numpy as np
import pytest

from server.cli.tasks.effect_source import read
from server.render.gl.context import Context
from tests.web.conftest import Film, Stage, make_photo

pytestmark = pytest.mark.browser

PHOTO = """/*{"ISFVSN": "2", "INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() {
    gl_FragColor = IMG_THIS_PIXEL(inputImage);
}
"""


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Film:
    """A photo that is higher than the frame, of odd sides, and reduced twice before it fits."""
    photo = make_photo(tmp_path_factory.mktemp("high") / "photo.rgba", 61, 149, 1)
    return Film(photo, film.photo2, film.features)


async def test_the_photo_and_its_surroundings_are_the_server_s(
    stage: Stage, film: Film, gl: Context, tmp_path: Path
) -> None:
    path = tmp_path / "photo.fs"
    path.write_text(PHOTO)
    source = read(path)
    (wanted,) = film.server_frames(gl, source.to_instance(), [0], second=False)
    drawn = await stage.draw(source.effect, {}, [0], second=False)
    assert not isinstance(drawn, str), drawn
    differences = np.abs(drawn[0].astype(int) - wanted)
    assert differences.max() <= 1
    assert differences.mean() < 0.05
