"""Readback of converted frames through a ring, so that no frame waits for the one before.

On hardware a frame is copied on the device into a buffer object of the ring, and that buffer is
read when the ring returns to it, some frames later: by then the copy is done. A software renderer
copies synchronously, so its ring is one frame deep and read at once. Either way the bytes go
straight into the memory that feeds the encoder.
"""

import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from server.render.gl.context import Context
from server.render.output.nv12 import Nv12Converter

DEPTH = 3
"""Frames in flight on hardware."""


class Sink(Protocol):
    """Receives frames as NV12: luma, then chroma, top-down, tightly packed."""

    def buffer(self) -> memoryview:
        """Return the memory for the next frame; the last one stays valid until `submit`."""
        ...

    def submit(self) -> None:
        """Accept the frame in `buffer` as complete."""
        ...


class FrameObserver(Protocol):
    """Reads every frame before a sink accepts it."""

    def add_frame(self, frame: memoryview) -> None:
        """Read a frame, as a sink receives it."""
        ...

    def repeat_frame(self) -> None:
        """Count the last frame once more."""
        ...


class _RingBuffer:
    """One entry of the ring; `device` is a buffer object, None on a software renderer."""

    def __init__(self, context: Context, planes: Nv12Converter) -> None:
        self._planes = planes
        self._device = None if context.software else context.buffer(planes.frame_bytes)

    def start_copy(self) -> None:
        """Start copying the planes."""
        if self._device is not None:
            self._planes.read_into(self._device)

    def read_into(self, frame: memoryview) -> None:
        """Wait for the copy, and write it into `frame`."""
        if self._device is not None:
            self._device.read_into(frame)
        else:
            self._planes.read_into(frame)


class Readback:
    """Delivers as many frames as are pushed, in order.

    Args:
        context: the context that owns the planes.
        planes: the converter to read from.
    """

    def __init__(self, context: Context, planes: Nv12Converter) -> None:
        depth = 1 if context.software else DEPTH
        self._ring = [_RingBuffer(context, planes) for _ in range(depth)]
        self.begin()

    def begin(self, observers: Sequence[FrameObserver] = ()) -> None:
        """Forget all earlier frames, and let `observers` read the next ones."""
        self._observers = observers
        self._at = 0
        self._waiting: deque[_RingBuffer] = deque()
        self._delivered_buffer: _RingBuffer | None = None
        self._delivered_frame = memoryview(b"")
        self.delivered = 0
        """Frames delivered to a sink since `begin`."""
        self.seconds = 0.0
        """Seconds spent on copying since `begin`."""

    def push(self, sink: Sink, *, changed: bool) -> None:
        """Take the planes as the next frame; if not `changed`, repeat the last frame."""
        if changed or not (self._waiting or self._delivered_buffer):
            self._at = (self._at + 1) % len(self._ring)
            ring_buffer = self._ring[self._at]
            while ring_buffer in self._waiting:
                self._pop(sink)
            if self._delivered_buffer is ring_buffer:
                self._delivered_buffer = None
            start = time.perf_counter()
            ring_buffer.start_copy()
            self.seconds += time.perf_counter() - start
        self._waiting.append(self._ring[self._at])
        while len(self._waiting) >= len(self._ring):
            self._pop(sink)

    def finish(self, sink: Sink) -> None:
        """Deliver the frames in flight."""
        while self._waiting:
            self._pop(sink)

    def _pop(self, sink: Sink) -> None:
        ring_buffer = self._waiting.popleft()
        frame = sink.buffer()
        start = time.perf_counter()
        repeated = ring_buffer is self._delivered_buffer
        if repeated:
            frame[:] = self._delivered_frame
        else:
            ring_buffer.read_into(frame)
        self.seconds += time.perf_counter() - start
        for observer in self._observers:
            if repeated:
                observer.repeat_frame()
            else:
                observer.add_frame(frame)
        self._delivered_buffer, self._delivered_frame = ring_buffer, frame
        sink.submit()
        self.delivered += 1
