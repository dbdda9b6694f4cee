"""Files that effects include: found, included once, kept in their folder, errors at their lines."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from server.cli.tasks import effect_loader
from server.effects.effect import Effect
from server.effects.glsl.includes import MAX_INCLUDED_CHARACTERS, expand
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.model.effect_source import read_source
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.scene import Scene

MAIN = "void main() {{ gl_FragColor = vec4({}, 1.0); }}\n"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes files (``__`` is a slash) and returns their folder."""
    folder = tmp_path / "effects"
    folder.mkdir()

    def files(**texts: str) -> Path:
        for name, text in texts.items():
            path = folder / f"{name.replace('__', '/')}.glsl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return files


def colour(effect: Effect) -> list[int]:
    """Return the colour of a uniform frame, drawn from the instance in a chain."""
    instance = EffectInstance(
        id=effect.id, file=effect.file, source=effect.source, includes=effect.includes
    )
    job = SceneSpec(
        effects=(instance,),
        photo=None, features=None, size=(8, 4), fps=10, frames=1, fit="cover",
        egl_device=None, require_gpu=False,
    )  # fmt: skip
    with Context() as context:
        scene = Scene(context, job)
        scene.draw_effects(0)
        drawn = np.frombuffer(scene.output.read(), np.uint8)
    return [int(part) for part in drawn[:4]]


def read(folder: Path) -> Effect:
    return effect_loader.read(folder / "main.glsl").effect


def fault(act: Callable[[], object]) -> tuple[str, int, int, str]:
    """Return file, line, column and message of the error of a rejected effect."""
    with pytest.raises(ToqiboxError) as caught:
        act()
    entry = (caught.value.diagnostics or [])[0]
    return entry["file"], entry["line"], entry["column"], entry["message"]


def test_a_file_of_the_same_folder_and_one_of_a_subfolder(write: Write) -> None:
    folder = write(
        main='#include "beside.glsl"\n#include <lygia/color/mix.glsl>\n' + MAIN.format("mixed()"),
        beside="const float GREEN = 0.4;\n",
        lygia__color__mix=(
            '#include "../math/half.glsl"\n#include "lygia/math/half.glsl"\n'
            "#ifndef MIXED\n#define MIXED\n"
            "vec3 mixed() { return vec3(HALF, GREEN, 0.6); }\n#endif\n"
        ),
        lygia__math__half="#ifndef HALF\n#define HALF 0.2\nfloat a() { return HALF; }\n#endif\n",
    )
    effect = read(folder)
    assert set(effect.includes) == {
        "beside.glsl",
        "lygia/color/mix.glsl",
        "lygia/math/half.glsl",
    }
    assert colour(effect) == [51, 102, 153, 255]


def test_messages_are_at_the_lines_of_the_included_file(write: Write) -> None:
    folder = write(
        main='\n#include "lib.glsl"\nvoid helper() { }\n' + MAIN.format("sped"),
        lib="\n\nfloat right() { return 1.0; }\nfloat wrong() {\n    return 2.0 * sped;\n}\n",
    )
    with pytest.raises(ToqiboxError) as caught:
        colour(read(folder))
    places = [
        (entry["file"], entry["line"], entry["column"], entry["source"])
        for entry in caught.value.diagnostics or []
        if entry["severity"] == "error"
    ]
    assert places == [
        ("lib.glsl", 5, 18, "return 2.0 * sped;"),
        ("main.glsl", 4, 35, "void main() { gl_FragColor = vec4(sped, 1.0); }"),
    ]


def test_errors_of_a_dialect_are_at_the_included_line(write: Write) -> None:
    lib = "\nuniform sampler2DArray stack;\n"
    folder = write(main='#include "lib.glsl"\n' + MAIN.format("1.0"), lib=lib)
    file, line, column, message = fault(lambda: read(folder))
    assert (file, line, column) == ("lib.glsl", 2, 1)
    assert "sampler2DArray" in message


