"""Photos of every kind, each with its expected image, computed independently of the server.

The images are smooth, so that chroma at half size and the encoder hardly change them, and have no
symmetry, so that a rotated or mirrored one differs clearly.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tests.harness import icc

Pixels = NDArray[np.uint8]
"""(height, width, channels)."""

_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""Operation that turns an upright image into a stored one with each orientation."""
_SIZE = (640, 360)
_ORIENTATION, _GPS = 0x0112, 0x8825


@dataclass(frozen=True)
class Photo:
    """A file, and the upright sRGB image that it shows."""

    data: bytes
    shows: Pixels
    naive: Pixels | None = None
    """The image if its profile or its orientation were ignored."""
    aspect: str = "16:9"


def scene(width: int = _SIZE[0], height: int = _SIZE[1]) -> Pixels:
    """Return broad, soft colours that differ on all sides."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    spot = np.exp(-((x - 0.2) ** 2 + (y - 0.3) ** 2) * 12)
    red = 40 + 180 * x - 60 * spot
    green = 50 + 150 * y + 40 * x
    blue = 210 - 150 * x * y - 90 * x + 20 * spot
    return np.stack([red, green, blue], -1).round().clip(0, 255).astype(np.uint8)


def fitted_frame(
    photo: Photo, width: int, height: int, *, naive: bool = False
) -> NDArray[np.float64]:
    """Return the image of a frame of this size; the photo has the frame's aspect."""
    shows = photo.naive if naive and photo.naive is not None else photo.shows
    image = Image.fromarray(shows).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(image, np.float64)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _color_managed(data: bytes) -> Pixels:
    """Convert a file with a profile by LittleCMS: sRGB, perceptual."""
    with Image.open(io.BytesIO(data)) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        srgb = ImageCms.createProfile("sRGB")
        shown = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
    assert shown is not None
    return np.asarray(shown)


def _without_profile(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def rotated(orientation: int) -> Photo:
    """Create a JPEG with an EXIF orientation (CIPA DC-008, 4.6.4)."""
    image = Image.fromarray(scene())
    method = _STORED.get(orientation)
    stored = image.transpose(method) if method is not None else image
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    data = _saved(stored, "JPEG", quality=95, subsampling=0, exif=exif)
    return Photo(data, scene(), _without_profile(data) if orientation > 1 else None)


def profiled(profile: bytes, kind: str = "JPEG") -> Photo:
    """Create an RGB image in a colour space of its own."""
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"quality": 95}}.get(kind, {})
    data = _saved(Image.fromarray(scene()), kind, icc_profile=profile, **options)
    return Photo(data, _color_managed(data), _without_profile(data))


def _inks() -> Image.Image:
    colour = scene().astype(np.float64) / 255
    black = 0.5 * (1 - colour.max(-1, keepdims=True))
    inks = np.concatenate([(1 - colour - black) / (1 - black), black], -1)
    return Image.fromarray((inks * 255).round().astype(np.uint8), "CMYK")


def cmyk(*, profile: bool) -> Photo:
    """Create a JPEG of four inks, inverted as Adobe does; without a profile they filter."""
    if profile:
        data = _saved(_inks(), "JPEG", quality=95, icc_profile=icc.four_inks())
        return Photo(data, _color_managed(data), _without_profile(data))
    inks = np.asarray(_inks()).astype(np.float64) / 255
    shows = (1 - inks[..., :3]) * (1 - inks[..., 3:])
    return Photo(_saved(_inks(), "JPEG", quality=95), (shows * 255).round().astype(np.uint8))


def sixteen_bits(*, grey: bool = False) -> Photo:
    """Create a PNG of 16 bits a channel whose lower eight bits differ from the upper ones."""
    shows = scene()[..., 1:2].repeat(3, -1) if grey else scene()
    values = shows.astype(np.uint16)[..., : 1 if grey else 3] * 256 + 77
    return Photo(png(values), shows)


def palette() -> Photo:
    """Create a PNG of 64 colours, some of them half or fully transparent: over black."""
    image = Image.fromarray(scene()).quantize(64, dither=Image.Dither.NONE)
    alpha = bytes(0 if i % 8 == 0 else 128 if i % 8 == 1 else 255 for i in range(64))
    data = _saved(image, "PNG", transparency=alpha)
    seen = np.frombuffer(alpha, np.uint8)[np.asarray(image)].astype(np.float64) / 255
    opaque = np.asarray(image.convert("RGB"))
    return Photo(data, (opaque * seen[..., None]).round().astype(np.uint8), opaque)


