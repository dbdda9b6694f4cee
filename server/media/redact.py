"""Messages of programs as one line that may be shown to anyone: without paths and addresses."""

import re
from pathlib import Path

_MAX_LENGTH = 200
_ADDRESS = re.compile(r"rc -?\d+: |\[[^\]]* @ 0x[0-9a-f]+\] ")
_QUOTED = re.compile(r"""(["'])(?:file:)?/.*?\1""")
# A path ends at the end of a word and excludes closing punctuation. A slash inside a word, as in
# yuv/nv12 or 30/1, does not start a path.
_PATH = re.compile(r"(?:\bfile:|(?<![\w.])(?=/))/\S*[^\s:,.;'\")\]]")


def redact_paths(messages: str, *known_paths: Path) -> str:
    """Return the first line of `messages` without paths, at most 200 characters.

    Args:
        messages: of ffmpeg, or of an exception.
        known_paths: paths that may occur; they are recognised even with spaces in them.
    """
    line = _ADDRESS.sub("", messages.strip().partition("\n")[0])
    for path in sorted(map(str, known_paths), key=len, reverse=True):
        line = line.replace(f"file:{path}", "/…").replace(path, "/…")
    return _PATH.sub("…", _QUOTED.sub("…", line))[:_MAX_LENGTH]
