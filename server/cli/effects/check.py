"""`toqibox effects check FILE…|FOLDER`: does each file parse, compile and draw?"""

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from server.cli.support.command_error import Refused, refuse
from server.cli.support.editor_messages import describe, line
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.effect_ids import Names, note
from server.cli.tasks.judging import Judge, Unfit
from server.cli.tasks.task_limits import Limits
from server.cli.tasks.verdict import Outcome, Verdict
from server.config import Config
from server.effects.dialects import SUFFIXES
from server.terminal import print_errors, print_lines


@dataclass(frozen=True)
class _File:
    """A file to be judged."""

    path: Path
    named: bool
    """A person named this very file, rather than a folder that it is in."""


def run(config: Config, options: argparse.Namespace) -> int:
    """Judge the files; exit status 1 when one of them cannot be used.

    With --json each file is an object on a line of its own, and the summary is the last line.
    """
    try:
        files = list(_files(options.files))
        if not files:
            endings = " ".join(SUFFIXES)
            raise Refused(f"there is no file of an effect ({endings}) in there", USAGE)
        counts = asyncio.run(_judge_all(files, options, Names(config)))
    except Unfit as problem:
        words = f"this machine cannot draw: {problem}. `toqibox doctor` says what to do."
        return refuse("check", Refused(words, FAILED))
    except Refused as problem:
        return refuse("check", problem)
    return FAILED if counts[Outcome.FAILED] or counts[Outcome.REJECTED] else 0


def _files(words: list[str]) -> Iterator[_File]:
    """The files that are meant, each once: those named, and all of a folder by name."""
    seen: set[Path] = set()
    for word in words:
        path = Path(word)
        if not path.exists():
            raise Refused(f"there is no file {word}", USAGE)
        found = _walk(path) if path.is_dir() else [path]
        for file in found:
            if file not in seen:
                seen.add(file)
                yield _File(file, named=not path.is_dir())


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder that may hold an effect, but nothing that is hidden."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith(".") and path.is_file():
                yield path


async def _judge_all(
    files: list[_File], options: argparse.Namespace, names: Names
) -> Counter[Outcome]:
    """Judge with several workers, and tell the verdicts in the order of the files."""
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    verdicts: list[asyncio.Future[Verdict]] = [loop.create_future() for _ in files]
    rest = iter(zip(files, verdicts, strict=True))
    limits = Limits(cpu_s=options.timeout)
    seats = [asyncio.create_task(_work(rest, limits)) for _ in range(min(options.jobs, len(files)))]
    counts: Counter[Outcome] = Counter()
    renderers: set[str] = set()
    untried = False
    try:
        for verdict in verdicts:
            found = await verdict
            counts[found.outcome] += 1
            drawn = found.outcome in (Outcome.OK, Outcome.BLANK)
            untried = untried or (drawn and found.browser is None)
            renderers |= {found.renderer} if found.renderer else set()
            name = names.of(found.path)
            _tell(replace(found, id=name.id, note=note(name)), options)
    finally:
        for seat in seats:
            seat.cancel()
        await asyncio.gather(*seats, return_exceptions=True)
    if untried and not options.json:
        words = (
            "this machine has no OpenGL ES: errors that only browsers report were not looked for"
        )
        print_errors(f"toqibox effects check: note: {words}")
    _summarise(counts, time.monotonic() - began, sorted(renderers), options)
    return counts


async def _work(rest: Iterator[tuple[_File, asyncio.Future[Verdict]]], limits: Limits) -> None:
    """Judge files as long as there are any; the first surprise is the verdict and the end."""
    judge = Judge(limits)
    try:
        for file, verdict in rest:
            try:
                verdict.set_result(await judge.judge(file.path, named=file.named))
            except Exception as surprise:
                verdict.set_exception(surprise)
                return
    finally:
        await judge.close()


def _tell(found: Verdict, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(found.to_json()), flush=True)
        return
    folder = found.path.parent
    if not options.verbose:
        lines = [_line(found), *(line(entry, folder) for entry in found.warnings)]
    else:
        lines = [row for entry in found.diagnostics for row in describe(entry, folder)]
        lines = lines or [_line(found)]
        lines += [row for entry in found.warnings for row in describe(entry, folder)]
    if found.note and found.outcome is not Outcome.SKIPPED:
        lines.append(f"{found.path}: note: {found.note}")
    print_lines(*lines)


def _line(found: Verdict) -> str:
    """The verdict on one line, in the form that editors know where there is a place to go to."""
    errors = [entry for entry in found.diagnostics if entry["severity"] == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return line(errors[0], found.path.parent) + more
    words = f": {found.reason}" if found.reason else ""
    return f"{found.path}: {found.outcome.value}{words}"


def _summarise(
    counts: Counter[Outcome], seconds: float, renderers: list[str], options: argparse.Namespace
) -> None:
    total = sum(counts.values())
    if options.json:
        summary = {outcome.value: counts[outcome] for outcome in Outcome}
        facts = {"files": total, "seconds": round(seconds, 2), "renderers": renderers, **summary}
        print(json.dumps({"summary": facts}))
        return
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    drawn = f", drawn with {' and '.join(renderers)}" if renderers else ""
    files = "1 file" if total == 1 else f"{total} files"
    print_errors(f"{files}: {', '.join(parts)}, in {seconds:.1f} s{drawn}")
