"""Places for connections: a maximum of all, and one of each client, so that none holds all."""

import logging
import time
from collections import Counter

from server.config import Config
from server.http.headers.client_address import is_trusted_proxy, network_of
from server.http.limits import HttpLimits
from server.http.server import descriptors
from server.logging_json import log_event
from server.metrics.http_counters import HttpCounters

_log = logging.getLogger(__name__)
_LOG_INTERVAL_S = 60.0
_DEFAULT_SHARE = 4
"""One of so many places may be those of one client, unless a setting gives their number."""


class ConnectionPlaces:
    """Counts the open connections and those that were refused.

    Args:
        config: the settings; proxies that it trusts are not clients, and have any number.
        limits: the maximum number of all, and of each client.
        counters: metrics.
    """

    def __init__(self, config: Config, limits: HttpLimits, counters: HttpCounters) -> None:
        self._config = config
        self._counters = counters
        self._maximum = descriptors.max_connections(limits.connections)
        self._client_maximum = limits.client_connections or max(1, self._maximum // _DEFAULT_SHARE)
        self._clients: Counter[str] = Counter()
        self._refused_count = 0
        self._next_log_at = 0.0
        self._count = 0

    def take(self, client: str) -> bool:
        """Count a connection that was opened; return whether it has a place.

        Args:
            client: as client_of returns it.
        """
        self._count += 1
        self._clients[client] += 1
        self._counters.connections.inc()
        if self._count > self._maximum:
            self._log_refused(limit=self._maximum)
        elif client and self._clients[client] > self._client_maximum:
            self._log_refused(limit=self._client_maximum, client=client)
        else:
            return True
        return False

    def release(self, client: str) -> None:
        """Count a connection that was closed, whether it had a place or not."""
        self._count -= 1
        self._clients[client] -= 1
        if not self._clients[client]:
            del self._clients[client]
        self._counters.connections.dec()

    def client_of(self, address: str) -> str:
        """Return the client at the other end of a connection; empty if it is a trusted proxy."""
        return "" if is_trusted_proxy(address, self._config) else network_of(address)

    def _log_refused(self, **facts: int | str) -> None:
        """Log that a connection was refused, once a minute."""
        self._refused_count += 1
        self._counters.refused_connections.inc()
        if time.monotonic() >= self._next_log_at:
            self._next_log_at = time.monotonic() + _LOG_INTERVAL_S
            refused = self._refused_count
            log_event(_log, logging.WARNING, "connections.full", **facts, refused=refused)
            self._refused_count = 0
