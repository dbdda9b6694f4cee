"""The extents of arrays: the text in their brackets, evaluated."""

import ast
import operator
import re
from collections.abc import Callable, Mapping

EXTENTS = r"(?:\s*\[[^\[\];{}]*\])+"
"""Pattern of the brackets of an array."""
_MAX_EXPRESSION_LENGTH = 100
_MAX_SHIFT = 64
_EXTENT = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)[uU]?(?![\w.])")
_NAME = re.compile(r"[A-Za-z_]\w*")
_OPERATIONS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: lambda left, right: left << min(max(right, 0), _MAX_SHIFT),
}


def read_elements(extents: str, constants: Mapping[str, set[str]]) -> int | None:
    """Return the number of elements of an array.

    Args:
        extents: a match of EXTENTS, or an empty text for 1.
        constants: of the shader; see find_constants.

    Returns None if an extent cannot be read; one without a number counts as 1.
    """
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
