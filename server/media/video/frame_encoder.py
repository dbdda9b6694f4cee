"""Encoding of rendered frames by ffmpeg into a segment, with a bounded number in flight.

The options of the encoders are in encoder_options.py; trial.py tests which work on this machine.
"""

import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg, mp4_boxes
from server.media.video.encoder_options import TICKS_PER_FRAME, SegmentFormat, segment_argv
from server.process.sandbox import Limits

IN_FLIGHT = 3
"""Frames that may wait for ffmpeg, in addition to the one being drawn."""

STALL_S = 30.0
"""Default seconds without progress after which the process of the writer is killed."""

_LIMITS = Limits(open_files=64)


@dataclass(frozen=True)
class SegmentFile:
    """The segment published by `FrameWriter.finish`."""

    frames: int
    bytes: int
    cpu_s: float
    """Processor seconds used by ffmpeg."""


class FrameWriter:
    """Encodes NV12 frames into an MP4 segment; a context manager that leaves no partial file.

    A frame is width x height bytes of luma, rows from the top, then width x height / 2 bytes of
    interleaved U and V. Frames are copied by `write`, or drawn directly into `buffer()` and passed
    on by `submit()`. A separate thread feeds ffmpeg, so that a dead or stuck process is detected
    instead of blocking for ever.
    """

    def __init__(
        self,
        form: SegmentFormat,
        out: Path,
        stall_s: float = STALL_S,
        gpu: int | None = None,
    ) -> None:
        """Start ffmpeg; must be called in the worker's main thread.

        Args:
            form: of the segment.
            out: the MP4 file, written through its `.part`.
            stall_s: seconds without progress after which this process is killed. Every wait for
                ffmpeg is limited to half of it, so that a stuck encoder is reported before.
            gpu: index of the GPU whose hardware encoder is used, as CUDA counts.

        Raises:
            ToqiboxError: encoder_failed.
        """
        self._out = out
        self._frames = 0
        self._feeder_failed = threading.Event()
        self._wait_limit_s = stall_s / 2
        frame_bytes = form.size[0] * form.size[1] * 3 // 2
        buffers = [bytearray(frame_bytes) for _ in range(IN_FLIGHT + 1)]
        self._free: queue.SimpleQueue[memoryview] = queue.SimpleQueue()
        for buffer in buffers:
            self._free.put(memoryview(buffer))
        self._full: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
        self._current: memoryview | None = None
        argv = segment_argv(form, atomic.temp_path(out), gpu)
        try:
            self._process = ffmpeg.Process(argv, _LIMITS, stdin=True)
        except ffmpeg.MediaError as error:
            raise ToqiboxError("encoder_failed", detail=str(error)) from error
        self._feeder = threading.Thread(target=self._feed, name="feeder", daemon=True)
        self._feeder.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # The feeder must have left its write before the pipe is closed: the number of a closed
        # descriptor may soon belong to another file.
        self._process.send_kill()
        self._full.put(None)
        self._feeder.join(self._wait_limit_s)
        self._process.kill()
        atomic.discard_temp(self._out)

    def buffer(self) -> memoryview:
        """Return the frame to draw into next; the same one until `submit`.

        Raises:
            ToqiboxError: encoder_failed, storage_full, encoder_stalled.
        """
        if self._current is None:
            try:
                frame = self._free.get(timeout=self._wait_limit_s)
            except queue.Empty:
                detail = f"ffmpeg accepted no frame for {self._wait_limit_s:g} s"
                raise ToqiboxError("encoder_stalled", detail=detail) from None
            if self._feeder_failed.is_set():
                self._free.put(frame)
                raise self._failure()
            self._current = frame
        return self._current

    def submit(self) -> None:
        """Submit the frame in `buffer()` to ffmpeg."""
        assert self._current is not None, "buffer() comes first"
        self._full.put(self._current)
        self._current = None
        self._frames += 1

    def write(self, frame: memoryview) -> None:
        """Copy one frame and submit it.

        Raises:
            ToqiboxError: see `buffer`.
            ValueError: the frame has the wrong size.
        """
        self.buffer()[:] = frame.cast("B")
        self.submit()

    def finish(self) -> SegmentFile:
        """Wait for ffmpeg, count what it wrote, and publish the segment.

        Raises:
            ToqiboxError: encoder_failed, storage_full, encoder_stalled, output_invalid.
        """
        deadline = time.monotonic() + self._wait_limit_s
        self._full.put(None)
        self._feeder.join(self._wait_limit_s)
        if self._feeder.is_alive():
            raise ToqiboxError("encoder_stalled", detail="ffmpeg does not accept the last frames")
        if self._feeder_failed.is_set():
            raise self._failure()
        try:
            remaining_s = max(0.0, deadline - time.monotonic())
            result = self._process.wait(remaining_s).raise_for_status("encoder_failed")
            self._check(result)
        except ffmpeg.MediaError as error:
            raise ToqiboxError("encoder_stalled", detail=str(error)) from error
        size = atomic.temp_path(self._out).stat().st_size
        atomic.commit(self._out, sealed=True)
        return SegmentFile(self._frames, size, result.cpu_s)

    def _check(self, result: ffmpeg.ProcessResult) -> None:
        # ffmpeg exits with status 0 after short input, after a last write that failed, and even if
        # its file has been deleted. Boxes are read here, which saves a process for each segment;
        # the time of each frame is verified in the finished video (verify.py).
        fault = self._fault(atomic.temp_path(self._out))
        if fault is not None:
            code = "storage_full" if result.disk_full else "output_invalid"
            raise ToqiboxError(code, detail=f"{fault} {result.messages[-1000:]}".rstrip())

    def _fault(self, path: Path) -> str | None:
        """Return what is wrong with the file that ffmpeg has written."""
        try:
            missing = mp4_boxes.stated_end(path) - path.stat().st_size
            ticks, _ = mp4_boxes.media_duration(path)
            frames = mp4_boxes.sample_count(path)
        except (OSError, ValueError) as error:
            return str(error)
        if missing:
            return f"{missing} bytes are missing"
        if not frames or frames != self._frames or ticks != frames * TICKS_PER_FRAME:
            shown = f"{frames} frames, {ticks / TICKS_PER_FRAME:g} frame times long"
            return f"{shown}, instead of {self._frames}"
        return None

    def _feed(self) -> None:
        try:
            while (frame := self._full.get()) is not None:
                self._process.write(frame)
                self._free.put(frame)
            self._process.close_stdin()
        except (OSError, ValueError):  # ffmpeg has ended, or was killed and its pipe closed
            self._feeder_failed.set()
            self._free.put(memoryview(b""))  # wakes a waiting buffer()

    def _failure(self) -> ToqiboxError:
        try:
            result = self._process.wait(5)
            detail = f"rc {result.rc}: {result.messages[-1000:]}"
            result.raise_for_status("encoder_failed")
        except ToqiboxError as error:
            return error
        except ffmpeg.MediaError as error:
            detail = str(error)
        return ToqiboxError("encoder_failed", detail=f"ffmpeg stopped reading: {detail}")
