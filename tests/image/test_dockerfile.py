"""Dockerfile.gpu holds what the image needs; `make image-check` runs its lines."""

import re
from pathlib import Path

import pytest

from scripts import dockerfile
from scripts.dockerfile import DockerfileError, Instruction

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile.gpu").read_text("utf-8")
LINES = dockerfile.parse(TEXT)
IMAGE = dockerfile.image(LINES)


def _runs() -> str:
    return "\n".join(line.text for line in LINES if line.name == "RUN")


def test_base_is_debian_13_slim() -> None:
    assert IMAGE.base == "debian:trixie-slim"


@pytest.mark.parametrize("package", ["ffmpeg", "libegl1", "libgl1", "libgl1-mesa-dri", "tini"])
def test_package_is_installed(package: str) -> None:
    assert re.search(rf"apt-get install [^&]*--no-install-recommends[^&]* {package}\b", _runs())


def test_pins_are_used() -> None:
    assert re.search(r"pip install [^&]*-c /opt/build/constraints.txt", _runs())


def test_nvidia_runtime_is_asked_for_what_is_used() -> None:
    capabilities = IMAGE.environment["NVIDIA_DRIVER_CAPABILITIES"].split(",")
    assert sorted(capabilities) == ["compute", "graphics", "utility", "video"]
    assert IMAGE.environment["NVIDIA_VISIBLE_DEVICES"] == "all"
    assert "libEGL_nvidia.so.0" in _runs()
    assert "/usr/share/glvnd/egl_vendor.d/10_nvidia.json" in _runs()


def test_server_is_reached_from_outside_and_owns_its_data() -> None:
    assert IMAGE.environment["HOST"] == "0.0.0.0"
    data = IMAGE.environment["DATA_DIR"]
    assert re.search(rf"install -d -o {IMAGE.user} [^&]* {data}$", _runs(), re.MULTILINE)
    assert str(IMAGE.ports[0]) == IMAGE.environment["PORT"]


def test_user_has_no_privileges() -> None:
    assert IMAGE.user not in ("root", "0")
    assert re.search(rf"useradd [^&]*{IMAGE.user}", _runs())


def test_process_one_reaps_and_the_server_follows_it() -> None:
    assert IMAGE.command[:4] == ["tini", "-g", "--", "toqibox-entry"]
    assert IMAGE.command[-2:] == ["toqibox", "serve"]


def test_health_is_checked_on_the_port_in_use() -> None:
    assert IMAGE.health[0] == "python"
    assert "os.environ['PORT']" in IMAGE.health[-1]
    assert "/health" in IMAGE.health[-1]


def test_copied_files_exist_and_are_not_ignored() -> None:
    ignored = dockerfile.ignored(ROOT)
    for line in LINES:
        if line.name == "COPY":
            for source in dockerfile.copied(line)[0]:
                assert (ROOT / source).exists(), source
                assert source not in ignored


def test_lines_are_joined_and_comments_left_out() -> None:
    found = dockerfile.parse("# note\nFROM a\n\nRUN one \\\n# note\n    && two\n")
    assert found == [Instruction("FROM", "a", 2), Instruction("RUN", "one     && two", 6)]


def test_variables_fill_later_ones() -> None:
    found = dockerfile.parse('FROM a\nENV A=1 B="x y"\nENV C=$A:$B\n')
    variables = dockerfile.image(found).environment
    assert (variables["B"], variables["C"]) == ("x y", "1:x y")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RUN a\n",
        "FROM a\nADD b c\n",
        "FROM a\nFROM b\n",
        "FROM a\nRUN b \\\n",
        "FROM a\nENV b\n",
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(DockerfileError):
        dockerfile.image(dockerfile.parse(text))


def test_copy_with_flags_is_refused() -> None:
    with pytest.raises(DockerfileError):
        dockerfile.copied(Instruction("COPY", "--chown=a b c", 1))
