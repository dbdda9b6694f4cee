"""The sizes of the arrays and structures of a shader, in numbers of components."""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.effects.source.constants import find_constants

MAX_ELEMENTS = 4096
"""Maximum number of elements of an array, or of members of a structure with those inside them."""
_MAX_EXPRESSION_LENGTH = 100
_MAX_SHIFT = 64
_TYPE = r"(?:float|double|u?int|bool|[biud]?vec[234]|d?mat[234](?:x[234])?)"
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\{([^{}]*)\}")
_EXTENTS = r"((?:\s*\[[^\[\];{}]*\])+)"
_SUFFIX = re.compile(r"\s*\w+\s*" + _EXTENTS)
_PREFIX = re.compile(_EXTENTS)
_EXTENT = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)[uU]?(?![\w.])")
_NAME = re.compile(r"[A-Za-z_]\w*")
_OPERATIONS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: lambda left, right: left << min(max(right, 0), _MAX_SHIFT),
}


@dataclass(frozen=True)
class ArrayFault:
    """An array that is too large, or whose size cannot be read."""

    offset: int
    elements: int | None
    """None if its size cannot be read."""


def find_array_faults(code: str) -> Iterator[ArrayFault]:
    """Yield the arrays, and structures with arrays, that have too many elements.

    Args:
        code: a complete shader without comments.
    """
    constants = find_constants(code)
    sizes: dict[str, int] = {}
    for match in _STRUCT.finditer(code):
        size = _members_size(match[2], sizes, constants)
        sizes[match[1]] = MAX_ELEMENTS + 1 if size is None else size
        if size is None or size > MAX_ELEMENTS:
            yield ArrayFault(match.start(), size)
    types = "|".join([_TYPE, *map(re.escape, sizes)])
    for match in re.finditer(rf"\b({types})\b(?=\s*\w*\s*\[)", code):
        extents = _PREFIX.match(code, match.end()) or _SUFFIX.match(code, match.end())
        if extents is None:
            continue
        elements = _elements(extents[1], constants)
        if elements is None or elements * max(1, sizes.get(match[1], 1)) > MAX_ELEMENTS:
            yield ArrayFault(match.start(), elements)
    for match in re.finditer(rf"\b\w+{_EXTENTS}", code):  # further names of a declaration
        elements = _elements(match[1], constants)
        if elements is not None and elements > MAX_ELEMENTS:
            yield ArrayFault(match.start(), elements)


def _members_size(
    members: str, sizes: Mapping[str, int], constants: Mapping[str, set[str]]
) -> int | None:
    total = 0
    for member in members.split(";"):
        names = _NAME.findall(member)
        if len(names) < 2:
            continue
        of_type = max((sizes.get(name, 1) for name in names[:2]), default=1)
        for declared in member.split(","):
            elements = _elements(declared, constants)
            if elements is None:
                return None
            total += of_type * elements
    return total


def _elements(extents: str, constants: Mapping[str, set[str]]) -> int | None:
    """Return the product of the extents in brackets; None if one cannot be read."""
    product = 1
    for text in _EXTENT.findall(extents):
        if text.strip():  # without a number the values that follow determine it
            size = _evaluate(text, constants)
            if size is None or size < 0:
                return None
            product *= max(size, 1)
    return product


def _evaluate(text: str, constants: Mapping[str, set[str]], depth: int = 0) -> int | None:
    """Return the value of an expression of integers, macros and constants; of several the largest.

    None if it is none, or uses anything but sums, differences, products and shifts.
    """
    if depth > 8 or len(text) > _MAX_EXPRESSION_LENGTH:
        return None

    def number(match: re.Match[str]) -> str:
        return str(int(match[1], 0) if match[1][:2] in ("0x", "0X") else int(match[1]))

    known: dict[str, int] = {}
    for name in set(_NAME.findall(_NUMBER.sub(" ", text))) - {"int", "uint"}:
        values = [_evaluate(value, constants, depth + 1) for value in constants.get(name, ())]
        integers = [value for value in values if value is not None]
        if not integers or len(integers) < len(values):
            return None
        known[name] = max(integers)
    try:
        tree = ast.parse(_NUMBER.sub(number, text).strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _value(tree.body, known)


def _value(node: ast.expr, known: Mapping[str, int]) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        is_cast = isinstance(node.func, ast.Name) and node.func.id in ("int", "uint")
        return _value(node.args[0], known) if is_cast else None
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        left, right = _value(node.left, known), _value(node.right, known)
        if left is not None and right is not None:
            return _OPERATIONS[type(node.op)](left, right)
    return None
