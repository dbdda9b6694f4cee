"""The shares of clients in what a server has too little of for all: its queues and its disk."""

from aiohttp import web

from server.http.app_keys import CONFIG
from server.http.authentication import principal_of
from server.http.headers.client_address import client_address, network_of


def room_share_of(request: web.Request) -> str:
    """Return the share of the room for kept uploads that a sender has: its API key, or its network.

    Tokens of a key have its room together: a key whose tokens are used from many networks must not
    displace the uploads of other keys. In that room each token has a share of its own.
    """
    key = principal_of(request).key
    return key.id if key else network_of(client_address(request, request.app[CONFIG]))


def queue_share_of(request: web.Request) -> str:
    """Return the share of the queues that a sender has: its API key, or its network.

    The tokens of a key are used by browsers of many people: each network has a share.
    """
    principal = principal_of(request)
    if principal.key is not None and principal.token is None:
        return principal.key.id
    network = network_of(client_address(request, request.app[CONFIG]))
    return f"{principal.key.id} {network}" if principal.key else network
