"""Authentication: the sender of a request, by its API key or by the signature of its link."""

from aiohttp import web

from server.access.access_control import AccessControl
from server.access.delegated_token import PREFIX, parse_token
from server.access.key_ring import KeyRing
from server.access.principal import EVERYBODY, Principal
from server.access.signed_links import SIGNATURE
from server.config import Config
from server.errors import ToqiboxError
from server.http.headers.authorization import bearer_credentials
from server.http.headers.client_address import client_address, network_of
from server.http.rate_limiter import RateLimiter
from server.messages import message

_MAX_FAILURES_PER_MINUTE = 20
"""Failed authentications of a network; further ones get 429. Valid keys are never refused so."""
_PRINCIPAL = web.RequestKey("principal", Principal)


class Authenticator:
    """Authenticates requests.

    Args:
        config: the settings.
        access: the API keys and links of the server.
    """

    def __init__(self, config: Config, access: AccessControl) -> None:
        self._config = config
        self._access = access
        self._keys = access.keys
        self._links = access.links
        self._requests = RateLimiter()
        self._failures = RateLimiter()
        self._uses = RateLimiter()

    async def authenticate(self, request: web.Request, *, takes_expired: bool) -> Principal:
        """Return the sender of a request.

        Args:
            request: the request.
            takes_expired: True if a token that has expired is accepted.

        Raises:
            ToqiboxError: unauthenticated, or rate_limited.
        """
        if self._keys is None:
            return EVERYBODY
        try:
            principal = await self._identify(request, self._keys, takes_expired=takes_expired)
        except ToqiboxError:
            network = network_of(client_address(request, self._config))
            if wait_s := self._failures.take(network, _MAX_FAILURES_PER_MINUTE):
                raise ToqiboxError("rate_limited", retry_after=wait_s) from None
            raise
        if principal.is_link:
            self._count_use(request.query[SIGNATURE])
        limit = principal.limits.requests_per_minute
        if limit and (wait_s := self._requests.take(principal.owner, limit)):
            raise ToqiboxError("rate_limited", retry_after=wait_s, detail=principal.owner)
        return principal

    def _count_use(self, signature: str) -> None:
        """Refuse a link that is followed too often; it can be passed on to anybody."""
        if wait_s := self._uses.take(signature, self._config.link_requests_per_minute):
            raise ToqiboxError("rate_limited", retry_after=wait_s, detail="of one link")

    async def is_valid(self, request: web.Request, owner: str) -> bool:
        """Return whether an authenticated request would be accepted now, its expiry aside.

        Args:
            request: the request.
            owner: of what a signed link names; the link ends with the key.
        """
        if self._keys is None:
            return True
        if principal_of(request).is_link:
            return self._access.has_owner(owner)
        credentials = bearer_credentials(request.headers)
        return credentials is not None and bool(await self._principal_of(credentials, self._keys))

    async def _identify(
        self, request: web.Request, keys: KeyRing, *, takes_expired: bool
    ) -> Principal:
        credentials = bearer_credentials(request.headers)
        if credentials is not None:
            principal = await self._principal_of(credentials, keys)
            if principal is None:
                raise ToqiboxError("unauthenticated", why=message("key_invalid"))
            if principal.token and not takes_expired:
                principal.token.check_lifetime()
            return principal
        if self._links is not None and SIGNATURE in request.query:
            await keys.refresh()
            self._links.verify(request.method, request.path, request.query)
            if request.method == "DELETE":  # of the command line: jobs of any key, revoked or not
                return Principal(is_link=True)
            return Principal(is_link=True, reaches=self._access.has_owner)  # links end with the key
        raise ToqiboxError("unauthenticated")

    @staticmethod
    async def _principal_of(credentials: str, keys: KeyRing) -> Principal | None:
        """Return the sender of valid credentials, None for others."""
        if not credentials.startswith(PREFIX):
            key = await keys.authenticate(credentials)
            return Principal(key) if key else None
        await keys.refresh()
        token = parse_token(credentials)
        key = keys.get(token.key_id) if token else None
        is_valid = token is not None and token.is_signed_by(key)
        return Principal(key, token) if is_valid else None


AUTHENTICATOR = web.AppKey("authenticator", Authenticator)


async def authenticate(request: web.Request, *, takes_expired: bool) -> None:
    """Authenticate a request, whose sender `principal_of` returns from now on.

    Args:
        request: the request.
        takes_expired: True if a token that has expired is accepted.

    Raises:
        ToqiboxError: unauthenticated, or rate_limited.
    """
    authenticator = request.app[AUTHENTICATOR]
    request[_PRINCIPAL] = await authenticator.authenticate(request, takes_expired=takes_expired)


def principal_of(request: web.BaseRequest) -> Principal:
    """Return the authenticated sender of a request.

    Raises:
        KeyError: the request is of a route that is open, and was not authenticated.
    """
    return request[_PRINCIPAL]


def owner_of(request: web.BaseRequest) -> str | None:
    """Return the id of the key of a request, for the log; None if it has none."""
    principal = request.get(_PRINCIPAL)
    return principal.owner or None if principal else None
