"""`toqibox restore`: make a data folder from a backup."""

import argparse
from pathlib import Path

from server.cli.support.exit_status import FAILED
from server.cli.support.options import add_data_folder
from server.config import Config
from server.jobs.backup.manifest import BackupError
from server.jobs.backup.restore import restore
from server.terminal import print_errors, print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", metavar="FOLDER", help="folder of a backup")
    add_data_folder(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Restore a backup; print what it contained."""
    try:
        manifest = restore(Path(options.source), config.data_dir)
    except BackupError as error:
        print_errors(f"toqibox restore: {error}")
        return FAILED
    count = len(manifest.files)
    print_lines(f"{config.data_dir}: jobs: {manifest.jobs}, files: {count}; start the server")
    return 0
