"""`toqibox effects …` as a shader author runs it: real workers, real exit statuses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from server.cli.main import main
from server.cli.tasks import effect_loader
from tests.harness import media, processes
from tests.harness.limits import HANG_S
from tests.harness.server import SMALL

COMMAND = [sys.executable, "-m", "server", "effects"]
ROOT = Path(__file__).parents[3]
HALF_RED = '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0, 0.0, 0.0, 0.5); }\n'
BLACK = '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0); }\n'
TYPO = '/*{"ISFVSN": "2"}*/\nvoid main() {\n\t  gl_FragColor = vec4(sped);\n}\n'


@dataclass(frozen=True)
class Ended:
    """The result of a command."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command in the folder of the test, with its temporary files there too."""
    settings = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    settings["XDG_CACHE_HOME"] = str(tmp_path / "cache")

    def command(*args: str) -> Ended:
        done = subprocess.run(
            [*COMMAND, *args],
            cwd=tmp_path,
            env={**os.environ, **SMALL, **settings},
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """--audio and --image with their files."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "track.wav").write_bytes(media.wav(0.5))
    (folder / "photo.jpg").write_bytes(media.photo())
    return ["--audio", str(folder / "track.wav"), "--image", str(folder / "photo.jpg")]


@pytest.mark.slow
def test_check_validates_a_folder_and_reports_each_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    texts = {
        "Black Box.fs": BLACK,
        "deep/good.fs": HALF_RED,
        "deep/include.glsl": "float one() { return 1.0; }\n",
        "deep/other.json": '{"a": 1}',
        "typo.fs": TYPO,
        ".hidden.fs": TYPO,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    checked = run("check", ".", "--jobs", "1")
    assert checked.status == 1
    lines = checked.out.splitlines()
    none = "main, mainImage, transition or an ISF header is required (a plain shader has"
    assert lines[0].startswith("Black Box.fs: blank")
    assert lines[1].startswith("typo.fs:3:")
    assert "sped" in lines[1]
    assert lines[2] == "deep/good.fs: ok"
    assert lines[3].startswith(f"deep/include.glsl: skipped: not an effect: {none}")
    assert lines[4].startswith("deep/other.json: skipped: not an effect: main, ")
    assert checked.err.startswith("5 files: 1 ok, 1 blank, 1 failed, 2 skipped, in ")


def test_check_prints_a_json_object_per_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "include.glsl").write_text("float one() { return 1.0; }\n")
    checked = run("check", "include.glsl", "--json")
    assert checked.status == 1  # a file that is named is never skipped
    include, last = map(json.loads, checked.out.splitlines())
    assert (include["path"], include["outcome"]) == ("include.glsl", "failed")
    assert include["diagnostics"][0]["line"] == 1
    assert last["summary"]["files"] == last["summary"]["failed"] == 1


def test_check_shows_the_line_and_a_mark_below_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "header.fs").write_text('/*{\n\t  "INPUTS": [}\n}*/\nvoid main() {}\n')
    shown = run("check", "header.fs").out.splitlines()
    assert shown[0].startswith("header.fs:2:")
    assert ": error: " in shown[0]
    assert shown[1] == '    "INPUTS": [}'
    column = int(shown[0].split(":")[2])
    assert shown[2] == "    " + " " * (column - 4) + "^"  # a tab and two blanks are left out


@pytest.mark.slow
def test_frame_keeps_alpha_and_leaves_nothing_else(
    run: Run, shown: list[str], tmp_path: Path
) -> None:
    text = (
        '/*{"INPUTS": [{"NAME": "tint", "TYPE": "color"}]}*/\n'
        "void main() { gl_FragColor = vec4(tint.rgb, 0.5); }\n"
    )
    (tmp_path / "Half Tint.fs").write_text(text)
    args = ["Half Tint.fs", *shown, "--param", "tint=#102030", "--size", "8x4", "-o", "out.png"]
    drawn = run("frame", *args, "--time", "0.2", "--json")
    assert drawn.status == 0, drawn.err
    facts = json.loads(drawn.out)
    assert (facts["frame"], facts["time"], facts["exact"]) == (6, 0.2, True)
    with Image.open(tmp_path / "out.png") as image:
        assert (image.mode, image.size) == ("RGBA", (8, 4))
        assert {colour for _, colour in image.getcolors() or ()} == {(16, 32, 48, 128)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Half Tint.fs", "out.png"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["frame", "spni", "-o", "x.png"], "spin"),
        (["frame", "nothing.fs", "-o", "x.png"], "nothing.fs: file not found"),
        (["frame", "spin", "-o", "x.jpg"], ".png"),
        (["frame", "spin", "-o", "nowhere/x.png"], "folder does not exist"),
        (["frame", "spin", "-o", "x.png", "--param", "speed"], "NAME=VALUE"),
        (["frame", "spin", "-o", "x.png", "--param", "speed=fast"], "params.speed"),
        (["frame", "spin", "-o", "x.png", "--size", "8"], "WIDTHxHEIGHT"),
        (["frame", "spin", "-o", "x.png", "--audio", "nothing.mp3"], "nothing.mp3"),
        (["preview", "spin", "-o", "x.mp4", "--size", "9x9"], "even"),
        (["check", "nothing"], "nothing: file not found"),
        (["check", "."], "no effect files found"),
        (["new", "Bad Name", "--like", "isf"], "lower-case letters"),
        (["import", "nothing.json"], "cannot be read"),
        (["watch", "nothing.fs"], "nothing.fs: file not found"),
    ],
)
def test_wrong_usage_is_reported_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["effects", *args])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert expected in message
    assert message.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_sheet_has_a_cell_for_each_effect_and_moment(
    run: Run, shown: list[str], tmp_path: Path
) -> None:
    (tmp_path / "red.fs").write_text(HALF_RED.replace("0.5", "1.0"))
    (tmp_path / "typo.fs").write_text(TYPO)
    args = ["red.fs", "typo.fs", *shown, "--size", "32x16", "--times", "0,0.2", "-o", "sheet.png"]
    done = run("sheet", *args, "--json")
    assert done.status == 1
    assert done.err.startswith("typo.fs:3:")
    facts = json.loads(done.out)
    assert (facts["pictures"], facts["columns"], list(facts["failed"])) == (4, 2, ["typo"])
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (2 * 40 + 8, 2 * 46 + 8)
        assert [sheet.getpixel((x, 8)) for x in (8, 39, 48, 79)] == [(255, 0, 0)] * 4
        assert sheet.getpixel((40, 8)) != (255, 0, 0)
        assert sheet.getpixel((8, 54)) != (255, 0, 0)


@pytest.mark.slow
def test_preview_renders_a_video_with_audio(run: Run, shown: list[str], tmp_path: Path) -> None:
    (tmp_path / "Red One.fs").write_text(HALF_RED)
    args = ["Red One.fs", *shown, "--size", "32x16", "--seconds", "0.2", "-o", "clip.mp4"]
    done = run("preview", *args)
    assert done.status == 0, done.err
    streams = {s["codec_type"]: s for s in media.contents(tmp_path / "clip.mp4")["streams"]}
    assert (streams["video"]["width"], streams["video"]["height"]) == (32, 16)
    assert streams["audio"]["codec_name"] == "aac"
    pixel = media.frames(tmp_path / "clip.mp4", 32, 16)[3, 8, 16]
    assert pixel[0] > 120
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [
        "Red One.fs",
        "cache",
        "clip.mp4",
    ]  # the cache of the user is there in this test


@pytest.mark.slow
def test_profile_has_a_row_for_each_pass(run: Run, shown: list[str], tmp_path: Path) -> None:
    text = HALF_RED.replace('"2"', '"2", "PASSES": [{"TARGET": "first"}, {}]')
    (tmp_path / "two.fs").write_text(text)
    done = run("profile", "two.fs", *shown, "--size", "16x8", "--size", "32x16", "--count", "2")
    assert done.status == 0, done.err
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["pass", "16x8", "32x16"]
    assert [row[0] for row in rows[1:4]] == ["first", "output", "all"]


@pytest.mark.slow
def test_show_prints_the_inputs_and_their_schema(run: Run) -> None:
    shown = run("show", "ring")
    assert shown.status == 0
    rows = {line.split()[0]: line for line in shown.out.splitlines() if line.strip()}
    assert rows["pulse"].split()[1:] == ["float", "0", "…", "1", "0", "accent", "Pulse"]
    assert rows["color"].split()[1:3] == ["color", "#ffffff"]
    assert rows["history"].split(maxsplit=2)[2] == "96 wide, scale of the track"
    facts = json.loads(run("show", "ring", "--json").out)
    assert facts["inputs"]["additionalProperties"] is False
    assert facts["inputs"]["properties"]["count"]["default"] == 112


def test_import_writes_an_effect(run: Run, tmp_path: Path) -> None:
    code = "void mainImage(out vec4 c, in vec2 p) { c = vec4(1.0); }"
    image = {"name": "Image", "type": "image", "code": code, "inputs": [], "outputs": []}
    export = {"Shader": {"ver": "0.1", "info": {"name": "Clear"}, "renderpass": [image]}}
    (tmp_path / "3d23Dc.json").write_text(json.dumps(export))
    assert run("import", "3d23Dc.json").status == 0
    assert "mainImage" in (tmp_path / "3d23dc.glsl").read_text()
    again = run("import", "3d23Dc.json")
    assert again.status == 1
    assert "already exists" in again.err
    assert effect_loader.read(tmp_path / "3d23dc.glsl").effect.title == "Clear"


@pytest.fixture
def keyboard() -> Iterator[None]:
    """Enable Ctrl-C for the commands of a test that runs in the background.

    A process started by a shell with `&` ignores SIGINT, and so do its children.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("keyboard")
def test_interrupted_is_130_and_leaves_nothing(shown: list[str], tmp_path: Path) -> None:
    slow = BLACK.replace(
        "{ gl",
        "{ float a = TIME; for (int i = 0; i < 2000000000; i++) a = sin(a + float(i)); gl",
    ).replace("vec4(0.0", "vec4(a")
    (tmp_path / "slow.fs").write_text(slow)
    args = ["frame", "slow.fs", *shown, "-o", "out.png"]
    environment = {**os.environ, **SMALL, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*COMMAND, *args], cwd=tmp_path, env=environment) as child:
        deadline = time.monotonic() + HANG_S
        while not any(tmp_path.glob("toqibox-*/features")):  # drawing comes next
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = [p.pid for p in processes.descendants(child.pid)]
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
    assert not set(started) & set(processes.living())
    assert [path.name for path in tmp_path.iterdir()] == ["slow.fs"]


@pytest.mark.slow
def test_samples_are_used_for_missing_media(run: Run, tmp_path: Path) -> None:
    done = run("frame", "spin", "--size", "64x36", "-o", "out.png")
    assert done.status == 0, done.err
    assert "once" in done.err
    (kept,) = (tmp_path / "cache" / "toqibox").iterdir()
    assert {"sound.wav", "features", "photo.rgba", "photo2.rgba"} <= {
        f.name for f in kept.iterdir()
    }
    with Image.open(tmp_path / "out.png") as image:
        assert len(image.getcolors(64 * 36) or ()) > 500
