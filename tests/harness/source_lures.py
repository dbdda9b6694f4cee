"""Sources of effects, as requests bring them, that name a file and an address.

They use the ways in which compilers, and the hosts of all dialects, read other files. A source may
be refused or drawn: what it names is never opened, and no address is contacted.
"""

import json
from collections.abc import Callable, Iterator

from tests.harness import lures, traps

_COLOUR = "gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0);"
_MAIN = f"void main() {{ {_COLOUR} }}\n"
_TOY = "void mainImage(out vec4 c, vec2 p) { c = vec4(0.2, 0.4, 0.6, 1.0); }\n"
_MAX_CHARACTERS = 60_000
"""A source may have 65,536 bytes."""
_CHANNEL_TYPES = (
    *("texture", "video", "music", "musicstream", "mic", "webcam", "cubemap", "volume"),
    *("keyboard", "buffer"),
)


def sources(trap: traps.Trap) -> dict[str, str]:
    """Return the texts by a name: what is done, and how it names the trap."""
    texts = {f"source {name}": text for name, text in lures.effects(trap).items()}
    for spelling, path in _spellings(trap).items():
        texts[f"include, {spelling}"] = f'#include "{path}"\n{_MAIN}'
        texts[f"IMPORTED, {spelling}"] = _isf(IMPORTED={"lure": {"PATH": path}})
    web = f"http://127.0.0.1:{trap.port}/x"
    for place, path in {"file": str(trap.canary), "address": web}.items():
        for way, write in _WAYS.items():
            texts[f"{way}, {place}"] = write(path)
        for kind in _CHANNEL_TYPES:
            texts[f"channel of type {kind}, {place}"] = _export(kind, path)
    return {**texts, **_immense(str(trap.canary))}


def _spellings(trap: traps.Trap) -> dict[str, str]:
    """Return ways to write the path of the trap, and its address."""
    path, port = str(trap.canary), trap.port
    above = "../" * 20 + path.lstrip("/")
    return {
        "from the root": path,
        "through the parent": above,
        "through the process": f"/proc/self/root{path}",
        "through the working folder": f"/proc/self/cwd/{above}",
        "with a host": f"file://localhost{path}",
        "with two slashes": f"//{path}",
        "with percent signs": above.replace("../", "%2e%2e%2f"),
        "with backslashes": above.replace("/", "\\"),
        "with a NUL": f"{path}\0.png",
        "with an ending": f"{path}#.png",
        "with a query": f"{path}?.png",
        "with a detour": f"x/../{above}",
        "from home": f"~{path}",
        "with a variable": f"$HOME{path}",
        "with a command": f"`cat {path}`",
        "of FTP": f"ftp://127.0.0.1:{port}/x.png",
        "of HTTPS": f"https://127.0.0.1:{port}/x.png",
        "of IPv6": f"http://[::1]:{port}/x.png",
        "of a number": f"http://2130706433:{port}/x.png",
        "of a share": f"\\\\127.0.0.1@{port}\\x.png",
        "without a scheme": f"//127.0.0.1:{port}/x.png",
        "of a device": f"/dev/tcp/127.0.0.1/{port}",
        "of ffmpeg": f"concat:{path}|http://127.0.0.1:{port}/x.png",
        "of a link": "link.glsl",
        "of a name": trap.canary.name,
    }


