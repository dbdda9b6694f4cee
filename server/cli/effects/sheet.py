"""`toqibox effects sheet ID|FILE… -o sheet.png`: effects over a track, at a glance."""

import argparse
import json
from pathlib import Path
from typing import Any

from server.cli.support.command_error import Refused, refuse
from server.cli.support.editor_messages import describe
from server.cli.support.exit_status import FAILED
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.effect_source import Source
from server.cli.tasks.inputs import Material, prepared
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors, print_lines

_COLUMNS = 4
_MOMENTS_OF_ONE, _MOMENTS_OF_MANY = 12, 4

Cell = dict[str, Any]


def run(config: Config, options: argparse.Namespace) -> int:
    """Write the sheet; exit status 1 when one of the effects cannot be drawn.

    The cells of such an effect stay empty, the others are drawn.
    """
    try:
        facts = _sheet(config, options)
    except Refused as problem:
        return refuse("sheet", problem)
    if options.json:
        print(json.dumps(facts))
    else:
        size = "1 picture" if facts["pictures"] == 1 else f"{facts['pictures']} pictures"
        print_lines(f"{facts['file']}: {size} in {facts['columns']} columns")
    return FAILED if facts["failed"] else 0


def _sheet(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    found = [effect_source.find(word, config) for word in options.effects]
    rows = [task_builder.row_of(one, _params(one, options)) for one in found]
    size, out = task_builder.size_of(options.size), task_builder.writable(options.out)
    uploads = task_builder.uploads_of(options.audio, options.image, options.image2)
    second = any(task_builder.wants_second(one.effect, uploads) for one in found)
    failed: dict[str, str] = {}
    with Hand() as hand, prepared(hand, uploads, second=second) as material:
        times = options.times or _moments(material.seconds, len(found))
        cells: list[Cell] = []
        for number, (one, row) in enumerate(zip(found, rows, strict=True)):
            # What is made for a transition is not shown by the others.
            task = task_builder.base(config, row, material, size, options.fit)
            if not task_builder.wants_second(one.effect, uploads):
                task["photo2"] = None
            try:
                cells += _draw(hand, task, material, times, number, options.fps or config.fps)
            except TaskError as error:
                problem = task_builder.failed(error, one)
                _tell(one, problem)
                failed[one.effect.id] = str(problem)
                cells += [{"label": f"{one.effect.id}: {problem}", "picture": None}] * len(times)
        columns = options.columns or min(_COLUMNS if len(found) == 1 else len(times), len(cells))
        _compose(hand, cells, columns, size, material, out)
    return {"file": str(out), "columns": columns, "pictures": len(cells), "failed": failed}


def _params(one: Source, options: argparse.Namespace) -> dict[str, Any]:
    """The params that the effect has an input for: those of a sheet are meant for any of them."""
    params = task_builder.params_of(options.param)
    if len(options.effects) == 1:
        return params
    names = {item.name for item in one.effect.inputs}
    return {name: value for name, value in params.items() if name in names}


def _moments(seconds: float, effects: int) -> list[float]:
    """Moments spread over a track, none at its very beginning or end."""
    count = _MOMENTS_OF_ONE if effects == 1 else _MOMENTS_OF_MANY
    return [round(seconds * (2 * index + 1) / (2 * count), 2) for index in range(count)]


def _draw(
    hand: Hand, task: dict[str, Any], material: Material, times: list[float], number: int, fps: int
) -> list[Cell]:
    """The cells of one effect, as a video has them."""
    frames = [round(time * fps) for time in times]
    pictures = [material.folder / f"{number}-{index}.png" for index in range(len(times))]
    shots = [
        {"frame": frame, "out": str(picture)}
        for frame, picture in zip(frames, pictures, strict=True)
    ]
    line = {
        "task": "frame",
        **task,
        "fps": fps,
        "frames": max(round(material.seconds * fps), *frames, 0) + 1,
        "shots": shots,
        "composite": True,
    }
    result = hand.do(line)
    effect = task["effects"][0]["id"]
    return [
        {"label": _label(effect, time, shot), "picture": str(picture)}
        for time, picture, shot in zip(times, pictures, result["shots"], strict=True)
    ]


def _label(effect: str, time: float, shot: dict[str, Any]) -> str:
    return f"{effect}  {time:g} s" + ("" if shot["exact"] else "  (not exact)")


def _compose(
    hand: Hand,
    cells: list[Cell],
    columns: int,
    size: task_builder.Size,
    material: Material,
    out: Path,
) -> None:
    made = material.folder / "sheet.png"
    task = {
        "task": "sheet",
        "cells": cells,
        "columns": columns,
        "width": size[0],
        "height": size[1],
        "out": str(made),
    }
    try:
        hand.do(task)
    except TaskError as error:
        raise Refused(f"the sheet could not be put together: {error.detail}", FAILED) from None
    task_builder.put(made, out)


def _tell(one: Source, problem: Refused) -> None:
    for entry in problem.diagnostics:
        print_errors(*describe(entry, one.folder))
    print_errors(f"{one.effect.id}: {problem}")
