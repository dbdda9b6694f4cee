"""The URL of a server on its own machine."""

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def local_url(host: str, port: int) -> str:
    """Return the URL by which a server that listens on `host` is reached on its machine."""
    local = _EVERY_ADDRESS.get(host, host)
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"
