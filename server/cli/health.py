"""`toqibox health`: ask the running server of a data folder, on the port it really serves."""

import argparse

from server.cli.support.exit_status import FAILED
from server.cli.support.local_request import send_request
from server.config import Config
from server.jobs.storage.data_folder import read_address
from server.terminal import print_errors, print_lines

_TIMEOUT_S = 5.0


def run(config: Config, options: argparse.Namespace) -> int:
    """Print one line; exit status 1 unless the server answers, or is ready where that is asked."""
    address = read_address(config.data_dir)
    if address is None:
        print_errors(f"toqibox health: no server is running on {config.data_dir}")
        return FAILED
    path = "/ready" if options.ready or config.require_gpu else "/health"
    try:
        status, body = send_request(address, "GET", path, _TIMEOUT_S)
    except OSError as error:
        print_errors(f"toqibox health: {address} does not answer ({error})")
        return FAILED
    if status != 200:
        reason = "; ".join(body.get("problems") or [body.get("error") or f"status {status}"])
        print_errors(f"toqibox health: {address}{path}: {reason}")
        return FAILED
    print_lines(f"{address}{path} answers")
    return 0
