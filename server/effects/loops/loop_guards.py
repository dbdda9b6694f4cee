"""Guards that make every loop of a shader end.

GLSL does not guarantee that a loop ends, and a GPU in an endless loop cannot be stopped by the page
or process that submitted the shader.
"""

import re
from dataclasses import dataclass

from server.effects.loops.termination import MAX_ITERATIONS, Loop, find_unbounded_loops
from server.effects.source.diagnostic import HOST

_MAX_TOTAL_ITERATIONS = 1 << 20
"""Iterations that all guarded loops may make in a pixel, since nested loops multiply."""
SHORT_LOOP = 256
"""Iterations up to which a loop that ends by itself needs no guard, even if it is nested."""
_GUARD = f"""\
int isf_over = 0, isf_together = 0;
bool isf_round(inout int rounds, int loop) {{
    if (++rounds > {MAX_ITERATIONS} || ++isf_together > {_MAX_TOTAL_ITERATIONS})
        isf_over = isf_over == 0 ? loop : isf_over;
    return isf_over == 0;
}}
"""
_FRAG_COORD = re.compile(r"\bgl_FragCoord\b")
_REDECLARED = re.compile(r"\bin\s+vec4\s+gl_FragCoord\b")
_USED_NAMES = re.compile(r"\bisf_(x*)(?:over|together|rounds?|once|counted|unreadable|place|scale)")
_MAIN = re.compile(r"\bvoid\s+main\b(?=\s*\()")
_DISCARD = re.compile(r"\bdiscard\b")
_OUTPUT = re.compile(r"\bout\s+vec4\s+(\w+)\s*(\[\s*1\s*\])?\s*;")


def add_loop_guards(source: str) -> str:
    """Add guards to a shader: long and unbounded loops end after MAX_ITERATIONS.

    When one has ended so, or all of them together made too many iterations, all others end too.
    Each line keeps its number.
    """
    return _add_guards(source, find_unbounded_loops(source, SHORT_LOOP))


@dataclass(frozen=True)
class LoopCountShader:
    """A fragment shader that shows which loop exceeds MAX_ITERATIONS.

    It draws the lower 8 bits of the loop's number as red and the upper ones as green, both of 255;
    0 if no loop does.
    """

    text: str
    """Empty if it cannot count. No compiler accepts it if a loop without a `body` is in use."""
    loops: list[Loop]
    """Loops that may not end; without any there is nothing to count."""
    scale: str
    """Name of a vec2: the size of the counting surface divided by that of the target."""


def build_loop_counter(source: str) -> LoopCountShader:
    """Build a shader that shows which loop of a fragment shader exceeds MAX_ITERATIONS."""
    loops = find_unbounded_loops(source)
    output = _OUTPUT.search(source)
    mains = list(_MAIN.finditer(source))
    prefix = _own_prefix(source)
    if not loops or not mains or output is None:
        return LoopCountShader("", loops, "")
    text = _add_guards(source, loops)
    begin, end = list(_MAIN.finditer(text))[-1].span()  # the host's, if it has one
    text = f"{text[:begin]}void {prefix}counted{text[end:]}"
    # A discarded pixel shows nothing: one in which a loop was left is always drawn.
    text = _DISCARD.sub(f"while ({prefix}over == 0) discard", text)
    if not _REDECLARED.search(text):
        text = _FRAG_COORD.sub(f"{prefix}place", text)
        position = f"vec4(gl_FragCoord.xy * {prefix}scale, gl_FragCoord.zw)"
        declared = f"uniform vec2 {prefix}scale;\nvec4 {prefix}place = {position};\n"
        head = text.index("#line")
        text = f"{text[:head]}#line {HOST + 1}\n{declared}{text[head:]}"
    color = f"{output[1]}[0]" if output[2] else output[1]
    color_of_loop = f"vec4(float({prefix}over & 255), float({prefix}over >> 8), 0.0, 255.0) / 255.0"
    # The author's macros must not change this code.
    undefines = "".join(f"#undef {name}\n" for name in ("void", "float", "vec4", output[1]))
    main = f"{undefines}void main() {{ {prefix}counted(); {color} = {color_of_loop}; }}"
    return LoopCountShader(f"{text}\n#line {HOST + 1}\n{main}\n", loops, f"{prefix}scale")


def _own_prefix(source: str) -> str:
    """Return a prefix of the names of a guard that no name of the source has."""
    return f"isf_{'x' * max((len(run) + 1 for run in _USED_NAMES.findall(source)), default=0)}"


def _add_guards(source: str, loops: list[Loop]) -> str:
    if not loops:
        return source
    head, prefix = source.index("#line"), _own_prefix(source)
    insertions = [(head, f"#line {HOST + 1}\n{_GUARD.replace('isf_', prefix)}")]
    for loop in loops:
        if loop.body is None:  # no compiler accepts it then, unless nothing uses the loop
            insertions.append((loop.begin, f"{prefix}unreadable "))
            continue
        number = loop.number
        counter, once = f"{prefix}rounds_{number}", f"{prefix}once_{number}"
        # A loop of one iteration around it resets its counter, wherever a statement is allowed. In
        # the body a guard fits any loop, with any content of its parentheses.
        insertions += [
            (loop.begin, f"for (int {once} = 0, {counter} = 0; {once} < 1; {once}++) "),
            (loop.body, f" if (!{prefix}round({counter}, {number})) break; else "),
        ]
    parts, at = [], 0
    for position, text in sorted(insertions, key=lambda pair: pair[0]):
        parts += [source[at:position], text]
        at = position
    return "".join([*parts, source[at:]])
