"""Folders of effects: found, reloaded, invalid, duplicate."""

import json
import os
from pathlib import Path

import pytest

from server.effects.dialects import MAX_SOURCE_LENGTH
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError

GOOD = "/*{}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "spin.fs").write_text(GOOD)
    return path


def ids(library: Library) -> list[str]:
    return [effect.id for effect in library.all()]


def messages(library: Library) -> dict[str, str]:
    return {entry.file: entry.diagnostics[0]["message"] for entry in library.invalid()}


def test_built_in_effects() -> None:
    library = Library()
    assert library.invalid() == []
    assert {"breathe", "spin", "bars", "ring"} <= set(ids(library))
    assert all((BUILT_IN / effect.file).is_file() for effect in library.all())


def test_files_are_added_changed_and_removed(folder: Path) -> None:
    library = Library([folder])
    assert ids(library) == ["spin"]
    first = library.get("spin")
    assert library.get("spin") is first
    (folder / "new.fs").write_text(GOOD)
    assert ids(library) == ["new", "spin"]
    assert library.get("spin") is first
    (folder / "spin.fs").write_text(GOOD.replace("{}", '{"TITLE": "Other"}'))
    assert library.get("spin").title == "Other"
    (folder / "spin.fs").unlink()
    assert ids(library) == ["new"]


def test_a_change_of_the_same_length_is_noticed(folder: Path) -> None:
    library = Library([folder])
    os.utime(folder / "spin.fs", ns=(1, 1))
    assert library.get("spin").source == GOOD
    (folder / "spin.fs").write_text(GOOD.replace("1.0", "0.5"))
    assert "0.5" in library.get("spin").source


