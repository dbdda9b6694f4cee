"""Strategies of hostile input: pieces of valid files, damaged ones, and JSON of any kind."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

_SIZES = st.sampled_from([0, 1, 2, 7, 8, 9, 127, 128, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1])

numbers = (
    st.integers(-3, 3)
    | st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**400), 2**31, 2**63, 1e308, -0.0])
)
"""Numbers as `json.loads` returns them, also those that JSON itself does not have."""

values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
"""Values of decoded JSON."""


def sizes(count: int) -> st.SearchStrategy[bytes]:
    """Return numbers of `count` bytes in big-endian order, many at the limits of a type."""
    return (_SIZES | st.integers(0, 300)).map(
        lambda size: min(size, 256**count - 1).to_bytes(count, "big")
    )


def joined(pieces: st.SearchStrategy[bytes], max_pieces: int = 8) -> st.SearchStrategy[bytes]:
    """Return files of some pieces."""
    return st.lists(pieces, max_size=max_pieces).map(b"".join)


def damaged(files: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Return files in which a few bytes differ, are missing or are added, or the end is missing."""
    edit = st.tuples(st.integers(0, 1 << 14), st.integers(0, 4), st.binary(max_size=4))
    edits = st.lists(edit, max_size=4)
    ends = st.none() | st.integers(0, 1 << 14)
    return st.builds(_damage, files, edits, ends)


def _damage(content: bytes, edits: Sequence[tuple[int, int, bytes]], end: int | None) -> bytes:
    for place, removed, added in edits:
        at = place % (len(content) + 1)
        content = content[:at] + added + content[at + removed :]
    return content if end is None else content[: end % (len(content) + 1)]


def texts_of(*tokens: str, max_tokens: int = 30) -> st.SearchStrategy[str]:
    """Return texts of these tokens, with others between some of them."""
    piece = (
        st.sampled_from(tokens) | st.sampled_from([" ", "\n", "0", "x", ";"]) | st.text(max_size=3)
    )
    return st.lists(piece, max_size=max_tokens).map("".join)


def objects(keys: Sequence[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return JSON objects that have some of these keys."""
    return st.dictionaries(st.sampled_from(list(keys)), inner, max_size=len(keys))
