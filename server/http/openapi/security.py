"""The security schemes of the OpenAPI document."""

from typing import Any

from server.config import Config
from server.http.openapi.route import Route

SECURITY_SCHEMES: dict[str, Any] = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `ID.SECRET`, or a delegated token, "
        "`token.ID.PLAN.EXPIRES.TOKEN_ID.SIGNATURE`. A server without keys needs none.",
    },
    "signedLink": {
        "type": "apiKey",
        "in": "query",
        "name": "signature",
        "description": "The signature of a link of a job or a cut, next to `expires` in its query.",
    },
}


def security_of(route: Route, config: Config) -> list[dict[str, list[str]]]:
    """Return the alternatives of a route; the empty one needs nothing."""
    if route.is_open:
        return []
    schemes: list[dict[str, list[str]]] = [{"apiKey": []}]
    if route.takes_links:
        schemes.append({"signedLink": []})
    return schemes if config.api_keys_file else [{}, *schemes]
