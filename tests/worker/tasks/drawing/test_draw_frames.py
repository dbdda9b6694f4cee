"""Single frames as PNG files: their content, and their exactness."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.errors import ToqiboxError
from server.protocol.results.drawing import DrawnFrame
from server.protocol.scene import SceneSpec
from server.protocol.tasks import DrawFrames, FrameFile
from server.protocol.wire.progress import ProgressReporter
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_frames
from tests.harness.rendering import effect_of
from tests.render.drawing import SHOW, flat, quarters, save_photo

COUNT = """/*{"PASSES": [{"TARGET": "n", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(n) + vec4(1.0);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(n).r / 255.0, float(FRAMEINDEX) / 255.0, 0.0, 0.5);
}
"""
"""Red counts the frames drawn so far, green is the frame's number."""

Shoot = Callable[..., tuple[tuple[DrawnFrame, ...], list[NDArray[np.uint8]]]]


@pytest.fixture(scope="module")
def sessions() -> Iterator[SessionCache]:
    sessions = SessionCache()
    yield sessions
    sessions.close()


@pytest.fixture
def shoot(sessions: SessionCache, tmp_path: Path) -> Shoot:
    """Draw frames: shoot(source, *frames, **changes) returns the reports and the pixels."""

    def run(
        source: str, *frames: int, **more: Any
    ) -> tuple[tuple[DrawnFrame, ...], list[NDArray[np.uint8]]]:
        files = [tmp_path / f"{index}.png" for index in range(len(frames))]
        requested = zip(frames, files, strict=True)
        names = {field.name for field in fields(SceneSpec)}
        scene: dict[str, Any] = {
            "effects": (effect_of(source),), "size": (21, 11), "fps": 10, "frames": 100,
            "fit": "cover", **{name: more.pop(name) for name in list(more) if name in names},
        }  # fmt: skip
        task = DrawFrames(
            scene=SceneSpec(**scene),
            frames=tuple(FrameFile(frame=frame, out=file) for frame, file in requested),
            **{"composite": False, **more},
        )
        result = draw_frames.run(task, ProgressReporter(lambda _event: None), sessions)
        return result.frames, [np.asarray(Image.open(file)) for file in files]

    return run


def test_alpha_is_kept_or_composited_over_the_photo(shoot: Shoot, tmp_path: Path) -> None:
    source = """/*{}*/
    void main() { gl_FragColor = vec4(0.0, 1.0, isf_FragNormCoord.y, isf_FragNormCoord.x * 0.5); }
    """
    reports, (alone,) = shoot(source, 7)
    assert reports == (DrawnFrame(frame=7, exact=True, first=7),)
    assert alone.shape == (11, 21, 4)
    assert alone[0, 0].tolist() == [0, 255, 243, 3]
    assert alone[10, 20].tolist() == [0, 255, 12, 124]
    photo = save_photo(tmp_path / "photo", flat((200, 0, 0, 255)))
    _, (over,) = shoot(source, 7, photo=photo, composite=True)
    assert (over[..., 3] == 255).all()
    np.testing.assert_allclose(over[10, 20], [200 * 0.512, 255 * 0.488, 5.7, 255], atol=1)


def test_a_sequential_effect_draws_every_frame_before(shoot: Shoot) -> None:
    reports, pictures = shoot(COUNT, 30, 4, 30)
    assert reports == tuple(DrawnFrame(frame=frame, exact=True, first=0) for frame in (30, 4, 30))
    assert [picture[5, 5, :2].tolist() for picture in pictures] == [[31, 30], [5, 4], [31, 30]]


def test_too_many_frames_before_are_left_out(shoot: Shoot) -> None:
    reports, pictures = shoot(COUNT, 20, 21, 60, 5, max_frames=20)
    assert reports == (
        DrawnFrame(frame=20, exact=True, first=0),
        DrawnFrame(frame=21, exact=False, first=1),
        DrawnFrame(frame=60, exact=False, first=40),
        DrawnFrame(frame=5, exact=True, first=0),
    )
    assert [picture[5, 5, :2].tolist() for picture in pictures] == [
        [21, 20],
        [21, 21],
        [21, 60],
        [6, 5],
    ]


def test_no_time_for_the_frames_before(shoot: Shoot) -> None:
    reports, (picture,) = shoot(COUNT, 60, max_s=-1.0)
    assert reports == (DrawnFrame(frame=60, exact=False, first=60),)
    assert picture[5, 5, :2].tolist() == [1, 60]


def test_a_kept_scene_continues(shoot: Shoot, sessions: SessionCache) -> None:
    shoot(COUNT, 9, 2)
    assert sessions.current is not None
    for frame, draw_count in ((9, 0), (12, 6), (11, 24)):
        sessions.current.context.draw_count = 0
        reports, (picture,) = shoot(COUNT, frame)
        assert reports == (DrawnFrame(frame=frame, exact=True, first=0),)
        assert picture[5, 5, :2].tolist() == [frame + 1, frame]
        assert sessions.current.context.draw_count == draw_count


def test_a_kept_scene_starts_again(shoot: Shoot, sessions: SessionCache) -> None:
    shoot(COUNT, 9)
    kept = sessions.current
    _, (picture,) = shoot(COUNT, 3)
    assert sessions.current is kept
    assert picture[5, 5, :2].tolist() == [4, 3]


def test_independent_frames_are_drawn_without_earlier_ones(
    shoot: Shoot, sessions: SessionCache
) -> None:
    source = COUNT.replace(', "PERSISTENT": true', "")
    reports, pictures = shoot(source, 99, 2)
    assert [report.first for report in reports] == [99, 2]
    assert [picture[5, 5, :2].tolist() for picture in pictures] == [[1, 99], [1, 2]]
    assert sessions.current is not None
    sessions.current.context.draw_count = 0
    shoot(source, 50)
    assert sessions.current.context.draw_count == 1  # the first pass depends on nothing


def test_both_photos(shoot: Shoot, tmp_path: Path) -> None:
    """The first image input is the frame below, others are the second photo."""
    source = """/*{"INPUTS": [{"NAME": "a", "TYPE": "image"}, {"NAME": "b", "TYPE": "image"},
        {"NAME": "photo2", "TYPE": "image"}, {"NAME": "photo", "TYPE": "image"}]}*/
    void main() {
        vec2 at = vec2(0.25, 0.75);
        gl_FragColor = vec4(IMG_NORM_PIXEL(a, at).r, IMG_NORM_PIXEL(b, at).r,
            IMG_SIZE(gl_FragCoord.x < 10.0 ? photo : photo2) / 255.0);
    }"""
    source = source.replace(
        "IMG_SIZE(gl_FragCoord.x < 10.0 ? photo : photo2)",
        "(gl_FragCoord.x < 10.0 ? IMG_SIZE(photo) : IMG_SIZE(photo2))",
    )
    first = save_photo(tmp_path / "photo", quarters(42, 22))
    second = save_photo(tmp_path / "photo2", flat((100, 1, 2, 255), (84, 44)))
    _, (both,) = shoot(source, 0, photo=first, photo2=second)
    assert both[5, 5].tolist() == [255, 100, 42, 22]
    assert both[5, 15].tolist() == [255, 100, 84, 44]
    _, (one,) = shoot(source, 0, photo=first)
    assert one[5, 15].tolist() == [255, 255, 42, 22]


def test_floats_are_shown_as_a_display_shows_them(shoot: Shoot) -> None:
    source = """/*{"PASSES": [{"TARGET": "o", "FLOAT": true}]}*/
    void main() { gl_FragColor = vec4(2.0, -1.0, 0.5, 0.25); }"""
    _, (picture,) = shoot(source, 0)
    assert picture[0, 0].tolist() == [255, 0, 128, 64]


def test_a_chain_ends_with_its_last_effect(shoot: Shoot) -> None:
    chain = tuple(
        effect_of(source)
        for source in (
            COUNT,
            SHOW.replace("IMG_THIS_PIXEL(inputImage)", "vec4(0.0, 0.0, 1.0, 0.0)"),
        )
    )
    _, (alone,) = shoot("", 3, effects=chain)
    assert alone[5, 5].tolist() == [0, 0, 255, 0]
    _, (whole,) = shoot("", 3, effects=chain, composite=True, photo=None)
    assert whole[5, 5, 3] == 255
    assert whole[0, 0, 0] < 70  # half of the default photo's sky under red 4


def test_a_frame_beyond_the_job(shoot: Shoot) -> None:
    with pytest.raises(ToqiboxError, match="use 0 to 99") as caught:
        shoot(SHOW, 100)
    assert caught.value.code == "render_failed"
