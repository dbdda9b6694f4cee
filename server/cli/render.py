"""`toqibox render`: one video without a server, by the same tasks."""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from server import logging_json
from server.cli.support.exit_status import USAGE
from server.cli.tasks.video_export import VideoExport, export_video
from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError, localize
from server.jobs.submission.fields import FILE_FIELDS
from server.jobs.submission.presets import BUILT_IN_PRESETS, Presets
from server.jobs.submission.request import check_request
from server.terminal import print_errors

_FIELDS = (
    *("effect", "preset", "plan", "start", "duration", "tempo", "aspect", "fit", "fps"),
    *("title", "artist"),
)


def run(config: Config, options: argparse.Namespace) -> int:
    """Check the options, render, and put the video where it was asked for."""
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
            raise ValueError(f"--param {option}: write NAME=VALUE")
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    if options.allow_flashing:
        fields["allowFlashing"] = "true"
    if params:
        fields["params"] = json.dumps(params)
    return fields
