"""`toqibox effects import FILE.json`: what Shadertoy exports, as files to edit."""

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
from server.config import Config
from server.effects.dialects import holds_effect
from server.effects.dialects.shadertoy.text_file import to_texts
from server.effects.library.effect_ids import natural_id, shown_name
from server.effects.library.scanner import read_text
from server.errors import ToqiboxError
from server.terminal import print_lines

_MAX_BYTES = 32 * 1024 * 1024
"""Bytes of an export: an account may hold hundreds of shaders."""


def run(_config: Config, options: argparse.Namespace) -> int:
    """Write a file for each shader of the export; none ever replaces another."""
    path = Path(options.file)
    try:
        shaders = _translate(path)
        outs = _output_paths(path, [title for title, _ in shaders], options.out)
        for out, (_, text) in zip(outs, shaders, strict=True):
            _write(out, text)
    except CommandError as problem:
        return report_error("import", problem)
    for out in outs:
        if options.json:
            print(json.dumps({"file": str(out)}))
        else:
            print_lines(
                f"{out} is written. `toqibox effects watch {out}` shows it while you edit it."
            )
    return 0


def _output_paths(path: Path, titles: list[str], out: str | None) -> list[Path]:
    """The files to write: of one shader the one asked for, of several named by their titles."""
    if len(titles) == 1:
        return [Path(out or f"{natural_id(path.stem)}.glsl")]
    if out is not None:
        message = f"-o names one file, and {path} holds {len(titles)} shaders: leave it out"
        raise CommandError(message, USAGE)
    stems = [Path(f"{natural_id(title or path.stem)}.glsl") for title in titles]
    numbers = {stem: count(1) for stem in stems}
    return [
        stem if (number := next(numbers[stem])) == 1 else stem.with_stem(f"{stem.stem}-{number}")
        for stem in stems
    ]


def _translate(path: Path) -> list[tuple[str, str]]:
    """Title and text of each shader in the file."""
    try:
        text = read_text(path, _MAX_BYTES)
        if not holds_effect(".json", text):
            raise CommandError(f"{path} is no shader as Shadertoy gives it", FAILED)
        return to_texts(text, shown_name(path))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}", USAGE) from None
    except ToqiboxError as error:
        raise CommandError(
            error_text(error), FAILED, error_diagnostics(error), path.parent
        ) from None


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{out} exists, and is left as it is", FAILED) from None
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}", FAILED) from None
