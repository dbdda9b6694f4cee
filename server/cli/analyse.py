"""`toqibox analyse AUDIO`: print the features of a track, or write them as JSON, plot or clicks."""

import argparse
import tempfile
from pathlib import Path

from server.cli.support.atomic_copy import copy_atomically
from server.cli.support.command_error import CommandError, error_text
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.options import add_frame_rate, add_json
from server.cli.tasks.prepared_media import MediaFiles, prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.jobs.submission.fields import check_text
from server.protocol.results.media import AudioSummary
from server.protocol.tasks import DescribeAudio
from server.terminal import print_errors, print_lines

_OUTPUT_SUFFIXES = {"plot": ".png", "click": ".wav"}
"""Options that name an output file, and its required suffix."""
_DEFAULT_CLICKS = ("beat", "kick", "snare")
CLICK_EVENTS = (*_DEFAULT_CLICKS, "hat", "accent")
"""Events that --click can mark."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("audio", metavar="AUDIO", help="MP3, WAV, FLAC, M4A or most others")
    add_json(parser, "print every feature of every frame, and every event, as JSON")
    add_frame_rate(parser)
    add("--plot", metavar="OUT.png", help="write a plot of the levels, events and sections")
    add("--click", metavar="OUT.wav", help="write the track with a click on each event")
    meaning = f"events that --click marks, such as accent or beat,hat ({','.join(_DEFAULT_CLICKS)})"
    add("--click-on", metavar="EVENTS", help=meaning)
    add("--tempo", metavar="BPM", help="tempo of the track, if the detected one is wrong")


def run(config: Config, options: argparse.Namespace) -> int:
    """Analyse the track; return 1 if it cannot be read."""
    try:
        tempo = _parse_tempo(config, options.tempo)
        summary, data = _analyse(options, options.fps or config.fps, tempo)
    except CommandError as problem:
        print_errors(f"toqibox analyse: {problem}")
        return problem.status
    if data is not None:
        print(data)
        return 0
    print_lines(*_format_summary(summary))
    if options.plot:
        print_lines(f"{options.plot}: plot")
    if options.click:
        print_lines(f"{options.click}: track with clicks")
    return 0


def _parse_tempo(config: Config, text: str | None) -> float | None:
    """Check --tempo as the field of a request is checked."""
    try:
        tempo: float | None = check_text("tempo", text or "", config)
    except ToqiboxError as error:
        raise CommandError(f"--tempo {text}: {error.values['reason']}", USAGE) from None
    return tempo


def _analyse(
    options: argparse.Namespace, fps: int, tempo: float | None
) -> tuple[AudioSummary, str | None]:
    outputs = {
        option: _output_path(option, getattr(options, option), suffix)
        for option, suffix in _OUTPUT_SUFFIXES.items()
        if getattr(options, option)
    }
    clicks = _parse_clicks(options)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as temp_folder, WorkerSession() as session:
        uploads = MediaFiles(audio=Path(options.audio))
        with prepare_media(
            session, uploads, with_photo2=False, with_photo=False, tempo=tempo
        ) as media:
            temp_files = {option: Path(temp_folder, option) for option in outputs}
            data_file = Path(temp_folder, "data")
            task = DescribeAudio(
                features=media.features,
                title=Path(options.audio).name,
                fps=fps,
                json=data_file if options.json else None,
                plot=temp_files.get("plot"),
                click=temp_files.get("click"),
                clicks=tuple(clicks),
            )
            try:
                summary = session.run(task)
            except TaskError as error:
                raise CommandError(error_text(error), FAILED) from None
        for option, out in outputs.items():
            if why := copy_atomically(temp_files[option], out):
                raise CommandError(f"{out} cannot be written: {why}", FAILED)
        data = data_file.read_text() if options.json else None
    return summary, data


def _output_path(option: str, text: str, suffix: str) -> Path:
    out = Path(text)
    if out.suffix.lower() != suffix:
        kind = suffix[1:].upper()
        raise CommandError(f"“{text}” is not a {kind} file: --{option} must end in {suffix}", USAGE)
    if not out.absolute().parent.is_dir():
        raise CommandError(f"--{option} {text}: the folder does not exist", USAGE)
    return out


def _parse_clicks(options: argparse.Namespace) -> list[str]:
    """Return the events that --click marks."""
    if options.click_on is None:
        return list(_DEFAULT_CLICKS)
    if not options.click:
        raise CommandError("--click-on requires --click", USAGE)
    events = [event.strip() for event in options.click_on.split(",")]
    for event in events:
        if event not in CLICK_EVENTS:
            allowed = ", ".join(CLICK_EVENTS)
            raise CommandError(f"“{event}” is not a valid --click-on: use {allowed}", USAGE)
    return events


def _format_summary(summary: AudioSummary) -> list[str]:
    tempo = summary.tempo
    alternative = f" (or {tempo.alternative:.1f})" if tempo.alternative else ""
    lines = [
        f"length      {summary.seconds:.1f} s",
        f"tempo       {tempo.bpm:.1f} BPM{alternative}, confidence {tempo.confidence:.2f}",
        "events      " + ", ".join(f"{count} {name}" for name, count in summary.counts.items()),
        "confidence  "
        + ", ".join(f"{name} {confidence:.2f}" for name, confidence in summary.confidence.items()),
        "sections",
    ]
    for section in summary.sections:
        times = f"{_format_time(section.start)} - {_format_time(section.end)}"
        name = f"{section.kind:<5}  {section.label:<5}"
        lines.append(f"  {times}  {name}  energy {section.energy:.2f}")
    return lines


def _format_time(seconds: float) -> str:
    tenths = round(seconds * 10)  # 59.97 s is 1:00.0, not 0:60.0
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"
