"""The names, words and examples of shaders/README.md match the dialects."""

import json
import re
from pathlib import Path

import pytest

import server
from server.animation import event_envelopes
from server.effects import assets
from server.effects.dialects import load
from server.effects.dialects.fragment import uniform_names
from server.effects.dialects.isf import inputs as isf_inputs
from server.effects.dialects.shadertoy.channels import make_channel_input, parse_media
from server.effects.dialects.shadertoy.text_form import PASS_LINE
from server.effects.effect import Effect
from server.effects.model.feature import FEATURES
from server.effects.model.input import Input, Kind
from server.effects.model.modulation import FeatureBinding
from server.effects.params import modulation_parser
from server.effects.params.modulation_parser import read_modulation
from server.protocol.feature_names import BANDS, EVENTS

README = Path(server.__file__).resolve().parent.parent / "shaders" / "README.md"
TEXT = README.read_text("utf-8")
EXAMPLES = re.findall(r"```glsl\n(.*?)```", TEXT, re.DOTALL)


def _section(title: str) -> str:
    return re.split(r"^## ", TEXT.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def _rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of its tables."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _effect(number: int) -> Effect:
    code = EXAMPLES[number]
    whole = code if "void main" in code else f"{code}void main() {{ gl_FragColor = vec4(1.0); }}\n"
    return load("example", "example.glsl", whole)


def test_the_examples_are_effects_of_their_dialects() -> None:
    dialects = [_effect(number).dialect for number in range(len(EXAMPLES))]
    assert dialects == ["isf", "shadertoy", "fragment"]
    assert _effect(1).sequential
    assert (_effect(1).title, _effect(1).credit, _effect(1).license) == ("Trails", "You", "MIT")


def test_comments_of_uniforms_give_default_range_and_name() -> None:
    zoom, count, tint = _effect(2).inputs
    assert (zoom.default, zoom.minimum, zoom.maximum, zoom.label) == (0.8, 0.1, 2.0, "Zoom")
    assert (count.kind, count.default, count.minimum, count.maximum) == (Kind.LONG, 5, 1, 12)
    assert count.label == "Number of rings"
    assert (tint.kind, tint.default) == (Kind.COLOR, (1.0, 0.5, 0.2, 1.0))


def test_a_uniform_with_a_default_is_not_bound_to_audio() -> None:
    main = "void main() { gl_FragColor = vec4(u_bass); }\n"
    deaf = load("deaf", "deaf.frag", f"uniform float u_bass; // = 0.5\n{main}")
    hearing = load("hearing", "hearing.frag", f"uniform float u_bass;\n{main}")
    assert (deaf.inputs[0].modulation, hearing.inputs[0].modulation) == (
        None,
        FeatureBinding(feature="bass"),
    )


def test_every_type_of_an_input_is_known() -> None:
    table = _rows(_section("ISF"))
    first = [cells[0] for cells in table if len(cells) == 3]
    spellings = {word for cell in first[1:] for word in _quoted(cell)[:1]}
    kinds = {kind.value for kind in Kind} | {"cube"}
    assert spellings == kinds


def test_every_feature_is_in_the_table_and_no_other() -> None:
    table = [cells for cells in _rows(_section("Modulation by the music")) if len(cells) == 3]
    names = {word for cells in table if cells[2] != "means" for word in _quoted(cells[0])}
    listed = names & FEATURES.keys()
    assert {"kick", "kick.until", "loudness.short", "section.build", "time.total"} <= listed
    spellings = {name.partition(".")[2] for name in listed if name.startswith(("kick.", "level."))}
    events = {
        f"{event}.{word}"
        for event in EVENTS
        for word in spellings
        if word in event_envelopes.ENVELOPES
    }
    levels = {
        f"{name}.{word}" for name in (*BANDS, "loudness", "loudness.short") for word in spellings
    }
    assert FEATURES.keys() <= listed | events | levels


def test_every_key_of_a_motion_is_in_the_table() -> None:
    table = [cells for cells in _rows(_section("Modulation by the music")) if len(cells) == 3]
    keys = {word for cells in table for word in _quoted(cells[0])} - FEATURES.keys()
    known = {
        *modulation_parser._BINDING_KEYS,
        *modulation_parser._OSCILLATOR_KEYS,
        *modulation_parser._KEYFRAME_KEYS,
    }
    assert known <= keys


def test_the_motions_of_the_example_are_read() -> None:
    example = next(
        block
        for block in re.findall(
            r"```json\n(.*?)```", _section("Modulation by the music"), re.DOTALL
        )
    )
    kinds = {"size": Kind.FLOAT, "angle": Kind.FLOAT, "tint": Kind.COLOR}
    for name, value in json.loads(example).items():
        item = Input(name=name, uniform=name, kind=kinds[name], label="")
        read_modulation(item, value, name)


def test_every_word_of_a_channel_has_its_content_and_sampling() -> None:
    table = [cells for cells in _rows(_section("Shadertoy")) if len(cells) == 3][1:]
    assert len(table) > 8
    for spellings, _, sampling in table:
        for word in _quoted(spellings):
            media = parse_media(word)
            assert media is not None, word
            made = make_channel_input(media)
            assert f"{made.filter}, {made.wrap}" == sampling, word


@pytest.mark.parametrize("name", ["Common", "Buffer A", "Cube A", "Image"])
def test_every_pass_has_a_mark(name: str) -> None:
    assert PASS_LINE.fullmatch(f"// Pass: {name}")
    assert f"`{name}`" in _section("Shadertoy")


def test_every_usual_name_of_a_uniform_has_its_meaning() -> None:
    names = {cells[0]: cells[1] for cells in _rows(_section("Plain fragment shaders"))[1:]}
    for cell, value in names.items():
        for name in _quoted(cell):
            if name.startswith("varying") or name in ("vUv", "u_mouse"):
                continue
            if "frame's" in value or "size of the frame" in value:
                assert uniform_names.builtin(name) is not None, name
            elif "audioHistory" in value:
                assert uniform_names.sampler_content(name) is uniform_names.SamplerContent.HISTORY
            elif "kick" in value or "bands" in value:
                assert uniform_names.feature(name) in FEATURES, name
            else:
                shown = uniform_names.sampler_content(name)
                spellings = {"picture": "output so far", "sound": "the audio", "noise": "noise"}
                assert spellings.get(shown, "in the previous frame") in value, name
    assert uniform_names.is_absent_in_video("u_mouse")


def test_the_limits_are_those_of_the_server() -> None:
    assert f"{assets.MAX_FILES} image files" in TEXT
    assert f"{isf_inputs._MAX_INPUTS} inputs" in TEXT
