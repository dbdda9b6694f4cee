"""The folders of the tests are those of the server, so that the tests of a module are found."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
SERVER = TESTS.parent / "server"
WHOLE = {
    "architecture": "the rules of the sources and documents",
    "data": "files that tests read",
    "fuzz": "readers of hostile input, each under a fuzzer",
    "golden": "approved frames of the built-in effects",
    "harness": "servers, clients and media for tests",
    "hostile": "`toqibox effects check` over a folder of hostile shaders",
    "image": "the container image and the wheel",
    "proof": "whole servers under load, kills and hostile input",
}
"""Folders that belong to no room, and their contents."""


def test_folders_of_tests_are_folders_of_the_server() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("*.py")}
    rooms = {folder for folder in folders if folder.parts and folder.parts[0] not in WHOLE}
    assert [str(folder) for folder in sorted(rooms) if not (SERVER / folder).is_dir()] == []


def test_every_exception_exists() -> None:
    assert [name for name in WHOLE if not (TESTS / name).is_dir()] == []
