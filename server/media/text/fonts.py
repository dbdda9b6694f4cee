"""The fonts there are: files of Debian's and Ubuntu's packages, by their paths and nothing else.

What a machine has besides, and what fontconfig would choose, has no say: machines with the same
packages draw the same pixels. A file that is missing is passed over.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import features

HOME = Path("/usr/share/fonts")
DEFAULT = "Inter"


@dataclass(frozen=True)
class Family:
    """A family that an effect can name."""

    package: str
    license: str
    regular: str
    """File below HOME; `bold` likewise."""
    bold: str
    serif: bool = False
    """Whether what it lacks is taken from Noto Serif rather than Noto Sans."""
    joined: bool = False
    """Whether its letters are joined as in handwriting, so that spacing would tear them apart."""


_OFL, _APACHE = "OFL 1.1", "Apache 2.0"


def _family(
    package: str, license_: str, path: str, *, serif: bool = False, joined: bool = False
) -> Family:
    """A family whose files differ in one word; `path` has it in braces: ``{Regular|Bold}``."""
    head, _, rest = path.partition("{")
    words, _, tail = rest.partition("}")
    regular, _, bold = words.partition("|")
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
"""By the name that effects use. EB Garamond is regular only: its bold has no Cyrillic."""

EMOJI = Path("truetype/noto/NotoColorEmoji.ttf")
_CJK = "opentype/noto/Noto{style}CJK-{weight}.ttc"
_BEYOND = (
    "NotoMusic-Regular",
    "NotoSansSymbols2-Regular",
    "NotoSansSymbols-{weight}",
    "NotoSansMath-Regular",
)
NEEDED = {
    "fonts-noto-cjk": _CJK.format(style="Sans", weight="Bold"),
    "fonts-noto-color-emoji": str(EMOJI),
}
_SCRIPTS = {
    "CANADIAN": "CanadianAboriginal",
    "ARABIC": "Arabic",
    "CHEROKEE": "Cherokee",
    "MUSICAL": "Music",
}
_JAPANESE, _KOREAN, _CHINESE = 0, 1, 2
"""Places of the languages in the files of Noto CJK."""


@dataclass(frozen=True)
class Source:
    """A font in a file: its path below HOME, and its place in a collection."""

    path: str
    index: int = 0


def wanted(family: str, *, bold: bool) -> Source:
    """The file of a family; the default one's where there is no family of that name."""
    found = FAMILIES.get(family) or FAMILIES[DEFAULT]
    return Source(found.bold if bold else found.regular)


def is_joined(family: str) -> bool:
    """Whether the letters of a family are joined."""
    found = FAMILIES.get(family)
    return found is not None and found.joined


def others(family: str, sign: str, text: str, *, bold: bool) -> Iterator[Source]:
    """Where a character may be found that the family does not have, best first.

    Args:
        family: that is set.
        sign: the character.
        text: all that is set: what its Han characters look like depends on the language.
        bold: whether the bold weight is wanted.
    """
    found = FAMILIES.get(family) or FAMILIES[DEFAULT]
    weight = "Bold" if bold else "Regular"
    styles = ("Serif", "Sans") if found.serif else ("Sans", "Serif")
    for style in styles:
        yield Source(f"truetype/noto/Noto{style}-{weight}.ttf")
    script = unicodedata.name(sign, "").partition(" ")[0]
    name = _SCRIPTS.get(script, script.title())
    for style in (*styles, *(["Naskh"] if name == "Arabic" and found.serif else [])):
        for one in dict.fromkeys((weight, "Regular")):
            yield Source(f"truetype/noto/Noto{style}{name}-{one}.ttf")
    east = [Source(_CJK.format(style=one, weight=weight), _language(text)) for one in styles]
    signs = [Source(f"truetype/noto/{stem.format(weight=weight)}.ttf") for stem in _BEYOND]
    wide = unicodedata.east_asian_width(sign) in ("W", "F")
    yield from (*east, *signs) if wide else (*signs, *east)


def _language(text: str) -> int:
    """Which forms Han characters take, by the other scripts of the text."""
    if any("\u3040" <= sign <= "\u30ff" for sign in text):
        return _JAPANESE
    return _KOREAN if any("\uac00" <= sign <= "\ud7a3" for sign in text) else _CHINESE


def missing() -> dict[str, list[str]]:
    """The packages that are not there, and the families that each would bring."""
    found: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        if not ((HOME / family.regular).is_file() and (HOME / family.bold).is_file()):
            found.setdefault(family.package, []).append(name)
    for package, file in NEEDED.items():
        if not (HOME / file).is_file():
            found[package] = []
    return found


def identity() -> str:
    """A digest that is another wherever letters may be: the names and sizes of the families'
    files and of the widest fallbacks, and the versions of what draws them.
    """
    files = {name for one in FAMILIES.values() for name in (one.regular, one.bold)}
    files |= set(NEEDED.values())
    rows = [f"{name} {features.version(name)}" for name in ("freetype2", "raqm", "harfbuzz")]
    for name in sorted(files):
        path = HOME / name
        rows.append(f"{name} {path.stat().st_size if path.is_file() else 0}")
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
