"""Shaders in which every loop ends.

GLSL promises no end of a loop, and a GPU that is in one cannot be stopped by the page or process
that gave it the shader.
"""

import re

from server.effects.diagnostics import HOST
from server.effects.loops import MOST_ROUNDS, Loop, loops_without_bound

_MOST_TOGETHER = 1 << 20
"""Rounds that all guarded loops may make in a pixel: of nested ones each may end soon enough."""
_SHORT = 256
"""Rounds up to which a loop that ends by itself needs no guard, though others may be around it."""
_GUARD = f"""\
int isf_over = 0, isf_together = 0;
bool isf_round(inout int rounds, int loop) {{
    if (++rounds > {MOST_ROUNDS} || ++isf_together > {_MOST_TOGETHER})
        isf_over = isf_over == 0 ? loop : isf_over;
    return isf_over == 0;
}}
"""
_MAIN = re.compile(r"\bvoid\s+main\b(?=\s*\()")
_DISCARD = re.compile(r"\bdiscard\b")
_OUTPUT = re.compile(r"\bout\s+vec4\s+(\w+)\s*(\[\s*1\s*\])?\s*;")


def guarded(source: str) -> str:
    """The same shader, in which long loops and those without a bound end after MOST_ROUNDS.

    When one has, or all of them together made too many, all others end too. Each line keeps its
    number.
    """
    return _guarded(source, loops_without_bound(source, _SHORT))


def counting(source: str) -> tuple[str, list[Loop]]:
    """A fragment shader that shows which loop passes MOST_ROUNDS, and the loops that it counts.

    Of the number of the loop it draws the lower 8 bits as red and the upper ones as green, both of
    255; 0 where none does. The text is empty where there is nothing to count.
    """
    loops = loops_without_bound(source)
    output = _OUTPUT.search(source)
    mains = list(_MAIN.finditer(source))
    if not loops or not mains or output is None:
        return "", []
    text = _guarded(source, loops)
    begin, end = list(_MAIN.finditer(text))[-1].span()  # the host's, if it has one
    text = f"{text[:begin]}void isf_counted_main{text[end:]}"
    # A pixel without a colour would not tell: it is drawn where a loop was left.
    text = _DISCARD.sub("while (isf_over == 0) discard", text)
    color = f"{output[1]}[0]" if output[2] else output[1]
    shown = "vec4(float(isf_over & 255), float(isf_over >> 8), 0.0, 255.0) / 255.0"
    main = f"void main() {{ isf_counted_main(); {color} = {shown}; }}"
    return f"{text}\n#line {HOST + 1}\n{main}\n", loops


def _guarded(source: str, loops: list[Loop]) -> str:
    if not loops:
        return source
    head = source.index("#line")
    inserted = [(head, f"#line {HOST + 1}\n{_GUARD}")]
    for loop in loops:
        n, (first, last) = loop.number, loop.condition
        counter, once = f"isf_rounds_{n}", f"isf_once_{n}"
        # A loop of one round around it gives it a counter that begins anew, wherever a statement
        # may stand.
        inserted.append((loop.begin, f"for (int {once} = 0, {counter} = 0; {once} < 1; {once}++) "))
        going = f"isf_round({counter}, {n})"
        if source[first:last].strip():
            inserted += [(first, "("), (last, f") && {going}")]
        else:
            inserted.append((first, f" {going}"))
    parts, at = [], 0
    for place, text in sorted(inserted, key=lambda pair: pair[0]):
        parts += [source[at:place], text]
        at = place
    return "".join([*parts, source[at:]])
