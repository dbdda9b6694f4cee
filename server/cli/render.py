"""`toqibox render`: render one video without a server, with the same tasks."""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from server import logging_json
from server.cli.support.exit_status import USAGE
from server.cli.support.options import add_json
from server.cli.tasks.video_export import VideoExport, export_video
from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError, localize
from server.jobs.submission.fields import FILE_FIELDS
from server.jobs.submission.presets import BUILT_IN_PRESETS, Presets
from server.jobs.submission.request import check_request
from server.protocol.encodings import CODECS, QUALITIES
from server.settings.readers import FRAME_RATES
from server.terminal import print_errors

_FIELDS = (
    *("effect", "preset", "plan", "start", "duration", "tempo", "aspect", "fit", "fps"),
    *("title", "artist", "codec", "quality"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--audio", required=True, metavar="FILE", help="MP3, WAV, FLAC, M4A or most others")
    meaning = "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF or BMP (the cover in the audio file)"
    add("--photo", metavar="FILE", help=meaning)
    add("--photo2", metavar="FILE", help="second photo, for a transition")
    add("-o", "--out", required=True, metavar="OUT.mp4", help="file to write")
    add("-y", "--yes", action="store_true", help="overwrite the file")
    add("--effect", metavar="ID", help="see `toqibox effects list` (breathe)")
    meaning = "set an input of the effect; may be repeated"
    add("--param", action="append", default=[], metavar="NAME=VALUE", help=meaning)
    add("--preset", metavar="ID", help="use a preset, see `toqibox presets list`")
    add("--plan", help="plan, which determines the frame size (free)")
    meaning = "start in the track (0); with --duration also drop or best"
    add("--start", metavar="SECONDS", help=meaning)
    add("--duration", metavar="SECONDS", help="length of the video (the rest of the track)")
    meaning = "tempo of the track, if the detected one is wrong"
    add("--tempo", metavar="BPM", help=meaning)
    add("--aspect", help="16:9, 9:16, 1:1 or 4:5 (16:9)")
    add("--fit", help="fit of the photo: blur, contain or cover (blur)")
    add("--fps", help=f"frames per second: {', '.join(map(str, FRAME_RATES))} (FPS)")
    add("--title", help="title of the track (the tag of the audio file)")
    add("--artist", help="artist of the track (the tag of the audio file)")
    codecs, qualities = ", ".join(CODECS), ", ".join(QUALITIES)
    add("--codec", help=f"{codecs} (h264); see `toqibox doctor` for those of this machine")
    add("--quality", help=f"{qualities} (standard); high is for uploads to a video platform")
    meaning = "allow more than 3 flashes per second (see docs/http.md)"
    add("--allow-flashing", action="store_true", help=meaning)
    add_json(parser, "print the completed job as JSON, without a progress bar")


def run(config: Config, options: argparse.Namespace) -> int:
    """Check the options, render the video and write it to the output file."""
    logging_json.set_up(logging.ERROR)
    library = Library((BUILT_IN, *config.shaders_dirs))
    try:
        export = _export(config, library, options)
        export.check(overwrite=options.yes)
    except ToqiboxError as error:
        return _usage_error(localize(error.code, "en", error.values))
    except (OSError, ValueError) as error:
        return _usage_error(str(error))
    return export_video(config, library, export)


def _export(config: Config, library: Library, options: argparse.Namespace) -> VideoExport:
    paths = {name: getattr(options, name) for name in FILE_FIELDS}
    files = {name: Path(path) for name, path in paths.items() if path is not None}
    presets = Presets((BUILT_IN_PRESETS, *config.presets_dirs))
    request = check_request(
        _form_fields(options), config, library, presets, photo2="photo2" in files
    )
    return VideoExport(
        command="toqibox render",
        request=request,
        files=files,
        folder=library.folder(library.get(request.chain[-1].source.id)),
        out=Path(options.out),
        as_json=options.json,
    )


def _usage_error(message: str) -> int:
    print_errors(f"toqibox render: {message}")
    return USAGE


def _form_fields(options: argparse.Namespace) -> dict[str, str]:
    fields = {name: str(getattr(options, name)) for name in _FIELDS if getattr(options, name)}
    params: dict[str, Any] = {}
    for option in options.param:
        name, equals, text = option.partition("=")
        if not equals or not name:
            raise ValueError(f"“{option}” is not a valid --param: use NAME=VALUE")
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    if options.allow_flashing:
        fields["allowFlashing"] = "true"
    if params:
        fields["params"] = json.dumps(params)
    return fields
