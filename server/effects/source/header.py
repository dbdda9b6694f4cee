"""A parser for the JSON dialect of ISF headers in the wild; keeps the offset of every value.

Accepted beyond JSON: comments, repeated and trailing commas, keys without quotes, single quotes,
line breaks and tabs inside strings, unknown escapes, numbers such as ``1.``, ``.5`` and ``+2``.
Of duplicate keys the last one counts.
"""

import math
import re

_MAX_DEPTH = 24
_SPACE = re.compile(r"(?:\s+|//[^\n]*)*")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$.-]*")
_CHUNK = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CONSTANTS = {"true": True, "false": False, "yes": True, "no": False, "null": None}


class HeaderSyntaxError(ValueError):
    """An unreadable header; `offset` is the character at fault."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class JsonObject(dict[str, object]):
    """JSON object with positions.

    `offsets` holds the offset of each key's value, `spans` the start of the key and the end of its
    value.
    """

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset
        self.offsets: dict[str, int] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.repeated: list[str] = []
        """Keys that occur more than once."""

    def offset_of(self, key: str) -> int:
        """Return the offset of a key's value, or of the object if the key is missing."""
        return self.offsets.get(key, self.offset)


class JsonArray(list[object]):
    """An array; `offsets` holds the offset of each element."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets: list[int] = []


def read_object(text: str, start: int, end: int) -> JsonObject:
    """Read the object in ``text[start:end]``; offsets refer to `text`.

    Raises:
        HeaderSyntaxError: with the offset of the first invalid character.
    """
    scanner = _Scanner(text, start, end)
    scanner.skip()
    offset = scanner.at
    value = scanner.value(0)
    if not isinstance(value, JsonObject):
        raise HeaderSyntaxError("it must be an object in braces", offset)
    return value


def read_array(text: str, start: int, end: int) -> JsonArray:
    """Read the array in ``text[start:end]``; as `read_object`."""
    scanner = _Scanner(text, start, end)
    scanner.skip()
    offset = scanner.at
    value = scanner.value(0)
    if not isinstance(value, JsonArray):
        raise HeaderSyntaxError("it must be an array in brackets", offset)
    return value


class _Scanner:
    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text[:end]
        self.at = start

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def skip_commas(self) -> str:
        """Skip commas and return the next character."""
        while self.peek() == ",":
            self.at += 1
        return self.peek()

    def value(self, depth: int) -> object:
        char = self.peek()
        if depth > _MAX_DEPTH:
            raise HeaderSyntaxError("nested too deeply", self.at)
        if char == "{":
            return self.parse_object(depth)
        if char == "[":
            return self.parse_array(depth)
        if char in ('"', "'"):
            return self.string(char)
        if char and (char in "+-." or char.isdigit()):
            return self.number()
        return self.word()

    def parse_object(self, depth: int) -> JsonObject:
        mapping = JsonObject(self.at)
        self.at += 1
        while self.skip_commas() != "}":
            begin = self.at
            key = self.key()
            mapping.repeated += [key] if key in mapping else []
            if self.peek() != ":":
                raise HeaderSyntaxError(self.expected("“:”"), self.at)
            self.at += 1
            self.skip()
            mapping.offsets[key] = self.at
            mapping[key] = self.value(depth + 1)
            mapping.spans[key] = (begin, self.at)
            if self.peek() not in (",", "}"):
                raise HeaderSyntaxError(self.expected("“,” or “}”"), self.at)
        self.at += 1
        return mapping

    def parse_array(self, depth: int) -> JsonArray:
        array = JsonArray()
        self.at += 1
        while self.skip_commas() != "]":
            array.offsets.append(self.at)
            array.append(self.value(depth + 1))
            if self.peek() not in (",", "]"):
                raise HeaderSyntaxError(self.expected("“,” or “]”"), self.at)
        self.at += 1
        return array

    def key(self) -> str:
        char = self.peek()
        if char in ('"', "'"):
            return self.string(char)
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise HeaderSyntaxError(self.expected("a key"), self.at)
        self.at = match.end()
        return match[0]

    def string(self, quote: str) -> str:
        quote_start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            chunk = _CHUNK[quote].match(self.text, self.at)
            if chunk is not None:
                parts.append(chunk[0])
                self.at = chunk.end()
            char = self.text[self.at : self.at + 1]
            if not char:
                raise HeaderSyntaxError("this string is not closed", quote_start)
            self.at += 1
            if char == quote:
                return _join_surrogates("".join(parts))
            parts.append(self.escape())

    def escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        digits = self.text[self.at : self.at + 4]
        if char == "u" and re.fullmatch("[0-9a-fA-F]{4}", digits):
            self.at += 4
            return chr(int(digits, 16))
        return _ESCAPES.get(char, char)

    def number(self) -> float | int:
        match = _NUMBER.match(self.text, self.at)
        if match is None or len(match[0]) > 64:
            raise HeaderSyntaxError("invalid number", self.at)
        value = float(match[0])
        if not math.isfinite(value):
            raise HeaderSyntaxError("this number is too large", self.at)
        self.at = match.end()
        return int(match[0]) if match[0].lstrip("+-").isdigit() else value

    def word(self) -> object:
        match = _WORD.match(self.text, self.at)
        if match is None or match[0].lower() not in _CONSTANTS:
            raise HeaderSyntaxError(self.expected("a value"), self.at)
        self.at = match.end()
        return _CONSTANTS[match[0].lower()]

    def expected(self, expectation: str) -> str:
        actual = self.text[self.at : self.at + 1]
        return (
            f"{expectation} expected, found “{actual}”"
            if actual
            else f"{expectation} expected at the end"
        )


def _join_surrogates(text: str) -> str:
    """Join the surrogate pairs of a string; a lone half becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
