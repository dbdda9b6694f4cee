"""A track whose right channel is silent moves both halves of a picture, in the browser too."""

from pathlib import Path

import numpy as np
import pytest

from server.audio import features
from server.cli.tasks.effect_source import read
from server.media import wav
from server.render.gl.context import Context
from tests.render.drawing import quarters, save_photo
from tests.web.conftest import Film, Stage

pytestmark = pytest.mark.browser

SPECTRUM = """/*{
    "ISFVSN": "2",
    "INPUTS": [{"NAME": "heard", "TYPE": "audioFFT"}, {"NAME": "shape", "TYPE": "audio"}]
}*/
void main() {
    float x = isf_FragNormCoord.x;
    float row = x < 0.5 ? 0.25 : 0.75;
    float along = fract(2.0 * x);
    gl_FragColor = vec4(IMG_NORM_PIXEL(heard, vec2(0.1 * along, row)).r,
                        IMG_NORM_PIXEL(shape, vec2(along, row)).r, 0.0, 1.0);
}
"""


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A second of three tones in the left channel alone."""
    folder = tmp_path_factory.mktemp("left")
    time = np.arange(wav.RATE) / wav.RATE
    left = sum(0.2 * np.sin(2 * np.pi * hertz * time) for hertz in (200, 700, 1500))
    samples = np.stack([left, np.zeros(len(time))], axis=1).astype("<f4")
    sound = folder / "sound.wav"
    sound.write_bytes(wav.header(len(time)) + samples.tobytes())
    features.analyse(sound, folder / "features")
    photo = save_photo(folder / "photo.rgba", quarters(64, 36))
    return Film(photo, photo, folder / "features")


async def test_both_rows_show_the_mean(
    stage: Stage, film: Film, gl: Context, tmp_path: Path
) -> None:
    path = tmp_path / "halves.fs"
    path.write_text(SPECTRUM)
    source = read(path)
    (wanted,) = film.server_frames(gl, source.to_instance(), [20], second=False)
    drawn = await stage.draw(source.effect, {}, [20], second=False)
    assert not isinstance(drawn, str), drawn
    assert wanted[..., 0].max() > 100
    assert np.array_equal(wanted[:, :32], wanted[:, 32:])
    assert np.abs(drawn[0].astype(int) - wanted).max() <= 1
