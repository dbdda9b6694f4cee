"""`toqibox effects features`: list the features of a track that an input can follow."""

import argparse
import json

from server.cli.support.options import add_json
from server.cli.support.table import format_table
from server.config import Config
from server.effects.model.feature import FEATURES
from server.terminal import print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)


def run(_config: Config, options: argparse.Namespace) -> int:
    """Print the features and return 0."""
    features = [feature.describe() for feature in FEATURES.values()]
    if options.json:
        print(json.dumps(features, ensure_ascii=False))
        return 0
    names = ("name", "unit", "needs", "description")
    print_lines(*format_table(names, [[feature[name] for name in names] for feature in features]))
    return 0
