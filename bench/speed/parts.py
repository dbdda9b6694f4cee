"""The parts of a job, each alone on the same frames: drawing to readback, the pipe, encoding."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.speed.jobs import FPS, Material, Work
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.jobs.scheduling.division import Share, divide
from server.media import ffmpeg
from server.media.video.encoder_options import SegmentFormat, segment_argv
from server.process import processors
from server.process.sandbox import Limits
from server.protocol import file_names
from server.protocol.scene import SceneSpec
from server.protocol.tasks import Analyse, Prepare
from server.render.session import RenderSession, SessionCache

_LIMIT_S = 600.0


@dataclass
class Cost:
    """Seconds of one part: on the clock, and of processors."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@dataclass
class Parts:
    """The costs of the parts of a job, on all of its frames."""

    drawing: Cost = field(default_factory=Cost)
    conversion: Cost = field(default_factory=Cost)
    readback: Cost = field(default_factory=Cost)
    pipe: Cost = field(default_factory=Cost)
    encoding: Cost = field(default_factory=Cost)
    """With as many encoders at once as there are slots; each has its share of the frames."""
    software: bool = True
    """True if there is no GPU."""
    cores: int = field(default_factory=processors.available)
    slots: int = 1
    threads: int = 1
    """Threads of each encoder."""

    @property
    def limit_s(self) -> float:
        """Shortest time of the job that these parts allow."""
        drawn = (self.drawing, self.conversion, self.readback)
        if self.software:
            return (sum(part.cpu_s for part in drawn) + self.encoding.cpu_s) / self.cores
        return max(sum(part.wall_s for part in drawn), self.encoding.wall_s)


def measure(
    work: Work, material: Material, config: Config, encoder: str, folder: Path
) -> tuple[Parts, str]:
    """Measure the parts, segment by segment; return them and the name of the renderer."""
    spec = scene_spec(work, material, config, folder)
    slots = max(1, config.max_parallel_exports)
    parts = Parts(slots=slots)
    share = Share(slots=slots, cores=parts.cores, alone=True)
    division = divide(work.frames, FPS, config.segment_sec, share, sequential=False)
    length, parts.threads = division.segment_frames, division.threads
    form = SegmentFormat(encoder, work.size, FPS, parts.threads)
    sessions = SessionCache()
    session = sessions.open(spec)
    parts.software = session.context.software
    try:
        memory = _Frames(min(length, work.frames), session.scene.planes.frame_bytes)
        session.scene.draw(0)  # layers that stand still are drawn once, which a job counts as fixed
        session.scene.begin(0)
        for first in range(0, work.frames, length):
            frames = range(first, min(first + length, work.frames))
            _draw(session, frames, memory, parts)
            argv = [segment_argv(form, folder / f"{number}.mp4") for number in range(slots)]
            _add_share(parts.encoding, memory, argv, slots)
            _add_share(parts.pipe, memory, [_discard_argv(argv[0])], 1)
        return parts, session.context.renderer
    finally:
        sessions.close()


class _Frames:
    """A sink that keeps the frames of a segment."""

    def __init__(self, count: int, frame_bytes: int) -> None:
        # Written once, so that no page is touched first while it is measured.
        self._memory = memoryview(bytearray(b"\1") * (count * frame_bytes))
        self._frame_bytes = frame_bytes
        self.count = 0

    def buffer(self) -> memoryview:
        return self.frame(self.count)

    def submit(self) -> None:
        self.count += 1

    def frame(self, number: int) -> memoryview:
        return self._memory[number * self._frame_bytes : (number + 1) * self._frame_bytes]


def scene_spec(work: Work, material: Material, config: Config, folder: Path) -> SceneSpec:
    """Prepare the material as a job does, and return its scene."""
    loaded = effect_loader.find(work.effect, config)
    features = folder / "features"
    with WorkerSession() as session:
        photo2 = material.photo if work.transition else None
        session.run(
            Prepare(
                audio=material.audio,
                photo=material.photo,
                photo2=photo2,
                folder=folder,
                duration=Decimal(work.seconds),
                max_duration=Decimal(work.seconds),
            )
        )
        session.run(Analyse(audio=folder / file_names.AUDIO, out=features))
    return SceneSpec(
        effects=(task_builder.effect_instance(loaded, {}),),
        photo=folder / file_names.PHOTO,
        photo2=folder / file_names.PHOTO2 if work.transition else None,
        features=features,
        size=work.size,
        fps=FPS,
        frames=work.frames,
        fit="blur",
        egl_device=config.egl_device,
        gpu=config.first_gpu,
    )


def _draw(session: RenderSession, frames: range, memory: _Frames, parts: Parts) -> None:
    """Draw frames into memory. Only software waits for each part: it could do nothing else."""
    scene, readback = session.scene, session.readback
    memory.count = 0
    readback.begin()
    wait = session.context.finish if parts.software else _do_nothing
    for frame in frames:
        with _spent_on(parts.drawing):
            scene.draw_effects(frame)
            wait()
        with _spent_on(parts.conversion):
            changed = scene.planes.draw()
            wait()
        with _spent_on(parts.readback):
            readback.push(memory, changed=changed)
    with _spent_on(parts.readback):
        readback.finish(memory)


def _do_nothing() -> None:
    """Let the GPU work on."""


@contextmanager
def _spent_on(cost: Cost) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    cost.wall_s += time.perf_counter() - wall
    cost.cpu_s += time.process_time() - cpu


def _add_share(cost: Cost, memory: _Frames, commands: list[list[str]], share: int) -> None:
    """Feed the frames to all `commands` at once, and add one `share`-th of what that costs."""
    total = Cost()
    with _spent_on(total):
        processes = [ffmpeg.Process(argv, Limits(), stdin=True) for argv in commands]
        feeders = [threading.Thread(target=_feed, args=(process, memory)) for process in processes]
        for feeder in feeders:
            feeder.start()
        for feeder in feeders:
            feeder.join()
        results = [process.wait(_LIMIT_S).raise_for_status() for process in processes]
    cost.wall_s += total.wall_s / share
    cost.cpu_s += (total.cpu_s + sum(result.cpu_s for result in results)) / share


def _feed(process: ffmpeg.Process, memory: _Frames) -> None:
    for number in range(memory.count):
        process.write(memory.frame(number))
    process.close_stdin()


def _discard_argv(argv: list[str]) -> list[str]:
    """Return the command that reads the same frames and encodes nothing."""
    return [*argv[: argv.index("-i") + 2], "-c", "copy", "-f", "null", "-"]
