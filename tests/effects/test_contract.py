"""The contract of every effect of shaders/effects; a new file is tested without a change here."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.dialects import SUFFIXES, decode, load
from server.effects.dialects.gl_transitions.parser import transition_inputs
from server.effects.effect import Effect, Input, Kind, Value
from server.effects.library.library import BUILT_IN
from server.protocol.scene import EffectInstance, SceneSpec
from server.render import default_media
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import save_photo

Pixels = NDArray[np.int16]
Frames = dict[int, Pixels]
RenderFrames = Callable[..., Frames]
FILES = sorted(path for path in BUILT_IN.iterdir() if path.suffix in SUFFIXES)
FREE = "beat pulse waves"
PREMIUM = "exposure bw glitch rgb pixelate grain mirror"
"""Ids of the Studio's cover effects, by their plan."""
WIDE, TALL, LARGE = (64, 36), (36, 64), (128, 72)
FPS, KICK = 10, 5
"""Frames per second, and frames from kick to kick of the test audio."""
FUNCTIONS = {"startImage": "getFromColor", "endImage": "getToColor"}
"""Names of these inputs in GL Transitions."""


def read(path: Path) -> Effect:
    vertex = next(
        (path.with_suffix(s) for s in (".vs", ".vert") if path.with_suffix(s).exists()), None
    )
    text = decode(path.read_bytes())
    return load(path.stem, path.name, text, decode(vertex.read_bytes()) if vertex else None)


@pytest.fixture(params=FILES, ids=lambda path: path.stem, scope="module")
def effect(request: pytest.FixtureRequest) -> Effect:
    return read(request.param)


def test_all_its_texts_are_in_russian_too(effect: Effect) -> None:
    """A choice of fonts has the names of the fonts."""
    texts = {"title": effect.title_ru, "description": effect.description_ru}
    for item in effect.inputs:
        if item.kind.is_settable:
            texts[item.name] = item.label_ru
            is_named = item.name not in ("font", "rpm") and bool(item.labels)
            texts |= {f"{item.name}.{at}": label for at, label in enumerate(item.labels_ru)}
            assert bool(item.labels_ru) == is_named, item.name
    latin = {name for name, text in texts.items() if not re.search("[а-яё]", text.lower())}
    assert latin <= ({"title"} if effect.id == "rgb" else set())
    english, russian = effect.describe("en"), effect.describe("ru")
    assert (english["title"], russian["title"]) == (effect.title, effect.title_ru)
    for name, shown in russian["inputs"]["properties"].items():
        assert shown["title"] == texts[name]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a test photo, and the same upside down in other colours."""
    folder, pixels = tmp_path_factory.mktemp("photos"), default_media.default_photo_pixels()
    other = np.ascontiguousarray(pixels[::-1, :, [2, 1, 0, 3]])
    return save_photo(folder / "1.rgba", pixels), save_photo(folder / "2.rgba", other)


@pytest.fixture(scope="module")
def render_frames(gl: Context, photos: tuple[Path, Path]) -> RenderFrames:
    """Return render_frames(effect, frames, params, size), which draws frames as a job does.

    The sound is the stand-in: a kick in frames 0, 5, 10 … and everything else with it.
    """

    def run(
        effect: Effect,
        frames: Sequence[int],
        params: Mapping[str, Any] | None = None,
        size: tuple[int, int] = WIDE,
    ) -> Frames:
        transition_params = {"at": 0.0, "length": 10.0} if effect.transition_image else {}
        instance = EffectInstance(
            id=effect.id,
            file=effect.file,
            source=effect.source,
            vertex=effect.vertex_source,
            params={**transition_params, **(params or {})},
        )
        job = SceneSpec(
            effects=(instance,),
            photo=photos[0],
            photo2=photos[1],
            features=None,
            size=size,
            fps=FPS,
            frames=200,
            fit="cover",
            egl_device=None,
            require_gpu=False,
            title="El título de la canción",
            artist="Ночь",
        )
        scene = Scene(gl, job)
        scene.begin(0)
        drawn: Frames = {}
        for frame in range(max(frames) + 1) if scene.sequential else frames:
            scene.draw_effects(frame)
            if frame in frames:
                drawn[frame] = read_rgba(scene.output).astype(np.int16)
        return drawn

    return run


@pytest.fixture(scope="module")
def plain(render_frames: RenderFrames, effect: Effect) -> Frames:
    """Return the frames around two kicks with the effect's defaults."""
    return render_frames(effect, range(2 * KICK))


def settable(effect: Effect) -> list[Input]:
    """Return the settable inputs, except texts and the times of a transition."""
    times = {item.name for item in transition_inputs()} if effect.transition_image else set()
    numbers = [item for item in effect.inputs if not item.kind.is_texture]
    return [item for item in numbers if item.name not in times]


def extremes(item: Input) -> list[Value]:
    """Return the minimum and maximum of an input."""
    if item.kind in (Kind.BOOL, Kind.EVENT):
        return [False, True]
    if item.values:
        return [item.values[0], item.values[-1]]
    assert item.minimum is not None, f"{item.name} has no MIN"
    assert item.maximum is not None, f"{item.name} has no MAX"
    return [item.minimum, item.maximum]


def differ(some: Frames, others: Frames, frames: Sequence[int]) -> bool:
    return any((some[frame] != others[frame]).any() for frame in frames)


def test_the_studios_effects_are_included_and_have_their_prices() -> None:
    premium = {path.stem: read(path).premium for path in FILES}
    assert [premium[name] for name in FREE.split()] == [False] * 3
    assert [premium[name] for name in PREMIUM.split()] == [True] * 7


