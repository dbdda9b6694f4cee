"""The fitted photo is the same in a browser, whose driver builds other mipmaps."""

from pathlib import Path

import numpy as np
import pytest

from server.cli.tasks.effect_loader import read
from server.render.gl.context import Context
from tests.web.conftest import PlayerPage, SceneFiles, make_photo

pytestmark = pytest.mark.browser

PHOTO = """/*{"ISFVSN": "2", "INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() {
    gl_FragColor = IMG_THIS_PIXEL(inputImage);
}
"""


@pytest.fixture(scope="session")
def scene_files(tmp_path_factory: pytest.TempPathFactory, scene_files: SceneFiles) -> SceneFiles:
    """Replace the photo by one higher than the frame, of odd sides, which is reduced twice."""
    photo = make_photo(tmp_path_factory.mktemp("high") / "photo.rgba", 61, 149, 1)
    return SceneFiles(photo, scene_files.photo2, scene_files.features)


async def test_fitted_photo_equals_the_servers(
    player_page: PlayerPage, scene_files: SceneFiles, gl: Context, tmp_path: Path
) -> None:
    path = tmp_path / "photo.fs"
    path.write_text(PHOTO)
    source = read(path)
    (expected,) = scene_files.server_frames(gl, source.to_instance(), [0], second=False)
    drawn = await player_page.draw(source.effect, {}, [0], second=False)
    assert not isinstance(drawn, str), drawn
    differences = np.abs(drawn[0].astype(int) - expected)
    assert differences.max() <= 1
    assert differences.mean() < 0.05
