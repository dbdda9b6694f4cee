"""What is taken out of a shader leaves blanks, so that all else keeps its line and column."""

import re

COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
"""One that is not closed goes to the end of the text."""
_SIGN = re.compile(r"[^\n]")


def blank_out(text: str) -> str:
    """As many blanks as the text has characters; its line breaks stay."""
    return _SIGN.sub(" ", text)


def blank_match(match: re.Match[str]) -> str:
    """The same of a match, as `re.sub` wants it."""
    return blank_out(match[0])


def without_comments(text: str) -> str:
    """The text with blanks for comments."""
    return COMMENT.sub(blank_match, text)
