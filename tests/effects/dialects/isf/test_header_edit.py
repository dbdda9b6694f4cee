"""Values written into a header: nothing else changes, or the edit is rejected."""

import pytest

from server.effects.dialects import load
from server.effects.dialects.isf.header_edit import HeaderEditError, edit_header

BODY = '\nvoid main() { gl_FragColor = vec4(size); } // /*{ "INPUTS": [] }*/\n'


def _file(*inputs: str, end: str = "\n") -> str:
    inner = ",\n".join(f"        {input_line}" for input_line in inputs)
    text = f'/*{{ // by hand\n    "CREDIT": "é",\n    "INPUTS": [\n{inner}\n    ],\n}}*/{BODY}'
    return text.replace("\n", end)


@pytest.mark.parametrize(
    ("input_line", "value", "wanted"),
    [
        ('{"NAME": "size", "TYPE": "float", "DEFAULT":.5 }', 0.73,
         '{"NAME": "size", "TYPE": "float", "DEFAULT":0.73 }'),
        ("{NAME: 'size', 'TYPE': 'float', 'DEFAULT': +1.,}", 1,
         "{NAME: 'size', 'TYPE': 'float', 'DEFAULT': 1,}"),
        ('{"NAME": "size", "TYPE": "float"}', 0.1 + 0.2,
         '{"NAME": "size", "TYPE": "float", "DEFAULT": 0.3}'),
        ('{"NAME": "size", "TYPE": "long", "DEFAULT": 1}', 3,
         '{"NAME": "size", "TYPE": "long", "DEFAULT": 3}'),
        ('{"NAME": "size", "BIND": "kick", "TYPE": "float"}', 0.5,
         '{"NAME": "size", "TYPE": "float", "DEFAULT": 0.5}'),
        ('{"NAME": "size", "TYPE": "float", "BIND": {"osc": "saw", "beats": 4}}', 0.5,
         '{"NAME": "size", "TYPE": "float", "DEFAULT": 0.5}'),
        ('{"NAME": "size", "TYPE": "float", "DEFAULT": 0.5}', {"bind": "kick.pulse"},
         '{"NAME": "size", "TYPE": "float", "DEFAULT": 0.5, "BIND": "kick.pulse"}'),
        ('{"NAME": "size", "TYPE": "float", "BIND": "kick"}', {"bind": "snare", "max": 0.25},
         '{"NAME": "size", "TYPE": "float", "BIND": {"bind": "snare", "max": 0.25}}'),
        ('{"NAME": "size", "TYPE": "color", "PHOTO": "accent", "DEFAULT": [1, 1, 1, 1]}',
         [0.2, 0.4, 0.6, 1],
         '{"NAME": "size", "TYPE": "color", "DEFAULT": [0.2, 0.4, 0.6, 1]}'),
        ('{"NAME": "size", "TYPE": "text", "DEFAULT": "a"}', 'end */ "é"',
         '{"NAME": "size", "TYPE": "text", "DEFAULT": "end *\\/ \\"é\\""}'),
        ('{\n "NAME": "size",\n "BIND": "kick",\n "TYPE": "float"\n}', 0.5,
         '{\n "NAME": "size",\n "TYPE": "float",\n "DEFAULT": 0.5\n}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_value_changes(input_line: str, value: object, wanted: str, end: str) -> None:
    other = '{"NAME": "other", "TYPE": "float", "DEFAULT": 0.5}'
    edit = edit_header(_file(other, input_line, end=end), {"size": value, "at": 1.0})
    assert edit.text == _file(other, wanted, end=end)
    assert (edit.written, edit.left) == (("size",), ("at",))


def test_written_values_are_those_of_the_effect() -> None:
    text = _file('{"NAME": "size", "TYPE": "float", "MIN": 0, "MAX": 2, "BIND": "kick"}')
    value = {"osc": "sine", "beats": 2, "min": 0.5, "max": 1.25}
    moved = load("a", "a.fs", edit_header(text, {"size": value}).text).inputs[0]
    assert moved.modulation is not None
    assert moved.modulation.to_json() == {**value, "phase": 0.0}
    still = load("a", "a.fs", edit_header(text, {"size": 1.5}).text).inputs[0]
    assert (still.modulation, still.default) == (None, 1.5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("void main() {}", "no ISF header"),
        ('/*{"INPUTS": [}*/', "cannot be read"),
        (_file('{"NAME": "other", "TYPE": "float"}'), "none of these inputs"),
        (
            _file('{"NAME": "size", "BIND": "kick", "TYPE": "float", "BIND": "hat"}'),
            "single values",
        ),
        (_file('{"NAME": "size", /* a, */ "TYPE": "float"}'), "cannot be read"),
    ],
)
def test_values_that_cannot_be_changed_alone_are_refused(text: str, why: str) -> None:
    with pytest.raises(HeaderEditError, match=why):
        edit_header(text, {"size": 0.5})
