"""`toqibox serve`: the HTTP server."""

import argparse
import asyncio
import logging
import sys

from server import log
from server.cli import FAILED
from server.config import Config
from server.jobs.artifacts import DataFolderError
from server.jobs.gpu import GpuLostError


def run(config: Config, _options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from server.http.app import serve

    log.set_up(logging.getLevelNamesMapping()[config.log_level.upper()])
    try:
        asyncio.run(serve(config))
    except (DataFolderError, GpuLostError, OSError, RuntimeError) as error:
        print(f"toqibox serve: {error}", file=sys.stderr)
        return FAILED
    return 0
