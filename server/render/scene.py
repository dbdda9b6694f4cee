"""A job's frame: the fitted photo, the chain of effects over it, the planes for the encoder."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from server.animation.timeline import Timeline
from server.audio.features import Features
from server.effects import dialects
from server.effects.budget.budget_check import guard_loops
from server.effects.effect import Effect, Kind
from server.effects.model.input import ParamValue
from server.effects.model.palette import Palette, read_palette
from server.effects.title_credits import hide_repeated_credits
from server.errors import ToqiboxError
from server.media.photos.photo_palette import file_palette, photo_palette
from server.protocol.scene import EffectInstance, SceneSpec
from server.render import default_media
from server.render.effect.defects import with_float_targets
from server.render.effect.renderer import CompiledPass, EffectRenderer, PassTimer, untimed
from server.render.gl.context import Context
from server.render.gl.cubemap import CubeTarget
from server.render.gl.memory_budget import MemoryBudget
from server.render.gl.render_target import RenderTarget, SamplerView, TextureSource
from server.render.output.composite import Composite
from server.render.output.gain_map import GainMap
from server.render.output.nv12 import Nv12Converter
from server.render.scene_photos import ScenePhotos
from server.render.textures.audio import AudioInputTexture, AudioTexture, ByteAudioTexture
from server.render.textures.audio_history import AudioHistory
from server.render.textures.builtin import BuiltinTextures
from server.render.textures.text import TitleCredits, text_textures


class Scene:
    """Draws any frame of a job.

    Frame n depends on n alone, except for the content of persistent targets.

    Args:
        context: the context to draw in.
        spec: what to draw.
        awaits_track: True for a track whose features do not exist yet: the default audio is in its
            place until `follow_track`.
        photos: those of an earlier scene of the context with the same photos, size and fit.

    Raises:
        ToqiboxError: ``shader_compile_failed``, ``shader_rejected``, ``invalid_parameter`` and
            others of the catalogue.
    """

    def __init__(
        self,
        context: Context,
        spec: SceneSpec,
        *,
        awaits_track: bool = False,
        photos: ScenePhotos | None = None,
    ) -> None:
        self._context = context
        self._spec = spec
        self.awaits_track = awaits_track
        self._audio: default_media.SceneAudio = (
            Features(spec.features)
            if spec.features and not awaits_track
            else default_media.DefaultAudio()
        )
        self.photos = photos or ScenePhotos(context, spec)
        self._audio_textures: list[AudioTexture | AudioHistory] = []
        self._budget: MemoryBudget | None = None
        self._renderers: list[EffectRenderer] = []
        self._inputs: list[tuple[Effect, Mapping[str, ParamValue]]] = []
        self._composites: list[Composite] = []
        loaded = [(instance, load_effect(instance)) for instance in spec.effects]
        if spec.float_targets:
            loaded = [(instance, with_float_targets(effect)) for instance, effect in loaded]
        if not loaded:
            raise ToqiboxError("render_failed", detail="the chain has no effects")
        below: TextureSource = self.photos.first_fitted
        param_values = hide_repeated_credits(
            [(effect, instance.params) for instance, effect in loaded]
        )
        for index, ((instance, effect), params) in enumerate(
            zip(loaded, param_values, strict=True)
        ):
            if index:
                composite = Composite(context, spec.size, self._renderers[-1].output, below)
                self._composites.append(composite)
                below = composite.output
            self._renderers.append(self._make_renderer(effect, instance, params, below))
        self._below = below
        self.effects = tuple(effect for _, effect in loaded)
        """In the order of the chain."""
        self._gains: GainMap | None = None
        self.output = self._renderers[-1].output
        """The last effect's own output, with straight alpha."""
        self.sequential = any(effect.sequential for _, effect in loaded)
        """True if a frame needs the one before it."""
        context.check("building the scene")

    @property
    def layers(self) -> dict[str, TextureSource]:
        """The layers of the frame: `above`, straight alpha, over `below`, opaque."""
        return {"above": self.output, "below": self._below}

    @cached_property
    def planes(self) -> Nv12Converter:
        """The frame as the encoder takes it; drawn by `draw`."""
        below = None if self._renderers[-1].is_opaque else self._below
        return Nv12Converter(self._context, self._spec.size, self.output, below)

    @cached_property
    def composite(self) -> Composite:
        """The opaque frame; the caller draws it after `draw_effects`."""
        return Composite(self._context, self._spec.size, self.output, self._below)

    @property
    def persistent_targets(self) -> dict[str, RenderTarget | CubeTarget]:
        """All persistent targets, by the effect's index in the chain and the target's name."""
        return {
            f"{index}.{name}": render_target
            for index, renderer in enumerate(self._renderers)
            for name, render_target in renderer.persistent_targets.items()
        }

    def observe_passes(self, before_pass: Callable[[int, CompiledPass], None]) -> None:
        """Call `before_pass` before each pass with its effect's index and the pass."""
        for index, renderer in enumerate(self._renderers):
            renderer.before_pass = partial(before_pass, index)

    def dim(self, gains: Path | None) -> None:
        """Dim the next frames by a gain map; None draws them as they are."""
        if gains is None and self._gains is None:
            return
        self._gains = None if gains is None else GainMap.load(self._context, gains)
        self.planes.set_gains(self._gains)

    def follow_track(self) -> None:
        """Follow the track, whose features exist now; what it does not decide stays as drawn."""
        assert self._spec.features is not None, "only a track is awaited"
        self._audio = Features(self._spec.features)
        for texture in self._audio_textures:
            texture.follow(self._audio)
        for renderer, inputs in zip(self._renderers, self._inputs, strict=True):
            renderer.follow(self._timeline(*inputs))
        self.awaits_track = False

    def begin(self, frame: int) -> None:
        """Make `frame` the next one to draw; persistent targets become transparent black."""
        for renderer in self._renderers:
            renderer.begin(frame)

    def draw(self, frame: int) -> bool:
        """Draw `frame` and its planes; return True if `planes` changed."""
        self.draw_effects(frame)
        dimmed = self._gains is not None and self._gains.update(frame)
        return self.planes.draw(dimmed=dimmed)

    def draw_effects(self, frame: int, pass_timer: PassTimer = untimed) -> None:
        """Draw `frame` up to the last effect's output."""
        for texture in self._audio_textures:
            texture.update(frame)
        for index, renderer in enumerate(self._renderers):
            if index:
                self._composites[index - 1].draw()
            renderer.draw(frame, pass_timer)

    @cached_property
    def _byte_audio(self) -> ByteAudioTexture:
        texture = ByteAudioTexture(self._context, self._audio, self._spec.fps)
        self._audio_textures.append(texture)
        return texture

    @cached_property
    def _palette(self) -> Palette:
        """The photo's colours: those stored with the job, else computed from the photo."""
        spec = self._spec
        if spec.palette is not None:
            return read_palette(spec.palette)
        if spec.photo is None:
            return read_palette(
                photo_palette(default_media.SIZE, default_media.default_photo_pixels().tobytes())
            )
        return read_palette(file_palette(spec.photo))

    def _make_renderer(
        self,
        effect: Effect,
        instance: EffectInstance,
        params: Mapping[str, Any],
        below: TextureSource,
    ) -> EffectRenderer:
        spec, context = self._spec, self._context
        budget = self._budget = MemoryBudget(
            effect, max_cube_edge=spec.cube_edge, previous=self._budget
        )
        param_values = effect.param_values(params)
        self._inputs.append((effect, param_values))
        timeline = self._timeline(effect, param_values)
        credits = TitleCredits(spec.title, spec.artist)
        textures = BuiltinTextures(
            context, effect, self.photos.first, lambda: self._byte_audio, instance.files, budget
        )
        sources = {
            **textures.create_all(),
            **self._input_sources(effect, below, budget),
            **text_textures(context, effect.inputs, param_values, spec.size, credits, budget),
        }
        return EffectRenderer(context, effect, timeline, spec.size, sources, budget)

    def _timeline(self, effect: Effect, param_values: Mapping[str, ParamValue]) -> Timeline:
        spec = self._spec
        uses_palette = any(item.photo for item in effect.inputs)
        palette = self._palette if uses_palette else None
        return Timeline(effect, param_values, self._audio, spec.frames, spec.fps, palette)

    def _input_sources(
        self, effect: Effect, below: TextureSource, budget: MemoryBudget
    ) -> dict[str, TextureSource | SamplerView]:
        """Return the sources of the effect's inputs, by GLSL name."""
        sources: dict[str, TextureSource | SamplerView] = {}
        context, spec = self._context, self._spec
        for item in effect.inputs:
            if item.kind in (Kind.AUDIO, Kind.AUDIO_FFT):
                texture = AudioInputTexture(context, item, self._audio, spec.fps)
                self._audio_textures.append(texture)
                sources[item.uniform] = texture
            elif item.kind is Kind.AUDIO_HISTORY:
                history = AudioHistory(context, item, self._audio, spec.frames, spec.fps)
                budget.claim(f"history {item.name}", history.size_bytes)
                self._audio_textures.append(history)
                sources[item.uniform] = history
            elif item.kind is Kind.IMAGE:
                sources[item.uniform] = self._image(effect, item.name, below)
        return sources

    def _image(self, effect: Effect, name: str, below: TextureSource) -> TextureSource:
        if name == "photo":
            return self.photos.first
        if name == effect.input_image:
            return below
        return self.photos.second if name == "photo2" else self.photos.second_fitted


def load_effect(instance: EffectInstance) -> Effect:
    """Parse an effect of the chain from its source; the loops of a custom one get guards."""
    vertex, includes = instance.vertex or None, instance.includes
    effect = dialects.load(instance.id, instance.file, instance.source, vertex, includes)
    return guard_loops(effect) if instance.custom else effect