@pytest.mark.parametrize("name", ["blur", "dither", "chances", "drifting", "inside"])
def test_code_that_effects_share_is_identical(name: str) -> None:
    """An effect is one file, so common code is copied to each: all copies must be equal."""
    pattern = re.compile(rf"^\w+ {name}\(.*?^\}}", re.DOTALL | re.MULTILINE)
    copies = [match[0] for path in FILES if (match := pattern.search(path.read_text("utf-8")))]
    assert len(copies) > 1
    assert len(set(copies)) == 1


def test_an_effect_states_title_description_and_credit(effect: Effect) -> None:
    assert effect.title
    assert effect.description.endswith(".")
    assert effect.credit
    assert effect.license
    assert effect.categories


def test_inputs_have_labels_ranges_and_a_default_inside(effect: Effect) -> None:
    for item in settable(effect):
        assert item.label != item.name
        assert len(extremes(item)) == 2
    defaults = {item.name: item.default for item in settable(effect)}
    assert effect.param_values(defaults).items() >= defaults.items()


def test_every_input_is_used(effect: Effect) -> None:
    code = re.sub(r"(?s)/\*.*?\*/|//[^\n]*", " ", f"{effect.source}\n{effect.vertex_source or ''}")
    times = {item.name for item in transition_inputs()} if effect.transition_image else set()
    sizes = re.findall(r'"(?:WIDTH|HEIGHT|SIZE)": "(.*?)"', effect.source)
    code += " ".join(sizes)
    names = {item.name for item in effect.inputs if not item.static}
    for name in names - times | {target.name for target in effect.targets}:
        word = FUNCTIONS.get(name, name) if effect.dialect == "transition" else name
        assert re.search(rf"\b{word}\b", code), f"{name} is not used"


def test_draws_at_any_aspect_ratio(
    effect: Effect, render_frames: RenderFrames, plain: Frames
) -> None:
    assert max(frame[..., :3].std() for frame in plain.values()) > 4, "it is blank"
    (tall,) = render_frames(effect, [1], size=TALL).values()
    assert tall.shape == (64, 36, 4)
    assert tall[..., :3].std() > 4, "it is blank where the picture is tall"
    assert render_frames(effect, [1], size=(3, 2))[1].shape == (2, 3, 4)


def test_two_sizes_agree(effect: Effect, render_frames: RenderFrames, plain: Frames) -> None:
    """A frame of twice the size shows the same in more detail."""
    (large,) = render_frames(effect, [3], size=LARGE).values()
    once, twice = (frame[..., :3] * (frame[..., 3:] / 255) for frame in (plain[3], large))
    halved = twice.reshape(36, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - once).mean() < 8


def test_draws_the_same_twice(effect: Effect, render_frames: RenderFrames, plain: Frames) -> None:
    again = render_frames(effect, [1, 7])
    assert not differ(again, plain, [1, 7])


@pytest.mark.slow
def test_every_input_changes_something(effect: Effect, render_frames: RenderFrames) -> None:
    """Each input changes something at its minimum or maximum, during a kick or after it.

    An input that changes nothing there is tried at a larger size, and with every other input at
    its ends: it may be too fine for the small size, or belong to another choice.
    """
    items = [item for item in settable(effect) if item.kind is not Kind.EVENT]
    idle = items
    if not effect.sequential:
        moving = [item for item in items if not item.static]
        frames = range((len(moving) + 1) * KICK)
        keys = {item.name: {"keys": _turn(item, at)} for at, item in enumerate(moving)}
        defaults, moved = render_frames(effect, frames), render_frames(effect, frames, keys)
        busy = {
            item.name
            for at, item in enumerate(moving)
            if differ(moved, defaults, range(at * KICK, (at + 1) * KICK))
        }
        idle = [item for item in items if item.name not in busy]
    large = partial(
        render_frames, effect, range(2, 7) if effect.sequential else [4], size=(160, 90)
    )
    assert [item.name for item in idle if not _changes(large, item, items)] == []


def _changes(
    render_frames: Callable[[Mapping[str, Any]], Frames], item: Input, items: list[Input]
) -> bool:
    """Report if the input makes a difference, alone or with another one at one of its ends."""
    others = [other for other in items if other is not item]
    others.sort(key=lambda other: other.kind not in (Kind.LONG, Kind.BOOL))  # choices first
    beside = [{other.name: extremes(other)[end]} for end in (1, 0) for other in others]
    for params_set in [{}, *beside]:
        low, high = (render_frames({**params_set, item.name: value}) for value in extremes(item))
        if differ(low, high, list(low)):
            return True
    return False


def _turn(item: Input, at: int) -> list[list[Any]]:
    """Return keyframes: the default, except the minimum and maximum of each input in turn."""
    start = at * KICK
    default = item.default if item.default is not None else extremes(item)[0]
    keys: list[list[Any]] = [[0.0, default]] if start else []
    keys += [[(start + n) / FPS, extremes(item)[n % 2], "hold"] for n in range(KICK)]
    return [*keys, [(start + KICK) / FPS, default, "hold"]]


def test_draws_with_all_inputs_at_their_ends(effect: Effect, render_frames: RenderFrames) -> None:
    for end in (0, 1):
        values = {item.name: extremes(item)[end] for item in settable(effect)}
        assert render_frames(effect, [1], values)[1].shape == (36, 64, 4)


def test_moves(effect: Effect, render_frames: RenderFrames, plain: Frames) -> None:
    """The output changes over the frames, while the level decays from kick to kick."""
    if "TIME" in effect.source or any(item.modulation for item in effect.inputs):
        moved = max(np.abs(frame - plain[0]).mean() for frame in plain.values())
        assert moved > 0.2 or differ(render_frames(effect, [99]), {99: plain[0]}, [99])
