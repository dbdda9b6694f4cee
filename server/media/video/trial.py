"""Trial of encodings: which of them work on this machine."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from server.errors import ToqiboxError
from server.media import ffmpeg
from server.media.redact import redact_paths
from server.media.video import muxer
from server.media.video.encoder_options import SegmentFormat
from server.media.video.frame_encoder import IN_FLIGHT, FrameWriter
from server.protocol.encodings import ENCODINGS
from server.protocol.file_names import sealed

_SIZE = (256, 144)
_FPS = 30


def try_encodings(
    names: Iterable[str], folder: Path, gpu: int | None = None
) -> dict[str, str | None]:
    """Encode a few frames in `folder` with several encodings at once, and decode one of each.

    Hardware encodings use `gpu`, as CUDA counts.

    Returns:
        None for each encoding that works, otherwise the reason.
    """
    with ExitStack() as cleanup:
        trials = {name: cleanup.enter_context(_Trial(name, folder, gpu)) for name in names}
        for step in (_Trial.start, _Trial.finish, _Trial.decode):
            for trial in trials.values():
                trial.do(step)
    return {name: trial.reason for name, trial in trials.items()}


class _Trial:
    """A trial of one encoding; a context manager that leaves no file.

    It is done in steps, so that ffmpeg works while the steps of other trials are done.
    """

    def __init__(self, name: str, folder: Path, gpu: int | None) -> None:
        self.reason: str | None = None
        """The first error; None as long as no step has failed."""
        self._name = name
        self._folder = folder
        self._gpu = gpu
        self._video = folder / f"trial-{name}.mp4"
        self._poster = folder / f"trial-{name}.jpg"
        self._cleanup = ExitStack()

    def __enter__(self) -> "_Trial":
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()
        for path in (*sealed(self._video), self._poster):
            with suppress(OSError):
                path.unlink()

    def do(self, step: Callable[["_Trial"], None]) -> None:
        """Do a step, unless one has failed."""
        if self.reason is not None:
            return
        try:
            step(self)
        except ToqiboxError as error:
            self.reason = redact_paths(error.detail or error.code, self._video, self._folder)
        except (ffmpeg.MediaError, OSError) as error:
            self.reason = redact_paths(str(error), self._video, self._folder)

    def start(self) -> None:
        """Start ffmpeg with as many frames as it can be given without waiting."""
        frame_bytes = _SIZE[0] * _SIZE[1] * 3 // 2
        form = SegmentFormat(self._name, _SIZE, _FPS, threads=1)
        writer = FrameWriter(form, self._video, gpu=self._gpu)
        self._writer = self._cleanup.enter_context(writer)
        for shade in range(IN_FLIGHT + 1):
            self._writer.write(memoryview(bytes([40 + shade]) * frame_bytes))

    def finish(self) -> None:
        """Wait for the video."""
        self._writer.finish()

    def decode(self) -> None:
        """Take a poster: a codec that cannot be decoded here is of no use."""
        codec = ENCODINGS[self._name].codec
        muxer.write_poster(self._video, 0, _FPS, self._poster, codec)
