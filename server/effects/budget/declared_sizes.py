"""The sizes of the arrays and structures that a shader declares, in numbers of components.

Compilers of GPUs keep every component apart: a structure that is assigned or compared becomes as
many instructions as it has components, and an array that is declared as many as it has.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.effects.budget.array_extents import EXTENTS, read_elements
from server.effects.source.brackets import match_brackets
from server.effects.source.constants import find_constants

MAX_ELEMENTS = 4096
"""Maximum number of elements of an array."""
MAX_STRUCT_COMPONENTS = 1024
"""Maximum number of components of a structure, with those inside its members."""
MIN_COUNTED = 64
"""Smaller ones are used as freely as a number."""
_MAX_COMPONENTS = 1 << 40
_MAX_TYPE = 16
"""Components of a matrix, which an unknown type may be."""
_BUILT_IN = {
    **dict.fromkeys(("float", "double", "int", "uint", "bool"), 1),
    **{f"{kind}vec{n}": n for kind in ("", "b", "i", "u", "d") for n in (2, 3, 4)},
    **{f"{kind}mat{n}": n * n for kind in ("", "d") for n in (2, 3, 4)},
    **{f"{kind}mat{n}x{m}": n * m for kind in ("", "d") for n in (2, 3, 4) for m in (2, 3, 4)},
}
_STRUCT = re.compile(r"\bstruct\b\s*(\w*)\s*\{")
_QUALIFIERS = re.compile(r"\b(?:const|highp|mediump|lowp|precise|flat|smooth)\b")
_MEMBER = re.compile(rf"\s*(\w+)\s*({EXTENTS})?\s*(\w.*)", re.DOTALL)
_PREFIX = re.compile(rf"\s*({EXTENTS})")
_NAME = re.compile(rf"\s*(\w+)\s*({EXTENTS})?\s*")
_NEXT_NAME = re.compile(rf"\s*,\s*(\w+)\s*({EXTENTS})?\s*(?=[,;=])")
_STOP = re.compile(r"[()\[\]{},;]")
_ALIAS = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\w+)[ \t]*$", re.MULTILINE)
_HIDDEN_EXTENTS = re.compile(
    rf"^[ \t]*#[ \t]*define[ \t]+\w+(?:\([^)\n]*\))?[ \t]+({EXTENTS})", re.MULTILINE
)
_ANY_ARRAY = re.compile(rf"\b\w+({EXTENTS})")


@dataclass(frozen=True)
class SizeFault:
    """An array or a structure that is too large, or whose size cannot be read."""

    offset: int
    reason: str


@dataclass
class DeclaredSizes:
    """The sizes of a shader."""

    faults: list[SizeFault] = field(default_factory=list)
    declared: dict[int, int] = field(default_factory=dict)
    """Components that are declared, by the offset of the type, where they are many."""
    names: dict[str, int] = field(default_factory=dict)
    """Components of the largest variable of a name, where they are many."""
    elements: dict[str, int] = field(default_factory=dict)
    """Components of an element of the largest array of a name, where an array has many."""


def read_sizes(code: str) -> DeclaredSizes:
    """Return the sizes of the arrays and structures of a complete shader without comments."""
    return _Reader(code).read()


class _Reader:
    def __init__(self, code: str) -> None:
        self._code = code
        self._constants = find_constants(code)
        self._types = dict(_BUILT_IN)
        self._bodies: list[tuple[int, int]] = []
        """Begin and end of each structure."""
        self._sizes = DeclaredSizes()

    def read(self) -> DeclaredSizes:
        self._read_structures()
        self._read_aliases()
        self._read_variables()
        for match in _HIDDEN_EXTENTS.finditer(self._code):
            offset = match.start(1)
            self._add(offset, "", self._components(offset, match[1], _MAX_TYPE), None)
        for match in _ANY_ARRAY.finditer(self._code):  # what is not read as a declaration
            elements = self._elements(match[1])
            if elements is not None and elements > MAX_ELEMENTS:
                self._refuse_array(match.start(), elements)
        self._sizes.faults.sort(key=lambda fault: fault.offset)
        return self._sizes

    def _read_structures(self) -> None:
        closing: Mapping[int, int] = match_brackets(self._code)
        for match in _STRUCT.finditer(self._code):
            end = closing.get(match.end() - 1)
            if end is None:
                continue
            body = self._code[match.end() : end]
            self._bodies.append((match.end(), end))
            if "{" in body or not match[1]:
                reason = "give this structure a name, and declare it before it is used in another"
                self._sizes.faults.append(SizeFault(match.start(), reason))
                continue
            size = self._members_size(body)
            if size is None:
                reason = "this structure has an array of a size that cannot be read"
                self._sizes.faults.append(SizeFault(match.start(), reason))
                size = MAX_STRUCT_COMPONENTS
            elif size > MAX_STRUCT_COMPONENTS:
                reason = (
                    f"this structure has {size:,} components:"
                    f" at most {MAX_STRUCT_COMPONENTS:,} are allowed"
                )
                self._sizes.faults.append(SizeFault(match.start(), reason))
            self._types[match[1]] = max(size, self._types.get(match[1], 0))
            self._read_declarators(match.start(), end + 1, size)

    def _members_size(self, body: str) -> int | None:
        """Return the components of a structure; None if one of its arrays cannot be read."""
        total = 0
        for member in _QUALIFIERS.sub(" ", body).split(";"):
            match = _MEMBER.fullmatch(member)
            if match is None:
                continue
            of_type = self._elements(match[2])
            for declarator in match[3].split(","):
                name = _NAME.fullmatch(declarator)
                own = self._elements(name[2] if name else None)
                if of_type is None or own is None:
                    return None
                total += self._types.get(match[1], _MAX_TYPE) * of_type * own
        return min(total, _MAX_COMPONENTS)

    def _read_aliases(self) -> None:
        """Add the macros that stand for a type."""
        aliases = _ALIAS.findall(self._code)
        for _ in range(3):  # a macro may stand for a macro
            for name, body in aliases:
                if body in self._types:
                    self._types[name] = max(self._types[body], self._types.get(name, 0))

    def _read_variables(self) -> None:
        types = "|".join(sorted(map(re.escape, self._types), key=len, reverse=True))
        for match in re.finditer(rf"(?<![\w.#])({types})\b(?=\s*[\w\[])", self._code):
            if self._is_member(match.start()):
                continue
            self._read_declarators(match.start(), match.end(), self._types[match[1]])

    def _is_member(self, at: int) -> bool:
        index = bisect_right(self._bodies, (at, len(self._code))) - 1
        return index >= 0 and at < self._bodies[index][1]

    def _read_declarators(self, offset: int, at: int, of_type: int) -> None:
        """Read the extents and names that follow a type, up to the end of their declaration."""
        prefix = _PREFIX.match(self._code, at)
        of_array = self._components(offset, prefix[1], of_type) if prefix else None
        at = prefix.end() if prefix else at
        name = _NAME.match(self._code, at)
        if name is None and of_array is not None:  # the constructor of an array
            self._add(offset, "", of_array, None)
        while name is not None:
            if name[2]:
                element = of_type if of_array is None else of_array
                self._add(offset, name[1], self._components(offset, name[2], element), element)
            else:
                self._add(offset, name[1], of_array or of_type, of_type if prefix else None)
            at = self._skip_value(name.end())
            name = _NEXT_NAME.match(self._code, at)

    def _skip_value(self, at: int) -> int:
        """Return the offset of the comma or semicolon after the value of a variable."""
        if self._code[at : at + 1] != "=":
            return at
        depth = 0
        for match in _STOP.finditer(self._code, at):
            if match[0] in "([{":
                depth += 1
            elif match[0] in ")]}":
                depth -= 1
            elif not depth:
                return match.start()
            if depth < 0:
                return match.start()
        return len(self._code)

    def _components(self, offset: int, extents: str, of_type: int) -> int:
        """Return the components of an array; refuse one that is too large or cannot be read."""
        elements = self._elements(extents)
        if elements is None or elements > MAX_ELEMENTS:
            self._refuse_array(offset, elements)
        return min((elements or 1) * of_type, _MAX_COMPONENTS)

    def _add(self, offset: int, name: str, components: int, of_element: int | None) -> None:
        """Add a variable, and the components of its elements if it is an array."""
        if components <= MIN_COUNTED:
            return
        declared, names, elements = self._sizes.declared, self._sizes.names, self._sizes.elements
        declared[offset] = declared.get(offset, 0) + components
        if name:
            names[name] = max(components, names.get(name, 0))
            if of_element is not None:
                elements[name] = max(of_element, elements.get(name, 0))

    def _elements(self, extents: str | None) -> int | None:
        return read_elements(extents or "", self._constants)

    def _refuse_array(self, offset: int, elements: int | None) -> None:
        size = "of a size that cannot be read" if elements is None else "too large"
        reason = f"this array is {size}: at most {MAX_ELEMENTS:,} elements are allowed"
        self._sizes.faults.append(SizeFault(offset, reason))
