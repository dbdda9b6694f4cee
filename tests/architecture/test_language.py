"""The language of the project: the nouns of the field, plain sentences, one form of a message."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server"
FOLDERS = ("server", "tests", "bench", "scripts", "toqibox_render")

NAMES = {
    "anew": "again",
    "apart": "separate, distance",
    "asked": "requested",
    "dress": "set_headers",
    "errand": "background_task",
    "errands": "background_tasks",
    "falls": "kicks",
    "film": "video",
    "films": "videos",
    "found": "what the value holds: matches, report, mask",
    "hear": "detect",
    "heard": "detected",
    "judge": "validator, validate",
    "judged": "validated",
    "judging": "validation",
    "keeper": "cache, session",
    "least": "minimum",
    "most": "maximum",
    "outlast": "lingering_close",
    "patience": "timeout, grace",
    "plainer": "simplified",
    "said": "message, text",
    "say": "print",
    "settled": "final, hoisted",
    "tell": "describe",
    "told": "payload, values",
    "verdict": "validation_result",
    "verdicts": "validations",
    "whoever": "caller, client",
    "whys": "reasons",
    "words": "text, tokens, message",
}
"""Parts of names that a reader of this field would have to translate, and what to write."""
LIMITS = re.compile(r"_*(?:MOST|LEAST|LONGEST|SHORTEST|FEWEST|LARGEST|SMALLEST)_[A-Z_]+")
"""Constants of limits begin with MAX or MIN."""

PROSE = {
    r"anew": "again",
    r"beside": "next to, besides, except",
    r"films?": "video",
    r"gets on": "makes progress",
    r"(?:un)?heard": "detected",
    r"is another": "has changed, differs",
    r"(?<!there )(?:is|are) no(?! longer| more| less| later| earlier| larger)": "is not a",
    r"judg(?:e|es|ed|ing|ements?)": "validate, validation",
    r"(?:lies|lie) (?:beside|there|around)": "is, is stored, is located",
    r"somebody": "a person, another process",
    r"tells|told": "reports, says, is given",
    r"verdicts?": "validation result",
    r"whatever": "any, everything that",
    r"whoever": "a caller, a client, a reader",
}
"""Phrases of docstrings, comments and messages, as regular expressions, and what to write."""

QUESTIONS = ("What", "Whether", "How", "Where", "Who", "Whose", "When", "Why", "Which")
"""A docstring that begins so is an indirect question."""

ALLOWED: dict[tuple[str, str], str] = {
    ("server/media/tracks/tags.py", "words"): "the words of a title",
    ("server/typography/fonts.py", "words"): "the words of the name of a font",
}
"""(file or folder, word) → why it stands there."""

VERBS = frozenset(
    (Path(__file__).parents[1] / "data" / "imperatives.txt").read_text("utf-8").split()
)
"""Imperatives with which the docstring of a function may begin."""
VERB_SHARE = 0.80


class Sentence(NamedTuple):
    """A docstring, comment or message, or a name, and where it is."""

    file: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}: {self.text.strip()[:120]}"


def _files(*folders: str) -> list[Path]:
    """Return the Python files of some folders, of all by default, without their data."""
    files = [path for folder in folders or FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in files if "data" not in path.relative_to(ROOT).parts)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(_tree(path)))


def _docstrings(path: Path) -> Iterator[tuple[ast.AST, ast.Constant]]:
    """Yield every string that is an expression of its own, with the statement that it follows."""
    for node in _nodes(path):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for at, statement in enumerate(body):
            match statement:
                case ast.Expr(value=ast.Constant(value=str()) as text):
                    yield (body[at - 1] if at else node), text


@cache
def _sentences(path: Path) -> list[Sentence]:
    return list(_read_sentences(path))


def _read_sentences(path: Path) -> Iterator[Sentence]:
    """Yield the docstrings and comments of a file, and the messages of the server."""
    file = str(path.relative_to(ROOT))
    docstrings = {id(constant) for _, constant in _docstrings(path)}
    for node in _nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_text = re.search(r"[A-Za-z]{2} [A-Za-z]", node.value)
            if id(node) in docstrings:
                yield Sentence(file, node.lineno, "docstring", node.value)
            elif file.startswith("server/") and is_text and not _is_code(node.value):
                yield Sentence(file, node.lineno, "message", node.value)
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield Sentence(file, token.start[0], "comment", token.string)


def _is_code(text: str) -> bool:
    """Return whether a string is SQL, GLSL or a regular expression rather than a sentence."""
    return bool(
        re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\b|[;{]\s*\n|\\[bwds]|\(\?", text)
    )


def _names(path: Path) -> Iterator[Sentence]:
    """Yield the names that a file defines."""
    file = str(path.relative_to(ROOT))
    for node in _nodes(path):
        name = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            name = node.id if isinstance(node, ast.Name) else node.attr
        if name:
            yield Sentence(file, getattr(node, "lineno", 0), "name", name)


def _parts(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def _is_allowed(file: str, word: str) -> bool:
    return any(
        word == allowed and (file == place or file.startswith(place + "/"))
        for place, allowed in ALLOWED
    )


def test_limits_are_called_max_and_min() -> None:
    names = [name for path in _files() for name in _names(path)]
    assert [str(name) for name in names if LIMITS.fullmatch(name.text)] == []


def test_names_use_the_vocabulary() -> None:
    wrong = [
        f"{name}: use {NAMES[part]}"
        for path in _files()
        for name in _names(path)
        for part in _parts(name.text)
        if part in NAMES and not _is_allowed(name.file, part)
    ]
    assert wrong == []


@pytest.mark.parametrize("phrase", PROSE)
def test_sentences_are_plain(phrase: str) -> None:
    pattern = re.compile(rf"(?<![\w.`])(?:{phrase})(?![\w.`])", re.IGNORECASE)
    wrong = [
        f"{sentence}: use {PROSE[phrase]}"
        for path in _files()
        for sentence in _sentences(path)
        if pattern.search(sentence.text) and not _is_allowed(sentence.file, phrase)
    ]
    assert wrong == []


def test_class_names_are_unique() -> None:
    names = [
        node.name
        for path in _files("server")
        for node in _tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_docstrings_are_not_indirect_questions() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{docstring.lineno}: {str(docstring.value)[:90]}"
        for path in _files()
        for _, docstring in _docstrings(path)
        if str(docstring.value).split(" ")[0] in QUESTIONS
    ]
    assert wrong == []


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    documented = [
        str(docstring.value)
        for path in _files("server")
        for owner, docstring in _docstrings(path)
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    imperative = [text for text in documented if text.split()[0].lower().strip(",.;:") in VERBS]
    assert len(imperative) >= VERB_SHARE * len(documented), (len(imperative), len(documented))


def test_the_exceptions_are_true() -> None:
    for place, word in ALLOWED:
        assert (ROOT / place).exists(), place
        assert word in NAMES or word in PROSE, word