_WAYS: dict[str, Callable[[str], str]] = {
    # The compiler and its extensions
    "include in angles": lambda path: f"#include <{path}>\n{_MAIN}",
    "include of ARB": lambda path: (
        "#extension GL_ARB_shading_language_include : require\n"
        f'#include "{path}"\n#include <{path}>\n{_MAIN}'
    ),
    "include of Google": lambda path: (
        f'#version 450\n#extension GL_GOOGLE_include_directive : enable\n#include "{path}"\n{_MAIN}'
    ),
    "include by a macro": lambda path: f'#define LURE "{path}"\n#include LURE\n{_MAIN}',
    "include on two lines": lambda path: f'#\\\ninclude \\\n"{path}"\n{_MAIN}',
    "include as a digraph": lambda path: f'%:include "{path}"\n??=include "{path}"\n{_MAIN}',
    "include behind code": lambda path: f'int x; #include "{path}"\n{_MAIN}',
    "include in a condition": lambda path: f'#if 1\n# include "{path}"\n#endif\n{_MAIN}',
    "include without its end": lambda path: f'{_MAIN}#include "{path}',
    "other directives": lambda path: f'#import "{path}"\n#embed "{path}"\n#use "{path}"\n{_MAIN}',
    "pragmas": lambda path: (
        f'#pragma include "{path}"\n#pragma glslify: lure = require({path})\n'
        f"#pragma texture({path})\n#pragma optionNV(inline {path})\n{_MAIN}"
    ),
    "line": lambda path: f'#line 1 "{path}"\n{_MAIN}',
    "line of Google": lambda path: (
        f'#extension GL_GOOGLE_cpp_style_line_directive : enable\n#line 7 "{path}"\nwrong;\n{_MAIN}'
    ),
    "error": lambda path: f"#error {path}\n{_MAIN}",
    "unknown extension": lambda path: f"#extension {path} : require\n{_MAIN}",
    "only the path": lambda path: path,
    "path behind a sign": lambda path: f"@{path}",
    # ISF
    "IMPORTED as a list": lambda path: _isf(IMPORTED=[{"NAME": "lure", "PATH": path}]),
    "IMPORTED as a text": lambda path: _isf(IMPORTED=path),
    "IMPORTED by its name": lambda path: _isf(IMPORTED={path: {"PATH": path}}),
    "IMPORTED of six faces": lambda path: _isf(
        IMPORTED={"lure": {"TYPE": "cube", "PATH": [path] * 6}}
    ),
    "IMPORTED, escaped": lambda path: _isf(IMPORTED={"lure": {"PATH": path}}).replace("/", "\\/"),
    "image input": lambda path: _isf(
        INPUTS=[{"NAME": "lure", "TYPE": "image", "DEFAULT": path, "PATH": path, "FILE": path}]
    ),
    "audio input": lambda path: _isf(
        INPUTS=[{"NAME": "lure", "TYPE": "audioFFT", "DEFAULT": path, "PATH": path}]
    ),
    "text input": lambda path: _isf(
        INPUTS=[{"NAME": "lure", "TYPE": "text", "DEFAULT": path, "FONT": path}]
    ),
    "name of an input": lambda path: _isf(INPUTS=[{"NAME": path, "TYPE": "float"}]),
    "binding": lambda path: _isf(INPUTS=[{"NAME": "lure", "TYPE": "float", "BIND": path}]),
    "photo of an input": lambda path: _isf(INPUTS=[{"NAME": "a", "TYPE": "color", "PHOTO": path}]),
    "target": lambda path: _isf(PASSES=[{"TARGET": path}, {}]),
    "persistent target": lambda path: _isf(
        PASSES=[{"TARGET": path, "PERSISTENT": True, "FLOAT": True}, {}]
    ),
    "persistent path": lambda path: _isf(PASSES=[{"TARGET": "lure", "PERSISTENT": path}, {}]),
    "persistent buffers": lambda path: _isf(
        PERSISTENT_BUFFERS={path: {"WIDTH": 1}}, PASSES=[{"TARGET": path}, {}]
    ),
    "size of a pass": lambda path: _isf(PASSES=[{"TARGET": "lure", "WIDTH": path}, {}]),
    "texts of a header": lambda path: _isf(
        TITLE=path, CREDIT=path, DESCRIPTION=path, LICENSE=path, CATEGORIES=[path]
    ),
    "shaders of a pass": lambda path: _isf(
        PASSES=[{"fs": path, "vs": path, "MODEL": {"PATH": path}}, {"FRAGMENT": path}]
    ),
    "header of VEDA": lambda path: (
        f"/*{json.dumps({'audio': path, 'server': path, 'vertexShader': path, 'osc': path})}*/\n"
        + _MAIN
    ),
    "files of VEDA": lambda path: _veda({"lure": {"PATH": path}, "other": {"PATH": f"{path}.png"}}),
    # Shadertoy and its players
    "channel in a comment": lambda path: f"// iChannel0: {path}\n{_TOY}",
    "channel of a player": lambda path: f'#iChannel0 "{path}"\n#iChannel1 "file://{path}"\n{_TOY}',
    "faces of a player": lambda path: (
        f'#iChannel0 "file://{path}_{{}}.png"\n#iChannel0::Type "CubeMap"\n{_TOY}'
    ),
    "vertex shader of a player": lambda path: f'#iVertex "{path}"\n#iUniform "{path}"\n{_TOY}',
    "name of a pass": lambda path: f"// Pass: {path}\n{_TOY}// Pass: Image\n{_TOY}",
    "code of an export": lambda path: _export("buffer", "x", f'#include "{path}"\n{_TOY}'),
    # Plain shaders and transitions
    "comment of a uniform": lambda path: f"uniform sampler2D lure; // {path}\n{_MAIN}",
    "transition": lambda path: (
        f"// Author: {path}\nuniform sampler2D lure; // = {path}\n"
        "vec4 transition(vec2 p) { return getFromColor(p) + texture(lure, p); }\n"
    ),
}
"""Texts with a path or an address, by the way in which they name it."""