def transparent(kind: str, profile: bytes | None = None) -> Photo:
    """Create an image that fades out on one side: over black."""
    height, width, _ = scene().shape
    alpha = np.linspace(255, 0, width).round().astype(np.uint8)[None, :].repeat(height, 0)
    image = Image.fromarray(np.dstack([scene(), alpha]))
    options: dict[str, Any] = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    opaque = _saved(Image.fromarray(scene()), "PNG", icc_profile=profile)
    colours = _color_managed(opaque) if profile else scene()
    data = _saved(image, kind, icc_profile=profile, **options)
    shows = colours * (alpha[..., None] / 255)
    return Photo(data, shows.round().astype(np.uint8), scene())


def simple(kind: str, **options: Any) -> Photo:
    """Save the scene as another kind of file."""
    data = _saved(Image.fromarray(scene()), kind, **options)
    return Photo(data, _without_profile(data))


def one_pixel() -> Photo:
    """Create a PNG of 1 × 1."""
    pixel = np.array([[[200, 80, 40]]], np.uint8)
    return Photo(png(pixel), pixel, aspect="1:1")


def huge(kind: str) -> Photo:
    """Create an image of 8000 × 8000; its expected image is a small copy."""
    side = 8000
    small = scene(250, 250)
    # Every pixel is repeated 32 times: exact, fast, and smooth enough once it is scaled down.
    large = np.repeat(np.repeat(small, side // 250, 0), side // 250, 1)
    options = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 1}}[kind]
    return Photo(_saved(Image.fromarray(large), kind, **options), small, aspect="1:1")


def planted(text: str, data: bytes) -> bytes:
    """Return the JPEG `data` with a GPS position, a comment and XMP, all holding `text`."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = text
    exif[_GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 29: text}
    with Image.open(io.BytesIO(data)) as image:
        xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{text}</x:xmpmeta>".encode()
        return _saved(image, "JPEG", quality=92, exif=exif, comment=text.encode(), xmp=xmp)


def png(values: NDArray[Any]) -> bytes:
    """Encode a PNG (ISO/IEC 15948) of (height, width, 1 or 3) values of 8 or 16 bits."""
    height, width, channels = values.shape
    rows = values.astype(values.dtype.newbyteorder(">"))
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    colour = 2 if channels == 3 else 0
    return png_of(width, height, values.dtype.itemsize * 8, colour, zlib.compress(raw, 1))


def png_of(width: int, height: int, bits: int, colour: int, packed: bytes) -> bytes:
    """Assemble a PNG of compressed pixel data of any length."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ALWAYS: dict[str, Callable[[], Photo]] = {
    "jpeg-turned-6": lambda: rotated(6),
    "jpeg-cmyk-profile": lambda: cmyk(profile=True),
    "jpeg-adobe-rgb": lambda: profiled(icc.adobe_rgb()),
    "png-16": sixteen_bits,
    "png-palette": palette,
    "webp": lambda: simple("WEBP", quality=95),
    "png-1x1": one_pixel,
    "jpeg-8000x8000": lambda: huge("JPEG"),
}
"""The photos of the small run."""

MORE: dict[str, Callable[[], Photo]] = {
    **{f"jpeg-turned-{n}": (lambda n=n: rotated(n)) for n in (1, 2, 3, 4, 5, 7, 8)},  # type: ignore[misc]
    "jpeg-cmyk": lambda: cmyk(profile=False),
    "jpeg-display-p3": lambda: profiled(icc.display_p3()),
    "png-16-grey": lambda: sixteen_bits(grey=True),
    "png-display-p3": lambda: profiled(icc.display_p3(), "PNG"),
    "png-alpha-adobe-rgb": lambda: transparent("PNG", icc.adobe_rgb()),
    "webp-alpha": lambda: transparent("WEBP"),
    "webp-display-p3": lambda: profiled(icc.display_p3(), "WEBP"),
    "png-8000x8000": lambda: huge("PNG"),
    "bmp": lambda: simple("BMP"),
    "gif": lambda: simple("GIF"),
    "jpeg-progressive": lambda: simple("JPEG", quality=95, progressive=True),
}
"""The further photos of the full run."""
