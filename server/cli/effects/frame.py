"""`toqibox effects frame ID|FILE -o out.png`: one frame, with its alpha, as a video has it."""

import argparse
import json
from typing import Any

from server.cli.support.command_error import Refused, refuse
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.inputs import prepared
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_lines


def run(config: Config, options: argparse.Namespace) -> int:
    """Draw the frame; exit status 1 when the effect cannot be drawn."""
    try:
        facts = _draw(config, options)
    except Refused as problem:
        return refuse("frame", problem)
    if options.json:
        print(json.dumps(facts))
        return 0
    width, height = facts["width"], facts["height"]
    print_lines(
        f"{facts['file']}: {width}x{height}, frame {facts['frame']} ({facts['time']:g} s), "
        f"{facts['renderer']}"
    )
    if not facts["exact"]:
        print_lines(
            f"not exact: the effect builds on earlier frames, and was drawn from {facts['from']} on"
        )
    return 0


def _draw(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    found = effect_source.find(options.effect, config)
    size, fps = task_builder.size_of(options.size), options.fps or config.fps
    row = task_builder.row_of(found, task_builder.params_of(options.param))
    uploads = task_builder.uploads_of(options.audio, options.image, options.image2)
    out = task_builder.writable(options.out)
    number = round(options.time * fps) if options.frame_index is None else options.frame_index
    second = task_builder.wants_second(found.effect, uploads)
    with Hand() as hand, prepared(hand, uploads, second=second) as material:
        picture = material.folder / "frame.png"
        task = {
            "task": "frame",
            **task_builder.base(config, row, material, size, options.fit),
            "fps": fps,
            "frames": max(round(material.seconds * fps), number + 1),
            "shots": [{"frame": number, "out": str(picture)}],
            "composite": options.composite,
        }
        try:
            result = hand.do(task)
        except TaskError as error:
            raise task_builder.failed(error, found) from None
        task_builder.put(picture, out)
    shot = result["shots"][0]
    return {
        "file": options.out,
        "effect": found.effect.id,
        "width": size[0],
        "height": size[1],
        "time": number / fps,
        **shot,
        "renderer": result["renderer"],
        "software": result["software"],
    }
