"""`toqibox quarantine list | lift`: the sources of clients that are refused, and their release.

A running server notices a change by itself.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Sequence
from datetime import datetime

from server.cli.support.exit_status import FAILED
from server.cli.support.job_store import open_store
from server.cli.support.options import add_data_folder, add_json
from server.cli.support.table import format_table
from server.config import Config
from server.jobs.model.requested_effect import CUSTOM
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.quarantine import QuarantinedSource
from server.jobs.store.store import Store
from server.terminal import print_errors, print_lines

_DIGEST = re.compile(rf"(?:{CUSTOM}-)?([0-9a-f]{{12,64}})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list what is refused, the newest first")
    add_json(listing)
    add_data_folder(listing)
    lift = actions.add_parser("lift", help="accept sources again")
    add_data_folder(lift)
    which = lift.add_mutually_exclusive_group(required=True)
    meaning = "SHA-256 of a source or chain, its first 12 digits or more, or the id of an effect"
    which.add_argument(
        "digests", metavar="DIGEST", nargs="*", type=_digest, default=[], help=meaning
    )
    which.add_argument("--all", action="store_true", help="all that is refused")


def run(config: Config, options: argparse.Namespace) -> int:
    """List the sources that are refused, or accept some again."""
    store = open_store("quarantine", config.data_dir)
    if store is None:
        return FAILED
    try:
        refused = asyncio.run(store.quarantine.list_all())
        if options.action == "list":
            _print(refused, as_json=options.json)
            return 0
        return _lift(store, refused, options)
    except DiskFull as error:
        print_errors(f"toqibox quarantine: nothing was changed: {error}")
        return FAILED
    finally:
        store.close()


def _print(refused: Sequence[QuarantinedSource], *, as_json: bool) -> None:
    if as_json:
        entries = [
            {"digest": entry.digest, "code": entry.code, "addedAt": entry.added_at}
            for entry in refused
        ]
        print(json.dumps({"quarantine": entries}, indent=2))
        return
    rows = [(entry.digest, entry.code, _format_time(entry.added_at)) for entry in refused]
    print_lines(*format_table(("digest", "code", "since"), rows))


def _lift(store: Store, refused: Sequence[QuarantinedSource], options: argparse.Namespace) -> int:
    lifted = [
        entry.digest
        for entry in refused
        if options.all or entry.digest.startswith(tuple(options.digests))
    ]
    asyncio.run(store.quarantine.remove(lifted))
    print_lines(*(f"{digest}  lifted" for digest in lifted))
    unknown = [
        digest
        for digest in options.digests
        if not any(known.startswith(digest) for known in lifted)
    ]
    for digest in unknown:
        print_errors(f"toqibox quarantine lift: nothing that begins with {digest} is refused")
    return FAILED if unknown else 0


def _digest(text: str) -> str:
    match = _DIGEST.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not valid: use 12 to 64 hexadecimal digits, or an id such as "
            f"{CUSTOM}-0123456789ab"
        )
    return match[1]


def _format_time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000).astimezone():%Y-%m-%d %H:%M:%S}"
