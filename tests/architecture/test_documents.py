"""Documents: their targets, settings, codes and versions exist; no path of a machine is named."""

import argparse
import importlib
import re
from pathlib import Path

import pytest

from server import __version__
from server.cli.main import COMMANDS
from server.config import Config
from server.errors import CATALOGUE
from server.protocol.encodings import ENCODINGS

ROOT = Path(__file__).parents[2]
FOLDERS = ("server", "shaders", "tests", "bench", "scripts", "docs", "toqibox_render", ".ci")
DOCUMENTS = (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "shaders/README.md", "bench/README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)  # fmt: skip
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|placeholders?|simplified)\b", re.IGNORECASE)
# Written in pieces, so that this file does not hold what it looks for.
ELSEWHERE = [
    "/" + "work/", ".." + "/shared", "issue" + " A", "issue" + " B", "issue" + " C",
    "pypi." + "org", "python" + "hosted", "debian." + "org", "ubuntu." + "com", "npmjs." + "org",
]  # fmt: skip


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", _read("Makefile"), re.MULTILINE))


def _texts(*folders: str) -> list[Path]:
    """Return the text files of `folders`, or of the whole tree."""
    paths = [path for path in ROOT.iterdir() if path.is_file()] if not folders else []
    for folder in folders or FOLDERS:
        paths += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    own = [path for path in paths if "node_modules" not in path.parts]
    return [path for path in own if b"\0" not in path.read_bytes()[:4096]]


def test_make_lists_its_targets() -> None:
    assert _targets() >= {
        "demo", "run", "test", "check", "proof", "golden", "bench", "image-check",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_documents_name_real_make_targets(name: str) -> None:
    commands = re.findall(r"(?:^|`)make ([a-z-]+)", _read(name), re.MULTILINE)
    assert set(commands) <= _targets()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_real_files(name: str) -> None:
    text = re.sub(r"\*`[^`]+`\*", "", _read(name))  # files to add are in italics
    paths = set(
        re.findall(r"(?<![\w/])(?:server|shaders|tests|bench|scripts|docs)/[\w./-]*\w", text)
    )
    paths |= set(re.findall(r"(?<![\w/.-])(?:[a-z_0-9]+/)+[a-z_0-9]+\.(?:py|js)\b", text))
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    folder = (ROOT / name).parent
    missing = [path for path in paths if not _exists(path)]
    missing += [link for link in links if not (folder / link).exists()]
    assert missing == []


def _exists(path: str) -> bool:
    """Report if a path of a document exists, from the root or from server/."""
    return any((ROOT / base / path).exists() for base in ("", "server"))


def test_readme_gives_the_commands_that_ci_runs() -> None:
    assert "make test" in _read(".ci/run")
    assert "make test" in _read("README.md")


def _actions(command: str) -> set[str]:
    """Return the actions of a command, `list` of `effects list`; none of most commands."""
    parser = argparse.ArgumentParser()
    importlib.import_module(f"server.cli.{command}").configure(parser)
    groups = [group for group in parser._actions if isinstance(group, argparse._SubParsersAction)]
    return {name for group in groups for name in group.choices}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_real_commands(name: str) -> None:
    commands = re.findall(
        r"(?<!exec )\btoqibox (?!toqibox)([a-z]+)(?: ([a-z][a-z-]*))?", _read(name)
    )
    assert {command for command, _ in commands} <= set(COMMANDS)
    for command, action in commands:
        actions = _actions(command)
        assert not actions or not action or action in actions, f"toqibox {command} {action}"


@pytest.mark.parametrize("setting", Config.setting_names())
def test_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in _read("docs/operations.md")


@pytest.mark.parametrize("name", ENCODINGS)
def test_encoding_is_documented(name: str) -> None:
    (row,) = re.findall(r"^\| `ENCODER` .*", _read("docs/operations.md"), re.MULTILINE)
    assert f"`{name}`" in row


@pytest.mark.parametrize("code", CATALOGUE)
def test_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in _read("docs/http.md")


def test_every_event_of_the_log_is_documented() -> None:
    call = re.compile(r'(?:log_event\(\s*_LOG,[^"]*?|_LOG\.\w+\(\s*)"([a-z_.]+)"', re.IGNORECASE)
    events = {
        event
        for room in ("http", "jobs")
        for path in (ROOT / "server" / room).rglob("*.py")
        for event in call.findall(path.read_text("utf-8"))
    }
    literal = re.compile(r'\blog_event\(\s*_LOG,[^"]*?"[a-z_.]+"', re.IGNORECASE)
    for room in ("http", "jobs"):
        for path in (ROOT / "server" / room).rglob("*.py"):
            text = path.read_text("utf-8")
            assert len(literal.findall(text)) == text.count("log_event("), (
                f"{path}: no literal event"
            )
    assert {
        "job.status_changed",
        "task.failed",
        "purge",
        "progress.save_failed",
        "request",
    } <= events
    documented = set(re.findall(r"[a-z_.]+", _read("docs/operations.md")))
    assert events - documented == set()


def test_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", _read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == __version__


def test_constraints_hold_exact_versions_and_no_addresses() -> None:
    lines = [line for line in _read("constraints.txt").splitlines() if not line.startswith("#")]
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)
    ] == []


def test_nothing_names_where_it_was_made() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in _texts()
        if "cache" not in str(path.relative_to(ROOT))
        for word in ELSEWHERE
        if word in path.read_text("utf-8", "replace")
    ]
    assert named == []


def test_nothing_is_left_unfinished() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in [
            *_texts("server", "shaders", "bench"),
            ROOT / "Makefile",
            ROOT / "Dockerfile.gpu",
        ]
        if "__pycache__" not in path.parts
        for match in UNFINISHED.finditer(path.read_text("utf-8", "replace"))
    ]
    assert named == []
