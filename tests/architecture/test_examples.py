"""The chains in the documents are valid requests."""

import json
import re
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import check_request

ROOT = Path(__file__).parents[2]
LIBRARY = Library((BUILT_IN,))


def _chains(name: str) -> list[str]:
    """Return every JSON array of effects in a document."""
    text = (ROOT / name).read_text("utf-8")
    return re.findall(r"\[\s*\{\"id\": .*?\}\](?=[`'\n])", text, re.DOTALL)


@pytest.mark.parametrize(
    "chain",
    [chain for name in ("README.md", "docs/http.md", "docs/effects.md") for chain in _chains(name)],
)
def test_a_chain_of_the_documents_is_accepted(chain: str) -> None:
    request = check_request({"effect": chain}, Config(), LIBRARY, Presets())
    assert len(request.chain) == len(json.loads(chain))


def test_each_document_has_a_chain() -> None:
    assert all(_chains(name) for name in ("README.md", "docs/http.md", "docs/effects.md"))
