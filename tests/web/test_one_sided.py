"""A track with a silent right channel drives both halves of a frame, in the browser too."""

from pathlib import Path

import numpy as np
import pytest

from server.audio import features
from server.cli.tasks.effect_loader import read
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.render.gl.context import Context
from tests.render.drawing import quarters, save_photo
from tests.web.conftest import PlayerPage, SceneFiles

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
def scene_files(tmp_path_factory: pytest.TempPathFactory) -> SceneFiles:
    """Make a second of three tones in the left channel only."""
    folder = tmp_path_factory.mktemp("left")
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    left = sum(0.2 * np.sin(2 * np.pi * hertz * time) for hertz in (200, 700, 1500))
    samples = np.stack([left, np.zeros(len(time))], axis=1).astype("<f4")
    audio = folder / "sound.wav"
    audio.write_bytes(wav.header(len(time)) + samples.tobytes())
    features.analyse(audio, folder / "features")
    photo = save_photo(folder / "photo.rgba", quarters(64, 36))
    return SceneFiles(photo, photo, folder / "features")


@pytest.mark.slow
async def test_both_rows_show_the_mean(
    player_page: PlayerPage, scene_files: SceneFiles, gl: Context, tmp_path: Path
) -> None:
    path = tmp_path / "halves.fs"
    path.write_text(SPECTRUM)
    source = read(path)
    (expected,) = scene_files.server_frames(gl, source.to_instance(), [20], second=False)
    drawn = await player_page.draw(source.effect, {}, [20], second=False)
    assert not isinstance(drawn, str), drawn
    assert expected[..., 0].max() > 100
    assert np.array_equal(expected[:, :32], expected[:, 32:])
    assert np.abs(drawn[0].astype(int) - expected).max() <= 1
