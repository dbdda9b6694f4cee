"""`toqibox effects new NAME --like …`: create an effect file from a commented template."""

import argparse
import json
from pathlib import Path

import server
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.exit_status import USAGE
from server.cli.support.new_file import write_new_file
from server.cli.support.options import add_json
from server.cli.tasks.offered_ids import OfferedIds, id_note
from server.config import Config
from server.effects.source.effect_id import EFFECT_ID, MAX_ID_LENGTH
from server.terminal import print_lines

TEMPLATES = ("isf", "shadertoy", "filter", "visualizer", "transition")
_FOLDER = Path(server.__file__).resolve().parent.parent / "shaders" / "templates"
_TITLE = "__TITLE__"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("name", metavar="NAME", help="name of the file: lower-case letters, digits, “-”, “_”")
    add("--like", required=True, choices=TEMPLATES, help="template")
    add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Create the file in the current folder; an existing file is not replaced."""
    try:
        out = _write(options.name, options.like)
        renamed_note = id_note(OfferedIds(config).for_file(out))
    except CommandError as problem:
        return report_error("new", problem)
    if options.json:
        print(json.dumps({"file": str(out), "like": options.like, "note": renamed_note}))
        return 0
    if renamed_note:
        print_lines(f"{out}: note: {renamed_note}")
    print_lines(f"{out}: created. Next steps:")
    print_lines(*_next_steps(out))
    return 0


def _next_steps(out: Path) -> list[str]:
    """Return the commands that are useful next, each with its purpose."""
    steps = [
        (f"watch {out}", "show it in the browser while you edit it"),
        (f"check {out}", "check that it compiles and draws"),
        (f"preview {out} -o {out.stem}.mp4", "render a video with audio"),
    ]
    widest = max(len(command) for command, _ in steps)
    return [f"  toqibox effects {command:<{widest}}  {purpose}" for command, purpose in steps]


def _write(name: str, like: str) -> Path:
    template = next(_FOLDER.glob(f"{like}.*"))
    path = Path(name)
    stem = path.stem if path.suffix else path.name
    if not EFFECT_ID.fullmatch(stem):
        allowed = f"at most {MAX_ID_LENGTH} lower-case letters, digits, “-” and “_”"
        raise CommandError(
            f"“{name}” is not a valid name: use {allowed}; it becomes the effect id", USAGE
        )
    if path.suffix not in ("", template.suffix):
        message = f"“{name}” is not a valid name: a file like {like} ends in {template.suffix}"
        raise CommandError(message, USAGE)
    out = path.with_name(stem + template.suffix)
    title = stem.replace("-", " ").replace("_", " ").strip()
    text = template.read_text("utf-8").replace(_TITLE, title[:1].upper() + title[1:])
    write_new_file(out, text)
    return out
