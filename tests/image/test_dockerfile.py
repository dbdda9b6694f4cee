"""Dockerfile.gpu installs what the image needs; `make image-check` runs its instructions."""

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


def test_packages_are_checked_by_hash_in_a_layer_before_the_code() -> None:
    installs = [line for line in LINES if "requirements" in line.text and line.name == "RUN"]
    (code,) = (line for line in LINES if line.name == "COPY" and line.text.startswith("server "))
    for name in ("requirements.txt", "requirements-build.txt"):
        pattern = rf"--only-binary :all: --require-hashes[^&]*-r /opt/build/{name}(\s|$)"
        assert re.search(pattern, installs[0].text)
    assert installs[0].line < code.line
    # The inputs of the layer do not change with the code.
    before = [line for line in LINES if line.name == "COPY" and line.line < installs[0].line]
    assert [dockerfile.copy_paths(line)[0] for line in before] == [
        ["requirements.txt", "requirements-build.txt"]
    ]


def test_code_is_installed_without_the_network() -> None:
    assert re.search(r"pip install [^&]*--no-index\s+--no-build-isolation /opt/build\b", _runs())


def test_nvidia_runtime_is_requested_with_the_used_capabilities() -> None:
    capabilities = IMAGE.environment["NVIDIA_DRIVER_CAPABILITIES"].split(",")
    assert sorted(capabilities) == ["compute", "graphics", "utility", "video"]
    assert IMAGE.environment["NVIDIA_VISIBLE_DEVICES"] == "all"
    assert "libEGL_nvidia.so.0" in _runs()
    assert "/usr/share/glvnd/egl_vendor.d/10_nvidia.json" in _runs()


def test_server_is_reached_from_outside_and_owns_its_data() -> None:
    assert IMAGE.environment["HOST"] == "0.0.0.0"
    data = IMAGE.environment["DATA_DIR"]
    user = IMAGE.user.partition(":")[0]
    # Arbitrary users of a platform are in group 0.
    assert re.search(rf"install -d -o {user} -g 0 -m 0770 {data}$", _runs(), re.MULTILINE)
    assert str(IMAGE.ports[0]) == IMAGE.environment["PORT"]


def test_user_is_a_number_without_privileges() -> None:
    # A platform that must not start root (runAsNonRoot) accepts only numbers.
    match = re.fullmatch(r"([1-9]\d*):([1-9]\d*)", IMAGE.user)
    assert match
    assert re.search(rf"useradd [^&]*--uid {match[1]} --gid {match[2]}\b", _runs())
    entry = (ROOT / "scripts/entrypoint.sh").read_text("utf-8")
    assert f"--reuid={match[1]} --regid={match[2]} " in entry
    assert f'chown {IMAGE.user} "$DATA_DIR"' in entry


@pytest.mark.fault("H17")
def test_process_one_reaps_and_the_server_follows_it() -> None:
    assert IMAGE.command[:4] == ["tini", "-g", "--", "toqibox-entry"]
    assert IMAGE.command[-2:] == ["toqibox", "serve"]


def test_the_health_check_asks_the_server_itself() -> None:
    assert IMAGE.health == ["toqibox", "health"]


def test_copied_files_exist_and_are_not_ignored() -> None:
    ignored = dockerfile.ignore_patterns(ROOT)
    for line in LINES:
        if line.name == "COPY":
            for source in dockerfile.copy_paths(line)[0]:
                assert (ROOT / source).exists(), source
                assert source not in ignored


def test_lines_are_joined_and_comments_left_out() -> None:
    instructions = dockerfile.parse("# note\nFROM a\n\nRUN one \\\n# note\n    && two\n")
    assert instructions == [Instruction("FROM", "a", 2), Instruction("RUN", "one     && two", 6)]


def test_variables_fill_later_ones() -> None:
    instructions = dockerfile.parse('FROM a\nENV A=1 B="x y"\nENV C=$A:$B\n')
    variables = dockerfile.image(instructions).environment
    assert (variables["B"], variables["C"]) == ("x y", "1:x y")


def test_arguments_fill_the_base() -> None:
    instructions = dockerfile.parse("ARG A=one:two\nFROM ${A}\nRUN x\n")
    assert instructions == [Instruction("FROM", "one:two", 2), Instruction("RUN", "x", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RUN a\n",
        "FROM a\nADD b c\n",
        "FROM a\nFROM b\n",
        "FROM a\nRUN b \\\n",
        "FROM a\nENV b\n",
        "ARG b\nFROM a\n",
        "FROM a\nARG b=c\n",
    ],
)
def test_an_unknown_instruction_is_an_error(text: str) -> None:
    with pytest.raises(DockerfileError):
        dockerfile.image(dockerfile.parse(text))


def test_copy_with_flags_is_an_error() -> None:
    with pytest.raises(DockerfileError):
        dockerfile.copy_paths(Instruction("COPY", "--chown=a b c", 1))
