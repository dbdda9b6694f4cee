"""The job table of a data folder, for a command."""

from pathlib import Path

from server.jobs.store.store import Store
from server.terminal import print_errors


def open_store(command: str, data_dir: Path) -> Store | None:
    """Open the job table; None if that is impossible, and then the reason has been printed.

    Args:
        command: name of the command, for the message.
        data_dir: the data folder, of a server that may run.
    """
    database = data_dir / "jobs.db"
    if not database.exists():
        print_errors(f"toqibox {command}: no server has used {data_dir} yet")
        return None
    try:
        return Store(database)
    except RuntimeError as error:  # of a newer server, among others
        print_errors(f"toqibox {command}: {error}")
        return None
