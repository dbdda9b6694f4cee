"""`toqibox effects new NAME --like …`: a file to begin with, that draws and teaches."""

import argparse
import json
import re
from pathlib import Path

import server
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.effect_ids import OfferedIds, id_note
from server.config import Config
from server.terminal import print_lines

TEMPLATES = Path(server.__file__).resolve().parent.parent / "shaders" / "templates"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TITLE = "__TITLE__"


def run(config: Config, options: argparse.Namespace) -> int:
    """Write the file into the current folder; it never replaces one."""
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
    print_lines(f"{out} is written. What next:")
    print_lines(*_next_steps(out))
    return 0


def _next_steps(out: Path) -> list[str]:
    """What to do with the file, each step with what it is for."""
    steps = [
        (f"watch {out}", "see it while you edit it"),
        (f"check {out}", "does it compile and draw?"),
        (f"preview {out} -o {out.stem}.mp4", "a clip with sound"),
    ]
    widest = max(len(words) for words, _ in steps)
    return [f"  toqibox effects {words:<{widest}}  {why}" for words, why in steps]


def _write(name: str, like: str) -> Path:
    template = next(TEMPLATES.glob(f"{like}.*"))
    path = Path(name)
    stem = path.stem if path.suffix else path.name
    if not _ID.fullmatch(stem):
        allowed = "small letters, digits, “-” and “_”, at most 64: it becomes the effect's id"
        raise CommandError(f"{name} cannot be its name. Use {allowed}", USAGE)
    if path.suffix not in ("", template.suffix):
        raise CommandError(f"{name}: a file like {like} ends in {template.suffix}", USAGE)
    out = path.with_name(stem + template.suffix)
    title = stem.replace("-", " ").replace("_", " ").strip()
    text = template.read_text("utf-8").replace(_TITLE, title[:1].upper() + title[1:])
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{out} exists, and is left as it is", FAILED) from None
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}", FAILED) from None
    return out
