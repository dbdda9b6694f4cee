"""`toqibox analyse AUDIO`: what the server hears in a track, as words, data and a picture."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from server.cli.support.command_error import Refused, words_of
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.publish import publish
from server.cli.tasks.inputs import Uploads, prepared
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.jobs.submission.fields import check_text
from server.terminal import print_errors, print_lines

_ENDINGS = {"plot": ".png", "click": ".wav"}
"""Options that name a file to write, and what its name ends in."""
_USUAL_CLICKS = ("beat", "kick", "snare")
CLICKS = (*_USUAL_CLICKS, "hat", "accent")
"""Events that can be made to sound."""


def run(config: Config, options: argparse.Namespace) -> int:
    """Analyse the track; exit status 1 when it cannot be read."""
    try:
        tempo = _tempo(config, options.tempo)
        summary, data = _analyse(options, options.fps or config.fps, tempo)
    except Refused as problem:
        print_errors(f"toqibox analyse: {problem}")
        return problem.status
    if data is not None:
        print(data)
        return 0
    print_lines(*_page(summary))
    if options.plot:
        print_lines(f"{options.plot}: the picture of it")
    if options.click:
        print_lines(f"{options.click}: the track with clicks")
    return 0


def _tempo(config: Config, word: str | None) -> float | None:
    """The beats a minute of an option, checked as a request's are."""
    try:
        found: float | None = check_text("tempo", word or "", config)
    except ToqiboxError as error:
        raise Refused(f"--tempo {word}: {error.values['reason']}", USAGE) from None
    return found


def _analyse(
    options: argparse.Namespace, fps: int, tempo: float | None
) -> tuple[dict[str, Any], str | None]:
    outs = {
        word: _writable(word, getattr(options, word), ending)
        for word, ending in _ENDINGS.items()
        if getattr(options, word)
    }
    clicks = _clicks(options)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as spare, Hand() as hand:
        uploads = Uploads(audio=Path(options.audio))
        with prepared(hand, uploads, second=False, photo=False, tempo=tempo) as material:
            made = {word: Path(spare, word) for word in outs}
            data_file = Path(spare, "data")
            task = {
                "task": "tell",
                "features": str(material.features),
                "name": Path(options.audio).name,
                "fps": fps,
                "json": str(data_file) if options.json else None,
                "clicks": clicks,
                **{word: str(path) for word, path in made.items()},
            }
            try:
                summary = hand.do(task)
            except TaskError as error:
                raise Refused(words_of(error), FAILED) from None
        for word, out in outs.items():
            if why := publish(made[word], out):
                raise Refused(f"{out} cannot be written: {why}", FAILED)
        data = data_file.read_text() if options.json else None
    return summary, data


def _writable(option: str, word: str, ending: str) -> Path:
    out = Path(word)
    if out.suffix.lower() != ending:
        kind = ending[1:].upper()
        raise Refused(f"--{option} {word}: the name of a {kind} file ends in {ending}", USAGE)
    if not out.absolute().parent.is_dir():
        raise Refused(f"--{option} {word}: there is no such folder", USAGE)
    return out


def _clicks(options: argparse.Namespace) -> list[str]:
    """Return the events that are to sound."""
    if options.click_on is None:
        return list(_USUAL_CLICKS)
    if not options.click:
        raise Refused("--click-on has a meaning beside --click only", USAGE)
    words = [word.strip() for word in options.click_on.split(",")]
    for word in words:
        if word not in CLICKS:
            raise Refused(f"--click-on {word}: possible are {', '.join(CLICKS)}", USAGE)
    return words


def _page(summary: dict[str, Any]) -> list[str]:
    tempo = summary["tempo"]
    other = f" (or {tempo['alternative']:.1f})" if tempo["alternative"] else ""
    rows = [
        f"length    {summary['seconds']:.1f} s",
        f"tempo     {tempo['bpm']:.1f} BPM{other}, confidence {tempo['confidence']:.2f}",
        "events    " + ", ".join(f"{count} {name}" for name, count in summary["counts"].items()),
        "sure      "
        + ", ".join(f"{name} {sure:.2f}" for name, sure in summary["confidence"].items()),
        "sections",
    ]
    for section in summary["sections"]:
        times = f"{_clock(section['start'])} - {_clock(section['end'])}"
        name = f"{section['kind']:<5}  {section['label']:<5}"
        rows.append(f"  {times}  {name}  energy {section['energy']:.2f}")
    return rows


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)  # 59.97 s is 1:00.0, not 0:60.0
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"
