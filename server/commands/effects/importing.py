"""`toqibox effects import FILE.json`: what the API of Shadertoy gives, as one file to edit."""

import argparse
import json
import re
from pathlib import Path

from server.cli import FAILED, USAGE
from server.commands.effects import source
from server.commands.effects.report import Refused, complain, diagnostics_of, words_of
from server.config import Config
from server.effects.dialects import holds_effect
from server.effects.dialects.shadertoy_file import text_of
from server.errors import ToqiboxError


def run(_config: Config, options: argparse.Namespace) -> int:
    """Write the file; it never replaces one."""
    path = Path(options.file)
    out = Path(options.out or f"{_id(path.stem)}.glsl")
    try:
        _write(out, _translated(path))
    except Refused as problem:
        return complain("import", problem)
    if options.json:
        print(json.dumps({"file": str(out)}))
    else:
        print(f"{out} is written. `toqibox effects watch {out}` shows it while you edit it.")
    return 0


def _id(stem: str) -> str:
    """A name that can be an effect's id."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", stem.lower()).strip("-_")[:64]
    return plain or "shader"


def _translated(path: Path) -> str:
    try:
        text = source.text(path)
        if not holds_effect(".json", text):
            raise Refused(f"{path} is no shader as the API of Shadertoy gives it", FAILED)
        return text_of(text, path.name[:100])
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", USAGE) from None
    except ToqiboxError as error:
        raise Refused(words_of(error), FAILED, diagnostics_of(error), path.parent) from None


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{out} exists, and is left as it is", FAILED) from None
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}", FAILED) from None