def _immense(path: str) -> dict[str, str]:
    """Return texts whose names, sizes or numbers of files are far beyond all limits."""
    long_name = "a" * _MAX_CHARACTERS
    includes = f'#include "{path}"\n' * (_MAX_CHARACTERS // (len(path) + 12))
    kept = {"PERSISTENT": True, "FLOAT": True}
    sizes = ("1e9", "$WIDTH * 1e9", "16384", "9" * 400, "-1", "1 / 0", "2 ^ 2 ^ 2 ^ 2 ^ 2 ^ 2")
    return {
        "a long way up": f'#include "{"../" * 15_000}{path}"\n{_MAIN}',
        "a long name to include": f'#include "{long_name}"\n{_MAIN}',
        "a long name to import": _isf(IMPORTED={"lure": {"PATH": long_name}}),
        "a long name of an import": _isf(IMPORTED={long_name: {"PATH": path}}),
        "a long name of a target": _isf(PASSES=[{"TARGET": long_name, **kept}, {}]),
        "a long name of a variable": f"float {long_name};\n{_MAIN}",
        "a long name of an extension": f"#extension GL_{long_name} : enable\n{_MAIN}",
        "very many includes": includes + _MAIN,
        "very many imports": _isf(IMPORTED={f"l{n}": {"PATH": path} for n in range(500)}),
        "very many targets": _isf(PASSES=[{"TARGET": f"t{n}", **kept} for n in range(1000)]),
        **{
            f"target of size {size[:24]}": _isf(
                PASSES=[
                    *({"TARGET": f"t{n}", "WIDTH": size, "HEIGHT": size, **kept} for n in range(9)),
                    {},
                ]
            )
            for size in sizes
        },
    }


def _isf(**header: object) -> str:
    table = {"ISFVSN": "2", "CREDIT": "test", **header}
    reads = "IMG_NORM_PIXEL(lure, vec2(0.5))" if "lure" in json.dumps(header) else "vec4(0.5)"
    return f"/*{json.dumps(table)}*/\nvoid main() {{ gl_FragColor = {reads}; }}\n"


def _veda(imported: object) -> str:
    code = "uniform float time;\nuniform sampler2D lure;\n"
    return f"/*{json.dumps({'pixelRatio': 1, 'IMPORTED': imported})}*/\n{code}{_MAIN}"


def _export(kind: str, path: str, code: str = "") -> str:
    """Return an export of Shadertoy whose channel names a file in all keys that it has."""
    names = ("src", "filepath", "previewfilepath", "id")
    source = {**dict.fromkeys(names, path), "ctype": kind, "type": kind, "channel": 0}
    reads = "void mainImage(out vec4 c, vec2 p) { c = texture(iChannel0, p / 64.0); }"
    image = {"inputs": [source], "outputs": [{"id": path, "channel": 0}], "code": code or reads}
    info = {"id": path, "name": path, "username": "test"}
    shader = {"ver": "0.1", "info": info, "renderpass": [{**image, "name": path, "type": "image"}]}
    return json.dumps({"Shader": shader})


def fields(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each text, and the field `effect` that brings it: alone, or in a chain."""
    for at, (name, text) in enumerate(texts.items()):
        effect: object = {"source": text}
        yield name, json.dumps([effect, {"id": "plain"}] if at % 3 == 1 else effect)
