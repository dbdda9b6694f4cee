"""A job's picture: the fitted photo, the chain of effects over it, the planes for the encoder."""

from collections.abc import Mapping

from server.effects import dialects
from server.effects.effect import Effect, Kind, Value
from server.errors import ToqiboxError
from server.media.features import Features
from server.render.composite import Composite
from server.render.context import Context
from server.render.convert import Convert
from server.render.fit import fit
from server.render.job import Job
from server.render.passes import Passes
from server.render.photo import Photo
from server.render.soundpicture import SoundPicture
from server.render.surface import Picture, Surface
from server.render.timeline import Timeline


class Scene:
    """Draws any frame of a job into `planes`.

    Frame n depends on n alone, except for what persistent targets hold.

    Args:
        context: where it is drawn.
        job: what to draw.

    Raises:
        ToqiboxError: ``shader_compile_failed``, ``invalid_parameter`` and others of the catalogue.
    """

    def __init__(self, context: Context, job: Job) -> None:
        self._context = context
        self._job = job
        self._features = Features(job.features)
        self._photo = Photo(context, job.photo)
        self._fitted = fit(context, self._photo, job.size, job.fit)
        self._sounds: list[SoundPicture] = []
        self._chain: list[Passes] = []
        self._composites: list[Composite] = []
        loaded = [_load(row) for row in job.effects]
        if not loaded:
            raise ToqiboxError("render_failed", detail="no effect is given")
        below: Picture = self._fitted
        for index, (effect, values) in enumerate(loaded):
            if index:
                composite = Composite(context, job.size, self._chain[-1].output, below)
                self._composites.append(composite)
                below = composite.output
            self._chain.append(self._passes(effect, values, below))
        self.planes = Convert(context, job.size, self._chain[-1].output, below)
        self.sequential = any(effect.sequential for effect, _ in loaded)
        """Whether a frame needs the one before it."""
        context.check("building the scene")

    @property
    def kept(self) -> dict[str, Surface]:
        """Every persistent target, by the effect's place in the chain and the target's name."""
        return {
            f"{index}.{name}": surface
            for index, passes in enumerate(self._chain)
            for name, surface in passes.kept.items()
        }

    def begin(self, frame: int) -> None:
        """Make `frame` the next to be drawn; persistent targets are transparent black."""
        for passes in self._chain:
            passes.begin(frame)

    def draw(self, frame: int) -> bool:
        """Draw `frame`; returns whether `planes` changed."""
        for sound in self._sounds:
            sound.show(frame)
        for index, passes in enumerate(self._chain):
            if index:
                self._composites[index - 1].draw()
            passes.draw(frame)
        return self.planes.draw()

    def _passes(self, effect: Effect, values: Mapping[str, Value], below: Picture) -> Passes:
        job = self._job
        timeline = Timeline(effect, values, self._features, job.frames, job.fps)
        return Passes(self._context, effect, timeline, job.size, self._pictures(effect, below))

    def _pictures(self, effect: Effect, below: Picture) -> dict[str, Picture]:
        """What the effect's samplers show: `below`, the photo as it is, the sound.

        Further pictures that a file asks for, beside its first, get the fitted photo.
        """
        pictures: dict[str, Picture] = {}
        for item in effect.inputs:
            if item.kind in (Kind.AUDIO, Kind.AUDIO_FFT):
                sound = SoundPicture(self._context, item, self._features, self._job.fps)
                self._sounds.append(sound)
                pictures[item.uniform] = sound
            elif item.name == effect.picture:
                pictures[item.uniform] = below
            elif item.kind is Kind.IMAGE:
                pictures[item.uniform] = self._photo if item.name == "photo" else self._fitted
        return pictures


def _load(row: Mapping[str, object]) -> tuple[Effect, dict[str, Value]]:
    """An effect of the chain from its source, and the values of its inputs."""
    vertex = row.get("vertex")
    effect = dialects.load(
        str(row["id"]), str(row["file"]), str(row["source"]), str(vertex) if vertex else None
    )
    return effect, effect.values(row.get("params") or {})
