"""Loudness by EBU R128 (EBU Tech 3341): momentary over 400 ms, short-term over 3 s.

Measured by ffmpeg's `ebur128` filter, ten times a second.
"""

import re
from pathlib import Path
from types import TracebackType
from typing import Self

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


class LoudnessMeter:
    """Measures one of our WAV files in a parallel process; a context manager.

    Raises:
        MediaError: ffmpeg cannot be started.
    """

    def __init__(self, audio: Path) -> None:
        stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
        stream = stream.filter("ebur128", metadata=1)
        stream = stream.filter("ametadata", mode="print", file="pipe:1")
        self._process = ffmpeg.Process(
            ffmpeg.output(stream, "-", format="null"), _LIMITS, stdout=True
        )

    def __enter__(self) -> Self:
        self._process.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.__exit__(kind, error, trace)

    def read(self) -> Float64Array:
        """Return rows of momentary and short-term loudness in LUFS.

        Row n is the meter's reading at (n + 1) x STEP_S.

        Raises:
            MediaError: the measurement failed.
        """
        output = b"".join(self._process.chunks(_WAIT_S))
        self._process.wait(_WAIT_S).raise_for_status()
        values: dict[bytes, list[float]] = {b"M": [], b"S": []}
        for meter, number in _VALUE.findall(output):
            values[meter].append(float(number))
        rows = np.array([values[b"M"], values[b"S"]]).T.reshape(-1, 2)
        silent = SILENCE_LUFS
        return np.asarray(np.nan_to_num(rows, nan=silent, neginf=silent, posinf=silent))
