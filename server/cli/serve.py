"""`toqibox serve`: the HTTP server."""

import argparse
import asyncio
import logging
import os

from server import logging_json
from server.cli.support.exit_status import FAILED
from server.cli.support.options import add_data_folder
from server.config import Config
from server.http.server.app import serve
from server.jobs.execution.gpu_presence import GpuLostError
from server.jobs.storage.data_folder import DataFolderError
from server.logging_json import log_event
from server.settings.misspelt import find_misspelt
from server.terminal import print_errors
from server.tracing import spans
from server.tracing import start as tracing

_LOG = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", help="address to listen on (HOST)")
    parser.add_argument("--port", help="port to listen on, 0 for a free one (PORT)")
    add_data_folder(parser)


def run(config: Config, _options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    if not __debug__:  # libraries that parse requests check them by assertions
        print_errors("toqibox serve: Python must run without -O; unset PYTHONOPTIMIZE")
        return FAILED
    logging_json.set_up(logging.getLevelNamesMapping()[config.log_level.upper()])
    for misspelt in find_misspelt(os.environ, Config.setting_names()):
        log_event(
            _LOG,
            logging.WARNING,
            "setting.unknown",
            name=misspelt.name,
            likely=misspelt.likely,
            why=misspelt.advice,
        )
    if config.api_keys_file is not None and config.metrics_token is None:
        why = "the server has API keys, and no METRICS_TOKEN"
        log_event(_LOG, logging.WARNING, "metrics.public", why=why)
    tracing.start(os.environ)
    try:
        asyncio.run(serve(config))
    except (DataFolderError, GpuLostError, OSError, RuntimeError) as error:
        print_errors(f"toqibox serve: {error}")
        return FAILED
    finally:
        spans.stop()
    return 0
