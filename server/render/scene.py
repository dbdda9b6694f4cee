"""A job's picture: the fitted photo, the chain of effects over it, the planes for the encoder."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from server.animation.timeline import Timeline
from server.audio.features import Features
from server.effects import dialects
from server.effects.effect import Effect, Kind
from server.effects.model.palette import Palette, read_palette
from server.effects.title_credits import without_repeats
from server.errors import ToqiboxError
from server.media.photos.palette import file_palette, photo_palette
from server.render import default_media
from server.render.effect.defects import precise
from server.render.effect.renderer import Passes, Step, Timed, plainly
from server.render.gl.context import Context
from server.render.gl.cubemap import Cube
from server.render.gl.memory_budget import Budget
from server.render.gl.render_target import Picture, Surface, View
from server.render.output.composite import Composite
from server.render.output.gain_map import Gains
from server.render.output.nv12 import Convert
from server.render.scene_spec import Job
from server.render.textures.audio import Bytes, Heard, SoundPicture
from server.render.textures.audio_history import AudioHistory
from server.render.textures.builtin import Textures
from server.render.textures.image import Photo
from server.render.textures.photo_fit import fit
from server.render.textures.text import Credits, text_pictures


class Scene:
    """Draws any frame of a job.

    Frame n depends on n alone, except for what persistent targets hold.

    Args:
        context: where it is drawn.
        job: what to draw.

    Raises:
        ToqiboxError: ``shader_compile_failed``, ``shader_rejected``, ``invalid_parameter`` and
            others of the catalogue.
    """

    def __init__(self, context: Context, job: Job) -> None:
        self._context = context
        self._job = job
        self._sound: default_media.Track = (
            Features(job.features) if job.features else default_media.Tune()
        )
        self._photo = Photo.load(context, job.photo) if job.photo else default_media.photo(context)
        self._fitted = fit(context, self._photo, job.size, job.fit)
        self._photo2 = Photo.load(context, job.photo2) if job.photo2 else self._photo
        self._sounds: list[Heard | AudioHistory] = []
        self._budget: Budget | None = None
        self._chain: list[Passes] = []
        self._composites: list[Composite] = []
        loaded = [(row, load_row(row)) for row in job.effects]
        if job.precise:
            loaded = [(row, precise(effect)) for row, effect in loaded]
        if not loaded:
            raise ToqiboxError("render_failed", detail="no effect is given")
        below: Picture = self._fitted
        settings = without_repeats([(effect, row.get("params") or {}) for row, effect in loaded])
        for index, ((row, effect), params) in enumerate(zip(loaded, settings, strict=True)):
            if index:
                composite = Composite(context, job.size, self._chain[-1].output, below)
                self._composites.append(composite)
                below = composite.output
            self._chain.append(self._passes(effect, row, params, below))
        self._below = below
        self.effects = tuple(effect for _, effect in loaded)
        """In the order of the chain."""
        self._gains = Gains.load(context, job.flashes)
        self.output = self._chain[-1].output
        """What the last effect alone shows, straight alpha."""
        self.sequential = any(effect.sequential for _, effect in loaded)
        """Whether a frame needs the one before it."""
        context.check("building the scene")

    @property
    def layers(self) -> dict[str, Picture]:
        """What makes up the picture: `above`, straight alpha, over `below`, opaque."""
        return {"above": self.output, "below": self._below}

    @cached_property
    def planes(self) -> Convert:
        """The picture as the encoder takes it; `draw` draws it."""
        return Convert(self._context, self._job.size, **self.layers, gains=self._gains)

    @cached_property
    def whole(self) -> Composite:
        """The picture, opaque; drawn by whoever asks for it, after `draw_effects`."""
        return Composite(self._context, self._job.size, self.output, self._below)

    @property
    def kept(self) -> dict[str, Surface | Cube]:
        """Every persistent target, by the effect's place in the chain and the target's name."""
        return {
            f"{index}.{name}": surface
            for index, passes in enumerate(self._chain)
            for name, surface in passes.kept.items()
        }

    def watch(self, before: Callable[[int, Step], None]) -> None:
        """Have `before` called before each pass is drawn, with its effect's place and itself."""
        for index, passes in enumerate(self._chain):
            passes.before = partial(before, index)

    def begin(self, frame: int) -> None:
        """Make `frame` the next to be drawn; persistent targets are transparent black."""
        for passes in self._chain:
            passes.begin(frame)

    def draw(self, frame: int) -> bool:
        """Draw `frame` and its planes; returns whether `planes` changed."""
        self.draw_effects(frame)
        dimmed = self._gains is not None and self._gains.show(frame)
        return self.planes.draw(dimmed=dimmed)

    def draw_effects(self, frame: int, timed: Timed = plainly) -> None:
        """Draw `frame` as far as the last effect's output."""
        for sound in self._sounds:
            sound.show(frame)
        for index, passes in enumerate(self._chain):
            if index:
                self._composites[index - 1].draw()
            passes.draw(frame, timed)

    @cached_property
    def _fitted2(self) -> Picture:
        if self._photo2 is self._photo:
            return self._fitted
        return fit(self._context, self._photo2, self._job.size, self._job.fit)

    @cached_property
    def _bytes(self) -> Bytes:
        sound = Bytes(self._context, self._sound, self._job.fps)
        self._sounds.append(sound)
        return sound

    @cached_property
    def _palette(self) -> Palette:
        """The photo's colours: those that are kept with the job, else found now."""
        job = self._job
        if job.palette is not None:
            return read_palette(job.palette)
        if job.photo is None:
            return read_palette(photo_palette(default_media.SIZE, default_media.pixels().tobytes()))
        return read_palette(file_palette(job.photo))

    def _passes(
        self, effect: Effect, row: Mapping[str, Any], params: Mapping[str, Any], below: Picture
    ) -> Passes:
        job, context = self._job, self._context
        budget = self._budget = Budget(effect, edge=job.cube_edge, before=self._budget)
        settings = effect.settings(params)
        tinted = any(item.photo for item in effect.inputs)
        palette = self._palette if tinted else None
        timeline = Timeline(effect, settings, self._sound, job.frames, job.fps, palette)
        paths = row.get("files") or {}
        named = Credits(job.title, job.artist)
        textures = Textures(context, effect, self._photo, lambda: self._bytes, paths, budget)
        pictures = {
            **textures.all(),
            **self._pictures(effect, below, budget),
            **text_pictures(context, effect.inputs, settings, job.size, named, budget),
        }
        return Passes(context, effect, timeline, job.size, pictures, budget)

    def _pictures(
        self, effect: Effect, below: Picture, budget: Budget
    ) -> dict[str, Picture | View]:
        """What the effect's inputs show, by GLSL name."""
        pictures: dict[str, Picture | View] = {}
        context, job = self._context, self._job
        for item in effect.inputs:
            if item.kind in (Kind.AUDIO, Kind.AUDIO_FFT):
                sound = SoundPicture(context, item, self._sound, job.fps)
                self._sounds.append(sound)
                pictures[item.uniform] = sound
            elif item.kind is Kind.AUDIO_HISTORY:
                history = AudioHistory(context, item, self._sound, job.frames, job.fps)
                budget.claim(f"history {item.name}", history.bytes)
                self._sounds.append(history)
                pictures[item.uniform] = history
            elif item.kind is Kind.IMAGE:
                pictures[item.uniform] = self._image(effect, item.name, below)
        return pictures

    def _image(self, effect: Effect, name: str, below: Picture) -> Picture:
        if name == "photo":
            return self._photo
        if name == effect.picture:
            return below
        return self._photo2 if name == "photo2" else self._fitted2


def load_row(row: Mapping[str, Any]) -> Effect:
    """An effect of the chain from its source."""
    vertex, includes = row.get("vertex"), row.get("includes")
    source = str(row["source"])
    return dialects.load(str(row["id"]), str(row["file"]), source, vertex or None, includes)
