"""The language of the documents, by the list of test_language.py."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_language import PROSE

ROOT = Path(__file__).parents[2]
GALLERIES = ("effects.md", "presets.md")
"""Galleries of effects, some of which imitate photographic material."""
DOCUMENTS = [
    path
    for folder in (".", "bench", "docs", "shaders")
    for path in sorted((ROOT / folder).glob("*.md"))
    if path.name not in GALLERIES
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_plain(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "`", path.read_text("utf-8"), flags=re.DOTALL)
    wrong = [
        f"“{match[0]}”: use {replacement}"
        for phrase, replacement in PROSE.items()
        for match in re.finditer(rf"(?<![\w.`])(?:{phrase})(?![\w.`])", text, re.IGNORECASE)
    ]
    assert wrong == []
