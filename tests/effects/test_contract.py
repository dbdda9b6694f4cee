"""What every effect of shaders/effects keeps to; a new file is tested without a line here."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.dialects import SUFFIXES, decode, load
from server.effects.dialects.transition import transition_inputs
from server.effects.effect import Effect, Input, Kind, Value
from server.effects.library import BUILT_IN

Draw = Callable[..., NDArray[np.uint8]]
FILES = sorted(path for path in BUILT_IN.iterdir() if path.suffix in SUFFIXES)
STUDIO = "beat pulse waves exposure bw glitch rgb pixelate grain mirror"
"""Ids of the Studio's own effects, whose behaviour it defines."""
WIDE, TALL = (64, 36), (36, 64)
FUNCTIONS = {"startImage": "getFromColor", "endImage": "getToColor"}
"""What reads these inputs in a transition by the name of GL Transitions."""


def read(path: Path) -> Effect:
    vertex = next(
        (path.with_suffix(s) for s in (".vs", ".vert") if path.with_suffix(s).exists()), None
    )
    text = decode(path.read_bytes())
    return load(path.stem, path.name, text, decode(vertex.read_bytes()) if vertex else None)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def effect(request: pytest.FixtureRequest) -> Effect:
    return read(request.param)


def settable(effect: Effect) -> list[Input]:
    return [item for item in effect.inputs if not item.kind.is_texture]


def extremes(item: Input) -> list[Value]:
    """The least and the most that an input can be set to."""
    if item.kind is Kind.BOOL:
        return [False, True]
    if item.values:
        return [item.values[0], item.values[-1]]
    assert item.minimum is not None, f"{item.name} has no MIN"
    assert item.maximum is not None, f"{item.name} has no MAX"
    return [item.minimum, item.maximum]


def test_there_are_effects() -> None:
    assert FILES


def test_says_what_it_is_and_whose(effect: Effect) -> None:
    assert effect.title
    assert effect.description
    assert effect.credit
    assert effect.license
    assert effect.categories


def test_leaves_the_studios_ids_free(effect: Effect) -> None:
    assert effect.id not in STUDIO.split()


def test_inputs_have_labels_ranges_and_a_default_inside(effect: Effect) -> None:
    for item in settable(effect):
        assert item.label != item.name
        assert len(extremes(item)) == 2
    defaults = {item.name: item.default for item in settable(effect)}
    assert effect.values(defaults) == defaults


def test_every_input_is_used(effect: Effect) -> None:
    code = re.sub(r"(?s)/\*.*?\*/|//[^\n]*", " ", effect.source)
    times = {item.name for item in transition_inputs()} if effect.second else set()
    names = {item.name for item in effect.inputs} | {one.name for one in effect.targets}
    for name in names - times:
        word = FUNCTIONS.get(name, name) if effect.dialect == "transition" else name
        assert re.search(rf"\b{word}\b", code), f"{name} is not used"


def test_draws_a_picture(effect: Effect, draw: Draw) -> None:
    for size in (WIDE, TALL, (3, 2)):
        pixels = draw(effect, size=size, frame=1)
        assert pixels.shape == (size[1], size[0], 4)
        if min(size) > 3:
            assert pixels[..., :3].std() > 4, "it is blank"


def test_two_sizes_agree(effect: Effect, draw: Draw) -> None:
    """A picture of twice the size shows the same, finer."""
    small, large = (draw(effect, size=size, frame=1) for size in (WIDE, (128, 72)))
    halved = large.reshape(36, 2, 64, 2, 4).astype(float).mean(axis=(1, 3))
    assert np.abs(halved - small)[..., :3].mean() < 8


def test_draws_the_same_twice(effect: Effect, draw: Draw) -> None:
    assert (draw(effect, size=WIDE, frame=2) == draw(effect, size=WIDE, frame=2)).all()


def test_draws_with_every_input_at_its_ends(effect: Effect, draw: Draw) -> None:
    for item in settable(effect):
        low, high = (draw(effect, {item.name: value}, WIDE, 1) for value in extremes(item))
        assert low.any(), f"nothing is drawn with {item.name} at its least"
        assert high.any(), f"nothing is drawn with {item.name} at its most"
        assert (low != high).any(), f"{item.name} changes nothing"


def test_draws_with_all_inputs_at_their_ends(effect: Effect, draw: Draw) -> None:
    for end in (0, 1):
        values = {item.name: extremes(item)[end] for item in settable(effect)}
        assert draw(effect, values, WIDE, 1).shape == (36, 64, 4)


def test_moves(effect: Effect, draw: Draw) -> None:
    """Over the frames the time runs and every feature of the sound rises from 0 to 1."""
    first, last = draw(effect, size=WIDE, frame=0), draw(effect, size=WIDE, frame=3)
    assert np.abs(first.astype(int) - last).mean() > 0.5 or not moving(effect)


def moving(effect: Effect) -> bool:
    """Whether it depends on the time or a bound input; the test's sound textures stand still."""
    return "TIME" in effect.source or any(item.bind for item in effect.inputs)
