"""requirements.txt and requirements-build.txt: the packages of the image, each with its hashes."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NEEDED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-build.txt": PROJECT["build-system"]["requires"],
}
"""The input of each file, see `make lock`."""


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _pinned(name: str) -> dict[str, Requirement]:
    """Return the packages of a lock file by name, each of which has a hash."""
    lines = "\n".join(line for line in _read(name).splitlines() if not line.startswith("#"))
    pinned: dict[str, Requirement] = {}
    for entry in lines.replace("\\\n", " ").splitlines():
        text, *hashes = re.split(r"\s+--hash=", entry)
        requirement = Requirement(text)
        assert hashes, f"{requirement.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)
        pinned[canonicalize_name(requirement.name)] = requirement
    return pinned


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _closure(requirements: list[str]) -> dict[str, list[Requirement]]:
    """Return all direct and indirect requirements on this platform, by package."""
    closure: dict[str, list[Requirement]] = {}
    todo = [Requirement(text) for text in requirements]
    while todo:
        requirement = todo.pop()
        if not _applies(requirement):
            continue
        name = canonicalize_name(requirement.name)
        if name not in closure:
            todo += [Requirement(text) for text in metadata.requires(name) or []]
        closure.setdefault(name, []).append(requirement)
    return closure


@pytest.mark.parametrize("name", NEEDED)
def test_the_lock_has_the_requirements_of_the_project(name: str) -> None:
    assert default_environment()["sys_platform"] == "linux"
    pinned, needed = _pinned(name), _closure(NEEDED[name])
    assert {key for key, entry in pinned.items() if _applies(entry)} == needed.keys(), "make lock"
    for key, demands in needed.items():
        (version,) = (specifier.version for specifier in pinned[key].specifier)
        assert all(demand.specifier.contains(version) for demand in demands), f"{key}: make lock"


@pytest.mark.parametrize("name", NEEDED)
def test_lock_has_the_versions_of_the_constraints(name: str) -> None:
    lines = [line for line in _read("constraints.txt").splitlines() if not line.startswith("#")]
    chosen: dict[str, str] = {}
    for line in lines:
        key, _, version = line.partition("==")
        chosen[canonicalize_name(key)] = version
    pinned = {key: str(entry.specifier)[2:] for key, entry in _pinned(name).items()}
    assert pinned == {key: chosen.get(key) for key in pinned}, "make lock"


@pytest.mark.parametrize("name", NEEDED)
def test_lock_names_no_address(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ ", _read(name))
