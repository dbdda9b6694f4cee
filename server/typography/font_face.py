"""A font as Pillow opens it: whether it has a character, how wide text is, and drawing it."""

from functools import cache, lru_cache
from typing import NamedTuple

import uharfbuzz
import unicodedata2
from PIL import Image, ImageDraw, ImageFont

from server.typography import clusters, fonts
from server.typography.font_file import FONTS_DIR, FontSource
from server.typography.font_index import code_points_of

REFERENCE = 96.0
"""Size in pixels at which text is measured: widths grow with the size alone."""
_EMOJI_PX = 109
"""The one size that the pictures of Noto Color Emoji have."""
_NO_LIGATURES = ("-liga", "-clig", "-calt")
"""Without ligatures, where letters are spaced."""


class FontFace:
    """One font."""

    def __init__(self, source: FontSource | None) -> None:
        self.source = source
        self.is_emoji = source is not None and source.path == str(fonts.EMOJI)
        """Whether its characters are pictures in colour."""
        self.open_at(REFERENCE)  # raises where FreeType cannot use the file
        self._code_points = code_points_of(source) if source is not None else _built_in()

    def has_cluster(self, cluster: str) -> bool:
        """Return if it has every character of the cluster that is to be seen."""
        if not all(self._has_character(char) for char in clusters.visible_characters(cluster)):
            return False
        # The font of emoji has glyphs without a picture, such as digits, for its sequences.
        return not self.is_emoji or _has_picture(self, cluster)

    def drop_missing(self, cluster: str) -> str:
        """Return a cluster without the characters that it does not have."""
        if self.has_cluster(cluster):
            return cluster
        missing = {
            char for char in clusters.visible_characters(cluster) if not self._has_character(char)
        }
        return "".join(char for char in cluster if char not in missing)

    def _has_character(self, char: str) -> bool:
        """Return if it has a character, or all that HarfBuzz would take it apart into."""
        if ord(char) in self._code_points or char.isspace():
            return True
        parts = unicodedata2.normalize("NFD", char)
        return parts != char and all(ord(part) in self._code_points for part in parts)

    def width(self, text: str, *, rtl: bool, plain: bool = False) -> float:
        """The width of text in em, kerning included; `plain` is without ligatures."""
        return _width(self, text, rtl, plain)

    def draw(
        self,
        image: Image.Image,
        position: tuple[float, float],
        text: str,
        size: float,
        options: "DrawOptions",
    ) -> None:
        """Draw text white on an image of mode L.

        Args:
            position: where it begins at the left, on its baseline.
            size: in pixels.
            options: how.
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
        """Emoji in colour: RGBA with premultiplied alpha, and where its corner is to be.

        Returns:
            the picture as it is drawn at `size`, and its top left corner seen from the place on
            the baseline where it begins, in pixels.
        """
        font = self.font_at(_EMOJI_PX)
        left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
        image = Image.new("RGBA", (max(right - left, 1), max(bottom - top, 1)))
        ImageDraw.Draw(image).text((-left, -top), text, font=font, anchor="ls", embedded_color=True)
        scale = size / _EMOJI_PX
        scaled_size = [max(round(edge * scale), 1) for edge in image.size]
        # Pillow scales RGBA with premultiplied alpha (its mode RGBa), so that no edge is dark.
        scaled = image.convert("RGBa").resize(
            (scaled_size[0], scaled_size[1]), Image.Resampling.LANCZOS
        )
        return scaled, left * scale, top * scale

    @property
    def cap_height(self) -> float:
        """Height of its capital letters in em."""
        return -float(self.font_at(REFERENCE).getbbox("H", anchor="ls")[1]) / REFERENCE

    def font_at(self, size: float) -> ImageFont.FreeTypeFont:
        """The font at a size in pixels."""
        return _open_cached(self, size)

    def _open(self, size: float) -> ImageFont.FreeTypeFont:
        if self.source is None:
            # Pillow brings a font of its own, Aileron, for machines that have none.
            return _default(size)
        path = str(FONTS_DIR / self.source.path)
        raqm = ImageFont.Layout.RAQM
        return ImageFont.truetype(path, size, self.source.index, layout_engine=raqm)

    def open_at(self, size: float) -> ImageFont.FreeTypeFont:
        """The font at a size, opened anew."""
        return self._open(_EMOJI_PX if self.is_emoji else max(size, 1.0))


class DrawOptions(NamedTuple):
    """How a piece of text is drawn."""

    rtl: bool
    plain: bool


@cache
def open_face(source: FontSource | None) -> FontFace | None:
    """The face in a file; None where it is not there or cannot be read.

    None as a file is the face that is always there.
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
    """Return the code points of the font that Pillow brings."""
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
