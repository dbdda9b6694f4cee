"""Brings converted frames out of OpenGL through a ring, so that no frame waits for the one before.

On hardware a frame is copied on the device into a buffer object of the ring, and that buffer is
read only when the ring comes round to it, some frames later: by then the copy is done. A software
renderer copies while it is asked, so there the ring is one frame deep and read at once. Either way
the bytes go straight into the memory that the encoder is fed from.
"""

import time
from collections import deque
from typing import Protocol

from server.render.gl.context import Context
from server.render.output.nv12 import Nv12Converter
from server.render.output.value_range import ValueRange

DEPTH = 3
"""Frames under way on hardware."""


class Sink(Protocol):
    """Takes frames as NV12: luma, then chroma, top-down, tightly packed."""

    def buffer(self) -> memoryview:
        """Where the next frame goes. The one submitted last is whole until the next `submit`."""
        ...

    def submit(self) -> None:
        """The frame in `buffer` is whole."""
        ...


class _RingBuffer:
    """One place of the ring; `device` is memory of the device, None where that is our own."""

    def __init__(self, context: Context, planes: Nv12Converter) -> None:
        self._planes = planes
        self._device = None if context.software else context.buffer(planes.frame_bytes)

    def start_copy(self) -> None:
        """Begin to copy the planes."""
        if self._device is not None:
            self._planes.read_into(self._device)

    def read_into(self, frame: memoryview) -> None:
        """Wait for what was taken, and put it into `frame`."""
        if self._device is not None:
            self._device.read_into(frame)
        else:
            self._planes.read_into(frame)


class Readback:
    """Frames in, the same number of frames out, in order.

    Args:
        context: where the planes live.
        planes: what is read; read again only when it was drawn again.
    """

    def __init__(self, context: Context, planes: Nv12Converter) -> None:
        depth = 1 if context.software else DEPTH
        self._ring = [_RingBuffer(context, planes) for _ in range(depth)]
        self.begin()

    def begin(self) -> None:
        """Forget every frame of before."""
        self._at = 0
        self._waiting: deque[_RingBuffer] = deque()
        self._delivered_buffer: _RingBuffer | None = None
        self._delivered_frame = memoryview(b"")
        self.value_range = ValueRange()
        """The values of the frames delivered since `begin`."""
        self.delivered = 0
        """Frames that a sink has got since `begin`."""
        self.seconds = 0.0
        """Time spent on copying since `begin`."""

    def push(self, sink: Sink, *, changed: bool) -> None:
        """Take the planes as the next frame; without `changed` it is the same frame once more."""
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
        """Deliver what is still under way."""
        while self._waiting:
            self._pop(sink)

    def _pop(self, sink: Sink) -> None:
        ring_buffer = self._waiting.popleft()
        frame = sink.buffer()
        start = time.perf_counter()
        if ring_buffer is self._delivered_buffer:
            frame[:] = self._delivered_frame
        else:
            ring_buffer.read_into(frame)
            self.value_range.add_frame(frame)
        self.seconds += time.perf_counter() - start
        self._delivered_buffer, self._delivered_frame = ring_buffer, frame
        sink.submit()
        self.delivered += 1
