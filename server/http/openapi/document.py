"""The HTTP contract as an OpenAPI 3.1 document."""

import re
from collections.abc import Sequence
from typing import Any

import server
from server.config import Config
from server.http.error_codes import AUTHENTICATION
from server.http.openapi.job_schemas import plan_schema
from server.http.openapi.route import PATH_PARAMETERS, Route
from server.http.openapi.schemas import SCHEMAS
from server.http.openapi.security import SECURITY_SCHEMES, security_of
from server.protocol.encodings import CODECS


def document(
    config: Config, routes: tuple[Route, ...], codecs: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the OpenAPI document of a server with these settings and routes.

    Args:
        config: the settings.
        routes: the operations.
        codecs: those that its machine offers; all if it has not been probed yet.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TOQIBOX Render",
            "version": server.__version__,
            "description": "A track and a photo go in, a music video comes out.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": config.public_url or "/"}],
        "paths": _paths(config, routes, codecs or tuple(CODECS)),
        "components": {
            "schemas": {**SCHEMAS, "Plan": plan_schema(config.plans)},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _paths(config: Config, routes: tuple[Route, ...], codecs: Sequence[str]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        item = paths.setdefault(route.path, _path_item(route.path))
        codes = () if route.is_open else AUTHENTICATION
        described = {route.method.lower(): route.operation, "head": route.operation.head}
        for method, operation in described.items():
            if operation:
                item[method] = operation.describe(config, codecs, codes)
                item[method]["security"] = security_of(route, config)
    return paths


def _path_item(path: str) -> dict[str, Any]:
    """Return the item of a path without its methods: its parameters, if it has any."""
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_PARAMETERS[name]}$"},
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    return {"parameters": parameters} if parameters else {}
