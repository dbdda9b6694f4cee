"""`toqibox health`: ask the server of a data folder, on the port that it listens on."""

import argparse

from server.cli.support.exit_status import FAILED
from server.cli.support.local_request import send_request
from server.cli.support.options import add_data_folder
from server.cli.support.server_address import find_server
from server.config import Config
from server.terminal import print_errors, print_lines

_TIMEOUT_S = 5.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    meaning = "succeed only if a render could succeed; implied by REQUIRE_GPU=1"
    parser.add_argument("--ready", action="store_true", help=meaning)
    add_data_folder(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the answer; return 1 unless the server is up, or ready if that is asked for."""
    address = find_server(config)
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
