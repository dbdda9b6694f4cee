"""`toqibox effects list`: list the effects of the library."""

import argparse
import json

from server.cli.support.editor_messages import format_line
from server.cli.support.exit_status import FAILED
from server.cli.support.options import add_json
from server.cli.tasks.offered_ids import id_note
from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.effects.params.modulation_schema import definitions
from server.terminal import print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the effects; return 1 if one of them is invalid."""
    library = Library((BUILT_IN, *config.shaders_dirs))
    effects, broken = library.all(), library.invalid()
    if options.json:
        broken_files = [
            {"id": entry.id, "file": entry.file, "diagnostics": entry.diagnostics}
            for entry in broken
        ]
        renamed = [
            {"id": effect_id, "file": str(library.path(effect_id)), "note": id_note(name)}
            for effect_id, name in library.renamed().items()
        ]
        listing = {
            "effects": [effect.describe() for effect in effects],
            "$defs": definitions(),
            "broken": broken_files,
            "renamed": renamed,
        }
        print(json.dumps(listing, indent=2))
        return FAILED if broken else 0
    widest = max((len(effect.id) for effect in effects), default=0)
    titles = max((len(effect.title) for effect in effects), default=0)
    for effect in effects:
        cells = (effect.id.ljust(widest), effect.title.ljust(titles), f"{effect.dialect:<10}")
        print_lines(f"{'  '.join(cells)}  {effect.description}".rstrip())
    lines = [format_line(message) for entry in broken for message in entry.diagnostics]
    lines += [
        f"{library.path(effect_id)}: note: {id_note(name)}"
        for effect_id, name in library.renamed().items()
    ]
    for message in lines:
        print_lines(message)
    return FAILED if broken else 0
