"""`toqibox effects sheet ID|FILE… -o sheet.png`: render a contact sheet of effects."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.cli.support import options as option
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.editor_messages import format_with_source
from server.cli.support.exit_status import FAILED
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.effect_loader import LoadedEffect
from server.cli.tasks.prepared_media import PreparedMedia, prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.protocol.results.drawing import DrawnFrame
from server.protocol.scene import SceneSpec
from server.protocol.tasks import ComposeSheet, DrawFrames, FrameFile, SheetCell
from server.terminal import print_errors, print_lines

_COLUMNS = 4
_TIMES_FOR_ONE, _TIMES_FOR_MANY = 12, 4


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    meaning = "ids of effects (see `toqibox effects list`) or effect files"
    add("effects", nargs="+", metavar="ID|FILE", help=meaning)
    add("-o", "--out", required=True, metavar="SHEET.png", help="file to write")
    add("--columns", type=option.count, metavar="N", help=f"number of columns ({_COLUMNS})")
    meaning = (
        f"times of the frames, such as 1,2.5,8 ({_TIMES_FOR_ONE} times for one effect, "
        f"{_TIMES_FOR_MANY} for several)"
    )
    add("--times", type=option.times, metavar="SECONDS,…", help=meaning)
    option.add_rendering(parser, "320x180")
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Write the sheet; return 1 if one of the effects cannot be drawn.

    The cells of such an effect stay empty; the others are drawn.
    """
    try:
        result = _sheet(config, options)
    except CommandError as problem:
        return report_error("sheet", problem)
    if options.json:
        print(json.dumps(result))
    else:
        size = "1 frame" if result["pictures"] == 1 else f"{result['pictures']} frames"
        print_lines(f"{result['file']}: {size} in {result['columns']} columns")
    return FAILED if result["failed"] else 0


def _sheet(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    effects = [effect_loader.find(effect, config) for effect in options.effects]
    instances = [
        task_builder.effect_instance(loaded, _params(loaded, options)) for loaded in effects
    ]
    size, out = task_builder.parse_size(options.size), task_builder.png_path(options.out)
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    with_photo2 = any(task_builder.needs_photo2(loaded.effect, uploads) for loaded in effects)
    failed: dict[str, str] = {}
    with (
        WorkerSession() as session,
        prepare_media(session, uploads, with_photo2=with_photo2) as media,
    ):
        times = options.times or _spread_times(media.seconds, len(effects))
        cells: list[SheetCell] = []
        fps = options.fps or config.fps
        frames = max(round(media.seconds * fps), *(round(time * fps) for time in times), 0) + 1
        settings = task_builder.FrameSettings(size, options.fit, fps, frames)
        for number, (loaded, instance) in enumerate(zip(effects, instances, strict=True)):
            scene = task_builder.scene_of(config, instance, media, settings)
            # The second photo of a transition is not shown by other effects.
            if not task_builder.needs_photo2(loaded.effect, uploads):
                scene = replace(scene, photo2=None)
            try:
                cells += _draw(session, scene, media, times, number)
            except TaskError as error:
                problem = task_builder.task_error(error, loaded)
                _print_failure(loaded, problem)
                failed[loaded.effect.id] = str(problem)
                cells += [SheetCell(label=f"{loaded.effect.id}: {problem}")] * len(times)
        columns = options.columns or min(_COLUMNS if len(effects) == 1 else len(times), len(cells))
        _compose(session, cells, columns, size, media, out)
    return {"file": str(out), "columns": columns, "pictures": len(cells), "failed": failed}


def _params(loaded: LoadedEffect, options: argparse.Namespace) -> dict[str, Any]:
    """Return the params of the inputs that the effect has: a sheet may set those of others."""
    params = task_builder.parse_params(options.param)
    if len(options.effects) == 1:
        return params
    names = {item.name for item in loaded.effect.inputs}
    return {name: value for name, value in params.items() if name in names}


def _spread_times(seconds: float, effect_count: int) -> list[float]:
    """Return times spread evenly over a track, without its start and end."""
    count = _TIMES_FOR_ONE if effect_count == 1 else _TIMES_FOR_MANY
    return [round(seconds * (2 * index + 1) / (2 * count), 2) for index in range(count)]


def _draw(
    session: WorkerSession, scene: SceneSpec, media: PreparedMedia, times: list[float], number: int
) -> list[SheetCell]:
    """Draw the frames of one effect and return their cells."""
    paths = [media.folder / f"{number}-{index}.png" for index in range(len(times))]
    frame_files = tuple(
        FrameFile(frame=round(time * scene.fps), out=path)
        for time, path in zip(times, paths, strict=True)
    )
    result = session.run(DrawFrames(scene=scene, frames=frame_files))
    effect = scene.effects[0].id
    return [
        SheetCell(label=_label(effect, time, drawn), image=path)
        for time, path, drawn in zip(times, paths, result.frames, strict=True)
    ]


def _label(effect: str, time: float, drawn: DrawnFrame) -> str:
    return f"{effect}  {time:g} s" + ("" if drawn.exact else "  (not exact)")


def _compose(
    session: WorkerSession,
    cells: list[SheetCell],
    columns: int,
    size: task_builder.Size,
    media: PreparedMedia,
    out: Path,
) -> None:
    sheet_file = media.folder / "sheet.png"
    task = ComposeSheet(cells=tuple(cells), columns=columns, size=size, out=sheet_file)
    try:
        session.run(task)
    except TaskError as error:
        raise CommandError(f"the sheet cannot be composed: {error.detail}", FAILED) from None
    task_builder.write_output(sheet_file, out)


def _print_failure(loaded: LoadedEffect, problem: CommandError) -> None:
    for entry in problem.diagnostics:
        print_errors(*format_with_source(entry, loaded.folder))
    print_errors(f"{loaded.effect.id}: {problem}")
