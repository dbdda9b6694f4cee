"""Content of persistent targets between the segments of a job, as a file.

    "TQSTATE1"  8 bytes
    header      4 bytes, little-endian length, then JSON: {"frame": n, "surfaces": [...]}
                each {"name", "width", "height", "floating"}, in the order of the pixels
    pixels      RGBA, 8-bit or little-endian float32, rows from the bottom up; six faces in turn
                for a cube, whose width is the edge

`frame` is the frame that follows.
"""

import json
import struct
from collections.abc import Mapping
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.render.gl.cubemap import CubeTarget
from server.render.gl.render_target import RenderTarget

_MAGIC = b"TQSTATE1"


def save(path: Path, frame: int, targets: Mapping[str, RenderTarget | CubeTarget]) -> None:
    """Write the content of `targets` before `frame` is drawn.

    Raises:
        ToqiboxError: ``storage_full``.
    """
    entries = [
        {"name": name, "width": s.size[0], "height": s.size[1], "floating": s.floating}
        for name, s in targets.items()
    ]
    header = json.dumps({"frame": frame, "surfaces": entries}).encode()
    with atomic.atomic_write(path, sealed=True) as file:
        file.write(_MAGIC + struct.pack("<I", len(header)) + header)
        for target in targets.values():
            file.write(target.read())


def load(path: Path, frame: int, targets: Mapping[str, RenderTarget | CubeTarget]) -> None:
    """Restore the content saved before `frame`, including sizes.

    Raises:
        ToqiboxError: ``render_failed`` if the file is not of this frame and these targets.
    """
    data = memoryview(path.read_bytes())
    if data[:8] != _MAGIC:
        raise _mismatch("not a checkpoint file")
    (length,) = struct.unpack_from("<I", data, 8)
    header = json.loads(bytes(data[12 : 12 + length]))
    if header["frame"] != frame or [entry["name"] for entry in header["surfaces"]] != [*targets]:
        raise _mismatch(f"it is of frame {header['frame']}, expected {frame}")
    offset = 12 + length
    for entry, target in zip(header["surfaces"], targets.values(), strict=True):
        size = (entry["width"], entry["height"])
        end = offset + size[0] * size[1] * (16 if entry["floating"] else 4) * target.faces
        if entry["floating"] != target.floating or end > len(data):
            raise _mismatch(f"{entry['name']} is truncated or of a different kind")
        if size != target.size:
            target.resize(size)
        target.write(data[offset:end])
        offset = end


def _mismatch(reason: str) -> ToqiboxError:
    return ToqiboxError("render_failed", detail=f"the checkpoint does not match: {reason}")
