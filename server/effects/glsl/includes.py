"""GLSL files that an effect includes: `#include "lib.glsl"`, also whole libraries such as LYGIA.

A path is relative to the file that includes it, or to the folder of the effect. Nothing outside of
that folder can be included. Included files are read once, with the effect, and kept with it by
their paths. A line whose file does not exist stays, and is an error if the preprocessor reaches
it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from server.effects.source.blanking import without_comments
from server.effects.source.line_origins import NO_INCLUDES, LineOrigins
from server.effects.source.paths import normalize_path

MAX_INCLUDED_CHARACTERS = 512 * 1024
"""Maximum size of all files that an effect includes, and of their expansion."""
_MAX_DEPTH = 32
_INCLUDE = re.compile(r"""[ \t]*#[ \t]*include[ \t]+(?:"([^"\n]+)"|<([^>\n]+)>)""")
_CONDITION = re.compile(r"[ \t]*#[ \t]*(if|ifdef|ifndef|endif)\b")
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(\w+)[ \t]*(\w*)")
_ONCE = re.compile(r"^[ \t]*#[ \t]*pragma[ \t]+once\b", re.MULTILINE)


class IncludeError(ValueError):
    """An include cycle, or too much included text; at a line of a file."""

    def __init__(self, message: str, file: str, text: str, line: int) -> None:
        super().__init__(message)
        self.file, self.text, self.line = file, text, line


def normalize(text: str) -> str:
    """Remove a byte order mark and convert line breaks to ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def find_includes(text: str) -> list[tuple[int, str]]:
    """Return the includes of a text: line number, from 1, and the path as it is written."""
    if "#" not in text or "include" not in text:
        return []
    includes = []
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        if match := _INCLUDE.match(line):
            includes.append((number, match[1] or match[2]))
    return includes


def candidates(file: str, name: str) -> list[str]:
    """Return the paths from the effect's folder at which an included file may be, in order.

    Args:
        file: path of the including file, relative to that folder.
        name: the path as it is written there.
    """
    paths = []
    for path in (f"{file.rpartition('/')[0]}/{name}".lstrip("/"), name):
        try:
            if not name.startswith(("/", "\\")):
                paths.append(normalize_path(path))
        except ValueError:
            continue
    return list(dict.fromkeys(paths))


@dataclass
class _Expansion:
    """A text that grows by its includes."""

    includes: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    pieces: list[tuple[str, int]] = field(default_factory=list)
    included_guarded: set[str] = field(default_factory=set)
    """Files with include guards that a compiler has certainly seen: they are empty if repeated."""
    remaining: int = MAX_INCLUDED_CHARACTERS

    def begin_piece(self, file: str, line: int) -> None:
        self.starts.append(len(self.lines) + 1)
        self.pieces.append((file, line))

    def add(self, file: str, text: str, stack: tuple[str, ...], depth: int) -> None:
        """Append a text with its includes.

        Args:
            file: its path.
            text: the text.
            stack: the files that include one another down to this one.
            depth: number of conditions around it.
        """
        requested = dict(find_includes(text))
        guarded = _is_guarded(text)
        depth -= guarded
        self.begin_piece(file, 1)
        lines = text.split("\n")
        for number, (line, line_code) in enumerate(
            zip(lines, without_comments(text).split("\n"), strict=True), 1
        ):
            if condition := _CONDITION.match(line_code):
                depth += -1 if condition[1] == "endif" else 1
            name = requested.get(number)
            path = self._resolve(file, name) if name else None
            if path is None:
                self.lines.append(line)
                continue
            self._include(path, (file, text, number), stack, depth)
            self.begin_piece(file, number + 1)

    def _resolve(self, file: str, name: str) -> str | None:
        return next((path for path in candidates(file, name) if path in self.includes), None)

    def _include(
        self, path: str, origin: tuple[str, str, int], stack: tuple[str, ...], depth: int
    ) -> None:
        text = self.includes[path]
        guarded = _is_guarded(text) or _ONCE.search(text) is not None
        if path in self.included_guarded or (path in stack and guarded):
            self.lines.append("")
            return
        if path in stack:
            chain = " → ".join([*stack[stack.index(path) :], path])
            raise IncludeError(f"a file includes itself: {chain}", *origin)
        self.remaining -= len(text) + 1
        if self.remaining < 0 or len(stack) >= _MAX_DEPTH:
            limit = f"{MAX_INCLUDED_CHARACTERS // 1024} kB and {_MAX_DEPTH} files deep"
            raise IncludeError(f"too much is included: at most {limit} is allowed", *origin)
        if guarded and depth <= 0:
            self.included_guarded.add(path)
        self.add(path, text, (*stack, path), depth)


@lru_cache(maxsize=1024)
def _is_guarded(text: str) -> bool:
    """Report if a whole file is in a condition that it makes false itself."""
    lines = [line for line in without_comments(text).split("\n") if line.strip()]
    first, second = (_DIRECTIVE.match(line) for line in (*lines[:2], "", "")[:2])
    if first is None or second is None or (first[1], second[1]) != ("ifndef", "define"):
        return False
    depth = 0
    for at, line in enumerate(lines):
        if condition := _CONDITION.match(line):
            depth += -1 if condition[1] == "endif" else 1
        if depth == 0:
            return first[2] == second[2] and at == len(lines) - 1
    return False


def expand(file: str, text: str, includes: Mapping[str, str]) -> tuple[str, LineOrigins]:
    """Replace the include lines of a text with the included files.

    Args:
        file: the effect's file.
        text: its content.
        includes: texts of the files by their paths.

    Raises:
        IncludeError: a file includes itself, or the result is too long.
    """
    if not includes or not find_includes(text):
        return text, NO_INCLUDES
    joined = _Expansion(includes)
    joined.add(file, normalize(text), (file,), 0)
    return "\n".join(joined.lines), LineOrigins(tuple(joined.starts), tuple(joined.pieces))
