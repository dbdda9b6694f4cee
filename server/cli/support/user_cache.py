"""The cache folder of the user."""

import os
from pathlib import Path


def user_cache() -> Path:
    """Return the cache folder of the user, by the XDG Base Directory specification."""
    base = os.environ.get("XDG_CACHE_HOME") or Path(
        os.environ.get("HOME", "/nonexistent"), ".cache"
    )
    return Path(base) / "toqibox"


def shader_cache() -> Path | None:
    """Return the folder in which drivers cache the shaders of commands; None if there can be none.

    It is private: a driver runs what it reads from there.
    """
    folder = user_cache() / "shaders"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
