"""A font opened by Pillow: its characters, the width of text, and drawing."""

from functools import cache, lru_cache
from typing import NamedTuple

import uharfbuzz
import unicodedata2
from PIL import Image, ImageDraw, ImageFont

from server.typography import clusters, fonts
from server.typography.font_file import FONTS_DIR, FontSource
from server.typography.font_index import code_points_of

REFERENCE = 96.0
"""Size in pixels at which text is measured: widths are proportional to the size."""
_EMOJI_PX = 109
"""The only size of the images in Noto Color Emoji."""
_NO_LIGATURES = ("-liga", "-clig", "-calt")
"""Features that disable ligatures, for letter spacing."""


class FontFace:
    """One font."""

    def __init__(self, source: FontSource | None) -> None:
        self.source = source
        self.is_emoji = source is not None and source.path == str(fonts.EMOJI)
        """True if its characters are colour images."""
        self.open_at(REFERENCE)  # raises if FreeType cannot use the file
        self._code_points = code_points_of(source) if source is not None else _built_in()

    def has_cluster(self, cluster: str) -> bool:
        """Return whether it has every visible character of the cluster."""
        if not all(self._has_character(char) for char in clusters.visible_characters(cluster)):
            return False
        # The emoji font has glyphs without an image, such as digits, for its sequences.
        return not self.is_emoji or _has_picture(self, cluster)

    def drop_missing(self, cluster: str) -> str:
        """Return a cluster without the characters that the font lacks."""
        if self.has_cluster(cluster):
            return cluster
        missing = {
            char for char in clusters.visible_characters(cluster) if not self._has_character(char)
        }
        return "".join(char for char in cluster if char not in missing)

    def _has_character(self, char: str) -> bool:
        """Return whether it has a character, or all parts that HarfBuzz decomposes it into."""
        if ord(char) in self._code_points or char.isspace():
            return True
        parts = unicodedata2.normalize("NFD", char)
        return parts != char and all(ord(part) in self._code_points for part in parts)

    def width(self, text: str, *, rtl: bool, plain: bool = False) -> float:
        """Return the width of text in em, with kerning; `plain` disables ligatures."""
        return _width(self, text, rtl, plain)

    def draw(
        self,
        image: Image.Image,
        position: tuple[float, float],
        text: str,
        size: float,
        options: "DrawOptions",
    ) -> None:
        """Draw text in white on an image of mode L.

        Args:
            position: left end of the text, on the baseline.
            size: in pixels.
            options: direction and ligatures.
        """
        ImageDraw.Draw(image).text(
            position,
            text,
            255,
            self.font_at(size),
            "ls",
            direction="rtl" if options.rtl else "ltr",
            features=list(_NO_LIGATURES) if options.plain else None,
        )

    def emoji_image(self, text: str, size: float) -> tuple[Image.Image, float, float]:
        """Return an emoji in colour: RGBA with premultiplied alpha, and its position.

        Returns:
            The image at `size`, and its top left corner in pixels, relative to its origin on the
            baseline.
        """
        font = self.font_at(_EMOJI_PX)
        left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
        image = Image.new("RGBA", (max(right - left, 1), max(bottom - top, 1)))
        ImageDraw.Draw(image).text((-left, -top), text, font=font, anchor="ls", embedded_color=True)
        scale = size / _EMOJI_PX
        scaled_size = [max(round(edge * scale), 1) for edge in image.size]
        # Pillow scales RGBA with premultiplied alpha (its mode RGBa), which avoids dark edges.
        scaled = image.convert("RGBa").resize(
            (scaled_size[0], scaled_size[1]), Image.Resampling.LANCZOS
        )
        return scaled, left * scale, top * scale

    @property
    def cap_height(self) -> float:
        """Height of capital letters in em."""
        return -float(self.font_at(REFERENCE).getbbox("H", anchor="ls")[1]) / REFERENCE

    def font_at(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font at a size in pixels, cached."""
        return _open_cached(self, size)

    def _open(self, size: float) -> ImageFont.FreeTypeFont:
        if self.source is None:
            # Pillow includes a font, Aileron, for machines without fonts.
            return _default(size)
        path = str(FONTS_DIR / self.source.path)
        raqm = ImageFont.Layout.RAQM
        return ImageFont.truetype(path, size, self.source.index, layout_engine=raqm)

    def open_at(self, size: float) -> ImageFont.FreeTypeFont:
        """Open the font at a size in pixels."""
        return self._open(_EMOJI_PX if self.is_emoji else max(size, 1.0))


class DrawOptions(NamedTuple):
    """Options for drawing a piece of text."""

    rtl: bool
    plain: bool


@cache
def open_face(source: FontSource | None) -> FontFace | None:
    """Open the face in a file; return None if it is missing or unreadable.

    None as a source gives the font included in Pillow.
    """
    try:
        return FontFace(source)
    except OSError:
        return None


def _default(size: float) -> ImageFont.FreeTypeFont:
    default = ImageFont.load_default(size)
    assert isinstance(default, ImageFont.FreeTypeFont)
    return default


@cache
def _built_in() -> uharfbuzz.Set:
    """Return the code points of the font included in Pillow."""
    return uharfbuzz.Face(uharfbuzz.Blob(_default(REFERENCE).font_bytes)).unicodes


@lru_cache(4096)
def _has_picture(face: FontFace, cluster: str) -> bool:
    left, top, right, bottom = face.font_at(_EMOJI_PX).getbbox(cluster, anchor="ls")
    return right > left and bottom > top


@lru_cache(64)
def _open_cached(face: FontFace, size: float) -> ImageFont.FreeTypeFont:
    return face.open_at(size)


@lru_cache(4096)
def _width(face: FontFace, text: str, rtl: bool, plain: bool) -> float:
    size = _EMOJI_PX if face.is_emoji else REFERENCE
    length = face.font_at(size).getlength(
        text,
        direction="rtl" if rtl else "ltr",
        features=list(_NO_LIGATURES) if plain else None,
    )
    return float(length) / size
