"""Proof that an effect's output is opaque in every frame, so that no layer below it shows."""

import re

from server.render.gl.context import CompileError, Context, Size
from server.render.gl.draw_call import DrawCall
from server.render.gl.render_target import RenderTarget

_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_OUTPUT = re.compile(r"^[ \t]*(?:layout\s*\([^)]*\)\s*)?out\s+vec4\s+(\w+)\s*;", re.MULTILINE)
_OPAQUE = b"\xff"


def is_always_opaque(context: Context, vertex: str, fragment: str, size: Size) -> bool:
    """Return True if a pass with these shaders draws alpha 1 everywhere and always.

    The shader is compiled once more to draw its alpha alone. If the compiler then finds that no
    uniform and no texture contributes, the alpha is the same in every frame, and one is checked. A
    compiler that optimises less finds fewer opaque effects, never more.

    Args:
        context: the context to draw in.
        vertex: the vertex shader.
        fragment: the fragment shader; it compiles.
        size: width and height of the frame.
    """
    outputs = _OUTPUT.findall(fragment)
    if len(outputs) != 1:
        return False
    alpha = _MAIN.sub("void toqibox_main(", fragment, count=1)
    alpha += f"\n#undef main\nvoid main() {{ toqibox_main(); {outputs[0]} = {outputs[0]}.aaaa; }}\n"
    try:
        program = context.program(vertex, alpha)
    except CompileError:
        return False
    draw_call = None
    try:
        if any(not name.startswith("gl_") for name in program):
            return False
        target = RenderTarget(context, size, 1)
        draw_call = DrawCall(context, program, {})
        draw_call.render_to(target)
        drawn = target.read()
        target.release()
        return drawn.count(_OPAQUE) == len(drawn)
    finally:
        if draw_call is None:
            program.release()
        else:
            draw_call.release()
