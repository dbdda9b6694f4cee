"""Request to the fork server for a worker, sent with the worker's sockets (SCM_RIGHTS, unix(7)).

The sockets are, in their order, its standard input, output and error, and one for its status, a
line each: STARTED with its process id, by the worker itself; FAILED with the errno of a fork that
failed; ENDED with its exit status, negative for a signal. None is used both ways: the end of a
worker that has not read all its input would otherwise discard its output (ECONNRESET).
"""

import json
from dataclasses import dataclass

from server.protocol.codec import from_json, to_json

MAX_REQUEST_BYTES = 4096
SOCKETS = 4
STARTED, FAILED, ENDED = "started", "failed", "ended"


@dataclass(frozen=True, kw_only=True)
class ForkRequest:
    """A worker to be forked."""

    label: str
    """Purpose of the worker in the list of processes."""
    limits: tuple[str, ...]
    """Its limits, as `sandbox.limit_arguments` returns them."""


def write_request(request: ForkRequest) -> bytes:
    """Write a request as a packet."""
    return json.dumps(to_json(request)).encode()


def write_status(word: str, number: int) -> bytes:
    """Write a line about a worker."""
    return f"{word} {number}\n".encode()


def read_status(line: bytes) -> tuple[str, int] | None:
    """Read a line about a worker; return None if it is incomplete: the fork server has ended."""
    if not line.endswith(b"\n"):
        return None
    word, number = line.decode().split()
    return word, int(number)


def read_request(packet: bytes) -> ForkRequest:
    """Read a request from a packet.

    Raises:
        ValueError: the packet is not a request.
    """
    return from_json(ForkRequest, json.loads(packet))
