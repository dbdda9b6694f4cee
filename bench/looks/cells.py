"""The frames of one sheet: selected moments of songs over photos."""

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from bench.looks.material import FPS, Song
from server.effects.library.library import Library
from server.jobs.model.effect_source import read_source
from server.jobs.model.requested_effect import RequestedEffect
from server.jobs.submission.preset import Preset
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene

Size = tuple[int, int]
WIDE, TALL, SQUARE = (320, 180), (180, 320), (240, 240)
_ASPECTS = {WIDE: "16:9", TALL: "9:16", SQUARE: "1:1"}
_TITLE, _ARTIST = "Golden Hour", "Maya Fields"
_REPLAYED = 45
"""Maximum number of frames replayed before a frame of a sequential effect."""


@dataclass(frozen=True)
class Look:
    """An effect or a preset to draw a sheet of."""

    name: str
    preset: Preset | None = None

    def chain_for(self, aspect: str) -> tuple[RequestedEffect, ...]:
        """Return its chain at that aspect ratio."""
        return self.preset.chain_for(aspect) if self.preset else (RequestedEffect(self.name, {}),)

    @property
    def fit(self) -> str:
        """The fit of the photo in the frame."""
        return (self.preset.fit if self.preset else None) or "blur"


@dataclass(frozen=True)
class Pair:
    """A photo and the song that it is shown with."""

    label: str
    photo: Path
    photo2: Path
    song: Song


@dataclass(frozen=True)
class Tile:
    """One image of a sheet."""

    label: str
    image: Image.Image


class LookRenderer:
    """Draws frames of one look in one context, so that shaders are compiled once for all pairs.

    Args:
        context: the OpenGL context.
        library: the effects.
        look: the effect or preset.
    """

    def __init__(self, context: Context, library: Library, look: Look) -> None:
        self._context = context
        self._library = library
        self._look = look

    def wide(self, pair: Pair) -> list[Tile]:
        """Draw a row in 16:9: a calm moment, four around an accent, and the loudest part.

        Raises:
            ToqiboxError: the look cannot be drawn.
        """
        song = pair.song
        moments = {
            "calm": song.calm,
            "accent -2": song.accent - 2,
            "accent": song.accent,
            "+3": song.accent + 3,
            "+8": song.accent + 8,
            "loudest": song.full,
        }
        images = self._draw(pair, WIDE, list(moments.values()))
        labels = [f"{pair.label}  {word}" for word in moments]
        return [Tile(label, image) for label, image in zip(labels, images, strict=True)]

    def other(self, pair: Pair, size: Size) -> Tile:
        """Draw the frame after an accent at another aspect ratio.

        Raises:
            ToqiboxError: the look cannot be drawn.
        """
        (image,) = self._draw(pair, size, [pair.song.accent + 1])
        return Tile(f"{_ASPECTS[size]}  {pair.label}", image)

    def _draw(self, pair: Pair, size: Size, frames: list[int]) -> list[Image.Image]:
        """Draw the composited frames and return them in the requested order."""
        scene = Scene(self._context, self._job(pair, size))
        images: dict[int, Image.Image] = {}
        for frame in sorted(frames):
            first = max(0, frame - _REPLAYED) if scene.sequential else frame
            scene.begin(first)
            for current in range(first, frame + 1):
                scene.draw_effects(current)
            scene.composite.draw()
            images[frame] = Image.fromarray(read_rgba(scene.composite.output)).convert("RGB")
        return [images[frame] for frame in frames]

    def _job(self, pair: Pair, size: Size) -> SceneSpec:
        requested = self._look.chain_for(_ASPECTS[size])
        effects = [self._library.get(item.id) for item in requested]
        chain = [
            replace(read_source(effect, self._library).with_local_paths, params=item.params)
            for effect, item in zip(effects, requested, strict=True)
        ]
        return SceneSpec(
            effects=tuple(chain),
            photo=pair.photo,
            photo2=pair.photo2 if any(effect.transition_image for effect in effects) else None,
            features=pair.song.features,
            size=size,
            fps=FPS,
            frames=pair.song.frames,
            fit=self._look.fit,
            egl_device=None,
            require_gpu=False,
            title=_TITLE,
            artist=_ARTIST,
        )
