"""Effects over HTTP: the listing, the diagnostics of an invalid one, and the second photo."""

import asyncio
import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from server.config import Config
from server.effects.effect import Effect
from server.effects.library.library import InvalidEffect, Library
from server.jobs.execution.machine import MachineProbe
from server.jobs.model import validation_result
from server.jobs.model.effect_source import ASSETS_FOLDER
from server.jobs.model.job import Status
from server.jobs.model.validation_result import ValidationResult
from server.protocol.codec import from_stored
from server.protocol.results.drawing import CompiledEffect
from server.protocol.results.machine import ProbeReport
from tests.harness import media, validation_results
from tests.http.conftest import DRIVER, Running, Start
from tests.http.wire import FORM, exchange, form, head, part, post

AUDIO = part("audio", b"RIFF", filename="a.wav")
PHOTO = part("photo", b"\xff\xd8", filename="p.jpg")
WRONG = '/*{"ISFVSN": "2", "INPUTS": []}*/\nvoid main() {\n  gl_FragColor = vec4(speed);\n}\n'
NO_EFFECT = "float noise(float x) { return x; }\n"
LEAF = """/*{"ISFVSN": "2", "INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "other", "TYPE": "image"}], "IMPORTED": {"leaf": {"PATH": "leaf.png"}}}*/
void main() {
    vec2 uv = isf_FragNormCoord;
    vec4 left = IMG_NORM_PIXEL(leaf, uv);
    gl_FragColor = uv.x < 0.5 ? left : IMG_NORM_PIXEL(other, uv);
}
"""


def png(color: tuple[int, int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 36), color).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> ProbeReport:
    """Probe this machine once."""
    health = MachineProbe(Config(), tmp_path_factory.mktemp("probe") / "scratch")
    asyncio.run(asyncio.wait_for(_probe(health), 60))
    assert health.report is not None
    return health.report


async def _probe(health: MachineProbe) -> None:
    await health.probe()


@pytest.fixture
def shaders(tmp_path: Path) -> Path:
    """Return a folder of effects besides the built-in ones."""
    folder = tmp_path / "shaders"
    folder.mkdir()
    (folder / "wrong.fs").write_text(WRONG)
    (folder / "none.glsl").write_text(NO_EFFECT)
    return folder


async def get(running: Running, path: str, *lines: str) -> tuple[int, dict[str, str], object]:
    response = await exchange(running.port, head(f"GET {path}", *lines))
    return response.status, response.headers, json.loads(response.body) if response.body else None


async def test_usable_effects_are_listed_and_shown_with_their_program(
    start: Start, shaders: Path
) -> None:
    running = await start(shaders_dirs=(shaders,))
    status, headers, listed = await get(running, "/effects")
    assert status == 200
    assert isinstance(listed, dict)
    entries = {entry["id"]: entry for entry in listed["effects"]}
    assert "none" not in entries
    assert "wrong" not in entries  # not validated yet
    assert "judged" not in entries["breathe"]
    _, _, all_files = await get(running, "/effects?all=1")
    assert isinstance(all_files, dict)
    is_validated = {entry["id"]: entry.get("judged") for entry in all_files["effects"]}
    assert (is_validated["breathe"], is_validated["wrong"], is_validated["none"]) == (
        True,
        False,
        None,
    )
    status, _, effect_object = await get(running, "/effects/breathe")
    assert isinstance(effect_object, dict)
    assert entries["breathe"].items() <= effect_object.items()
    assert effect_object["inputs"]["type"] == "object"
    assert effect_object["program"]["passes"][0]["fragment"].startswith("#version 300 es")
    assert effect_object["sequential"] is False
    known = f"If-None-Match: {headers['etag']}"
    assert (await get(running, "/effects", known))[0] == 304
    assert (await get(running, "/effects/none-of-these"))[0] == 404


