"""Text fields of a preview: those of an export that change a frame, the frame and its size."""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from server.config import Config
from server.errors import ToqiboxError
from server.jobs.model.spec import Spec
from server.jobs.submission.export_form import ExportForm
from server.jobs.submission.fields import (
    FILE_FIELDS,
    SECONDS,
    check_known,
    check_plain_start,
    frame_size,
    nearest_aspect,
)
from server.jobs.submission.refusal import invalid_field
from server.jobs.submission.request import Request
from server.messages import message

EXPORT_FIELDS = (
    *("duration", "start", "effect", "params", "preset", "aspect", "fit", "fps"),
    *("title", "artist", "tempo", "trackId", "images", "plan"),
)
"""Fields with the same meaning as in an export."""
FORMATS = ("png", "webp")
MIN_SIDE, MAX_SIDE = 16, 1920
DEFAULT_SIDE = 360
"""Short side of a preview without `width` and `height`."""
MAX_FRAME = 1_000_000
_INTEGER = re.compile(r"[0-9]{1,7}")
_SECONDS = re.compile(SECONDS)


@dataclass(frozen=True, kw_only=True)
class PreviewRequest:
    """A frame of the video that an export with the same fields would be."""

    request: Request
    frame: int | None = None
    time: Decimal | None = None
    """Seconds from the beginning of the video; used without `frame`."""
    format: str = FORMATS[0]
    """One of FORMATS."""

    def frame_of(self, spec: Spec) -> int:
        """Return the requested frame; without one, that of the poster.

        Raises:
            ToqiboxError: invalid_parameter: the video has no such frame.
        """
        last = spec.frames - 1
        if self.frame is not None:
            if self.frame > last:
                raise invalid_field("frame", message("between", minimum=0, maximum=last))
            return self.frame
        if self.time is not None:
            frame = int(self.time * spec.fps)
            if frame > last:
                maximum = f"{last / spec.fps:.3f}"
                raise invalid_field("time", message("between", minimum=0, maximum=maximum))
            return frame
        return min(int(spec.loudest_s * spec.fps), last)


def _integer(name: str, minimum: int, maximum: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not minimum <= int(text) <= maximum:
            range_ = message("integer_between", minimum=minimum, maximum=maximum)
            raise invalid_field(name, range_)
        return int(text)

    return read


def _time(text: str) -> Decimal:
    if not _SECONDS.fullmatch(text):
        raise invalid_field("time", message("seconds"))
    return min(Decimal(text), Decimal(10**9))


def _format(text: str) -> str:
    if text not in FORMATS:
        raise invalid_field("format", message("one_of", known=", ".join(FORMATS)))
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "frame": _integer("frame", 0, MAX_FRAME),
    "time": _time,
    "width": _integer("width", MIN_SIDE, MAX_SIDE),
    "height": _integer("height", MIN_SIDE, MAX_SIDE),
    "format": _format,
}
TEXT_FIELDS = (*EXPORT_FIELDS, *_READERS)
_EXCLUSIVE = (("frame", "time"), ("aspect", "width"), ("aspect", "height"))
_PAIRS = (("width", "height"), ("height", "width"))


def check_name(name: str) -> None:
    """Refuse an unknown field.

    Raises:
        ToqiboxError: unknown_field, with the fields that there are.
    """
    check_known(name, (*FILE_FIELDS, *TEXT_FIELDS))


class PreviewForm:
    """Validates the text fields of a preview as they arrive and builds the request.

    Args:
        config: the settings.
        export: takes the fields that an export has too.
    """

    def __init__(self, config: Config, export: ExportForm) -> None:
        self._config = config
        self._export = export
        self._values: dict[str, Any] = {}

    async def add(self, name: str, text: str) -> None:
        """Validate a field.

        Raises:
            ToqiboxError: for an invalid field, with its name.
        """
        if name == "start":
            check_plain_start(text)
        if name in _READERS:
            if text:
                self._values[name] = _READERS[name](text)
            return
        await self._export.add(name, text)
        if name == "aspect" and text:
            self._values[name] = text  # so that it excludes a size

    async def finish(self, files: Set[str]) -> PreviewRequest:
        """Build the request of all fields, whose effects are valid.

        Args:
            files: names of the files that were sent.

        Raises:
            ToqiboxError: what is wrong, with the name of the field.
        """
        self._export.check_files(files, needs_audio=False)
        self._check_together()
        width, height = self._values.get("width"), self._values.get("height")
        if width is not None and height is not None:
            await self._export.add("aspect", nearest_aspect(width, height))
        has_photo2 = "photo2" in {*files, *self._export.kept_files}
        request = await self._finish_export(has_photo2=has_photo2)
        short_side = self._config.plans[request.plan]
        if width is not None and height is not None:
            _check_size(width, height, short_side)
        else:
            width, height = frame_size(request.aspect, min(DEFAULT_SIDE, short_side))
        return PreviewRequest(
            request=replace(request, width=width, height=height),
            frame=self._values.get("frame"),
            time=self._values.get("time"),
            format=self._values.get("format", FORMATS[0]),
        )

    def _check_together(self) -> None:
        for name, other in _EXCLUSIVE:
            if name in self._values and other in self._values:
                raise invalid_field(other, message("excludes", name=name))
        for name, other in _PAIRS:
            if name in self._values and other not in self._values:
                raise ToqiboxError("missing_field", field=other, name=other)

    async def _finish_export(self, *, has_photo2: bool) -> Request:
        try:
            return await self._export.finish(has_photo2=has_photo2)
        except ToqiboxError as error:
            if has_photo2 or (error.code, error.field) != ("missing_field", "photo2"):
                raise
        return await self._export.finish(has_photo2=True)  # the sample stands in


def _check_size(width: int, height: int, short_side: int) -> None:
    """Refuse a frame that is larger than those of the plan with this short side."""
    largest = frame_size("16:9" if width >= height else "9:16", short_side)
    for name, side, maximum in zip(("width", "height"), (width, height), largest, strict=True):
        if side > maximum:
            raise invalid_field(name, message("between", minimum=MIN_SIDE, maximum=maximum))
