"""Hostile effect files, and the expected result of checking each."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_ISF = '/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT", "INPUTS": []}*/\n'
GOOD = _ISF + "void main() { gl_FragColor = vec4(isf_FragNormCoord, 0.5, 1.0); }\n"


@dataclass(frozen=True)
class Hostile:
    """A file and its expected result."""

    text: str | bytes
    outcome: str
    """Outcome of the check: ok, failed, rejected, skipped."""
    expected_text: str = ""
    """Part of the reason or of a message."""
    heavy: bool = False
    """True if stopping it takes seconds and another file covers the same in the default run."""


def _isf(body: str) -> str:
    return f"{_ISF}void main() {{ {body} }}\n"


def _header(keys: str, body: str = "gl_FragColor = vec4(1.0);") -> str:
    return f'/*{{"ISFVSN": "2", "INPUTS": [], {keys}}}*/\nvoid main() {{ {body} }}\n'


def _imports(path: str) -> str:
    keys = '"IMPORTED": {"secret": {"PATH": ' + json.dumps(path) + "}}"
    return _header(keys, "gl_FragColor = IMG_THIS_PIXEL(secret);")


def _targets(count: int, size: str) -> str:
    kept = '"FLOAT": true, "PERSISTENT": true'
    parts = [
        f'{{"TARGET": "t{n}", "WIDTH": "{size}", "HEIGHT": "{size}", {kept}}}' for n in range(count)
    ]
    reads = " + ".join(f"IMG_THIS_PIXEL(t{n})" for n in range(count))
    return _header(f'"PASSES": [{", ".join(parts)}, {{}}]', f"gl_FragColor = {reads} + 1.0;")


def _macro_bomb() -> str:
    """Return 10^8 statements in a few hundred bytes."""
    parts = [f"#define A{n} {' '.join([f'A{n - 1}'] * 10)}\n" for n in range(1, 9)]
    first = "#define A0 x = x * 1.0001 + 0.1;\n"
    return (
        _ISF
        + first
        + "".join(parts)
        + "void main() { float x = TIME; A8 gl_FragColor = vec4(x); }\n"
    )


def _call_bomb() -> str:
    """Return functions that call the previous one three times: every call is inlined."""
    parts = [
        f"float f{n}(float x) {{ return f{n - 1}(x) + f{n - 1}(x + 1.0) + f{n - 1}(-x) * 2.0; }}\n"
        for n in range(1, 17)
    ]
    start = "float f0(float x) { return x * 1.01; }\n"
    return _ISF + start + "".join(parts) + "void main() { gl_FragColor = vec4(f16(TIME)); }\n"


def _struct_bomb() -> str:
    parts = [f"struct S{n} {{ S{n - 1} a[8]; }};\n" for n in range(1, 9)]
    path = ".a[0]" * 8 + ".a[int(TIME)]"
    body = f"void main() {{ S8 s; gl_FragColor = s{path} + 1.0; }}\n"
    return _ISF + "struct S0 { vec4 a[8]; };\n" + "".join(parts) + body


def _inputs(count: int) -> str:
    parts = ", ".join(f'{{"NAME": "i{n}", "TYPE": "float"}}' for n in range(count))
    return (
        f'/*{{"ISFVSN": "2", "INPUTS": [{parts}]}}*/\nvoid main() {{ gl_FragColor = vec4(i0); }}\n'
    )


def _export() -> str:
    wire = {"channel": 0, "ctype": "texture", "src": "/../../../etc/passwd", "sampler": {}}
    code = "void mainImage(out vec4 c, in vec2 p) { c = texture(iChannel0, p) + 1.0; }"
    image = {"inputs": [wire], "outputs": [], "code": code, "name": "Image", "type": "image"}
    return json.dumps({"Shader": {"renderpass": [image], "info": {"name": "\x1b[31m"}}})


_MAIN = "void main() { gl_FragColor = vec4(1.0); }\n"
_MEMORY = "it exceeds the limit of"
"""Out of memory in most runs, out of time on a machine that fills it slowly."""
_LONG = "float x = TIME; for (int i = 0; i < 32000; i++) {" + " x = sin(x * 1.1) + cos(x);" * 100
"""Slow iterations, but fewer than those of an endless loop."""
_NOISE = "#error \x1b[2J\x1b]0;owned\x07 \x9b31m %s %n {0}\n"

FILES: dict[str, Hostile] = {
    # Crashes a compiler whose parser recurses for every character.
    "crash.fs": Hostile(
        _isf(f"float x = TIME; x = {'+'.join(['x'] * 50000)}; gl_FragColor = vec4(x);"),
        "rejected", "it crashes the shader compiler (signal SIGSEGV)",
    ),
    "bomb_arrays.fs": Hostile(
        _ISF + "float rows[500000000];\nvoid main() { gl_FragColor = vec4(rows[int(TIME)]); }\n",
        "rejected", _MEMORY,
    ),
    "bomb_calls.fs": Hostile(_call_bomb(), "rejected", "it exceeds the limit of", heavy=True),
    "bomb_macros.fs": Hostile(_macro_bomb(), "rejected", _MEMORY),
    "bomb_structs.fs": Hostile(_struct_bomb(), "rejected", "it exceeds the limit of", heavy=True),
    "bomb_time.fs": Hostile(
        _isf(_LONG + " } gl_FragColor = vec4(x, 1.0, 1.0, 1.0);"),
        "rejected", "s of processor time",
    ),
    "deep_blocks.fs": Hostile(
        _isf("{" * 50000 + "}" * 50000 + " gl_FragColor = vec4(1.0);"), "failed", "memory exhausted"
    ),
    "deep_header.fs": Hostile(_header(f'"A": {"[" * 1000}{"]" * 1000}'), "failed", "too deep"),
    "deep_header_more.fs": Hostile(
        _header(f'"A": {"[" * 90000}{"]" * 90000}'), "failed", "too deep"
    ),
    "deep_parentheses.fs": Hostile(
        _isf(f"gl_FragColor = vec4({'(' * 50000}1.0{')' * 50000});"), "failed", "memory exhausted"
    ),
    "deep_size.fs": Hostile(
        _header(f'"PASSES": [{{"TARGET": "t", "WIDTH": "{"(" * 60000}1{")" * 60000}"}}, {{}}]'),
        "ok",
    ),
    "endless.fs": Hostile(
        _isf("float x = TIME; while (x >= 0.0) x = fract(x + 0.1); gl_FragColor = vec4(x);"),
        "rejected", "this loop does not end",
    ),
    "export.json": Hostile(_export(), "ok"),  # the image is replaced, with any address
    "import_absolute.fs": Hostile(_imports("/etc/passwd"), "rejected", "not relative"),
    "import_link.fs": Hostile(_imports("link.png"), "rejected", "outside the effect's folder"),
    "import_pipe.fs": Hostile(_imports("pipe.png"), "rejected", "not a readable file"),
    "import_up.fs": Hostile(_imports("../../../etc/passwd"), "rejected", "outside the effect's"),
    "include.frag": Hostile(
        '#include "/etc/passwd"\n#include </etc/passwd>\n' + _MAIN,
        "failed", "the included file does not exist",
    ),
    "include_inside.frag": Hostile(
        'int x; #include "/etc/passwd"\n' + _MAIN, "failed", "unexpected HASH"
    ),
    "inputs.fs": Hostile(_inputs(6000), "rejected", "at most 128 inputs"),
    "inputs.frag": Hostile(
        "".join(f"uniform float i{n};\n" for n in range(10000))
        + "void main() { gl_FragColor = vec4(i0); }\n",
        "rejected", "at most 128 inputs",
    ),
    "large.fs": Hostile(f"{_ISF}// {'x' * 300000}\n{_isf('')}", "rejected", "at most 256 kB"),
    "names.fs": Hostile(
        '/*{"ISFVSN": "2", "INPUTS": [{"NAME": "gl_thing", "TYPE": "float"},'
        ' {"NAME": "a__b", "TYPE": "float"}]}*/\n'
        "void main() { gl_FragColor = vec4(gl_thing + a__b + 1.0); }\n",
        "ok",
    ),
    "nothing.fs": Hostile("", "skipped"),
    "nul.fs": Hostile(_isf("gl_FragColor = vec4(1.0); \0"), "failed", "syntax error"),
    "numbers.fs": Hostile(
        '/*{"ISFVSN": "2", "INPUTS": [{"NAME": "x", "TYPE": "float", "MIN": 1e999}]}*/\n'
        "void main() { gl_FragColor = vec4(x); }\n",
        "failed", "number is too large",
    ),
    "passes.fs": Hostile(
        _header(f'"PASSES": [{", ".join(f"""{{"TARGET": "t{n}"}}""" for n in range(33))}]'),
        "rejected", "at most 16 passes",
    ),
    "target.fs": Hostile(_targets(1, "1e9"), "rejected", "MiB are allowed"),
    "targets.fs": Hostile(_targets(4, "8192"), "rejected", "MiB are allowed"),  # 4 GB
    "terminal.fs": Hostile(f"{_ISF}{_NOISE}void main() {{ }}\n", "failed", "#error"),
    "terminal\x1b[2J\n\udc80.fs": Hostile(_isf("oops();"), "failed", "no function with name"),
    "words.fs": Hostile(bytes(range(256)) * 40, "skipped"),
    "zz_good.fs": Hostile(GOOD, "ok"),
}  # fmt: skip
"""Files by name; the last is valid and must be reached."""


def write(folder: Path, wanted: Callable[[Hostile], bool]) -> dict[str, Hostile]:
    """Write the files that are `wanted`, and the files that they refer to."""
    chosen = {name: file for name, file in FILES.items() if wanted(file)}
    for name, file in chosen.items():
        data = file.text if isinstance(file.text, bytes) else file.text.encode()
        (folder / name).write_bytes(data)
    (folder / "link.png").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.png")
    return chosen
