"""Previews: single frames of the video that an export would be, drawn by the code of exports."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from server.concurrency import run_in_thread
from server.config import Config
from server.errors import CATALOGUE, ToqiboxError
from server.files import atomic
from server.files.disk import discard
from server.jobs.execution.machine import MachineProbe, stall_timeout_s
from server.jobs.execution.worker_process import Launch, TaskError, Timeouts
from server.jobs.model.retry_after import BUSY_S
from server.jobs.model.spec import Spec
from server.jobs.previews.custom_limits import CustomLimits
from server.jobs.previews.media_cache import MediaCache
from server.jobs.previews.preview_form import PreviewRequest
from server.jobs.previews.preview_media import DecodedPreview, PreviewMediaDecoder
from server.jobs.previews.preview_slots import PreviewSlots
from server.jobs.previews.shared_work import SharedWork
from server.jobs.previews.track_analyser import TrackAnalyser
from server.jobs.previews.upload_decoder import UploadDecoder
from server.jobs.scheduling import plan
from server.jobs.storage.artifacts import Artifact, open_artifact
from server.jobs.storage.data_folder import DataFolder, new_id
from server.jobs.storage.disk_errors import translate_disk_errors
from server.jobs.submission import affordable
from server.jobs.submission.admission import Admission
from server.jobs.submission.request import Request, resolve
from server.jobs.validation.cache import ValidationCache
from server.process.sandbox import Limits
from server.protocol.results.drawing import DrawnFrames
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.tasks import DrawFrames, FrameFile

MAX_REPLAYED_FRAMES = 900
"""Frames before the requested one that are drawn to fill persistent targets; likewise seconds."""
_MAX_REPLAY_S = 10.0
_DRAW_S = 30.0
_NICENESS = 4
"""Frames of exports, with 2, take priority on a software renderer."""
_DRAW_LIMITS = Limits(niceness=_NICENESS)
_SOFTWARE_LIMITS = Limits(memory_bytes=6_000_000_000, niceness=_NICENESS)


@dataclass(frozen=True)
class PreviewFrame:
    """A drawn frame."""

    file: Artifact
    """The PNG or WebP file, which has no name any more."""
    frame: int
    exact: bool
    """False if not all frames before it were drawn, of a sequential effect."""
    first: int
    """The frame that drawing began at."""
    renderer: str
    software: bool


class Previews:
    """Draws previews, few at a time.

    Args:
        config: the settings.
        data: the data folder.
        machine: draws and decodes.
        validations: costs of the effects.
        admission: refuses previews while none could be drawn.
        launch: starts the workers.
    """

    def __init__(
        self,
        config: Config,
        data: DataFolder,
        machine: MachineProbe,
        validations: ValidationCache,
        admission: Admission,
        launch: Launch,
    ) -> None:
        self._config = config
        self._machine = machine
        self._validations = validations
        self._admission = admission
        self._work = SharedWork()
        self.cache = MediaCache(data.previews, config.preview_cache_mb * 1_000_000, self._work)
        self.slots = PreviewSlots(launch, data.frames)
        self.decoder = UploadDecoder(config, machine, self.cache)
        self.analyser = TrackAnalyser(machine, data, self.cache, self._work)
        self._custom_limits = CustomLimits(validations)
        self._media = PreviewMediaDecoder(self.decoder, self.analyser, self.cache)

    async def stop(self) -> None:
        """End all workers and all work."""
        await asyncio.gather(self.slots.stop(), self._work.stop())

    async def draw(
        self,
        opened: AsyncExitStack,
        preview: PreviewRequest,
        files: Mapping[str, Path],
        request_id: str,
        *,
        share: str,
        webp_quality: int | None = None,
    ) -> PreviewFrame:
        """Draw a frame; its pixels are those of the export before they are encoded.

        Args:
            opened: keeps the file open: contents of many slow clients would fill the memory.
            preview: what to draw.
            files: uploads by field; the samples stand in for missing ones.
            request_id: for the log.
            share: of the client in the queue; empty for the server's own.
            webp_quality: of a WebP; None for a lossless one.

        Raises:
            ToqiboxError: for an invalid file or an impossible frame, with the field; rate_limited,
                draining, not_ready, storage_full; errors of the effects.
        """
        request, effects = preview.request, _effects(preview.request)
        # Even one frame of it may be too much: then it takes no place.
        self._custom_limits.check(effects, request.width * request.height)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.slots.admit(share, custom=_is_custom(request)))
            self._admission.before_preview()
            with translate_disk_errors():
                media = await self._media.open(stack, files, request, request_id)
                spec = resolve(request, media.prepared, self._config)
                frame = preview.frame_of(spec)
                drawn_frames = min(frame, MAX_REPLAYED_FRAMES) + 1 if spec.sequential else 1
                work = replace(spec, frames=drawn_frames)
                self._custom_limits.check(effects, _pixels(work))
                self._check_cost(request, work)
                features = await self._media.analyse(media, spec, request_id)
            scene = self._scene(request, spec, media, features)
            file = FrameFile(
                frame=frame, out=Path(f"{new_id()}.{preview.format}"), webp_quality=webp_quality
            )
            key = await run_in_thread(_worker_key, request, spec, media, features)
            limits = self._limits(request, work)
            drawn, drawn_file = await self._draw(opened, scene, file, key, limits, _pixels(work))
        result = drawn.frames[0]
        return PreviewFrame(
            file=drawn_file,
            frame=result.frame,
            exact=result.exact,
            first=result.first,
            renderer=drawn.renderer,
            software=drawn.software,
        )

    @asynccontextmanager
    async def open_photo(
        self, photo: Path, max_side: int, request_id: str, *, share: str
    ) -> AsyncIterator[Artifact]:
        """Open an uploaded photo as a PNG, as exports use it.

        Args:
            photo: the upload.
            max_side: of the PNG in pixels; a smaller photo keeps its size.
            request_id: for the log.
            share: of the client in the queue.

        Raises:
            ToqiboxError: undecodable_image and others of the file; rate_limited, storage_full.
        """
        async with AsyncExitStack() as opened:
            async with self.slots.admit(share), AsyncExitStack() as stack:
                self._admission.before_preview()
                path = await self._media.shrink_photo(stack, photo, max_side, request_id)
                picture = await opened.enter_async_context(open_artifact(path))
            yield picture

    def _check_cost(self, request: Request, work: Spec) -> None:
        affordable.check_cost(
            request.chain,
            work,
            self._validations.cached(checked.source for checked in request.chain),
            self._config,
            software=bool(self._machine.software),
        )

    def _limits(self, request: Request, work: Spec) -> Limits:
        """Return the limits of the worker that draws the frames of `work`."""
        limits = _SOFTWARE_LIMITS if self._machine.software else _DRAW_LIMITS
        if not _is_custom(request):
            return limits
        cpu_s = self._custom_limits.processor_s(request.chain, work, _DRAW_S)
        return replace(limits, cpu_s=cpu_s)

    def _scene(
        self, request: Request, spec: Spec, media: DecodedPreview, features: Path
    ) -> SceneSpec:
        files = plan.SceneFiles(
            effects=_effects(request),
            photo=media.photo,
            photo2=media.photo2,
            features=features,
        )
        scene = plan.spec_scene(spec, files, self._config)
        return replace(scene, gpu=self._machine.usable_gpu)

    async def _draw(
        self,
        opened: AsyncExitStack,
        scene: SceneSpec,
        file: FrameFile,
        key: str,
        limits: Limits,
        pixels: int,
    ) -> tuple[DrawnFrames, Artifact]:
        """Draw a frame; return its open file too, whose name is removed.

        Args:
            opened: keeps the file open.
            scene: the video.
            file: the frame.
            key: of the worker.
            limits: of the worker.
            pixels: of all frames that are drawn for it.
        """
        paths: list[Path] = []

        def make_task(folder: Path) -> DrawFrames:
            paths.append(folder / file.out)
            return DrawFrames(
                scene=scene,
                frames=(replace(file, out=paths[0]),),
                max_frames=MAX_REPLAYED_FRAMES,
                max_s=_MAX_REPLAY_S,
            )

        software = bool(self._machine.software)
        timeouts = Timeouts(stall_timeout_s(self._config, software=software), _DRAW_S)
        try:
            # No worker that has drawn a client's source draws anything else.
            key, keep = (new_id(), False) if scene.is_custom else (key, True)
            with translate_disk_errors():
                drawn = await self.slots.run(key, make_task, timeouts, limits, keep=keep)
                drawn_file = await opened.enter_async_context(open_artifact(paths[0]))
            return drawn, drawn_file
        except TaskError as error:
            if self._admission.is_draining:
                raise ToqiboxError("draining", retry_after=BUSY_S) from error
            if scene.is_custom:
                await self._custom_limits.blame(scene.effects, pixels, error)
            raise _client_error(error) from error
        finally:
            for path in paths:
                await run_in_thread(discard, path)
                await run_in_thread(discard, atomic.temp_path(path))


def _effects(request: Request) -> tuple[EffectInstance, ...]:
    return tuple(
        replace(checked.source.with_local_paths, params=checked.params) for checked in request.chain
    )


def _pixels(work: Spec) -> int:
    """Return the pixels of all frames."""
    return work.workload.pixels * work.frames


def _is_custom(request: Request) -> bool:
    return any(checked.source.custom for checked in request.chain)


def _worker_key(request: Request, spec: Spec, media: DecodedPreview, features: Path) -> str:
    """Return a text that is equal for previews of the same effects, track and photos.

    A worker is confined to the folders of its first task: to these, and not to later ones of the
    same names.
    """
    photos = [path.parent for path in (media.photo, media.photo2) if path is not None]
    folders = [(str(folder), folder.stat().st_ino) for folder in (features, *photos)]
    sources = [checked.source.key for checked in request.chain]
    text = json.dumps([sources, spec.audio, media.track.folder.name, folders])
    return hashlib.sha256(text.encode()).hexdigest()


def _client_error(error: TaskError) -> ToqiboxError:
    """Return the error for the client whose frame could not be drawn."""
    if error.code in ("render_stalled", "render_timeout") or error.is_external:
        return ToqiboxError("not_ready", retry_after=BUSY_S, detail=error.detail)
    code = error.code if CATALOGUE[error.code].status else "internal"
    return ToqiboxError(
        code,
        field=error.field,
        diagnostics=error.diagnostics,
        detail=error.detail,
        **error.values,
    )
