"""`toqibox effects profile ID|FILE`: measure the cost of each pass at several frame sizes."""

import argparse
import json
from typing import Any

from server.cli.support import options as option
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.table import format_table
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.prepared_media import prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.protocol.codec import to_json
from server.protocol.tasks import Profile
from server.terminal import print_lines

_SIZES = ("640x360", "1280x720", "1920x1080")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    option.add_effect(parser)
    add = parser.add_argument
    meaning = f"frame size; may be repeated ({', '.join(_SIZES)})"
    add("--size", action="append", metavar="WxH", help=meaning)
    meaning = "number of frames measured (%(default)s)"
    add("--count", type=option.count, default=20, metavar="N", help=meaning)
    option.add_scene(parser)
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the milliseconds of each pass; return 1 if the effect cannot be drawn."""
    try:
        result = _measure(config, options)
    except CommandError as problem:
        return report_error("profile", problem)
    if options.json:
        print(json.dumps(result))
    else:
        print_lines(*_format_result(result))
    return 0


def _measure(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    loaded = effect_loader.find(options.effect, config)
    sizes = [task_builder.parse_size(size) for size in options.size or _SIZES]
    instance = task_builder.effect_instance(loaded, task_builder.parse_params(options.param))
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    fps = config.fps
    with_photo2 = task_builder.needs_photo2(loaded.effect, uploads)
    with (
        WorkerSession() as session,
        prepare_media(session, uploads, with_photo2=with_photo2) as media,
    ):
        frames = round(media.seconds * fps)
        settings = task_builder.FrameSettings(sizes[0], options.fit, fps, frames)
        scene = task_builder.scene_of(config, instance, media, settings)
        task = Profile(scene=scene, sizes=tuple(sizes), count=options.count)
        try:
            result = session.run(task)
        except TaskError as error:
            raise task_builder.task_error(error, loaded) from None
    return {"effect": loaded.effect.id, **to_json(result)}


def _format_result(result: dict[str, Any]) -> list[str]:
    """Format a table: a row for each pass, a column for each size, then frames per second."""
    sizes = result["sizes"]
    header = ["pass", *(f"{size['width']}x{size['height']}" for size in sizes)]
    names = [entry["name"] for entry in sizes[0]["passes"]]
    rows = [
        [name, *(_format_cost(size["passes"][index]) for size in sizes)]
        for index, name in enumerate(names)
    ]
    rows.append(["all", *(f"{size['ms']:.2f} ms" for size in sizes)])
    rows.append(["", *(f"{1000 / max(size['ms'], 1e-3):.0f} frames/s" for size in sizes)])
    numbers = range(1, len(header))
    kind = " (software)" if result["software"] else ""
    return [*format_table(header, rows, right=numbers), f"{result['renderer']}{kind}"]


def _format_cost(entry: dict[str, Any]) -> str:
    """Format the time of a pass, and its share of frames if it is not drawn in all of them."""
    share = entry.get("share", 1)
    seldom = f" in {share:.0%} of frames" if share < 1 else ""
    return f"{entry['ms']:.2f} ms{seldom}"
