"""`toqibox effects import FILE.json`: convert a Shadertoy export to effect files."""

import argparse
import json
from itertools import count
from pathlib import Path

from server.cli.support.command_error import (
    CommandError,
    error_diagnostics,
    error_text,
    report_error,
)
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.new_file import write_new_file
from server.cli.support.options import add_json
from server.config import Config
from server.effects.dialects import holds_effect
from server.effects.dialects.shadertoy.text_file import to_texts
from server.effects.library.effect_ids import natural_id, shown_name
from server.effects.library.scanner import read_text
from server.errors import ToqiboxError
from server.terminal import print_lines

_MAX_BYTES = 32 * 1024 * 1024
"""Largest export: an account may contain hundreds of shaders."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("file", metavar="FILE.json", help="export of the Shadertoy API or site")
    meaning = "file to write, if the export has one shader (FILE.glsl)"
    add("-o", "--out", metavar="NAME.glsl", help=meaning)
    add_json(parser)


def run(_config: Config, options: argparse.Namespace) -> int:
    """Write a file for each shader of the export; existing files are not replaced."""
    path = Path(options.file)
    try:
        shaders = _translate(path)
        outs = _output_paths(path, [title for title, _ in shaders], options.out)
        for out, (_, text) in zip(outs, shaders, strict=True):
            write_new_file(out, text)
    except CommandError as problem:
        return report_error("import", problem)
    for out in outs:
        if options.json:
            print(json.dumps({"file": str(out)}))
        else:
            print_lines(f"{out}: created. Run `toqibox effects watch {out}` to edit it.")
    return 0


def _output_paths(path: Path, titles: list[str], out: str | None) -> list[Path]:
    """Return the files to write: `out` for one shader, else names made of titles."""
    if len(titles) == 1:
        return [Path(out or f"{natural_id(path.stem)}.glsl")]
    if out is not None:
        message = f"-o names one file, but {path} contains {len(titles)} shaders: omit -o"
        raise CommandError(message, USAGE)
    stems = [Path(f"{natural_id(title or path.stem)}.glsl") for title in titles]
    numbers = {stem: count(1) for stem in stems}
    return [
        stem if (number := next(numbers[stem])) == 1 else stem.with_stem(f"{stem.stem}-{number}")
        for stem in stems
    ]


def _translate(path: Path) -> list[tuple[str, str]]:
    """Return the title and text of each shader in the file."""
    try:
        text = read_text(path, _MAX_BYTES)
        if not holds_effect(".json", text):
            raise CommandError(f"{path} is not a Shadertoy export", FAILED)
        return to_texts(text, shown_name(path))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}", USAGE) from None
    except ToqiboxError as error:
        raise CommandError(
            error_text(error), FAILED, error_diagnostics(error), path.parent
        ) from None
