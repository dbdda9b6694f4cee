"""Shaders in which every loop ends.

GLSL promises no end of a loop, and a GPU that is in one cannot be stopped by the page or process
that gave it the shader.
"""

import re
from dataclasses import dataclass

from server.effects.loops.termination import MAX_ITERATIONS, Loop, find_unbounded_loops
from server.effects.source.diagnostic import HOST

_MAX_TOTAL_ITERATIONS = 1 << 20
"""Rounds that all guarded loops may make in a pixel: of nested ones each may end soon enough."""
_SHORT_LOOP = 256
"""Rounds up to which a loop that ends by itself needs no guard, though others may be around it."""
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
    """The same shader, in which long loops and those without a bound end after MAX_ITERATIONS.

    When one has, or all of them together made too many, all others end too. Each line keeps its
    number.
    """
    return _add_guards(source, find_unbounded_loops(source, _SHORT_LOOP))


@dataclass(frozen=True)
class LoopCountShader:
    """A fragment shader that shows which loop passes MAX_ITERATIONS.

    Of the number of the loop it draws the lower 8 bits as red and the upper ones as green, both of
    255; 0 where none does.
    """

    text: str
    """Empty where there is no way to count. No compiler takes it where a loop without a `body` is
    in use."""
    loops: list[Loop]
    """The loops that may not end; without any there is nothing to count."""
    scale: str
    """Name of a vec2: the size of the surface that is counted, over that of what is drawn on."""


def build_loop_counter(source: str) -> LoopCountShader:
    """What shows which loop of a fragment shader passes MAX_ITERATIONS."""
    loops = find_unbounded_loops(source)
    output = _OUTPUT.search(source)
    mains = list(_MAIN.finditer(source))
    prefix = _own_prefix(source)
    if not loops or not mains or output is None:
        return LoopCountShader("", loops, "")
    text = _add_guards(source, loops)
    begin, end = list(_MAIN.finditer(text))[-1].span()  # the host's, if it has one
    text = f"{text[:begin]}void {prefix}counted{text[end:]}"
    # A pixel without a colour would not tell: it is drawn where a loop was left.
    text = _DISCARD.sub(f"while ({prefix}over == 0) discard", text)
    if not _REDECLARED.search(text):
        text = _FRAG_COORD.sub(f"{prefix}place", text)
        position = f"vec4(gl_FragCoord.xy * {prefix}scale, gl_FragCoord.zw)"
        declared = f"uniform vec2 {prefix}scale;\nvec4 {prefix}place = {position};\n"
        head = text.index("#line")
        text = f"{text[:head]}#line {HOST + 1}\n{declared}{text[head:]}"
    color = f"{output[1]}[0]" if output[2] else output[1]
    color_of_loop = f"vec4(float({prefix}over & 255), float({prefix}over >> 8), 0.0, 255.0) / 255.0"
    # Macros of the author's must not change what is shown.
    undefines = "".join(f"#undef {name}\n" for name in ("void", "float", "vec4", output[1]))
    main = f"{undefines}void main() {{ {prefix}counted(); {color} = {color_of_loop}; }}"
    return LoopCountShader(f"{text}\n#line {HOST + 1}\n{main}\n", loops, f"{prefix}scale")


def _own_prefix(source: str) -> str:
    """What the names of a guard begin with, as no name of the source does."""
    return f"isf_{'x' * max((len(run) + 1 for run in _USED_NAMES.findall(source)), default=0)}"


def _add_guards(source: str, loops: list[Loop]) -> str:
    if not loops:
        return source
    head, prefix = source.index("#line"), _own_prefix(source)
    insertions = [(head, f"#line {HOST + 1}\n{_GUARD.replace('isf_', prefix)}")]
    for loop in loops:
        if loop.body is None:  # no compiler takes it then, unless nothing uses the loop
            insertions.append((loop.begin, f"{prefix}unreadable "))
            continue
        number = loop.number
        counter, once = f"{prefix}rounds_{number}", f"{prefix}once_{number}"
        # A loop of one round around it gives it a counter that begins anew, wherever a statement
        # may stand. In the body a guard fits any loop, whatever its parentheses hold.
        insertions += [
            (loop.begin, f"for (int {once} = 0, {counter} = 0; {once} < 1; {once}++) "),
            (loop.body, f" if (!{prefix}round({counter}, {number})) break; else "),
        ]
    parts, at = [], 0
    for position, text in sorted(insertions, key=lambda pair: pair[0]):
        parts += [source[at:position], text]
        at = position
    return "".join([*parts, source[at:]])