def test_a_broken_file_is_kept_with_its_diagnostics(folder: Path) -> None:
    (folder / "bad.fs").write_text("/*{\n 1}*/")
    (folder / "outside.fs").write_text('/*{"IMPORTED": {"a": {"PATH": "../a.png"}}}*/')
    library = Library([folder])
    assert ids(library) == ["spin"]
    assert set(messages(library)) == {"bad.fs", "outside.fs"}
    assert library.invalid()[0].diagnostics[0]["line"] == 2
    with pytest.raises(ToqiboxError) as caught:
        library.get("bad")
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.field == "effect"
    assert caught.value.diagnostics == library.invalid()[0].diagnostics
    with pytest.raises(ToqiboxError, match="outside the effect's folder"):
        library.get("outside")
    (folder / "bad.fs").write_text(GOOD)
    assert library.get("bad").id == "bad"
    assert list(messages(library)) == ["outside.fs"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_texts_of_every_encoding_are_read(folder: Path, encoding: str) -> None:
    text = "uniform float u_time;\nvoid main() { gl_FragColor = vec4(u_time); } // é\n"
    (folder / "wide.frag").write_bytes(text.encode(encoding))
    assert Library([folder]).get("wide").source == text


def test_other_files_are_ignored(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.fs").write_text(GOOD)
    (folder / "README.md").write_text("words")
    (folder / ".hidden.fs").write_text(GOOD)
    (folder / "folder.fs").mkdir()
    (folder / "outside.fs").symlink_to(tmp_path / "outside.fs")
    (folder / "gone.fs").symlink_to(folder / "nothing.fs")
    (folder / "loop.fs").symlink_to(folder / "loop.fs")
    (folder / "inside.fs").symlink_to(folder / "spin.fs")
    os.mkfifo(folder / "pipe.fs")
    library = Library([folder, tmp_path / "missing"])
    assert ids(library) == ["inside", "spin"]
    assert library.invalid() == []


def test_effects_of_every_suffix(folder: Path) -> None:
    (folder / "plain.frag").write_text("void main() { gl_FragColor = vec4(1.0); }\n")
    (folder / "toy.glsl").write_text("void mainImage(out vec4 c, in vec2 p) { c = vec4(1.0); }\n")
    (folder / "fade.glsl").write_text("vec4 transition(vec2 uv) { return getToColor(uv); }\n")
    (folder / "other.isf").write_text(GOOD)
    (folder / "helper.glsl").write_text("float half_of(float x) { return 0.5 * x; }\n")
    code = "void mainImage(out vec4 c, in vec2 p) { c = vec4(1.0); }"
    export_pass = {"name": "Image", "type": "image", "code": code, "inputs": [], "outputs": []}
    toy = {"ver": "0.1", "info": {"name": "Its name"}, "renderpass": [export_pass]}
    (folder / "exported.json").write_text(json.dumps(toy))
    library = Library([folder])
    dialects = {effect.id: effect.dialect for effect in library.all()}
    assert dialects == {
        "exported": "shadertoy",
        "fade": "transition",
        "other": "isf",
        "plain": "fragment",
        "spin": "isf",
        "toy": "shadertoy",
    }
    assert "main, mainImage, transition" in messages(library)["helper.glsl"]
    assert library.get("exported").title == "Its name"


def test_json_that_is_not_of_shadertoy_is_ignored(folder: Path) -> None:
    for name, text in {
        "package.json": '{"name": "effects"}',
        "Broken Name.json": "{",
        "list.json": "[1, 2]",
        "large.json": f'{{"renderpass": [{" " * MAX_SOURCE_LENGTH}]}}',
    }.items():
        (folder / name).write_text(text)
    library = Library([folder])
    assert ids(library) == ["spin"]
    assert library.invalid() == []
    (folder / "list.json").write_text('[{"renderpass": []}]')
    assert [entry.id for entry in library.invalid()] == ["list"]


def test_image_files_of_an_effect(folder: Path) -> None:
    (folder / "art").mkdir()
    header = '{"IMPORTED": {"paper": {"PATH": "art/paper.png"}}}'
    (folder / "print.fs").write_text(GOOD.replace("{}", header))
    library = Library([folder])
    assert ids(library) == ["spin"]
    assert "it does not exist" in messages(library)["print.fs"]
    image_file = folder / "art" / "paper.png"
    image_file.write_bytes(b"first")
    effect = library.get("print")
    assert library.folder(effect) == folder
    assert library.files(effect) == {"art/paper.png": str(image_file)}
    assert library.get("print") is effect
    assert library.files(library.get("spin")) == {}
    image_file.write_bytes(b"another one")
    again = library.get("print")
    assert again is not effect
    assert again == effect
    image_file.unlink()
    with pytest.raises(ToqiboxError, match="it does not exist"):
        library.get("print")
    (folder / "print.fs").unlink()
    assert ids(library) == ["spin"]
    with pytest.raises(ToqiboxError, match="print"):
        library.folder(effect)


def test_a_vertex_shader_of_the_same_name_belongs_to_the_effect(folder: Path) -> None:
    library = Library([folder])
    assert library.get("spin").vertex_source is None
    (folder / "spin.vs").write_text("void main() { isf_vertShaderInit(); }")
    assert "isf_vertShaderInit" in (library.get("spin").vertex_source or "")
    (folder / "spin.vs").unlink()
    assert library.get("spin").vertex_source is None


def test_files_of_any_bytes_and_size(folder: Path) -> None:
    (folder / "latin.fs").write_bytes(b'\xef\xbb\xbf/*{"CREDIT": "Ren\xe9"}*/' + GOOD.encode())
    (folder / "huge.fs").write_text(GOOD.ljust(MAX_SOURCE_LENGTH + 1))
    (folder / "noise.fs").write_bytes(bytes(range(256)) * 64)
    library = Library([folder])
    assert library.get("latin").credit.startswith("Ren")
    assert "256 kB" in messages(library)["huge.fs"]
    assert "noise.fs" in messages(library)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("spim", " Did you mean “spin”?"),
        ("zzzz", ""),
        ("../spin", " Did you mean “spin”?"),
        ("x" * 900, ""),
        ("", ""),
    ],
)
def test_unknown_effects(folder: Path, wrong: str, hint: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        Library([folder]).get(wrong)
    assert (caught.value.code, caught.value.field) == ("unknown_effect", "effect")
    assert caught.value.values["name"] == wrong[:64]
    assert str(caught.value.values["hint"]) == hint
