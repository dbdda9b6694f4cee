"""`toqibox effects frame ID|FILE -o out.png`: render one frame of a video, with alpha."""

import argparse
import json
from typing import Any

from server.cli.support import options as option
from server.cli.support.command_error import CommandError, report_error
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.prepared_media import prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.protocol.codec import to_json
from server.protocol.tasks import DrawFrames, FrameFile
from server.terminal import print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    option.add_effect(parser)
    add = parser.add_argument
    add("-o", "--out", required=True, metavar="OUT.png", help="file to write")
    group = parser.add_mutually_exclusive_group()
    meaning = "time of the frame (%(default)g)"
    group.add_argument("--time", type=option.time, default=1.0, metavar="SECONDS", help=meaning)
    meaning = "index of the frame, from 0"
    group.add_argument("--frame-index", type=option.frame_index, metavar="N", help=meaning)
    add("--composite", action="store_true", help="draw over the photo, as in a video")
    option.add_rendering(parser, "640x360")
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Draw the frame; return 1 if the effect cannot be drawn."""
    try:
        facts = _draw(config, options)
    except CommandError as problem:
        return report_error("frame", problem)
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
            "not exact: the effect depends on earlier frames; drawing started at frame "
            f"{facts['from']}"
        )
    return 0


def _draw(config: Config, options: argparse.Namespace) -> dict[str, Any]:
    loaded = effect_loader.find(options.effect, config)
    size, fps = task_builder.parse_size(options.size), options.fps or config.fps
    instance = task_builder.effect_instance(loaded, task_builder.parse_params(options.param))
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    out = task_builder.png_path(options.out)
    number = round(options.time * fps) if options.frame_index is None else options.frame_index
    with_photo2 = task_builder.needs_photo2(loaded.effect, uploads)
    with (
        WorkerSession() as session,
        prepare_media(session, uploads, with_photo2=with_photo2) as media,
    ):
        frame_file = media.folder / "frame.png"
        frames = max(round(media.seconds * fps), number + 1)
        settings = task_builder.FrameSettings(size, options.fit, fps, frames)
        scene = task_builder.scene_of(config, instance, media, settings)
        task = DrawFrames(
            scene=scene,
            frames=(FrameFile(frame=number, out=frame_file),),
            composite=options.composite,
        )
        try:
            result = session.run(task)
        except TaskError as error:
            raise task_builder.task_error(error, loaded) from None
        task_builder.write_output(frame_file, out)
    return {
        "file": options.out,
        "effect": loaded.effect.id,
        "width": size[0],
        "height": size[1],
        "time": number / fps,
        **to_json(result.frames[0]),
        "renderer": result.renderer,
        "software": result.software,
    }
