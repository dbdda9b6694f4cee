"""The index of installed fonts: the characters of each file, by its own character map.

If several fonts have a character, the best is the one with most of its neighbours: the block of 128
code points around it, by which Unicode groups scripts. No table of scripts is needed that could
become outdated.
"""

from functools import cache, lru_cache
from pathlib import PurePath

import numpy as np
import uharfbuzz
import unicodedata2

from server.typography.font_file import FONTS_DIR, FontSource

_SUFFIXES = (".ttf", ".otf", ".ttc")
_BLOCK = 128
_NOTO, _CJK = PurePath("truetype/noto"), PurePath("opentype/noto")
_WEIGHTS = ("Regular", "Medium", "Book")
_PLAIN_STYLES = ("Sans", "Serif")
_CHINESE, _JAPANESE, _KOREAN = 2, 0, 1
"""Indices of the languages in the collections of Noto CJK."""


@cache
def installed() -> tuple[str, ...]:
    """Return the paths below FONTS_DIR of every outline font, sorted."""
    files = (path for path in FONTS_DIR.rglob("*") if path.suffix.lower() in _SUFFIXES)
    return tuple(sorted(path.relative_to(FONTS_DIR).as_posix() for path in files if path.is_file()))


@lru_cache(maxsize=1024)
def code_points_of(source: FontSource) -> uharfbuzz.Set:
    """Return the code points with a glyph in a font; none if it cannot be read."""
    try:
        blob = uharfbuzz.Blob.from_file_path(str(FONTS_DIR / source.path))
    except uharfbuzz.HarfBuzzError:
        return uharfbuzz.Set()
    return uharfbuzz.Face(blob, source.index).unicodes


def fonts_with_character(char: str, text: str, *, serif: bool, bold: bool) -> list[FontSource]:
    """Return the fonts that have a character, best first.

    Args:
        char: the character.
        text: the whole text: the shape of Han characters depends on its language.
        serif: prefer fonts with serifs.
        bold: prefer bold fonts.
    """
    language = cjk_collection_index(text)
    return [
        FontSource(path, language if _is_cjk(path) else 0) for path in _ranked(char, serif, bold)
    ]


@lru_cache(maxsize=4096)
def _ranked(char: str, serif: bool, bold: bool) -> tuple[str, ...]:
    """Return the paths of the fonts that have a character, best first: Noto, otherwise others."""
    code = ord(char)
    for noto in (True, False):
        candidates = _fonts_by_block(noto).get(code // _BLOCK, [])
        counts = {
            path: count for path, count in candidates if code in code_points_of(FontSource(path))
        }
        if counts:
            break
    max_count = max(counts.values(), default=0)
    wide = unicodedata2.east_asian_width(char) in ("W", "F")

    def rank(path: str) -> tuple[bool, int, int, int, int, str]:
        count = counts[path]
        return (
            2 * count < max_count,
            _group(path, wide=wide),
            _style(path, serif=serif),
            _weight(path, bold=bold),
            -count,
            path,
        )

    return tuple(sorted(counts, key=rank))


@cache
def _fonts_by_block(noto: bool) -> dict[int, list[tuple[str, int]]]:
    """Return the fonts with characters of each block, and their count; of Noto or all others."""
    fonts: dict[int, list[tuple[str, int]]] = {}
    for path in installed():
        if _is_noto(path) is noto:
            codes = np.fromiter(code_points_of(FontSource(path)), np.int64)
            blocks, counts = np.unique(codes // _BLOCK, return_counts=True)
            for block, count in zip(blocks.tolist(), counts.tolist(), strict=True):
                fonts.setdefault(block, []).append((path, count))
    return fonts


def cjk_collection_index(text: str) -> int:
    """Return the index in a Noto CJK collection, by the other scripts of a text."""
    if any("\u3040" <= char <= "\u30ff" for char in text):
        return _JAPANESE
    return _KOREAN if any("\uac00" <= char <= "\ud7a3" for char in text) else _CHINESE


def _is_noto(path: str) -> bool:
    """Return whether a file is a Noto text font; these precede all others."""
    return PurePath(path).parent in (_NOTO, _CJK) and "Emoji" not in path


def _is_cjk(path: str) -> bool:
    return PurePath(path).parent == _CJK


def _group(path: str, *, wide: bool) -> int:
    """Return the rank of a family: East Asian ones last except for wide characters, then emoji."""
    if _is_cjk(path):
        return 0 if wide else 2
    return 3 if "Emoji" in path else 1


def _style(path: str, *, serif: bool) -> int:
    """Return the rank of a Noto style; variants for menus (UI) and monospaced ones come last."""
    stem = PurePath(path).stem.partition("-")[0].removeprefix("Noto")
    if stem.endswith("UI") or "Mono" in stem:
        return 4
    plain = _PLAIN_STYLES[::-1] if serif else _PLAIN_STYLES
    for place, word in enumerate(plain):
        if stem.startswith(word):
            return 2 * place
    return 1 if serif and stem.startswith("Naskh") else 3


def _weight(path: str, *, bold: bool) -> int:
    """Return the rank of a file's weight: the requested one, the regular one, then others."""
    word = PurePath(path).stem.rpartition("-")[2]
    if word == "Bold":
        return 0 if bold else 2
    return 1 if word in _WEIGHTS or word == PurePath(path).stem else 3
