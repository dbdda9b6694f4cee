"""The parser of the command line: help of every command, and messages about wrong values."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import effects
from server.cli import main as cli

COMMANDS = [
    *((name,) for name in cli.COMMANDS),
    *(("effects", action) for action in effects._ACTIONS),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.create_parser().parse_args([*command, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: toqibox {' '.join(command)} ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("watch a.fs --port 12x", "“12x” is not a valid port: use an integer from 0 to 65535"),
        ("check a.fs --jobs 0", "“0” is not a valid number: use an integer from 1 to 256"),
        ("check a.fs --timeout 0", "the duration must be more than 0 seconds"),
        ("frame spin -o a.png --time x", "“x” is not a valid time: use seconds from 0 to 86400"),
        (
            "frame spin -o a.png --frame-index -1.5",
            "“-1.5” is not a valid frame index: use an integer from 0 to 10000000",
        ),
    ],
)
def test_a_wrong_value_is_reported_with_what_is_allowed(
    args: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.create_parser().parse_args(["effects", *args.split()])
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_the_parser_of_all_commands_imports_none_of_them() -> None:
    program = (
        "import sys; from server.cli.main import create_parser; create_parser().format_help();"
        "print([n for n in sys.modules if n.startswith(('server.jobs', 'server.effects'))])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
