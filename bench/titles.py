"""A table of titles in many scripts, drawn into one PNG file.

    python -m bench.titles --out titles.png [--font FAMILY] [--count]

Prints a digest of each title's texture, which is the same on every Python with the same fonts.
--count also draws every character of any installed font on its own, and prints those that are lost
or show nothing.
"""

import argparse
import hashlib
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from server.arrays import UInt8Array
from server.typography import clusters, font_index
from server.typography.font_fallback import FontFallback, missing_characters
from server.typography.font_file import FontSource
from server.typography.fonts import DEFAULT, FAMILIES
from server.typography.style import Style
from server.typography.typeset import typeset

TITLES: tuple[tuple[str, str], ...] = (
    ("Latin", "Blue Hour in the Harbour"),
    ("Latin, French", "Où es-tu passée, Hélène ? « Je rêve encore ! »"),
    ("Latin, German", "»Grüße aus Köln!« STRASSE ẞ"),
    ("Latin, Polish", "Zażółć gęślą jaźń"),
    ("Latin, Czech", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
    ("Latin, Turkish", "IŞIK ılık İstanbul gecesi"),
    ("Latin, Vietnamese", "Những đêm không ngủ ở Huế"),
    ("Latin, Yoruba", "Ọjọ́ ìbí rẹ̀ dára púpọ̀"),
    ("Cyrillic, Russian", "Ночной дрейф — ещё 5 минут"),
    ("Cyrillic, Kazakh", "Қараңғы түн, жарық таң әні"),
    ("Cyrillic, Ukrainian", "Її ґанок і м'ята"),
    ("Greek", "Καλοκαίρι στην Αθήνα"),
    ("Greek, polytonic", "Ἄνδρα μοι ἔννεπε, Μοῦσα"),
    ("Armenian", "Երևանի գիշերները"),
    ("Georgian", "თბილისის ღამე"),
    ("Hebrew", "לילה לבן בתל אביב 2024!"),
    ("Hebrew, with points", "בְּרֵאשִׁית בָּרָא"),
    ("Arabic", "ليلة القدر ١٢٣ (ريمكس)"),
    ("Arabic, with marks", "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ"),
    ("Persian", "شب‌های تهران ۱۴۰۳ — می‌خواهم"),
    ("Urdu", "میرا دل یہ پکارے آجا"),
    ("Devanagari", "क्षत्रिय की श्रद्धा २०२४"),
    ("Bengali", "আমার সোনার বাংলা ১৯৭১"),
    ("Gurmukhi", "ਪੰਜਾਬੀ ਦੀ ਰਾਤ"),
    ("Gujarati", "ગુજરાતી ગરબા ની રાત"),
    ("Tamil", "தமிழ் இரவு ஸ்ரீ"),
    ("Telugu", "తెలుగు ప్రేమ కథ"),
    ("Kannada", "ಕನ್ನಡ ಹಾಡು ಶ್ರೀ"),
    ("Malayalam", "മലയാളം രാത്രിയുടെ പാട്ട്"),
    ("Sinhala", "සිංහල ගීතය ශ්‍රී"),
    ("Thai", "คืนนี้ฉันจะรอเธออยู่ที่เดิมริมแม่น้ำเจ้าพระยา"),
    ("Lao", "ຂ້ອຍຮັກເຈົ້າທີ່ສຸດໃນຄືນນີ້"),
    ("Khmer", "ខ្ញុំស្រលាញ់អ្នកជារៀងរហូត"),
    ("Burmese", "မြန်မာနိုင်ငံ၏ ညသီချင်း"),
    ("Tibetan", "བོད་ཀྱི་གླུ་གཞས་"),
    ("Amharic", "የአዲስ አበባ ሌሊት ፳፻፲፯"),
    ("Chinese", "今夜月光照在长江边的小城"),
    ("Japanese", "夜に駆ける少女たちの「物語」はまだ終わらない？"),
    ("Korean", "서울의 밤은 너를 기억해"),
    ("Emoji and several", "Love 🩷 東京 × Москва 👩‍👩‍👧 🇧🇷 3️⃣"),
)
"""Script or language, and a title in it."""

_FRAME = (640, 360)
_CELL, _LABEL, _COLUMNS = (620, 140), 20, 2
_BACKGROUND, _INK = (17, 18, 22), (150, 156, 168)
_SHORT = 8
"""Digits of a digest that are printed."""


def main() -> None:
    """Draw the table; count the characters if requested."""
    options = _options()
    textures = [_texture(title, options.font) for _, title in TITLES]
    for (script, title), texels in zip(TITLES, textures, strict=True):
        missing = "".join(
            f" U+{ord(char):04X} not in any font" for char in missing_characters(title)
        )
        print(f"{_digest(texels)[:_SHORT]} {script}{missing}")
    print(f"{_digest(*textures)} all, Python {sys.version.split()[0]}")
    _sheet(textures).save(options.out)
    if options.count:
        count(options.font)


def count(font: str) -> None:
    """Print the outcome of drawing every character of the installed fonts.

    Args:
        font: the requested family.
    """
    code_points = {
        code
        for path in font_index.installed()
        for code in font_index.code_points_of(FontSource(path))
    }
    fallback = FontFallback(font, "", bold=True)
    outcomes: dict[str, list[str]] = {"drawn": [], "lost": []}
    for code in sorted(code_points):
        char = chr(code)
        outcomes.setdefault(_drawing_outcome(char, fallback), []).append(char)
    for outcome, chars in outcomes.items():
        print(f"{len(chars):6} {outcome}{_categories(chars) if outcome != 'drawn' else ''}")
    print(f"{len(code_points):6} characters in {len(font_index.installed())} files")


def _drawing_outcome(char: str, fallback: FontFallback) -> str:
    """Return ``drawn``, ``lost``, or why a character has no shape."""
    if not any(clusters.visible_characters(char)):
        return "ignorable by default, without a shape of its own"
    if char.isspace():
        return "a space"
    cleaned = clusters.clean_text(char)
    if not cleaned:
        return f"left out: category {unicodedata.category(char)}, a control or a direction"
    faced_clusters = fallback.assign_faces(clusters.split_clusters(cleaned))
    return "drawn" if "".join(cluster for cluster, _ in faced_clusters) == cleaned else "lost"


def _categories(chars: list[str]) -> str:
    kinds = Counter(unicodedata.category(char) for char in chars)
    some = " ".join(f"U+{ord(char):04X}" for char in chars[:12])
    more = " …" if len(chars) > 12 else ""
    return f": {dict(kinds)} {some}{more}" if chars else ""


def _texture(title: str, font: str) -> UInt8Array:
    return typeset(title, Style(frame=_FRAME, font=font, size=40, width=590, height=110))


def _digest(*textures: UInt8Array) -> str:
    whole = hashlib.sha256()
    for texels in textures:
        whole.update(repr(texels.shape).encode() + texels.tobytes())
    return whole.hexdigest()


def _sheet(textures: list[UInt8Array]) -> Image.Image:
    rows = -(-len(textures) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _CELL[0], rows * _CELL[1]), _BACKGROUND)
    draw, label = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for at, ((script, _), texels) in enumerate(zip(TITLES, textures, strict=True)):
        x, y = at // rows * _CELL[0] + 12, at % rows * _CELL[1]
        draw.text((x, y + 2), f"{at + 1} {script}", _INK, label)
        image = _texture_to_image(texels)
        sheet.paste(image.convert("RGB"), (x, y + _LABEL), image.getchannel("A"))
    return sheet


def _texture_to_image(texels: UInt8Array) -> Image.Image:
    """Draw a texture of typography/glyph_texture.py in white, emoji in their colours."""
    height = int(texels[-1, 7, 0]) * 256 + int(texels[-1, 7, 1])
    fill = texels[:height, :, 0][::-1]
    rgba = np.repeat(fill[..., np.newaxis], 4, axis=2)
    if len(texels) == 2 * height + 1:
        rgba = np.maximum(rgba, texels[height : 2 * height][::-1])
    alpha = np.maximum(rgba[..., 3:], 1)
    straight = np.minimum(rgba[..., :3].astype(np.uint16) * 255 // alpha, 255)
    return Image.fromarray(np.concatenate([straight.astype(np.uint8), rgba[..., 3:]], axis=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draw titles in many scripts.")
    parser.add_argument("--out", type=Path, required=True, help="the PNG file")
    parser.add_argument("--font", choices=FAMILIES, default=DEFAULT, help="family (%(default)s)")
    parser.add_argument("--count", action="store_true", help="draw every character of every font")
    return parser.parse_args()


if __name__ == "__main__":
    main()
