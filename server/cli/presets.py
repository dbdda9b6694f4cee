"""`toqibox presets list | show`: list the presets, or print one."""

import argparse
import json
from typing import Any

from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.options import add_json
from server.cli.support.table import format_table
from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError, localize
from server.jobs.submission.preset import Preset
from server.jobs.submission.presets import BUILT_IN_PRESETS, BrokenPreset, Presets
from server.terminal import print_errors, print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(actions.add_parser("list", help="list the presets, including invalid ones"))
    show = actions.add_parser("show", help="print a preset and its chain as JSON")
    show.add_argument("id", metavar="ID")


def run(config: Config, options: argparse.Namespace) -> int:
    """List the presets or print one; return 1 if a preset is invalid."""
    presets = Presets((BUILT_IN_PRESETS, *config.presets_dirs))
    usable, broken = presets.offered(Library((BUILT_IN, *config.shaders_dirs)).all())
    if options.action == "show":
        return _show(presets, usable, broken, options.id)
    if options.json:
        presets_json = [preset.describe() for preset in usable]
        print(
            json.dumps({"presets": presets_json, "broken": [_to_json(entry) for entry in broken]})
        )
    else:
        rows = [(entry.id, ", ".join(entry.genres), entry.description.en) for entry in usable]
        print_lines(*format_table(("preset", "made for", "description"), rows))
        for entry in broken:
            print_lines(f"{entry.file}: error: {_error_text(entry.error)}")
    return FAILED if broken else 0


def _show(
    presets: Presets, usable: list[Preset], broken: list[BrokenPreset], preset_id: str
) -> int:
    """Print a preset as JSON, with the chain in the form that `POST /export` accepts."""
    for preset in usable:
        if preset.id == preset_id:
            print(json.dumps(preset.describe(), indent=2, ensure_ascii=False))
            return 0
    for entry in broken:
        if entry.id == preset_id:
            print_errors(f"toqibox presets show: {_error_text(entry.error)}")
            return FAILED
    try:
        presets.get(preset_id)
    except ToqiboxError as error:
        print_errors(f"toqibox presets show: {_error_text(error)}")
    return USAGE


def _to_json(entry: BrokenPreset) -> dict[str, Any]:
    return {
        "id": entry.id,
        "file": entry.file,
        "field": entry.error.field,
        "error": _error_text(entry.error),
    }


def _error_text(error: ToqiboxError) -> str:
    return localize(error.code, "en", error.values)
