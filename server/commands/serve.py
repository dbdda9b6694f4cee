"""`toqibox serve`: the HTTP server."""

import argparse
import asyncio
import logging

from server import log
from server.commands.exit_status import FAILED
from server.config import Config
from server.jobs.artifacts import DataFolderError
from server.jobs.gpu import GpuLostError
from server.terminal import complain


def run(config: Config, _options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from server.http.app import serve

    log.set_up(logging.getLevelNamesMapping()[config.log_level.upper()])
    try:
        asyncio.run(serve(config))
    except (DataFolderError, GpuLostError, OSError, RuntimeError) as error:
        complain(f"toqibox serve: {error}")
        return FAILED
    return 0
