"""The words of the browser's modules and pages, by the lists of test_language.py."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.test_language import NAMES, PROSE, QUESTIONS, VERB_SHARE, VERBS
from tests.architecture.test_web_modules import MODULES, ROOT

ALLOWED = {
    ("player/textures/text_texture.js", "words"): "a key of GET /effects/{id}",
    ("watch/watched_file.js", "settled"): "Promise.allSettled",
}
"""(module, word) → why it is there."""

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\")"
    r"|(?P<template>`(?:\\.|[^`\\])*`)",
    re.DOTALL,
)
_EXPRESSION = re.compile(r"\$\{([^}]*)\}")
_FUNCTION = re.compile(
    r"/\*\*(?P<text>(?!\s*\*?\s*@)(?:[^*]|\*(?!/))*)\*/\n\s*"
    r"(?:(?:export )?(?:async )?function\*?|(?:async |static |\*)?(?!get |class |const )\w+\()"
)
_PAGES = sorted(ROOT.rglob("*.html"))


def _split(module: str) -> tuple[str, list[str]]:
    """Return the code of a module without strings, and its comments and strings."""
    sentences: list[str] = []

    def take(token: re.Match[str]) -> str:
        text = token[0]
        is_glsl = token["template"] and "void main" in text
        if not is_glsl:
            sentences.append(re.sub(r"\n\s*(?:\*|//) ?", " ", text))
        return " ".join(_EXPRESSION.findall(text)) if token["template"] else ""

    code = _TOKEN.sub(take, MODULES[module].read_text("utf-8"))
    return code, sentences


def _sentences() -> Iterator[tuple[str, str]]:
    for module in MODULES:
        for text in _split(module)[1]:
            yield module, text
    for page in _PAGES:
        for text in re.findall(r">([^<>]+)<|(?:title|aria-label)=\"([^\"]+)\"", page.read_text()):
            yield page.name, "".join(text)


@pytest.mark.parametrize("module", MODULES)
def test_names_use_the_vocabulary(module: str) -> None:
    wrong = {
        f"{name}: use {NAMES[part]}"
        for name in re.findall(r"[A-Za-z_]\w*", _split(module)[0])
        for part in re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
        if part in NAMES and (module, part) not in ALLOWED
    }
    assert wrong == set()


@pytest.mark.parametrize("phrase", PROSE)
def test_sentences_are_plain(phrase: str) -> None:
    pattern = re.compile(rf"(?<![\w.`])(?:{phrase})(?![\w.`])", re.IGNORECASE)
    wrong = [f"{file}: {text}" for file, text in _sentences() if pattern.search(text)]
    assert wrong == [], PROSE[phrase]


def test_comments_of_functions_begin_with_a_verb() -> None:
    first_tokens = [
        comment["text"].strip(" *\n").split()[0].strip(",.;:")
        for module in MODULES
        for comment in _FUNCTION.finditer(MODULES[module].read_text("utf-8"))
    ]
    imperative = [word for word in first_tokens if word.lower() in VERBS]
    assert len(first_tokens) > 100
    assert len(imperative) >= VERB_SHARE * len(first_tokens)
    assert not set(first_tokens) & set(QUESTIONS)
