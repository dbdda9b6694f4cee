"""The command as a user runs it: real processes, real exit statuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.cli import main as cli
from tests.harness import media, processes
from tests.harness.limits import HANG_S
from tests.harness.server import SMALL, Server

COMMAND = [sys.executable, "-m", "server"]


def run(*args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args],
        env={**os.environ, **SMALL, **settings},
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """--audio and --photo with their files."""
    (tmp_path / "track.wav").write_bytes(media.wav(0.5))
    (tmp_path / "photo.jpg").write_bytes(media.photo())
    return ["--audio", str(tmp_path / "track.wav"), "--photo", str(tmp_path / "photo.jpg")]


def test_render_makes_the_video_and_nothing_else(files: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = run(
        "render", *files, "-o", str(out), "--effect", "ring", "--param", "color=#ff8800",
        "--aspect", "9:16", "--fps", "24", "--title", "Тема", "--artist=-x=1\U00013460", "--json",
        "--allow-flashing", "--codec", "h264", "--quality", "draft",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)
    assert (job["codec"], job["quality"]) == ("h264", "draft")
    assert job["report"]["flashes"] == {
        "allowed": True,
        "limited": [],
        "perSecond": None,
        "excessive": [],
    }
    assert job["status"] == "completed"
    assert job["frames"] == {"done": 12, "total": 12}
    contents = media.contents(out)
    video = next(s for s in contents["streams"] if s["codec_type"] == "video")
    assert (video["width"], video["height"], video["avg_frame_rate"]) == (36, 64, "24/1")
    assert contents["format"]["tags"]["title"] == "Тема"
    assert contents["format"]["tags"]["artist"] == "-x=1\U00013460"
    assert "warning: No installed font has these characters of “Artist”" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "photo.jpg", "track.wav"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--effect", "spni"], "spin"),
        (["--param", "size"], "NAME=VALUE"),
        (["--param", "size=9"], "params.size"),
        (["--duration", "241"], "240"),
        (["--fps", "29"], "fps"),
        (["--aspect", "2:1"], "aspect"),
        (["--plan", "gold"], "plan"),
        (["--codec", "vp9"], "h264, hevc, av1"),
        (["--quality", "best"], "draft, standard, high"),
    ],
)
def test_wrong_usage_is_2_and_names_the_problem(
    files: list[str], tmp_path: Path, args: list[str], expected: str
) -> None:
    done = run("render", *files, "-o", str(tmp_path / "out.mp4"), *args)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.slow
def test_an_output_is_only_overwritten_with_y_and_shaders_are_cached(
    files: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    out.write_text("mine")
    done = run("render", *files, "-o", str(out))
    assert done.returncode == 2
    assert "-y" in done.stderr
    assert out.read_text() == "mine"
    cache = {"MESA_SHADER_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path)}
    done = run("render", *files, "-o", str(out), "-y", "--effect", "plain", **cache)
    assert done.returncode == 0
    shaders = tmp_path / "toqibox" / "shaders"
    assert any(shaders.iterdir())  # kept for the next command
    assert shaders.stat().st_mode & 0o777 == 0o700
    assert "15 frames" in done.stdout
    assert media.contents(out)["format"]["format_name"].startswith("mov")


@pytest.mark.slow
def test_a_file_that_is_not_audio_is_1(files: list[str], tmp_path: Path) -> None:
    Path(files[1]).write_text("not sound")
    done = run("render", *files, "-o", str(tmp_path / "out.mp4"))
    assert done.returncode == 1
    assert "audio" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_shader_error_is_1_and_names_the_line(files: list[str], tmp_path: Path) -> None:
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    text = '/*{"ISFVSN": "2", "INPUTS": []}*/\nvoid main() {\n  gl_FragColor = vec4(sped);\n}\n'
    (shaders / "typo.fs").write_text(text)
    done = run(
        "render", *files, "-o", str(tmp_path / "o.mp4"), "--effect", "typo",
        SHADERS_DIR=str(shaders),
    )  # fmt: skip
    assert done.returncode == 1
    assert "typo.fs:3:" in done.stderr
    assert "sped" in done.stderr


@pytest.mark.slow
def test_interrupted_is_130_and_leaves_nothing(files: list[str], tmp_path: Path) -> None:
    Path(files[1]).write_bytes(media.wav(30))
    command = [*COMMAND, "render", *files, "-o", str(tmp_path / "out.mp4")]
    environment = {**os.environ, **SMALL, "PLANS": "free=360", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as child:
        deadline = time.monotonic() + HANG_S
        while not any(p.kind == "ffmpeg" for p in processes.descendants(child.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = [p.pid for p in processes.descendants(child.pid)]
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
    assert not set(started) & set(processes.living())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.jpg", "track.wav"]


@pytest.mark.slow
def test_effects_are_listed_and_invalid_ones_reported(tmp_path: Path) -> None:
    listed = run("effects", "list")
    assert listed.returncode == 0
    assert {"breathe", "spin", "bars", "ring"} <= {
        line.split()[0] for line in listed.stdout.splitlines()
    }
    (tmp_path / "broken.fs").write_text('/*{"ISFVSN": "2", "INPUTS": [}*/\nvoid main() {}\n')
    listed = run("effects", "list", SHADERS_DIR=str(tmp_path))
    assert listed.returncode == 1
    assert "broken.fs:1" in listed.stdout
    assert len(json.loads(run("effects", "list", "--json").stdout)["effects"]) >= 4


@pytest.mark.slow
def test_jobs_are_listed_and_cancelled(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run("jobs", "--data", str(data)).returncode == 1
    with Server(data, MAX_PARALLEL_EXPORTS="0") as server:
        job = server.client.submit(media.wav(0.3), media.photo())
        assert job in run("jobs", "--data", str(data)).stdout
        cancelled = run("jobs", "--data", str(data), "cancel", job)
        assert cancelled.returncode == 0, cancelled.stderr
        assert "cancelled" in cancelled.stdout
        assert server.client.job(job)["status"] == "cancelled"
        unknown = run("jobs", "--data", str(data), "cancel", "x" * 22, http_proxy="http://[::]:1")
        assert unknown.returncode == 1
        assert "nothing here" in unknown.stderr
    listed = json.loads(run("jobs", "--json", "--data", str(data)).stdout)
    assert listed["jobs"][0]["jobId"] == job
    assert run("jobs", "--data", str(data), "cancel", job).returncode == 1


@pytest.mark.slow
def test_cancelling_a_completed_job_removes_its_video(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Server(data) as server:
        job = server.client.submit(media.wav(0.3), media.photo(), effect="plain")
        server.client.completed(job)
        assert "removed" not in run("jobs", "--data", str(data)).stdout
        removed = run("jobs", "--data", str(data), "cancel", job)
        assert removed.stdout == f"{job}  completed  its files are removed\n", removed.stderr
        assert server.client.call("GET", f"/download/{job}").status == 410
        assert run("jobs", "--data", str(data)).stdout.endswith("  files removed\n")


@pytest.mark.slow
def test_a_server_that_could_not_write_its_address_is_reached_by_the_settings(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with Server(data) as server:
        (data / "address").write_text("")  # as on a full disk
        health = run("health", "--data", str(data), PORT=str(server.client.port))
        assert health.returncode == 0, health.stderr
        unknown = run("health", "--data", str(data), PORT="0")
        assert "no server is running" in unknown.stderr


@pytest.mark.slow
@pytest.mark.fault("H16")
def test_a_second_server_on_the_same_folder_refuses(tmp_path: Path) -> None:
    with Server(tmp_path / "data"):
        second = run("serve", "--port", "0", "--data", str(tmp_path / "data"))
    assert second.returncode == 1
    assert "another server is using" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_bad_setting_stops_the_start() -> None:
    served = run("serve", PLANS="free")
    assert served.returncode == 2
    assert "PLANS='free' is not valid" in served.stderr


@pytest.mark.slow
@pytest.mark.fault("H18")
@pytest.mark.parametrize("level", ["1", "2"])
def test_a_server_without_assertions_does_not_start(tmp_path: Path, level: str) -> None:
    served = run("serve", "--data", str(tmp_path / "data"), PYTHONOPTIMIZE=level)
    assert (served.returncode, served.stdout) == (1, "")
    assert "unset PYTHONOPTIMIZE" in served.stderr
    assert not (tmp_path / "data").exists()


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.startswith("toqibox ")


@pytest.mark.slow
def test_a_slow_probe_is_waited_for(
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in SMALL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("server.jobs.service._FIRST_PROBE_S", 0.0)  # as on a busy machine
    (tmp_path / "track.wav").write_bytes(b"no sound")
    with pytest.raises(SystemExit) as ended:
        cli.main(["render", *files, "-o", str(tmp_path / "out.mp4")])
    assert ended.value.code == 1
    message = capsys.readouterr().err
    assert "probed" not in message
    assert "audio" in message


@pytest.mark.slow
def test_health_asks_the_server_on_the_port_that_it_serves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    args = ["health", "--data", str(data)]
    # Neither of them leads to the server.
    astray = {"PORT": "1", "http_proxy": "http://127.0.0.1:1"}
    absent = run(*args, **astray)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert f"no server is running on {data}" in absent.stderr
    with Server(data, MIN_FREE_MB="100000000", MAX_PARALLEL_EXPORTS="0") as server:
        address = f"http://127.0.0.1:{server.client.port}"
        alive = run(*args, **astray)
        assert (alive.returncode, alive.stdout) == (0, f"{address}/health answers\n")
        for unready in (run(*args, "--ready", **astray), run(*args, REQUIRE_GPU="1", **astray)):
            assert (unready.returncode, unready.stdout) == (1, "")
            assert f"{address}/ready: " in unready.stderr
            assert "MIN_FREE_MB is 100000000" in unready.stderr


@pytest.mark.slow
@pytest.mark.fault("H12")
def test_a_server_that_is_stuck_is_reported_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Suspend the process: a health check has to see that, and jobs must not."""
    monkeypatch.setattr("server.cli.health._TIMEOUT_S", 0.3)
    data = tmp_path / "data"
    with Server(data) as server:
        job = server.client.submit(media.wav(0.3), media.photo(), effect="plain")
        os.kill(server.pid, signal.SIGSTOP)
        with pytest.raises(SystemExit) as ended:
            cli.main(["health", "--data", str(data)])
        assert ended.value.code == 1
        assert "does not answer" in capsys.readouterr().err
        os.kill(server.pid, signal.SIGCONT)
        assert server.client.completed(job)["attempt"] == 1
        with pytest.raises(SystemExit) as ended:
            cli.main(["health", "--data", str(data)])
        assert not ended.value.code
