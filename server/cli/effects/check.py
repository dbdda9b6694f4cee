"""`toqibox effects check FILE…|FOLDER`: check that files parse, compile and draw."""

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from server.cli.support import options as option
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.editor_messages import format_line, format_with_source
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.file_validation import FileValidation, ValidationOutcome
from server.cli.tasks.file_validator import FileValidator, MachineUnfit
from server.cli.tasks.offered_ids import OfferedIds, id_note
from server.cli.tasks.task_limits import TaskLimits
from server.config import Config
from server.effects.dialects import SUFFIXES
from server.process import processors
from server.terminal import print_errors, print_lines


@dataclass(frozen=True)
class _File:
    """A file to check."""

    path: Path
    named: bool
    """True if the command line names the file itself, not only a folder that contains it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE|FOLDER", help="files, or folders with all their files")
    add(
        "--verbose",
        action="store_true",
        help="print every message, with its source line and hint, as for a single file",
    )
    cores = processors.available()
    meaning = "files checked in parallel (%(default)s)"
    add("--jobs", type=option.count, default=cores, metavar="N", help=meaning)
    meaning = "limit of processor time per file (%(default)g)"
    add("--timeout", type=option.duration, default=10.0, metavar="SECONDS", help=meaning)
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Check the files; return 1 if one of them cannot be used.

    With --json each file is an object on a line of its own, and the summary is the last line.
    """
    try:
        files = list(_files(options.files))
        if not files:
            endings = " ".join(SUFFIXES)
            raise CommandError(f"no effect files found: their names end in {endings}", USAGE)
        options.verbose = options.verbose or len(files) == 1
        counts = asyncio.run(_validate_all(files, options, OfferedIds(config)))
    except MachineUnfit as problem:
        message = f"this machine cannot draw: {problem}. Run `toqibox doctor` for advice."
        return report_error("check", CommandError(message, FAILED))
    except CommandError as problem:
        return report_error("check", problem)
    return FAILED if counts[ValidationOutcome.FAILED] or counts[ValidationOutcome.REJECTED] else 0


def _files(paths: list[str]) -> Iterator[_File]:
    """Yield each file once: those named, and all of a named folder in order of name."""
    seen: set[Path] = set()
    for text in paths:
        path = Path(text)
        if not path.exists():
            raise CommandError(f"{text}: file not found", USAGE)
        candidates = _walk(path) if path.is_dir() else [path]
        for file in candidates:
            if file not in seen:
                seen.add(file)
                yield _File(file, named=not path.is_dir())


def _walk(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder that may contain an effect, without hidden ones."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith(".") and path.is_file():
                yield path


async def _validate_all(
    files: list[_File], options: argparse.Namespace, ids: OfferedIds
) -> Counter[ValidationOutcome]:
    """Check with several workers, and print the results in the order of the files."""
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    results: list[asyncio.Future[FileValidation]] = [loop.create_future() for _ in files]
    pending = iter(zip(files, results, strict=True))
    limits = TaskLimits(cpu_s=options.timeout)
    workers = [
        asyncio.create_task(_validate_files(pending, limits))
        for _ in range(min(options.jobs, len(files)))
    ]
    counts: Counter[ValidationOutcome] = Counter()
    renderers: set[str] = set()
    browser_untested = False
    try:
        for result in results:
            validation = await result
            counts[validation.outcome] += 1
            drawn = validation.outcome in (ValidationOutcome.OK, ValidationOutcome.BLANK)
            browser_untested = browser_untested or (drawn and validation.browser is None)
            renderers |= {validation.renderer} if validation.renderer else set()
            name = ids.for_file(validation.path)
            _print_validation(replace(validation, id=name.id, note=id_note(name)), options)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    if browser_untested and not options.json:
        message = "this machine has no OpenGL ES: errors that only browsers report are not checked"
        print_errors(f"toqibox effects check: note: {message}")
    _print_summary(counts, time.monotonic() - began, sorted(renderers), options)
    return counts


async def _validate_files(
    pending: Iterator[tuple[_File, asyncio.Future[FileValidation]]], limits: TaskLimits
) -> None:
    """Check files until none is pending; an unexpected exception is passed on and ends it."""
    validator = FileValidator(limits)
    try:
        for file, result in pending:
            try:
                result.set_result(await validator.validate(file.path, named=file.named))
            except BaseException as error:  # a result that is never set would be awaited for ever
                result.set_exception(error)
                if isinstance(error, Exception):
                    return
                raise
    finally:
        await validator.close()


def _print_validation(validation: FileValidation, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(validation.to_json()), flush=True)
        return
    folder = validation.path.parent
    if not options.verbose:
        lines = [
            _summary_line(validation),
            *(format_line(entry, folder) for entry in validation.warnings),
        ]
    else:
        lines = [
            line for entry in validation.diagnostics for line in format_with_source(entry, folder)
        ]
        lines = lines or [_summary_line(validation)]
        lines += [
            line for entry in validation.warnings for line in format_with_source(entry, folder)
        ]
    if validation.note and validation.outcome is not ValidationOutcome.SKIPPED:
        lines.append(f"{validation.path}: note: {validation.note}")
    print_lines(*lines)


def _summary_line(validation: FileValidation) -> str:
    """Format a result as one line, with ``file:line:column`` if it has an error."""
    errors = [entry for entry in validation.diagnostics if entry["severity"] == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return format_line(errors[0], validation.path.parent) + more
    message = f": {validation.reason}" if validation.reason else ""
    return f"{validation.path}: {validation.outcome.value}{message}"


def _print_summary(
    counts: Counter[ValidationOutcome],
    seconds: float,
    renderers: list[str],
    options: argparse.Namespace,
) -> None:
    total = sum(counts.values())
    if options.json:
        summary = {outcome.value: counts[outcome] for outcome in ValidationOutcome}
        fields = {"files": total, "seconds": round(seconds, 2), "renderers": renderers, **summary}
        print(json.dumps({"summary": fields}))
        return
    parts = [
        f"{counts[outcome]} {outcome.value}" for outcome in ValidationOutcome if counts[outcome]
    ]
    drawn = f", drawn with {' and '.join(renderers)}" if renderers else ""
    files = "1 file" if total == 1 else f"{total} files"
    print_errors(f"{files}: {', '.join(parts)}, in {seconds:.1f} s{drawn}")
