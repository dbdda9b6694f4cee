"""`toqibox effects profile ID|FILE`: what each pass costs, at sizes."""

import argparse
import json
from typing import Any

from server.cli.support.command_error import Refused, refuse
from server.cli.support.table import table
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.inputs import prepared
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_lines

_SIZES = ("640x360", "1280x720", "1920x1080")


def run(config: Config, options: argparse.Namespace) -> int:
    """Print milliseconds a pass; exit status 1 when the effect cannot be drawn."""
    try:
        result = _measure(config, options)
    except Refused as problem:
        return refuse("profile", problem)
    if options.json:
        print(json.dumps(result))
    else:
        print_lines(*_page(result))
    return 0


def _measure(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    found = effect_source.find(options.effect, config)
    sizes = [task_builder.size_of(word) for word in options.size or _SIZES]
    row = task_builder.row_of(found, task_builder.params_of(options.param))
    uploads = task_builder.uploads_of(options.audio, options.image, options.image2)
    fps = config.fps
    second = task_builder.wants_second(found.effect, uploads)
    with Hand() as hand, prepared(hand, uploads, second=second) as material:
        task = {
            "task": "profile",
            **task_builder.base(config, row, material, sizes[0], options.fit),
            "fps": fps,
            "frames": max(1, round(material.seconds * fps)),
            "sizes": [list(size) for size in sizes],
            "count": options.count,
        }
        try:
            result = hand.do(task)
        except TaskError as error:
            raise task_builder.failed(error, found) from None
    return {"effect": found.effect.id, **result}


def _page(result: dict[str, Any]) -> list[str]:
    """A row for each pass, a column for each size, and what that makes in frames a second."""
    sizes = result["sizes"]
    head = ["pass", *(f"{size['width']}x{size['height']}" for size in sizes)]
    names = [entry["name"] for entry in sizes[0]["passes"]]
    rows = [
        [name, *(_cell(size["passes"][index]) for size in sizes)]
        for index, name in enumerate(names)
    ]
    rows.append(["all", *(f"{size['ms']:.2f} ms" for size in sizes)])
    rows.append(["", *(f"{1000 / max(size['ms'], 1e-3):.0f} frames/s" for size in sizes)])
    numbers = range(1, len(head))
    kind = " (software)" if result["software"] else ""
    return [*table(head, rows, right=numbers), f"{result['renderer']}{kind}"]


def _cell(entry: dict[str, Any]) -> str:
    """What a pass takes each time, and how often that is where it is not in every frame."""
    share = entry.get("share", 1)
    seldom = f" in {share:.0%} of frames" if share < 1 else ""
    return f"{entry['ms']:.2f} ms{seldom}"
