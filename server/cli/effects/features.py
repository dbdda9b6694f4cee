"""`toqibox effects features`: everything that an input can follow, a line each."""

import argparse
import json

from server.cli.support.table import format_table
from server.config import Config
from server.effects.model.feature import FEATURES
from server.terminal import print_lines


def run(_config: Config, options: argparse.Namespace) -> int:
    """Print the features; returns the exit status, which is always 0."""
    features = [feature.describe() for feature in FEATURES.values()]
    if options.json:
        print(json.dumps(features, ensure_ascii=False))
        return 0
    names = ("name", "unit", "needs", "description")
    print_lines(*format_table(names, [[feature[name] for name in names] for feature in features]))
    return 0
