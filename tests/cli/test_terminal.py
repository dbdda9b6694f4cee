"""File names reach a terminal without control characters."""

import ast
from pathlib import Path

import pytest

from server import terminal
from server.cli.main import main

COMMANDS = Path(terminal.__file__).parent / "cli"
NAME = "\x1b[31mx\n\x9bX.fs"


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Return all that a command printed in this process."""
    with pytest.raises(SystemExit):
        main(args)
    shown = capsys.readouterr()
    return shown.out + shown.err


@pytest.mark.parametrize(
    "args",
    [
        ("effects", "show", NAME),
        ("effects", "show", "breathe", NAME),
        ("effects", "check", NAME),
        ("effects", "new", NAME, "--like", "isf"),
        ("effects", "import", NAME),
        ("effects", "watch", NAME),
        ("effects", "preview", "breathe", "-o", NAME),
        ("render", "--audio", NAME, "-o", "a.mp4"),
        ("analyse", NAME),
    ],
)
def test_arguments_of_the_command_line(
    args: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = ended(capsys, *args)
    assert "?[31mx??X.fs" in shown
    assert all(row.isprintable() for row in shown.splitlines())


def test_files_that_are_listed_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHADERS_DIR", str(tmp_path))
    text = '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n'
    for name in (NAME, NAME.upper().replace("FS", "fs")):
        (tmp_path / name).write_text(text)
    listed = ended(capsys, "effects", "list")
    shown = ended(capsys, "effects", "show", str(tmp_path / NAME))
    assert "?[31MX??X.fs, which keeps its id" in listed
    assert "?[31mx??X.fs" in shown
    assert all(row.isprintable() for row in (listed + shown).splitlines())


def test_commands_print_nothing_but_json_by_themselves() -> None:
    for path in COMMANDS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
                printed = ast.unparse(node.args[0])
                assert printed.startswith("json.dumps(") or printed == "data", path
