"""`toqibox effects sheet ID|FILE… -o sheet.png`: effects over a track, at a glance."""

import argparse
import json
from pathlib import Path
from typing import Any

from server.cli.support.command_error import CommandError, report_error
from server.cli.support.editor_messages import format_with_source
from server.cli.support.exit_status import FAILED
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.effect_source import LoadedEffect
from server.cli.tasks.prepared_media import PreparedMedia, prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors, print_lines

_COLUMNS = 4
_TIMES_FOR_ONE, _TIMES_FOR_MANY = 12, 4

Cell = dict[str, Any]


def run(config: Config, options: argparse.Namespace) -> int:
    """Write the sheet; exit status 1 when one of the effects cannot be drawn.

    The cells of such an effect stay empty, the others are drawn.
    """
    try:
        result = _sheet(config, options)
    except CommandError as problem:
        return report_error("sheet", problem)
    if options.json:
        print(json.dumps(result))
    else:
        size = "1 picture" if result["pictures"] == 1 else f"{result['pictures']} pictures"
        print_lines(f"{result['file']}: {size} in {result['columns']} columns")
    return FAILED if result["failed"] else 0


def _sheet(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    effects = [effect_source.find(word, config) for word in options.effects]
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
        cells: list[Cell] = []
        for number, (loaded, instance) in enumerate(zip(effects, instances, strict=True)):
            # What is made for a transition is not shown by the others.
            task = task_builder.scene_fields(config, instance, media, size, options.fit)
            if not task_builder.needs_photo2(loaded.effect, uploads):
                task["photo2"] = None
            try:
                cells += _draw(session, task, media, times, number, options.fps or config.fps)
            except TaskError as error:
                problem = task_builder.task_error(error, loaded)
                _print_failure(loaded, problem)
                failed[loaded.effect.id] = str(problem)
                cells += [{"label": f"{loaded.effect.id}: {problem}", "picture": None}] * len(times)
        columns = options.columns or min(_COLUMNS if len(effects) == 1 else len(times), len(cells))
        _compose(session, cells, columns, size, media, out)
    return {"file": str(out), "columns": columns, "pictures": len(cells), "failed": failed}


def _params(loaded: LoadedEffect, options: argparse.Namespace) -> dict[str, Any]:
    """The params that the effect has an input for: those of a sheet are meant for any of them."""
    params = task_builder.parse_params(options.param)
    if len(options.effects) == 1:
        return params
    names = {item.name for item in loaded.effect.inputs}
    return {name: value for name, value in params.items() if name in names}


def _spread_times(seconds: float, effect_count: int) -> list[float]:
    """Moments spread over a track, none at its very beginning or end."""
    count = _TIMES_FOR_ONE if effect_count == 1 else _TIMES_FOR_MANY
    return [round(seconds * (2 * index + 1) / (2 * count), 2) for index in range(count)]


def _draw(
    session: WorkerSession,
    task: dict[str, Any],
    media: PreparedMedia,
    times: list[float],
    number: int,
    fps: int,
) -> list[Cell]:
    """The cells of one effect, as a video has them."""
    frames = [round(time * fps) for time in times]
    frame_files = [media.folder / f"{number}-{index}.png" for index in range(len(times))]
    shots = [
        {"frame": frame, "out": str(frame_file)}
        for frame, frame_file in zip(frames, frame_files, strict=True)
    ]
    full_task = {
        "task": "frame",
        **task,
        "fps": fps,
        "frames": max(round(media.seconds * fps), *frames, 0) + 1,
        "shots": shots,
        "composite": True,
    }
    result = session.run(full_task)
    effect = task["effects"][0]["id"]
    return [
        {"label": _label(effect, time, shot), "picture": str(frame_file)}
        for time, frame_file, shot in zip(times, frame_files, result["shots"], strict=True)
    ]


def _label(effect: str, time: float, shot: dict[str, Any]) -> str:
    return f"{effect}  {time:g} s" + ("" if shot["exact"] else "  (not exact)")


def _compose(
    session: WorkerSession,
    cells: list[Cell],
    columns: int,
    size: task_builder.Size,
    media: PreparedMedia,
    out: Path,
) -> None:
    sheet_file = media.folder / "sheet.png"
    task = {
        "task": "sheet",
        "cells": cells,
        "columns": columns,
        "width": size[0],
        "height": size[1],
        "out": str(sheet_file),
    }
    try:
        session.run(task)
    except TaskError as error:
        raise CommandError(f"the sheet could not be put together: {error.detail}", FAILED) from None
    task_builder.write_output(sheet_file, out)


def _print_failure(loaded: LoadedEffect, problem: CommandError) -> None:
    for entry in problem.diagnostics:
        print_errors(*format_with_source(entry, loaded.folder))
    print_errors(f"{loaded.effect.id}: {problem}")
