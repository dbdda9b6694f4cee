"""Readers of settings: each turns the text of an environment variable into its value.

A reader raises ValueError with what is allowed, in words that follow “must be”.
"""

import os
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")
_PUBLIC_URL = re.compile(r"(https?://[^\s/?#@]+)?((/[^\s/?#]+)*)/?")
Network = IPv4Network | IPv6Network
FRAME_RATES = (24, 25, 30, 50, 60)
DEFAULT_PLAN, PREMIUM_PLAN = PLANS = ("free", "premium")


def integer(minimum: int, maximum: int) -> Callable[[str], int]:
    """Return the reader of an integer within bounds, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not minimum <= int(text) <= maximum:
            raise ValueError(f"an integer between {minimum} and {maximum}")
        return int(text)

    return read


def read_seconds(text: str) -> Decimal:
    """Read a duration in seconds, exactly."""
    if not _DECIMAL.fullmatch(text) or Decimal(text) <= 0:
        raise ValueError("a number of seconds greater than 0")
    return Decimal(text)


def read_token(text: str) -> str:
    """Read a secret that is sent as a bearer token (RFC 6750, section 2.1)."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("at least 16 letters, digits and -._~+/=")
    return text


def read_plans(text: str) -> dict[str, int]:
    """Read the short side of the video for each plan, in the order of PLANS."""
    plans: dict[str, int] = {}
    for item in text.split(","):
        match = re.fullmatch(r"\s*([a-z]+)=([0-9]{1,4})\s*", item)
        if not match or not 16 <= int(match[2]) <= 4320 or int(match[2]) % 2:
            raise ValueError(
                "name=side with even sides between 16 and 4320, such as free=720,premium=1080"
            )
        if match[1] not in PLANS or match[1] in plans:
            raise ValueError("a list of the plans free and premium, each once")
        plans[match[1]] = int(match[2])
    if DEFAULT_PLAN not in plans:
        raise ValueError("a list with the plan free, which is that of a request without a plan")
    return {name: plans[name] for name in PLANS if name in plans}


def choice(*allowed: str) -> Callable[[str], str]:
    """Return the reader of a setting with few values."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return text

    return read


def read_gpus(text: str) -> tuple[int, ...]:
    """Read the indices of GPUs."""
    numbers = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,2}", number) for number in numbers):
        raise ValueError("comma-separated indices of GPUs such as 0,1")
    if len(set(map(int, numbers))) < len(numbers):
        raise ValueError("indices that differ: a GPU has MAX_PARALLEL_EXPORTS slots")
    return tuple(map(int, numbers))


def read_flag(text: str) -> bool:
    """Read 0 or 1."""
    if text not in ("0", "1"):
        raise ValueError("0 or 1")
    return text == "1"


def read_frame_rate(text: str) -> int:
    """Read one of FRAME_RATES."""
    if text not in map(str, FRAME_RATES):
        raise ValueError("one of " + ", ".join(map(str, FRAME_RATES)))
    return int(text)


def read_origins(text: str) -> tuple[str, ...]:
    """Read the origins of pages (Fetch standard, section 3.2), or ``*`` for all."""
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not origins or not all(o == "*" or re.fullmatch(r"https?://[^/\s]+", o) for o in origins):
        raise ValueError("* or comma-separated origins such as https://studio.example")
    return origins


def read_networks(text: str) -> tuple[Network, ...]:
    """Read networks; an address is a network of its own."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            "comma-separated addresses or networks such as 127.0.0.1,10.0.0.0/8"
        ) from None


def read_public_url(text: str) -> str:
    """Read a URL or its path alone, without a slash at the end."""
    match = _PUBLIC_URL.fullmatch(text)
    if not match or {".", ".."} & set(unquote(match[2]).split("/")):
        raise ValueError(
            "an address such as https://studio.example/render, or its path alone, such as /render"
        )
    return (match[1] or "") + match[2]


def read_folders(text: str) -> tuple[Path, ...]:
    """Read the paths of existing folders."""
    paths = [_expand_home(part) for part in text.split(os.pathsep) if part]
    try:
        folders = tuple(path.resolve() for path in paths)
        exist = all(folder.is_dir() for folder in folders)
    except (OSError, RuntimeError):  # a name that is too long; links that form a circle
        exist = False
    if not exist:
        raise ValueError(f"existing folders, separated by {os.pathsep}")
    return folders


def read_file(text: str) -> Path:
    """Read the path of a file, which need not exist."""
    return _expand_home(text).absolute()


def read_folder(text: str) -> Path:
    """Read the path of a folder, which need not exist."""
    if not text:
        raise ValueError("a folder")
    return _expand_home(text).absolute()


def _expand_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("a path; “~name” is only the home folder of a known user") from None
