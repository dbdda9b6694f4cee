"""Files of API keys for tests."""

import json
from pathlib import Path
from typing import Any

from server.access.api_key import hash_secret, new_secret


def write_keys(path: Path, **entries: dict[str, Any]) -> dict[str, str]:
    """Write a file with a key for each entry; return the credentials by id.

    Args:
        path: the file.
        entries: properties of each key by its id, besides its secret; the plan is `free`.
    """
    secrets = {key_id: new_secret() for key_id in entries}
    keys = [
        {"id": key_id, "plan": "free", "secrets": [hash_secret(secrets[key_id])], **properties}
        for key_id, properties in entries.items()
    ]
    path.write_text(json.dumps({"keys": keys}))
    return {key_id: f"{key_id}.{secret}" for key_id, secret in secrets.items()}


def bearer(credentials: str) -> str:
    """Return the line of the header."""
    return f"Authorization: Bearer {credentials}"
