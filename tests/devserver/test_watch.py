"""The watch page in a real browser: saved changes are drawn, errors have positions, controls."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

import server
from tests.devserver.conftest import SOON_S, Watching, text
from tests.devserver.page import CORNER, SCREEN, colored, opened, shown
from tests.harness import processes
from tests.harness.browser import Chromium

pytestmark = pytest.mark.browser
WEB = Path(server.__file__).parent / "web"
BUILT = "watch.watchedFile.builtRevision == watch.revision"


@pytest.mark.slow
async def test_a_saved_change_is_drawn(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    async with opened(chromium, watching, tmp_path) as page:
        await colored(page, 64, 204, 0)
        agreed = await shown(page, "agreement", "Both agree in frame 0: mean difference 0.00")
        assert "maximum 0." in agreed

        watching.write(text("vec4(0.0, level, 0.8, 1.0)"))
        await colored(page, 0, 64, 204)

        watching.write(text("vec4(0.0, lewel, 0.8, 1.0)"))
        diagnostics = await shown(page, "diagnostics", "lewel")
        assert "green.fs:8:" in diagnostics
        assert "gl_FragColor = vec4(0.0, lewel, 0.8, 1.0);" in diagnostics
        assert await page.run("document.getElementById('viewer').className") == "viewer stale"
        await colored(page, 0, 64, 204)

        # A page that runs a loop without an end answers no more.
        endless = "float q = level;\n    while (true) { q += 1.0; if (q < 0.0) break; }\n    "
        watching.write(
            text().replace("gl_FragColor = vec4(lev", f"{endless}gl_FragColor = vec4(lev")
        )
        await shown(page, "diagnostics", "this loop does not end")
        watching.write(text("vec4(0.8, level, 0.8, 1.0)"))
        await colored(page, 204, 64, 204)

        watching.write('/*{ "INPUTS": [}*/ void main() {}')
        await shown(page, "diagnostics", "green.fs:1:")
        watching.write(text())
        await colored(page, 64, 204, 0)
        await page.until("document.getElementById('diagnostics').hidden", SOON_S)
        assert await page.run("document.getElementById('viewer').className") == "viewer"


@pytest.mark.slow
async def test_a_validation_that_timed_out_can_be_retried(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(text())
    async with opened(chromium, watching, tmp_path) as page:
        await shown(page, "cost", "Server")  # the last that it is asked for: it is idle now
        assert await page.run("document.getElementById('retry').hidden")
        # A worker that does not answer is killed from outside, in the midst of the judgement.
        family = processes.descendants(watching.process.pid)
        (worker,) = [one for one in family if one.kind == "worker"]
        worker.pause()
        watching.write(text("vec4(0.0, level, 0.8, 1.0)"))
        await shown(page, "status", "compiling")
        worker.kill()
        await shown(page, "diagnostics", "The renderer ended")
        await page.click("#retry")
        await colored(page, 0, 64, 204)
        assert await page.run("document.getElementById('retry').hidden")


@pytest.mark.slow
async def test_a_control_changes_both_frames(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write(text())
    async with opened(chromium, watching, tmp_path) as page:
        await shown(page, "agreement", "Both agree")
        await page.run(
            "((slider) => { slider.value = 0.8; slider.dispatchEvent(new Event('input')) })"
            "(document.getElementById('input-level'))"
        )
        await colored(page, 204, 204, 0)
        server = "Array.from(document.getElementById('server-canvas').getContext('2d')"
        await page.until(f"{server}.getImageData(0, 0, 1, 1).data)[0] == 204", SOON_S)
        await shown(page, "agreement", "mean difference 0.00")
        await page.click("[data-name=flash] .fire")
        await colored(page, 255, 255, 255)
        await page.click("#reset")
        await colored(page, 64, 204, 0)
        await page.click("#play")
        await page.until("watch.frame > 3", SOON_S)

        # What only the browser refuses is drawn by the server.
        watching.write(text("vec4(1, 0.4, 0, 1) * float[1](1)[0]"))
        await shown(page, "status", "drawn by the server only")
        assert "green.fs:8" in await shown(page, "diagnostics", "Only this browser rejects it.")
        await page.until(f"{server}.getImageData(0, 0, 1, 1).data)[1] == 102", SOON_S)


@pytest.mark.slow
async def test_a_narrow_page_and_far_times_fit(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    watching.write("vec4 transition(vec2 uv) { return getFromColor(uv); }\n")
    async with opened(chromium, watching, tmp_path) as page:
        await page.send("Emulation.setDeviceMetricsOverride", **{**SCREEN, "width": 390})
        await page.until("document.getElementById('input-at') != null", SOON_S)
        maximum = "(name) => document.getElementById(`input-${name}`).max"
        ends = f"['at', 'length', 'every'].map({maximum})"
        assert await page.run(ends) == ["2", "2", "2"]  # of 1.5 s; the number field accepts more
        root = "document.documentElement"
        assert await page.run(f"{root}.scrollWidth <= {root}.clientWidth")


@pytest.mark.slow
async def test_while_it_plays_the_server_waits_for_a_sequential_effect(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    rows = "// Pass: Buffer A\n// iChannel0: buffer A\n"
    body = "void mainImage(out vec4 c, vec2 p) { c = texelFetch(iChannel0, ivec2(p), 0) + 0.01; }\n"
    watching.write(f"{rows}{body}// Pass: Image\n// iChannel0: buffer A\n{body}")
    async with opened(chromium, watching, tmp_path) as page:
        await page.until("watch.player.program.sequential", SOON_S)
        await shown(page, "agreement", "Both agree")
        await page.run("document.getElementById('play').click()")
        await shown(page, "agreement", "the server draws when you pause")
        await page.run("document.getElementById('play').click()")
        await shown(page, "agreement", "Both agree")


@pytest.mark.slow
async def test_tuned_values_are_written_into_the_file(
    chromium: Chromium, watching: Watching, tmp_path: Path
) -> None:
    tuned = """/*{"INPUTS": [ // by hand
    {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1], "DEFAULT": [0.5, 0.5]},
    {"NAME": "level", "TYPE": "float", "DEFAULT": .25}
]}*/
void main() { gl_FragColor = vec4(at, level, 1.0); }
"""
    watching.write(tuned)
    async with opened(chromium, watching, tmp_path) as page:
        await page.until(f"document.getElementById('input-at') && {BUILT}", SOON_S)
        # The right half of the pad, then what follows the kick: no number is typed.
        await page.run(
            "(({left, top, width, height}) => document.getElementById('input-at').dispatchEvent("
            "new PointerEvent('pointermove', {buttons: 1, clientX: left + 0.75 * width,"
            " clientY: top + 0.5 * height})))"
            "(document.getElementById('input-at').getBoundingClientRect())"
        )
        await page.until(f"{CORNER}[0] == 191", SOON_S)
        await page.click("[data-name=level] .modulate")
        await page.click("[data-kind=bind]")
        assert json.loads(await page.run("watch.tunedValues.text('params')")) == {
            "at": [0.75, 0.5],
            "level": {"bind": "kick"},
        }
        await page.run("document.getElementById('write').click()")
        await shown(page, "message", "Wrote at, level into green.fs.")
        assert watching.file.read_text() == tuned.replace("[0.5, 0.5]", "[0.75, 0.5]").replace(
            ".25}", '.25, "BIND": "kick"}'
        )
        assert await page.run("Object.keys(watch.values).length") == 0
        await page.until(f"!watch.isBroken && {BUILT}", SOON_S)
        before = await page.run("watch.revision")
        await page.run("document.getElementById('undo').click()")
        await shown(page, "message", "Restored green.fs.")
        assert watching.file.read_text() == tuned
        await page.until(
            f"watch.watchedFile.builtRevision > {before} && watch.report.frameFacts.difference",
            SOON_S,
        )


def test_only_this_machines_own_page_is_answered(watching: Watching) -> None:
    status, headers, body = watching.answer("/")
    assert status == 200
    assert b"watch.js" in body
    assert "default-src 'none'" in headers["content-security-policy"]
    refused: list[dict[str, Any]] = [
        {"Host": "example.com"},
        {"Origin": "http://example.com"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    ]
    for more in refused:
        assert watching.answer("/photo", **more)[0] == 403, more
    for path in ("/files/0", "/etc/passwd"):
        assert watching.answer(path)[0] == 404, path


def test_only_scripts_and_styles_are_served_from_web(watching: Watching) -> None:
    for path, kind in (
        ("watch/watch.js", "text/javascript; charset=utf-8"),
        ("player/gl/context.js", "text/javascript; charset=utf-8"),
        ("watch/page.css", "text/css; charset=utf-8"),
        ("watch/icon.svg", "image/svg+xml"),
    ):
        status, headers, body = watching.answer(f"/web/{path}")
        assert (status, headers["content-type"]) == (200, kind), path
        assert body == (WEB / path).read_bytes(), path
    refused = (
        *("", "player", "player/", "player/gl", "watch/watch.html", "player.js", "watch/none.js"),
        *("../devserver/app.py", "..%2fdevserver%2fapp.py", "%2e%2e/devserver/app.py"),
        *("player/../../devserver/app.py", "player/../player/player.js", "./player/player.js"),
        *("player%2f..%2f..%2fconfig.py", "player/%2e%2e/%2e%2e/config.py", "player//player.js"),
        *(
            "/etc/hosts.js",
            "//etc/hosts.js",
            "%2fetc%2fhosts.js",
            "player/player.js/",
            "player/.js",
        ),
        *("player%5cplayer.js", "player/player.js%00", "player/player.js%0a", "PLAYER/player.js"),
    )
    for path in refused:
        assert watching.answer(f"/web/{path}")[0] == 404, path


def test_watch_ends_and_leaves_no_files(watching: Watching) -> None:
    family = processes.descendants(watching.process.pid)
    assert family
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(SOON_S) == 0
    assert [one for one in family if one.is_alive] == []
    assert list((watching.file.parent / "tmp").iterdir()) == []