async def test_an_invalid_effect_is_not_offered_and_has_diagnostics(
    start: Start, shaders: Path
) -> None:
    diagnostic = {
        "file": "wrong.fs",
        "line": 3,
        "column": 23,
        "severity": "error",
        "message": "speed",
    }
    invalid = ValidationResult("shader_compile_failed", (diagnostic,))
    known = validation_results.same_for_all(Library((shaders,)), DRIVER, invalid)
    running = await start(known=known, shaders_dirs=(shaders,))
    _, _, listed = await get(running, "/effects")
    assert isinstance(listed, dict)
    assert not {"wrong", "none"} & {entry["id"] for entry in listed["effects"]}
    _, headers, all_files = await get(running, "/effects?all=1", "Accept-Language: ru")
    assert isinstance(all_files, dict)
    assert headers["content-language"] == "ru"
    entries = {entry["id"]: entry for entry in all_files["effects"]}
    assert len(entries) == len(listed["effects"]) + 2
    assert entries["wrong"]["diagnostics"] == [diagnostic]
    assert (entries["none"]["file"], entries["none"]["code"]) == (
        "none.glsl",
        "shader_compile_failed",
    )
    assert "не компилируется" in entries["none"]["error"]
    for name in ("wrong", "none"):
        status, _, refused = await get(running, f"/effects/{name}")
        assert isinstance(refused, dict)
        assert (status, refused["code"]) == (422, "shader_compile_failed")
        assert refused["diagnostics"] == entries[name]["diagnostics"]


async def test_all_effects_are_listed_with_warnings_about_source_and_frames(
    start: Start, tmp_path: Path
) -> None:
    header = '{"INPUTS": [{"NAME": "a", "TYPE": "float", "BINDS": "kick"}]}'
    (tmp_path / "odd.fs").write_text(f"/*{header}*/\nvoid main() {{ gl_FragColor = vec4(a); }}\n")
    compiled = from_stored(CompiledEffect, {"blank": True, "why": "every pixel is black"})
    drawn = validation_result.from_task_result(compiled, "odd.fs")
    known = validation_results.same_for_all(Library((tmp_path,)), DRIVER, drawn)
    running = await start(known=known, shaders_dirs=(tmp_path,))
    entries = {name: (await get(running, f"/effects{name}"))[2] for name in ("", "?all=1")}
    for name, diagnostic in (("", None), ("?all=1", ["“BINDS” is", "the frames drawn are blank"])):
        listed = entries[name]
        assert isinstance(listed, dict)
        [odd] = [entry for entry in listed["effects"] if entry["id"] == "odd"]
        warnings = odd.get("warnings")
        assert (warnings is None) is (diagnostic is None)
        for entry, beginning in zip(warnings or (), diagnostic or (), strict=True):
            assert entry["message"].startswith(beginning)
            assert (entry["file"], entry["severity"]) == ("odd.fs", "warning")


async def test_a_query_that_is_given_twice_is_refused(running: Running) -> None:
    status, _, refused = await get(running, "/effects?all=1&all=0")
    assert isinstance(refused, dict)
    assert (status, refused["code"], refused["field"]) == (422, "invalid_parameter", "all")
    assert "given more than once" in refused["error"]


@pytest.mark.slow
async def test_a_shader_that_does_not_compile_is_refused_before_the_files(
    start: Start, shaders: Path, probed: ProbeReport
) -> None:
    running = await start(shaders_dirs=(shaders,))
    running.service.machine.report = probed
    # Of a body of over a megabyte only the first field is ever sent.
    large = head("POST /export", f"Content-Type: {FORM}", "Content-Length: 1500000")
    response = await exchange(running.port, large + part("effect", "wrong") + AUDIO[:40], wait_s=30)
    assert (response.status, response.code) == (422, "shader_compile_failed")
    assert response.json["field"] == "effect"
    first = response.json["diagnostics"][0]
    assert (first["file"], first["line"]) == ("wrong.fs", 3)
    assert "vec4(speed)" in first["source"]
    last = post(form(AUDIO, PHOTO, part("effect", "wrong")))
    assert (await exchange(running.port, last)).code == "shader_compile_failed"
    assert await running.spool_is_empty()


