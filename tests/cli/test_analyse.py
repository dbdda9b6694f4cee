"""`toqibox analyse` as a user and a program run it."""

import json
import os
import subprocess
import sys
import wave as wav
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.effects.model.feature import FEATURES
from server.media import wav as wave
from server.protocol.prepared_audio import SAMPLE_RATE
from tests.harness.limits import HANG_S
from tests.harness.server import SMALL

ROOT = Path(__file__).parents[2]


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", "analyse", *args],
        cwd=folder,
        env={**os.environ, **SMALL, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )


@pytest.fixture
def kicks(tmp_path: Path) -> Path:
    """A WAV file with two kicks per second for six seconds."""
    age = np.mod(np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE, 0.5)
    signal = 0.8 * np.sin(2 * np.pi * 55 * age) * np.exp(-age / 0.08)
    path = tmp_path / "kicks.wav"
    samples = np.repeat(signal[:, np.newaxis], 2, axis=1).astype("<f4")
    path.write_bytes(wave.header(len(samples)) + samples.tobytes())
    return path


@pytest.mark.slow
def test_features_are_printed_plotted_and_clicked(kicks: Path, tmp_path: Path) -> None:
    result = run(tmp_path, kicks.name, "--plot", "heard.png", "--click", "heard.wav")
    assert result.returncode == 0, result.stderr
    assert "6.0 s" in result.stdout
    assert "12 kick" in result.stdout
    assert "heard.png" in result.stdout
    assert "kick 0." in result.stdout, "the confidence of the kicks"
    with wav.open(str(tmp_path / "heard.wav")) as audio:
        assert (audio.getnframes(), audio.getframerate()) == (6 * 44_100, 44_100)
    with Image.open(tmp_path / "heard.png") as plot:
        assert plot.width == 1600
        colours = plot.convert("RGB").getcolors(1 << 24)
    assert colours
    assert len(colours) > 50
    assert (255, 138, 92) in {colour for _, colour in colours}, "the lane of the kicks"


@pytest.mark.slow
def test_the_tempo_option_overrides_detection(kicks: Path, tmp_path: Path) -> None:
    detected, overridden = (
        json.loads(run(tmp_path, kicks.name, "--json", *args).stdout)
        for args in ([], ["--tempo", "60"])
    )
    assert detected["tempo"]["bpm"] == pytest.approx(120, abs=1)
    assert overridden["tempo"]["bpm"] == pytest.approx(60, abs=1)
    assert detected["counts"]["beat"] == pytest.approx(2 * overridden["counts"]["beat"], abs=2)
    assert overridden["counts"]["kick"] == detected["counts"]["kick"]


@pytest.mark.slow
def test_json_has_every_feature_and_event(kicks: Path, tmp_path: Path) -> None:
    result = run(tmp_path, kicks.name, "--json", "--fps", "24")
    data = json.loads(result.stdout)
    assert (data["seconds"], data["fps"], data["counts"]["kick"]) == (6, 24, 12)
    assert [row[0] for row in data["events"]["kick"]][:3] == pytest.approx([0, 0.5, 1], abs=1e-3)
    assert data["features"].keys() == FEATURES.keys()
    assert data["confidence"]["kick"] > 0.6
    assert {section["label"] for section in data["sections"]} <= {"intro", "outro", "A", "B"}
    assert {len(column) for column in data["features"].values()} == {6 * 24}
    assert sorted(tmp_path.iterdir()) == [kicks], "nothing is left behind"


@pytest.mark.parametrize(
    ("args", "status", "expected"),
    [
        (["none.wav"], 2, "file not found"),
        (["noise.txt"], 1, "audio"),
        (["kicks.wav", "--plot", "a.jpg"], 2, "must end in .png"),
        (["kicks.wav", "--plot", "no/a.png"], 2, "folder does not exist"),
        (["kicks.wav", "--tempo", "300"], 2, "beats per minute between 40 and 240"),
        (["kicks.wav", "--fps", "29"], 2, "invalid choice"),
        (["kicks.wav", "--click", "a.mp3"], 2, "must end in .wav"),
        (
            ["kicks.wav", "--click", "a.wav", "--click-on", "cow"],
            2,
            "use beat, kick",
        ),
        (["kicks.wav", "--click-on", "kick"], 2, "requires --click"),
    ],
)
def test_wrong_usage_is_reported(
    kicks: Path, tmp_path: Path, args: list[str], status: int, expected: str
) -> None:
    (tmp_path / "noise.txt").write_text("not a sound")
    result = run(tmp_path, *args)
    assert result.returncode == status
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    assert kicks.exists()
