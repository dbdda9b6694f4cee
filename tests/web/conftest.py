"""A page that runs the player in a headless browser, and the server's frames of the same scene."""

import base64
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from numpy.typing import NDArray

import server
from server.audio import features
from server.audio.player_features import PlayerFeatures
from server.devserver.media import describe_features
from server.effects.effect import Effect, Kind
from server.effects.model.feature import STEP_FEATURES
from server.effects.web_program import build_program
from server.media import wav
from server.media.photos.photo_palette import file_palette
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from server.render.textures.text import TitleCredits, text_texels
from tests.harness.browser import Chromium, Page
from tests.harness.limits import HANG_S
from tests.render.drawing import save_photo

SIZE, FPS, FRAMES = (64, 36), 30, 90
CREDITS = TitleCredits("Ночь 🌙", "Zoë")
_WEB = Path(server.__file__).parent / "web"
_PAGES = Path(__file__).parents[1] / "data" / "web"

Pixels = NDArray[np.uint8]
"""Height by width by 3, the top row first."""


@dataclass(frozen=True)
class SceneFiles:
    """The photos and features that both sides draw effects with."""

    photo: Path
    photo2: Path
    features: Path

    def server_frames(
        self, gl: Context, instance: EffectInstance, frames: list[int], *, second: bool
    ) -> list[Pixels]:
        """Draw frames of the effect on the server; `frames` is sorted."""
        spec = SceneSpec(
            effects=(instance,),
            photo=self.photo,
            photo2=self.photo2 if second else None,
            features=self.features,
            size=SIZE,
            fps=FPS,
            frames=FRAMES,
            fit="blur",
            egl_device=None,
            require_gpu=False,
            title=CREDITS.title,
            artist=CREDITS.artist,
        )
        scene = Scene(gl, spec)
        scene.begin(0)
        pixels = []
        for frame in range(frames[-1] + 1):
            if scene.sequential or frame in frames:
                scene.draw_effects(frame)
            if frame in frames:
                scene.composite.draw()
                pixels.append(read_rgba(scene.composite.output)[..., :3])
        return pixels


@pytest.fixture(scope="session")
def scene_files(tmp_path_factory: pytest.TempPathFactory) -> SceneFiles:
    """Make three seconds of kicks and tones, a photo wider than the frame and a higher one."""
    folder = tmp_path_factory.mktemp("scene")
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    kick = np.sin(2 * np.pi * 55 * time) * np.exp(-12 * np.mod(time, 0.6))
    left = 0.7 * kick + 0.1 * np.sin(2 * np.pi * 1000 * time)
    right = 0.7 * kick + 0.2 * np.sin(2 * np.pi * 5000 * time) * np.mod(time, 1)
    audio = folder / "sound.wav"
    samples = np.stack([left, right], axis=1).astype("<f4")
    audio.write_bytes(wav.header(len(time)) + samples.tobytes())
    features.analyse(audio, folder / "features")
    photo = make_photo(folder / "photo.rgba", 160, 60, 1)
    return SceneFiles(photo, make_photo(folder / "photo2.rgba", 50, 90, 2), folder / "features")


def make_photo(path: Path, width: int, height: int, seed: int) -> Path:
    """Save a photo of broad coloured areas with soft borders."""
    y, x = np.mgrid[:height, :width]
    angles = np.random.default_rng(seed).uniform(0, 6, (3, 3))
    waves = [np.sin(a + b * x / width * 4 + c * y / height * 4) for a, b, c in angles]
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = np.stack(waves, axis=-1) * 127 + 128
    return save_photo(path, pixels)


@pytest.fixture(scope="module")
def gl() -> Iterator[Context]:
    with Context() as context:
        yield context


class PlayerPage:
    """The page that runs the player."""

    def __init__(self, page: Page, files: dict[str, Path], palette: dict[str, str]) -> None:
        self.page = page
        self._palette = palette
        self._files = files

    async def draw(
        self,
        effect: Effect,
        files: Mapping[str, Path],
        frames: list[int],
        *,
        second: bool,
        values: Mapping[str, Any] | None = None,
    ) -> list[Pixels] | str:
        """Draw frames in the browser; returns the message of an error instead, if there is one.

        Args:
            files: absolute paths of the effect's files, by their names in the effect.
        """
        urls = {}
        for name, path in files.items():
            key = str(len(self._files))
            self._files[key] = path
            urls[name] = f"/files/{key}"
        settings = {"width": SIZE[0], "height": SIZE[1], "fps": FPS, "frames": FRAMES}
        inputs = {
            "palette": self._palette,
            "texts": _texts(effect, values or {}),
            "shots": frames,
            "files": urls,
            "values": dict(values or {}),
            "second": second,
        }
        script = f"draw({json.dumps(build_program(effect))}, {json.dumps({**settings, **inputs})})"
        answer = await self.page.run(script)
        if "error" in answer:
            return str(answer["error"])
        return [_pixels(text) for text in answer["frames"]]


def _texts(effect: Effect, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the server's text textures, as base64: a browser hints its letters differently."""
    textures = {}
    for item in effect.inputs:
        if item.kind is Kind.TEXT:
            texels = text_texels(item, effect.inputs, effect.param_values(values), SIZE, CREDITS)
            data = base64.b64encode(texels.tobytes()).decode()
            textures[item.name] = {
                "width": texels.shape[1],
                "height": texels.shape[0],
                "data": data,
            }
    return textures


def _pixels(text: str) -> Pixels:
    rows = np.frombuffer(base64.b64decode(text), np.uint8).reshape(SIZE[1], SIZE[0], 4)
    return rows[::-1, :, :3]


@pytest.fixture
async def player_page(
    chromium: Chromium, scene_files: SceneFiles, tmp_path: Path
) -> AsyncIterator[PlayerPage]:
    files: dict[str, Path] = {}
    player_features = PlayerFeatures(scene_files.features, STEP_FEATURES)

    async def file(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(files[request.match_info["key"]])

    async def media_file(request: web.Request) -> web.StreamResponse:
        name = request.path.strip("/")
        path: Path = getattr(scene_files, "features" if name == "levels" else name)
        files_in_folder = {"features": file_names.SPECTRA, "levels": file_names.LEVELS}
        return web.FileResponse(path / files_in_folder[name] if name in files_in_folder else path)

    async def feature_layout(_request: web.Request) -> web.StreamResponse:
        return web.json_response(describe_features(player_features, "/features", "/levels"))

    async def columns(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=player_features.columns())

    app = web.Application()
    app.router.add_static("/web", _WEB)
    app.router.add_static("/pages", _PAGES)
    app.router.add_get("/files/{key}", file)
    app.router.add_get("/layout", feature_layout)
    app.router.add_get("/columns", columns)
    for name in ("photo", "photo2", "features", "levels"):
        app.router.add_get(f"/{name}", media_file)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with chromium.page(tmp_path) as page:
            await page.open(f"http://127.0.0.1:{runner.addresses[0][1]}/pages/player_page.html")
            await page.until("window.ready", HANG_S)
            yield PlayerPage(page, files, file_palette(scene_files.photo))
    finally:
        await runner.cleanup()