@pytest.mark.parametrize(
    "name", ["../secret.glsl", "/etc/passwd", "link.glsl", "pipe.glsl", ".hidden.glsl", "gone.glsl"]
)
def test_includes_do_not_leave_the_folder(write: Write, tmp_path: Path, name: str) -> None:
    folder = write(main=f'\n#include "{name}"\n' + MAIN.format("SECRET"))
    secret = "#define SECRET vec3(1.0)\n"
    (tmp_path / "secret.glsl").write_text(secret)
    (folder / ".hidden.glsl").write_text(secret)
    (folder / "link.glsl").symlink_to(tmp_path / "secret.glsl")
    os.mkfifo(folder / "pipe.glsl")
    effect = read(folder)
    assert effect.includes == {}
    file, line, _, message = fault(lambda: colour(effect))
    assert (file, line) == ("main.glsl", 2)
    assert "the included file does not exist" in message


def test_a_line_that_is_not_compiled_needs_no_file(write: Write) -> None:
    text = '#ifdef NEVER\n#include "gone.glsl"\n#endif\n/*\n#include "gone.glsl"\n*/\n'
    assert colour(read(write(main=text + MAIN.format("vec3(1.0)")))) == [255, 255, 255, 255]


def test_a_file_that_includes_itself_is_refused(write: Write) -> None:
    folder = write(
        main='#include "a.glsl"\n' + MAIN.format("1.0"),
        a='\n#include "b.glsl"\n',
        b='#include "a.glsl"\n',
    )
    error_at = fault(lambda: read(folder))
    assert error_at == ("b.glsl", 1, 1, "a file includes itself: a.glsl → b.glsl → a.glsl")


def test_guarded_files_are_included_once() -> None:
    guarded = '#ifndef A\n#define A\n#include "b"\nint a;\n#endif'
    includes = {"a": guarded, "b": '#pragma once\n#include "a"\nint b;'}
    text, origins = expand("main", '#include "a"\n#include "b"\n#include "a"\nend', includes)
    assert text.count("int a;") == text.count("int b;") == 1
    lines = text.split("\n")
    assert origins.locate("main", lines.index("end") + 1) == ("main", 4)
    assert origins.locate("main", lines.index("int a;") + 1) == ("a", 4)
    assert origins.locate("main", lines.index("int b;") + 1) == ("b", 3)


def test_a_guarded_file_in_a_condition_can_be_included_again() -> None:
    includes = {"a": "#ifndef A\n#define A\nint a;\n#endif"}
    text, _ = expand("main", '#ifdef X\n#include "a"\n#endif\n#include "a"\n', includes)
    assert text.count("int a;") == 2
    twice = {"a": f"{includes['a']}\n#ifdef B\nint b;\n#endif"}
    text, _ = expand("main", '#include "a"\n#include "a"\n', twice)
    assert text.count("int b;") == 2


def test_the_size_of_included_texts_is_limited(write: Write) -> None:
    doubled = {f"f{n}.glsl": f'#include "f{n + 1}.glsl"\n' * 2 for n in range(40)}
    doubled["f40.glsl"] = "int x;\n"
    texts = {name.removesuffix(".glsl"): text for name, text in doubled.items()}
    folder = write(main='#include "f0.glsl"\n' + MAIN.format("1.0"), **texts)
    assert "too much is included: at most 512 kB" in fault(lambda: read(folder))[3]
    large = "/" * (MAX_INCLUDED_CHARACTERS + 1)
    folder = write(main='#include "large.glsl"\n' + MAIN.format("1.0"), large=large)
    assert read(folder).includes == {}


def test_a_library_follows_the_files_that_effects_include(write: Write) -> None:
    folder = write(main='#include "lib.glsl"\n' + MAIN.format("LIB"))
    library = Library([folder])
    assert library.get("main").includes == {}
    write(lib="#define LIB vec3(0.2)\n")
    first = library.get("main")
    assert first.includes == {"lib.glsl": "#define LIB vec3(0.2)\n"}
    assert library.get("main") is first
    assert [entry.id for entry in library.invalid()] == []
    assert read_source(first, library).with_local_paths.includes == first.includes
    key = read_source(first, library).key
    write(lib="#define LIB vec3(0.4)\n")
    os.utime(folder / "lib.glsl", ns=(1, 1))
    assert read_source(library.get("main"), library).key != key
