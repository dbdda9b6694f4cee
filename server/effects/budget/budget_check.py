"""Check of an effect that a client has sent, by its text, before a driver gets it.

It is refused if a compiler or a GPU could hang on it, as far as its text shows that. What it does
not show is left to the limits of the process that compiles and draws it.
"""

import re
from dataclasses import replace

from server.effects import dialects
from server.effects.budget.declared_sizes import DeclaredSizes, read_sizes
from server.effects.budget.token_counts import CountingFailed, TokenCounter
from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.effect import Effect, Pass
from server.effects.loops.loop_guards import SHORT_LOOP, add_loop_guards
from server.effects.loops.termination import (
    UNREADABLE,
    find_counted_loops,
    find_unbounded_loops,
)
from server.effects.source.diagnostic import HOST, AuthorFile, diagnostic
from server.errors import ToqiboxError

MAX_TOKENS = 400_000
"""Maximum number of tokens after the expansion of macros, and with all calls inlined."""
MAX_EXECUTED_TOKENS = 1 << 26
"""Maximum number of tokens that loops of known length make a pixel execute."""
MAX_DECLARED = 1 << 13
"""Maximum number of components of all arrays and large structures together."""
MAX_NESTING = 200
"""Maximum depth of brackets: compilers recurse for each."""
MAX_OPERATORS = 2000
"""Maximum number of operators of an expression: compilers recurse for each."""
_LINE = re.compile(r"^[ \t]*#[ \t]*line[ \t]+(\d+)[^\n]*\n", re.MULTILINE)
_NESTING = re.compile(r"[(){}\[\]]")
_EXPRESSION = re.compile(r"[^;,{}()\[\]]+")
_OPERATOR = re.compile(r"&&|\|\||[-+*/%<>=!&|^?]")
_IMPORTED = re.compile(r'"IMPORTED"')


def read_custom_effect(effect_id: str, file: str, text: str) -> Effect:
    """Read an effect whose files, unlike those of a library, are not there.

    Args:
        effect_id: its id.
        file: its name in diagnostics.
        text: its source, of any dialect.

    Raises:
        ToqiboxError: ``shader_compile_failed`` or ``shader_rejected``, with diagnostics.
    """
    effect = dialects.load(effect_id, file, text)
    if effect.files:
        imported = _IMPORTED.search(text)
        raise AuthorFile(effect_id, file, text).refusal(
            "it needs image files, and a source is sent without any; use the photo, or draw them",
            imported.start() if imported else 0,
        )
    return effect


def check_budget(effect: Effect) -> None:
    """Refuse an effect that is too large or too slow by its text.

    Raises:
        ToqiboxError: ``shader_rejected`` with a diagnostic in the author's line.
    """
    checked: set[str] = set()
    for render_pass in effect.passes:
        for source in (render_pass.vertex, render_pass.fragment):
            own = _own_parts(source)
            if own and own not in checked:
                checked.add(own)
                _check_shader(effect, source)


def guard_loops(effect: Effect) -> Effect:
    """Return the effect with guards, so that all its loops end."""
    return replace(effect, passes=tuple(map(_guard_pass, effect.passes)))


def _guard_pass(render_pass: Pass) -> Pass:
    return replace(
        render_pass,
        vertex=add_loop_guards(render_pass.vertex),
        fragment=add_loop_guards(render_pass.fragment),
    )


def _own_parts(source: str) -> str:
    """Return the parts of a shader that its author wrote; passes differ in the others alone."""
    matches = list(_LINE.finditer(source))
    ends = [*(match.start() for match in matches[1:]), len(source)]
    return "".join(
        source[match.end() : end]
        for match, end in zip(matches, ends, strict=True)
        if int(match[1]) // HOST != 1
    )


def _check_shader(effect: Effect, source: str) -> None:
    _check_nesting(effect, source)
    sizes = read_sizes(source)
    for fault in sizes.faults:
        raise _refusal(effect, source, fault.offset, fault.reason)
    for loop in find_unbounded_loops(source, SHORT_LOOP):
        if loop.body is None:
            raise _refusal(effect, source, loop.begin, UNREADABLE)
    loops = find_counted_loops(source, SHORT_LOOP)
    counter = TokenCounter(source, loops, sizes)
    try:
        declared = counter.count_declared()
        tokens = max(counter.count_text(), counter.count_inlined())
        executed = counter.count_executed()
    except CountingFailed:
        raise _refusal(effect, source, None, "its macros expand to too much") from None
    if declared > MAX_DECLARED:
        reason = (
            f"its arrays have {declared:,} components together:"
            f" at most {MAX_DECLARED:,} are allowed"
        )
        raise _refusal(effect, source, _first_beyond(sizes), reason)
    if tokens > MAX_TOKENS:
        reason = (
            f"it becomes {tokens:,} tokens once its macros are expanded, its calls are inlined and"
            f" its structures are copied: at most {MAX_TOKENS:,} are allowed"
        )
        raise _refusal(effect, source, counter.largest_definition(), reason)
    if executed > MAX_EXECUTED_TOKENS:
        longest = max(loops, key=lambda loop: loop.iterations, default=None)
        reason = (
            f"its loops execute {executed:,} tokens in each pixel:"
            f" at most {MAX_EXECUTED_TOKENS:,} are allowed"
        )
        raise _refusal(effect, source, longest.begin if longest else None, reason)


def _first_beyond(sizes: DeclaredSizes) -> int:
    """Return the offset of the declaration that exceeds MAX_DECLARED, or of the largest one.

    The largest one, in a macro that is used often, does so where no sum of the text does.
    """
    total = 0
    for offset, components in sorted(sizes.declared.items()):
        total += components
        if total > MAX_DECLARED:
            return offset
    return max(sizes.declared, key=lambda offset: sizes.declared[offset])


def _check_nesting(effect: Effect, source: str) -> None:
    depth = 0
    for match in _NESTING.finditer(source):
        depth += 1 if match[0] in "({[" else -1
        if depth > MAX_NESTING:
            reason = f"brackets are nested more than {MAX_NESTING} deep here"
            raise _refusal(effect, source, match.start(), reason)
    for match in _EXPRESSION.finditer(source):
        if len(match[0]) > MAX_OPERATORS and len(_OPERATOR.findall(match[0])) > MAX_OPERATORS:
            reason = f"this expression has more than {MAX_OPERATORS:,} operators"
            raise _refusal(effect, source, match.start(), reason)


def _refusal(effect: Effect, source: str, offset: int | None, reason: str) -> ToqiboxError:
    """Return the error at an offset of a complete shader, in the author's own line."""
    place = None if offset is None else _position(source, offset)
    if place is None:
        entries = [diagnostic(effect.file, effect.source, None, None, reason)]
    else:
        log = f"0:{place[0]}({place[1]}): error: {reason}"
        entries = compiler_diagnostics(log, effect.listings)
    return ToqiboxError("shader_rejected", name=effect.id, detail=reason, diagnostics=entries)


def _position(source: str, offset: int) -> tuple[int, int] | None:
    """Return line and column, as compilers count them, of an author's text; None of another."""
    before = [match for match in _LINE.finditer(source) if match.end() <= offset]
    if not before or int(before[-1][1]) // HOST == 1:
        return None
    line = int(before[-1][1]) + source.count("\n", before[-1].end(), offset)
    return line, offset - source.rfind("\n", 0, offset)
