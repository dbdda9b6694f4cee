"""`toqibox analyse` as a person and a program run it."""

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
from tests.harness.server import SMALL

ROOT = Path(__file__).parents[2]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", "analyse", *words],
        cwd=folder,
        env={**os.environ, **SMALL, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture
def kicks(tmp_path: Path) -> Path:
    """Six seconds of kicks, two a second."""
    age = np.mod(np.arange(6 * wave.RATE) / wave.RATE, 0.5)
    signal = 0.8 * np.sin(2 * np.pi * 55 * age) * np.exp(-age / 0.08)
    path = tmp_path / "kicks.wav"
    samples = np.repeat(signal[:, np.newaxis], 2, axis=1).astype("<f4")
    path.write_bytes(wave.header(len(samples)) + samples.tobytes())
    return path


def test_features_as_words_data_and_a_picture(kicks: Path, tmp_path: Path) -> None:
    told = run(tmp_path, kicks.name, "--plot", "heard.png", "--click", "heard.wav")
    assert told.returncode == 0, told.stderr
    assert "6.0 s" in told.stdout
    assert "12 kick" in told.stdout
    assert "heard.png" in told.stdout
    assert "kick 0." in told.stdout, "how sure the kicks are"
    with wav.open(str(tmp_path / "heard.wav")) as sound:
        assert (sound.getnframes(), sound.getframerate()) == (6 * 44_100, 44_100)
    with Image.open(tmp_path / "heard.png") as picture:
        assert picture.width == 1600
        colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours
    assert len(colours) > 50
    assert (255, 138, 92) in {colour for _, colour in colours}, "the lane of the kicks"


def test_the_tempo_may_be_told(kicks: Path, tmp_path: Path) -> None:
    heard, told = (
        json.loads(run(tmp_path, kicks.name, "--json", *words).stdout)
        for words in ([], ["--tempo", "60"])
    )
    assert heard["tempo"]["bpm"] == pytest.approx(120, abs=1)
    assert told["tempo"]["bpm"] == pytest.approx(60, abs=1)
    assert heard["counts"]["beat"] == pytest.approx(2 * told["counts"]["beat"], abs=2)
    assert told["counts"]["kick"] == heard["counts"]["kick"]


def test_data_for_programs(kicks: Path, tmp_path: Path) -> None:
    told = run(tmp_path, kicks.name, "--json", "--fps", "24")
    found = json.loads(told.stdout)
    assert (found["seconds"], found["fps"], found["counts"]["kick"]) == (6, 24, 12)
    assert [row[0] for row in found["events"]["kick"]][:3] == pytest.approx([0, 0.5, 1], abs=1e-3)
    assert found["features"].keys() == FEATURES.keys()
    assert found["confidence"]["kick"] > 0.6
    assert {section["label"] for section in found["sections"]} <= {"intro", "outro", "A", "B"}
    assert {len(column) for column in found["features"].values()} == {6 * 24}
    assert sorted(tmp_path.iterdir()) == [kicks], "nothing is left behind"


@pytest.mark.parametrize(
    ("words", "status", "said"),
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
def test_what_cannot_be_done_is_said(
    kicks: Path, tmp_path: Path, words: list[str], status: int, said: str
) -> None:
    (tmp_path / "noise.txt").write_text("not a sound")
    told = run(tmp_path, *words)
    assert told.returncode == status
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert kicks.exists()
