"""`toqibox backup`: copy a data folder, also while its server runs."""

import argparse
from pathlib import Path

from server.cli.support.exit_status import FAILED
from server.cli.support.options import add_data_folder
from server.config import Config
from server.jobs.backup.back_up import back_up
from server.jobs.backup.manifest import BackupError
from server.terminal import print_errors, print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("target", metavar="FOLDER", help="new folder for the backup")
    add_data_folder(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Make a backup; print what it contains."""
    target = Path(options.target)
    try:
        manifest = back_up(config.data_dir, target)
    except BackupError as error:
        print_errors(f"toqibox backup: {error}")
        return FAILED
    count, megabytes = len(manifest.files), manifest.total_bytes / 1e6
    print_lines(f"{target}: jobs: {manifest.jobs}, files: {count}, {megabytes:.1f} MB")
    return 0
