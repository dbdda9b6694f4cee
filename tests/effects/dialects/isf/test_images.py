"""The images of an ISF header: imported files, cube maps, the two of a transition."""

import json

from server.effects.dialects import load
from server.effects.effect import Content, Effect
from server.effects.model.modulation import TransitionProgress


def isf(**header: object) -> Effect:
    return load("test", "test.fs", f"/*{json.dumps(header)}*/\nvoid main() {{}}\n")


def test_imports_are_textures_by_name() -> None:
    entries = [{"NAME": "a", "PATH": "b/./a.png"}, {"NAME": "output", "PATH": "x/../c.jpg"}]
    effect = isf(IMPORTED=entries)
    table = {entry["NAME"]: {"PATH": entry["PATH"]} for entry in entries}
    assert effect.textures == isf(IMPORTED=table).textures
    assert effect.files == ("b/a.png", "c.jpg")
    a, output = effect.textures
    assert (a.name, a.content) == ("a", Content.IMAGE)
    assert output.name != "output"
    assert f"uniform sampler2D {output.name};" in effect.passes[0].fragment
    assert isf(IMPORTED={"a": {"PASSINDEX": 1}}).textures == ()
    assert isf(IMPORTED=[]).textures == ()


def test_a_cube_is_six_files_or_the_photo() -> None:
    paths = [f"{n}.png" for n in range(6)]
    room = isf(IMPORTED={"room": {"PATH": paths}}).textures[0]
    assert (room.content, room.files) == (Content.CUBE, tuple(paths))
    effect = isf(INPUTS=[{"NAME": "room", "TYPE": "cube"}])
    assert effect.inputs == ()
    assert [(texture.content, texture.files) for texture in effect.textures] == [(Content.CUBE, ())]
    assert "uniform samplerCube room;" in effect.passes[0].fragment


def test_a_transition_has_two_pictures_and_a_time() -> None:
    inputs = [
        {"NAME": "progress", "TYPE": "float"},
        {"NAME": "length", "TYPE": "float"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "startImage", "TYPE": "image"},
    ]
    effect = isf(INPUTS=inputs)
    assert (effect.input_image, effect.transition_image) == ("startImage", "endImage")
    named = {item.name: item for item in effect.inputs}
    assert named["progress"].modulation == TransitionProgress()
    assert {"at", "length", "transition_length", "unit"} <= named.keys()
    assert named["length"].uniform == "length"
    for less in (inputs[1:], inputs[:3], [*inputs, {"NAME": "inputImage", "TYPE": "image"}]):
        assert all(item.modulation is None for item in isf(INPUTS=less).inputs)
