"""Replacement of parts of a shader with blanks, so that all else keeps its line and column."""

import re

COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
"""A comment; one that is not closed extends to the end of the text."""
_SIGN = re.compile(r"[^\n]")


def blank_out(text: str) -> str:
    """Replace every character except line breaks with a blank."""
    return _SIGN.sub(" ", text)


def blank_match(match: re.Match[str]) -> str:
    """Replace a match with blanks: a function for `re.sub`."""
    return blank_out(match[0])


def without_comments(text: str) -> str:
    """Replace comments with blanks."""
    return COMMENT.sub(blank_match, text)
