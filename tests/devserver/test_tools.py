"""The tools of the watch page: views, pixels, regions, commands to copy, other files, the mouse."""

import base64
import json
import shlex
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.cli.main import create_parser
from tests.devserver.conftest import SOON_S, Watching
from tests.devserver.page import CORNER, colored, drag, opened, point, press, shown
from tests.harness import media
from tests.harness.browser import Chromium, Page

pytestmark = pytest.mark.browser

PASSES = """/*{
    "INPUTS": [{"NAME": "level", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.2}],
    "PASSES": [{"TARGET": "small", "WIDTH": "$WIDTH / 2", "HEIGHT": "$HEIGHT / 2"}, {}]
}*/
void main() {
    vec4 blue = vec4(0.0, 0.0, level, 1.0);
    gl_FragColor = PASSINDEX == 0 ? blue : vec4(step(isf_FragNormCoord.x, 0.5), 1.0, 0.0, 0.4);
}
"""
DRAWN = "watch.effect?.program.passes[1] && watch.player?.program.passes[1]"
PHOTO = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage); }
"""
_KEEP_STATUSES = """var statuses = [];
new MutationObserver(() => statuses.push(document.getElementById("status")?.textContent ?? ""))
    .observe(document, { childList: true, subtree: true });
"""
MOUSE = """void mainImage(out vec4 c, vec2 p) {
    c = vec4(iMouse.xy / iResolution.xy, iMouse.z > 0.0 ? 1.0 : 0.0, 1.0);
}
"""


async def _pixel(page: Page, part: str) -> None:
    """Wait until the values of the pixel under the pointer include a text."""
    await shown(page, "pixel", part)


@pytest.mark.slow
async def test_views_and_the_pixel_under_the_pointer(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(PASSES)
    async with opened(chromium, watching, tmp_path) as page:
        await page.until(DRAWN, SOON_S)
        views = await page.run("[...document.getElementById('view').options].map((o) => o.text)")
        assert views[:3] == ["Frame", "Effect alone", "Alpha"]
        assert views[3:] == ["Pass 1: small 320×180", "Pass 2: frame"]
        await page.until("watch.preview.frame == 0", SOON_S)
        await point(page, "browser-canvas", 0.25, 0.5, "mouseMoved")
        await _pixel(page, "r  1.000  g  1.000  b  0.000  a  0.400")
        for _ in range(2):
            await press(page, "a")  # the effect alone, then its alpha
        await _pixel(page, "#666666")
        await press(page, "a")
        await _pixel(page, "b  0.200  a  1.000   #000033")
        await press(page, "a")
        await point(page, "browser-canvas", 0.75, 0.5, "mouseMoved")
        await _pixel(page, "r  0.000  g  1.000")


@pytest.mark.slow
async def test_a_region_is_looped_and_a_frame_is_saved(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(PASSES)
    async with opened(chromium, watching, tmp_path) as page:
        await page.until(DRAWN, SOON_S)
        await drag(page, "timeline", (0.2, 0.4), modifiers=8)
        first, end = await page.run("watch.region")
        assert (first, end) == (9, 18)  # of 45 frames
        await page.run(f"watch.seek({end - 1})")
        await press(page, " ")
        await page.until(f"watch.frame < {end - 1}", SOON_S)
        assert first <= await page.run("watch.frame") < end
        await press(page, " ")
        await press(page, "l")
        assert await page.run("watch.region") is None
        await page.run("watch.seek(20)")
        await press(page, "o")
        await page.run("watch.seek(10)")
        await press(page, "i")
        assert await page.run("watch.region") == [10, 21]

        # The picture that is saved is the one that is shown, over the photo.
        await press(page, "p")
        saved = await page.downloaded()
        assert saved.name == "green-00010.png"
        with Image.open(tmp_path / saved.name) as picture:
            corner = np.asarray(picture.convert("RGB"))[-1, 0].tolist()
            assert picture.size == (640, 360)
        assert corner == await page.run(CORNER)

        await press(page, "f")
        await page.until("document.fullscreenElement?.id == 'viewer'", SOON_S)
        await press(page, "f")
        await page.until("document.fullscreenElement == null", SOON_S)


@pytest.mark.slow
async def test_tuned_values_are_copied(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(PASSES)
    async with opened(chromium, watching, tmp_path) as page:
        await page.until("document.getElementById('input-level')?.max == '1'", SOON_S)
        await page.click("[data-name=level] .modulate")
        await page.click("[data-kind=keys]")
        await page.run("watch.seek(18)")
        await press(page, "k")
        await drag(page, "input-level", (0.5, 1.0))
        await drag(page, "timeline", (0.2, 0.4), modifiers=8)
        whole = {"keys": [[0, 0.2], [0.6, 1]]}
        part = {"keys": [[0, 0.6], [0.3, 1]]}  # from 0.3 s on
        folder = watching.file.parent

        await press(page, "c")
        await shown(page, "message", "Copied the params.")
        copied = "document.getElementById('copied').value"
        assert json.loads(await page.run(copied)) == {"level": whole}

        await page.run("document.getElementById('copy-curl').click()")
        await shown(page, "message", "Copied the curl command, for the looped region.")
        arguments = shlex.split(await page.run(copied))
        assert arguments[0] == "curl"
        assert arguments[-1].endswith("/export")
        fields = dict(word.split("=", 1) for word in arguments[2:-1:2])
        params = json.loads(fields.pop("params"))
        assert params == {"level": part}
        assert fields == {
            "effect": "green",
            "start": "0.3",
            "duration": "0.3",
            "fps": "30",
            "audio": f"@{folder}/track.wav",
            "photo": f"@{folder}/photo.jpg",
        }

        await page.run("document.getElementById('copy-render').click()")
        await shown(page, "message", "Copied the render command, for the looped")
        place, program, *arguments = shlex.split(await page.run(copied))
        assert (place, program) == (f"SHADERS_DIR={folder}", "toqibox")
        options = create_parser().parse_args(arguments)
        assert (options.effect, options.start, options.duration) == ("green", "0.3", "0.3")
        assert (options.audio, options.photo) == (f"{folder}/track.wav", f"{folder}/photo.jpg")
        name, value = options.param[0].split("=", 1)
        assert (name, json.loads(value)) == ("level", part)

        # An oscillator in beats, half a second each here: 0.3 s are 0.15 of its four.
        swing = {"osc": "saw", "beats": 4}
        await page.run(f"watch.controls.set(watch.effect.program.inputs[0], {json.dumps(swing)})")
        arguments = shlex.split(await page.run("watch.tunedValues.text('curl')"))
        (params_field,) = [word for word in arguments if word.startswith("params=")]
        moved = json.loads(params_field.removeprefix("params="))["level"]
        assert moved == {
            "osc": "saw",
            "seconds": pytest.approx(2, abs=0.01),
            "phase": pytest.approx(0.15, abs=0.01),
        }


@pytest.mark.slow
async def test_the_mouse_moves_an_effect_that_uses_it(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(MOUSE)
    async with opened(chromium, watching, tmp_path) as page:
        await colored(page, 0, 0, 0)
        await shown(page, "diagnostics", "there is no mouse")
        held = {"button": "left", "clickCount": 1}
        await point(page, "browser-canvas", 0.8, 0.5, "mousePressed", **held)
        await page.until("watch.player.read()[0] == 204", SOON_S)
        assert await page.run("watch.player.read()[2]") == 255
        await point(page, "browser-canvas", 0.8, 0.5, "mouseReleased", **held)
        await page.until("watch.player.read()[2] == 0", SOON_S)
        await shown(page, "agreement", "in a video it stays at 0")


@pytest.mark.slow
async def test_another_photo_and_track_are_dropped(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(PHOTO)
    async with opened(chromium, watching, tmp_path, refusals=2) as page:
        red = BytesIO()
        Image.fromarray(np.full((9, 16, 3), (255, 0, 0), np.uint8)).save(red, "PNG")
        files = {"none.wav": b"no sound", "red.png": red.getvalue(), "short.wav": media.wav(0.5)}
        # The loaded page shows a rejected file only until the effect's own status follows.
        await page.send("Page.addScriptToEvaluateOnNewDocument", source=_KEEP_STATUSES)
        await _drop(page, **files)  # all are sent before the page is loaded again
        await page.until("window.watch?.config.names.photo == 'red.png' && watch.player", SOON_S)
        assert await page.run("watch.config.names.audio") == "short.wav"
        await page.until("statuses.some((status) => status.includes('none.wav: '))", SOON_S)
        await colored(page, 255, 0, 0)
        assert await page.run("watch.clock.frames") == 15
        await _drop(page, **{"none.png": b"no picture"})
        assert "none.png" in await shown(page, "status", "none.png: ")
        await colored(page, 255, 0, 0)


async def test_a_page_that_is_loaded_again_is_waited_for(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    once = "window.name || (window.name = 'again', location.reload(), new Promise(() => {}))"
    async with chromium.page(tmp_path) as page:
        await page.open(watching.address)
        assert await page.until(once, SOON_S) == "again"


@pytest.mark.slow
def test_a_video_without_audio_is_refused(watching: Watching, tmp_path: Path) -> None:
    picture = ["-f", "lavfi", "-i", "color=size=16x16:duration=0.2"]
    video = tmp_path / "film.mp4"
    subprocess.run(["ffmpeg", "-v", "error", *picture, video], check=True)
    status, answer = watching.send("/drop/audio?name=film.mp4", video.read_bytes())
    assert status == 422
    assert answer["reason"] == "The audio file cannot be read: it contains no audio."


def test_a_replaced_upload_is_removed(watching: Watching) -> None:
    for _ in range(2):
        status, _ = watching.send("/drop/photo2?name=photo.jpg", media.photo())
        assert status == 200
    dropped = watching.file.parent.glob("tmp/toqibox-watch-*/dropped-*")
    assert len([folder for folder in dropped if (folder / "photo2.rgba").exists()]) == 1


async def _drop(page: Page, **files: bytes) -> None:
    texts = [
        f"new File([Uint8Array.from(atob('{base64.b64encode(content).decode()}'),"
        f" (c) => c.charCodeAt(0))], '{name}')"
        for name, content in files.items()
    ]
    await page.run(
        f"(() => {{ const dataTransfer = new DataTransfer();"
        f" for (const file of [{', '.join(texts)}]) dataTransfer.items.add(file);"
        " const made = { dataTransfer, bubbles: true, cancelable: true };"
        " for (const kind of ['dragover', 'drop'])"
        " document.body.dispatchEvent(new DragEvent(kind, made)); })()"
    )
