"""The wheel: it contains the files of the repository below one name, and works anywhere."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.limits import HANG_S
from tests.harness.server import SMALL

ROOT = Path(__file__).parents[2]
FOLDERS = ("server", "shaders", "toqibox_render")
PACKAGE = "toqibox_render"
_BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder)], cwd=ROOT, check=True, timeout=HANG_S
    )
    (wheel_file,) = folder.glob("*.whl")
    return wheel_file


def _place(name: str) -> str:
    """Return the path in the wheel of a file of the repository."""
    return name if name.startswith(f"{PACKAGE}/") else f"{PACKAGE}/{name}"


def test_wheel_contains_every_file_of_the_repository(wheel: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *FOLDERS]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    expected = {_place(name) for name in listed.split("\0") if name and (ROOT / name).exists()}
    with zipfile.ZipFile(wheel) as file:
        held = {name for name in file.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_wheel_takes_one_top_level_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        tops = {name.split("/")[0] for name in file.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {PACKAGE}


@pytest.mark.slow
def test_installed_wheel_renders_next_to_packages_of_the_same_names(
    wheel: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    for name in ("server", "shaders"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text("OWNER = 'another'\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "track.wav").write_bytes(media.wav(0.2))
    (elsewhere / "photo.jpg").write_bytes(media.photo())
    unset = ("PYTHONPATH", "VIRTUAL_ENV")
    variables = {name: value for name, value in os.environ.items() if name not in unset}

    args = ["render", "--audio", "track.wav", "--photo", "photo.jpg", "-o", "out.mp4", "--json"]
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "toqibox", *args],
        cwd=elsewhere, env={**variables, **SMALL}, capture_output=True, text=True, timeout=HANG_S,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "completed"
    assert media.contents(elsewhere / "out.mp4")["streams"]

    code = "import server, shaders; print(server.OWNER, shaders.OWNER)"
    owners = subprocess.run(
        [python, "-c", code], cwd=elsewhere, env=variables, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert owners.stdout.split() == ["another", "another"]
