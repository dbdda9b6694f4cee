"""Loudness by EBU R128 (EBU Tech 3341): momentary over 400 ms, short-term over 3 s.

Measured by ffmpeg's `ebur128` filter, ten times a second.
"""

import os
import re
from pathlib import Path
from typing import Any, Self

import numpy as np

from server.arrays import Float64Array
from server.media import ffmpeg
from server.process.sandbox import Limits

STEP_S = 0.1
SILENCE_LUFS = -120.7
"""The filter's value for silence."""

_LIMITS = Limits(cpu_s=600, open_files=32)
_WAIT_S = 600.0
_VALUE = re.compile(rb"lavfi\.r128\.([MS])=(-?[\d.]+|-?inf|nan)")


def measure_file(audio: Path) -> Float64Array:
    """Measure one of our WAV files, and return what `parse` does.

    Raises:
        MediaError: the measurement failed.
    """
    stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
    argv = ffmpeg.output(measure(stream, "pipe:1"), "-", format="null")
    with ffmpeg.Process(argv, _LIMITS, stdout=True) as process:
        output = b"".join(process.chunks(_WAIT_S))
        process.wait(_WAIT_S).raise_for_status()
    return parse(output)


class LoudnessOutput:
    """Memory that a process of ffmpeg writes its readings into; a context manager."""

    def __enter__(self) -> Self:
        self.descriptor = os.memfd_create("loudness", os.MFD_CLOEXEC)
        """To be passed to the process, as what `measure` writes to."""
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def read(self) -> Float64Array:
        """Return what `parse` does, once the process has ended."""
        return parse(os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0))


def measure(stream: Any, target: str) -> Any:
    """Return a node of ffmpeg-python that writes the readings of an audio stream to `target`."""
    metered = stream.filter("ebur128", metadata=1)
    return metered.filter("ametadata", mode="print", file=target)


def parse(output: bytes) -> Float64Array:
    """Return rows of momentary and short-term loudness in LUFS.

    Row n is the meter's reading at (n + 1) x STEP_S.

    Args:
        output: what the filters of `measure` have written.
    """
    values: dict[bytes, list[float]] = {b"M": [], b"S": []}
    for meter, number in _VALUE.findall(output):
        values[meter].append(float(number))
    rows = np.array([values[b"M"], values[b"S"]]).T.reshape(-1, 2)
    silent = SILENCE_LUFS
    return np.asarray(np.nan_to_num(rows, nan=silent, neginf=silent, posinf=silent))
