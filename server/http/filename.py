"""The file name a browser saves a download under (RFC 6266, RFC 8187)."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 100
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UNSAFE = re.compile(r'[\\/:*?"<>|%]')
_SPACES = re.compile(r"\s+")


def disposition(label: str, fallback: str, extension: str) -> str:
    """A Content-Disposition with an ASCII and a UTF-8 name.

    Args:
        label: what a person called it; may hold anything.
        fallback: plain ASCII, for a label of which nothing remains.
        extension: with its dot.
    """
    name = _safe(label) or fallback
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # A name of which only remnants are ASCII reads worse than none: “-2.mp4”.
    kept = sum(sign.isalnum() for sign in plain) >= sum(sign.isalnum() for sign in name) / 2
    plain = (_safe(plain) if kept else "") or fallback
    encoded = quote(name + extension, safe="")
    return f"attachment; filename=\"{plain}{extension}\"; filename*=UTF-8''{encoded}"


def _safe(label: str) -> str:
    """`label` without what a file system, a header or a reader of names could trip over."""
    seen = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign
        for sign in unicodedata.normalize("NFC", label)
    )
    name = _SPACES.sub(" ", _UNSAFE.sub(" ", seen)).strip(" .-")[:_LONGEST].strip(" .-")
    return "" if _RESERVED.fullmatch(name) else name
