"""The address of the server of a data folder, for commands that send it requests."""

from server.config import Config
from server.jobs.storage.data_folder import is_in_use, read_address
from server.settings.local_url import local_url


def find_server(config: Config) -> str | None:
    """Return the address of the server that uses the data folder; None if there is none.

    A server on a full disk cannot write its address: then it is that of the settings.
    """
    address = read_address(config.data_dir)
    if address is None and config.port and is_in_use(config.data_dir):
        return local_url(config.host, config.port)
    return address
