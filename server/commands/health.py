"""`toqibox health`: ask the running server of a data folder, on the port it really serves."""

import argparse
import sys

from server.cli import FAILED
from server.commands.local import ask
from server.config import Config
from server.jobs.artifacts import address_of

_ANSWER_S = 5.0


def run(config: Config, options: argparse.Namespace) -> int:
    """Print one line; exit status 1 unless the server answers, or is ready where that is asked."""
    address = address_of(config.data_dir)
    if address is None:
        print(f"toqibox health: no server is running on {config.data_dir}", file=sys.stderr)
        return FAILED
    path = "/ready" if options.ready or config.require_gpu else "/health"
    try:
        status, answer = ask(address, "GET", path, _ANSWER_S)
    except OSError as error:
        print(f"toqibox health: {address} does not answer ({error})", file=sys.stderr)
        return FAILED
    if status != 200:
        why = "; ".join(answer.get("problems") or [answer.get("error") or f"status {status}"])
        print(f"toqibox health: {address}{path}: {why}", file=sys.stderr)
        return FAILED
    print(f"{address}{path} answers")
    return 0
