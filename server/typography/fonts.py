"""The supported fonts: files of Debian and Ubuntu packages, identified only by their paths.

The configuration of fontconfig is not used: machines with the same packages draw the same pixels.
Missing files are skipped. Characters that no family has come from other installed fonts, Noto
first; see font_index.py.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from PIL import features

from server.typography import font_index
from server.typography.font_file import FONTS_DIR, FontSource

DEFAULT = "Inter"


@dataclass(frozen=True)
class Family:
    """A family that an effect can name."""

    package: str
    license: str
    regular: str
    """File below FONTS_DIR; `bold` likewise."""
    bold: str
    serif: bool = False
    """True if missing characters come from Noto Serif rather than Noto Sans."""
    joined: bool = False
    """True if its letters are joined as in handwriting, so that spacing would break them."""


_OFL, _APACHE = "OFL 1.1", "Apache 2.0"


def _family(
    package: str, license_: str, path: str, *, serif: bool = False, joined: bool = False
) -> Family:
    """Return a family whose files differ in one word, in braces: ``{Regular|Bold}``."""
    head, _, rest = path.partition("{")
    weights, _, tail = rest.partition("}")
    regular, _, bold = weights.partition("|")
    files = (f"{head}{regular}{tail}", f"{head}{bold}{tail}")
    return Family(package, license_, *files, serif=serif, joined=joined)


FAMILIES = {
    "Inter": _family("fonts-inter", _OFL, "opentype/inter/InterDisplay-{Regular|Bold}.otf"),
    "Inter Black": _family("fonts-inter", _OFL, "opentype/inter/InterDisplay-{Black|Black}.otf"),
    "Manrope": _family("fonts-manrope", _OFL, "truetype/manrope/Manrope-{Medium|ExtraBold}.ttf"),
    "Roboto": _family(
        "fonts-roboto-unhinted", _APACHE,
        "truetype/roboto/unhinted/RobotoTTF/Roboto-{Regular|Bold}.ttf",
    ),
    "Roboto Condensed": _family(
        "fonts-roboto-unhinted", _APACHE,
        "truetype/roboto/unhinted/RobotoCondensed-{Regular|Bold}.ttf",
    ),
    "Open Sans": _family(
        "fonts-open-sans", _APACHE, "truetype/open-sans/OpenSans-{Regular|Bold}.ttf"
    ),
    "Noto Sans": _family("fonts-noto-core", _OFL, "truetype/noto/NotoSans-{Regular|Bold}.ttf"),
    "PT Sans": _family("fonts-paratype", _OFL, "truetype/paratype/{PTS55F|PTS75F}.ttf"),
    "PT Sans Narrow": _family("fonts-paratype", _OFL, "truetype/paratype/{PTN57F|PTN77F}.ttf"),
    "Bebas Neue": _family(
        "fonts-bebas-neue", _OFL, "opentype/bebas-neue/BebasNeue-{Regular|Bold}.otf"
    ),
    "Yanone Kaffeesatz": _family(
        "fonts-yanone-kaffeesatz", _OFL,
        "opentype/yanone-kaffeesatz/YanoneKaffeesatz-{Regular|Bold}.otf",
    ),
    "Comfortaa": _family(
        "fonts-comfortaa", _OFL, "truetype/comfortaa/Comfortaa-{Regular|Bold}.ttf"
    ),
    "Play": _family("fonts-play", _OFL, "truetype/play/Play-{Regular|Bold}.ttf"),
    "Jura": _family("fonts-jura", _OFL, "opentype/jura/Jura-{Regular|Bold}.otf"),
    "JetBrains Mono": _family(
        "fonts-jetbrains-mono", _OFL, "truetype/jetbrains-mono/JetBrainsMono-{Regular|Bold}.ttf"
    ),
    "Noto Serif": _family(
        "fonts-noto-core", _OFL, "truetype/noto/NotoSerif-{Regular|Bold}.ttf", serif=True
    ),
    "Noto Serif Display": _family(
        "fonts-noto-core", _OFL, "truetype/noto/NotoSerifDisplay-{Regular|Bold}.ttf", serif=True
    ),
    "PT Serif": _family(
        "fonts-paratype", _OFL, "truetype/paratype/{PTF55F|PTF75F}.ttf", serif=True
    ),
    "EB Garamond": _family(
        "fonts-ebgaramond", _OFL, "opentype/ebgaramond/EBGaramond12-{Regular|Regular}.otf",
        serif=True,
    ),
    "Old Standard": _family(
        "fonts-oldstandard", _OFL, "truetype/fonts-oldstandard/OldStandard-{Regular|Bold}.ttf",
        serif=True,
    ),
    "Dancing Script": _family(
        "fonts-dancingscript", _OFL, "opentype/dancingscript/DancingScript-{Regular|Bold}.otf",
        joined=True,
    ),
}  # fmt: skip
"""Families by the name used in effects. EB Garamond is regular only: its bold lacks Cyrillic."""

EMOJI = Path("truetype/noto/NotoColorEmoji.ttf")
EXTRA_FILES = {
    "fonts-noto-cjk": "opentype/noto/NotoSansCJK-Bold.ttc",
    "fonts-noto-color-emoji": str(EMOJI),
}
"""A file of each package needed in addition to those of the families."""


def font_source(family: str, *, bold: bool) -> FontSource:
    """Return the file of a family; of the default one if the name is unknown."""
    files = FAMILIES.get(family) or FAMILIES[DEFAULT]
    return FontSource(files.bold if bold else files.regular)


def is_joined(family: str) -> bool:
    """Return whether the letters of a family are joined."""
    files = FAMILIES.get(family)
    return files is not None and files.joined


def fallback_fonts(family: str, char: str, text: str, *, bold: bool) -> Iterator[FontSource]:
    """Yield the fonts that may have a character that the family lacks, best first.

    Args:
        family: the requested family.
        char: the character.
        text: the whole text: the shape of Han characters depends on its language.
        bold: whether the bold weight is requested.
    """
    files = FAMILIES.get(family) or FAMILIES[DEFAULT]
    yield from common_fallbacks(family, bold=bold)
    yield from font_index.fonts_with_character(char, text, serif=files.serif, bold=bold)


def common_fallbacks(family: str, *, bold: bool) -> tuple[FontSource, FontSource]:
    """Return the Latin, Cyrillic and Greek fallback fonts of a family, best first."""
    files = FAMILIES.get(family) or FAMILIES[DEFAULT]
    weight = "Bold" if bold else "Regular"
    sans, serif = (
        FontSource(f"truetype/noto/Noto{style}-{weight}.ttf") for style in ("Sans", "Serif")
    )
    return (serif, sans) if files.serif else (sans, serif)


def missing_packages() -> dict[str, list[str]]:
    """Return the packages that are not installed, with the families of each."""
    packages: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        if not ((FONTS_DIR / family.regular).is_file() and (FONTS_DIR / family.bold).is_file()):
            packages.setdefault(family.package, []).append(name)
    for package, file in EXTRA_FILES.items():
        if not (FONTS_DIR / file).is_file():
            packages[package] = []
    return packages


def fingerprint() -> str:
    """Return a digest that changes whenever rendered letters may change.

    It covers the names and sizes of all installed fonts and the versions of the libraries.
    """
    parts = [f"{name} {features.version(name)}" for name in ("freetype2", "raqm", "harfbuzz")]
    parts += [
        f"{package} {version(package)}" for package in ("icu4py", "uharfbuzz", "unicodedata2")
    ]
    parts += [f"{path} {(FONTS_DIR / path).stat().st_size}" for path in font_index.installed()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