@pytest.mark.slow
async def test_an_effect_is_validated_before_a_browser_gets_it(
    start: Start, shaders: Path, probed: ProbeReport
) -> None:
    running = await start(shaders_dirs=(shaders,))
    running.service.machine.report = probed
    status, _, effect_object = await get(running, "/effects/wrong")
    assert isinstance(effect_object, dict)
    assert (status, effect_object["diagnostics"][0]["line"]) == (422, 3)


@pytest.mark.slow
async def test_an_effect_that_changes_while_it_is_shown_is_validated_as_it_is_sent(
    start: Start, shaders: Path, probed: ProbeReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, good = shaders / "wrong.fs", WRONG.replace("speed", "1.0")
    wrong.write_text(good)
    driver = f"{probed.gl.renderer}, {probed.gl.version}"
    known = validation_results.same_for_all(Library((shaders,)), driver, ValidationResult())
    wrong.write_text(WRONG)
    running = await start(known=known, shaders_dirs=(shaders,))
    running.service.machine.report = probed
    is_offered = running.service.validations.is_offered

    def change(effect: Effect) -> bool:
        offered = is_offered(effect)
        wrong.write_text(good)
        return offered

    monkeypatch.setattr(running.service.validations, "is_offered", change)
    assert (await get(running, "/effects/wrong"))[0] == 422


async def test_an_effect_that_is_removed_while_all_are_listed_is_left_out(
    start: Start, shaders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await start(shaders_dirs=(shaders,))
    offered = running.service.validations.offered

    def remove() -> tuple[list[Effect], list[InvalidEffect]]:
        before = offered()
        (shaders / "wrong.fs").unlink(missing_ok=True)
        running.service.library.refresh()
        return before

    monkeypatch.setattr(running.service.validations, "offered", remove)
    for path in ("/effects", "/effects?all=1"):
        (shaders / "wrong.fs").write_text(WRONG)
        status, _, listed = await get(running, path)
        assert status == 200
        assert isinstance(listed, dict)
        ids = {entry["id"] for entry in listed["effects"]}
        assert "breathe" in ids
        assert ("wrong" in ids) is ("all" in path)


@pytest.mark.slow
async def test_a_job_keeps_the_images_and_both_photos_it_was_accepted_with(
    start: Start, shaders: Path, probed: ProbeReport
) -> None:
    (shaders / "leaf.fs").write_text(LEAF)
    (shaders / "leaf.png").write_bytes(png((0, 255, 0)))
    running = await start(shaders_dirs=(shaders,), max_parallel_exports=1)
    running.service.machine.report = probed
    fields = [part("effect", "leaf"), part("duration", "0.2"), part("fit", "cover")]
    files = [part("audio", media.wav(0.2)), part("photo", png((255, 0, 0)))]
    second = part("photo2", png((0, 0, 255)))
    response = await exchange(running.port, post(form(*fields, *files, second)), wait_s=60)
    assert response.status == 202, response.body
    (shaders / "leaf.png").write_bytes(png((255, 255, 255)))
    service = running.service
    job = await service.store.jobs.get(response.json["jobId"])
    assert job is not None
    kept = service.data.job_folder(job.id) / ASSETS_FOLDER
    assert [Path(path.name) for path in kept.iterdir()] == [*job.spec.effects[0].files.values()]
    assert job.spec.photo2 not in (None, job.spec.photo)
    await service.dispatcher.start()
    while not job.is_final:
        await asyncio.sleep(0.05)
        job = await service.store.jobs.get(job.id) or job
    assert job.status is Status.COMPLETED, (job.error_code, job.diagnostics)
    assert await running.until(lambda: not kept.exists())
    poster = Image.open(service.data.artifacts.path(job.id, "poster")).convert("RGB")
    left, right = poster.getpixel((8, 18)), poster.getpixel((56, 18))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[1] > 200 > 60 > left[0]
    assert right[2] > 200 > 60 > right[0]
