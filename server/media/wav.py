"""The header of our WAV files: 48 kHz stereo, 32-bit float."""

import struct
from pathlib import Path

from server.protocol.prepared_audio import CHANNELS, SAMPLE_RATE

FRAME_BYTES = 8
HEADER_BYTES = 58

_IEEE_FLOAT = 3
_LAYOUT = "<4sI4s4sIHHIIHHH4sII4sI"


def header(samples: int) -> bytes:
    """Return the 58 bytes before `samples` stereo samples.

    Formats other than PCM need the extension size and a `fact` chunk (Multimedia Programming
    Interface and Data Specifications 1.0, "WAVE Format"; RIFF New Multimedia Data Types 1994).
    """
    size = samples * FRAME_BYTES
    rate = SAMPLE_RATE * FRAME_BYTES
    format_chunk = (_IEEE_FLOAT, CHANNELS, SAMPLE_RATE, rate, FRAME_BYTES, 32, 0)
    riff = (b"RIFF", HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 18)
    return struct.pack(_LAYOUT, *riff, *format_chunk, b"fact", 4, samples, b"data", size)


def seconds(path: Path) -> float:
    """Return the duration of one of our WAV files."""
    return (path.stat().st_size - HEADER_BYTES) // FRAME_BYTES / SAMPLE_RATE
