"""The families are installed, have their names, and every way of installing includes them."""

from pathlib import Path

import pytest
from PIL import ImageFont

from bench.titles import TITLES
from scripts import dockerfile
from server.effects.library.library import BUILT_IN
from server.typography import clusters as characters
from server.typography import font_index, fonts
from server.typography.clusters import clean_text, split_clusters
from server.typography.font_face import open_face
from server.typography.font_fallback import FontFallback, missing_characters
from server.typography.font_file import FONTS_DIR, FontSource
from server.typography.fonts import FAMILIES

ROOT = Path(__file__).parents[2]
LATIN = ("Dancing Script",)
"""Families without Cyrillic."""


def test_nothing_is_missing() -> None:
    assert fonts.missing_packages() == {}
    assert len(fonts.fingerprint()) == 16


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("bold", [False, True])
def test_family(name: str, bold: bool) -> None:
    source = fonts.font_source(name, bold=bold)
    family, _style = ImageFont.truetype(str(FONTS_DIR / source.path), 20).getname()
    assert family is not None
    assert family.split(maxsplit=1)[0] == name.split(maxsplit=1)[0]
    face = open_face(source)
    assert face is not None
    assert face.has_cluster("Ag9é")
    assert face.has_cluster("Жщёй") == (name not in LATIN)
    assert not face.has_cluster("\U000ffffd")
    assert 0.5 < face.cap_height < 0.8


@pytest.mark.parametrize(
    ("cluster", "file"),
    [
        ("ع", "NotoSansArabic-Bold.ttf"),
        ("ש", "NotoSansHebrew-Bold.ttf"),
        ("ก", "NotoSansThai-Bold.ttf"),
        ("न", "NotoSansDevanagari-Bold.ttf"),
        ("ა", "NotoSansGeorgian-Bold.ttf"),
        ("字", "NotoSansCJK-Bold.ttc"),
        ("٣", "NotoSansArabic-Bold.ttf"),
        ("۳", "NotoSansArabic-Bold.ttf"),
        ("፩", "NotoSansEthiopic-Bold.ttf"),
        ("၃", "NotoSansMyanmar-Bold.ttf"),
        ("ꞵ", "NotoSans-Bold.ttf"),
        ("\ufdfa", "NotoSansArabic-Bold.ttf"),
        ("①", "NotoSansSymbols-Bold.ttf"),
        ("\u31e3", "NotoSansCJK-Bold.ttc"),
        ("★", "NotoSansSymbols2-Regular.ttf"),
        ("𝄞", "NotoMusic-Regular.ttf"),
        ("🔥", "NotoColorEmoji.ttf"),
        ("🩷", "NotoColorEmoji.ttf"),
        ("3\ufe0f\u20e3", "NotoColorEmoji.ttf"),
    ],
)
def test_other_scripts_have_their_font(cluster: str, file: str) -> None:
    faces = FontFallback("Roboto", cluster, bold=True).assign_faces([cluster])
    assert [Path(face.source.path).name for _, face in faces if face.source] == [file]


def _names(family: str, text: str) -> list[str]:
    rows = FontFallback(family, text, bold=True).assign_faces(split_clusters(text))
    return [Path(face.source.path).name for _, face in rows if face.source]


def test_shared_digits_and_punctuation_use_the_font_of_the_letters_before() -> None:
    assert _names("Inter", "বাংলা।")[-1] == "NotoSansBengali-Bold.ttf"
    assert _names("Inter", "ދިވެހި٣")[-1] == "NotoSansThaana-Bold.ttf"
    assert _names("Inter", "東京㏂") == ["NotoSansCJK-Bold.ttc"] * 3
    assert _names("Noto Serif", "हिन्दी।")[-1] == "NotoSerifDevanagari-Bold.ttf"


def test_every_character_of_a_font_is_drawn() -> None:
    """One of each 64 neighbouring characters of the installed fonts."""
    owned = {
        code
        for path in font_index.installed()
        for code in font_index.code_points_of(FontSource(path))
    }
    some = sorted({code >> 6: code for code in owned}.values())
    assert len(some) > 1000
    text = [
        char for char in map(chr, some) if list(characters.visible_characters(clean_text(char)))
    ]
    choice = FontFallback("Inter", "", bold=True)
    lost = [f"U+{ord(char):04X}" for char in text if not choice.assign_faces([clean_text(char)])]
    assert lost == []


def test_a_character_that_no_font_has_is_left_out_and_named() -> None:
    assert FontFallback("Inter", "", bold=True).assign_faces(["\U0001e290\U0001e291"]) == []
    assert missing_characters("a\U0001e290b\U0001e290\U0001ffff ٣🩷 e\u0301") == [
        "\U0001e290",
        "\U0001ffff",
    ]
    assert missing_characters("Z\U0001e8d0") == ["\U0001e8d0"]


def test_every_title_of_the_table_is_drawn_whole() -> None:
    assert [
        (script, missing_characters(title)) for script, title in TITLES if missing_characters(title)
    ] == []


def test_an_unknown_family_is_the_default_and_a_missing_file_is_passed_over() -> None:
    assert fonts.font_source("Nobody's", bold=True) == fonts.font_source(fonts.DEFAULT, bold=True)
    assert open_face(FontSource("truetype/nowhere.ttf")) is None
    stand_in = open_face(None)
    assert stand_in is not None
    assert stand_in.has_cluster("A")


def test_image_and_setup_install_every_package() -> None:
    packages = {family.package for family in FAMILIES.values()} | fonts.EXTRA_FILES.keys()
    image = dockerfile.parse((ROOT / "Dockerfile.gpu").read_text("utf-8"))
    installed = {word for line in image if line.name == "RUN" for word in line.text.split()}
    assert {word for word in installed if word.startswith("fonts-")} == packages
    setup_tokens = (ROOT / "scripts" / "setup.sh").read_text("utf-8").split()
    files = dict(
        word.split("/", 1) for word in setup_tokens if word.startswith("fonts-") and "/" in word
    )
    assert files.keys() == packages
    assert [file for file in files.values() if not (FONTS_DIR / file).is_file()] == []


def test_documents_name_every_family_and_package() -> None:
    text = (ROOT / "docs" / "text.md").read_text("utf-8")
    rows = [f"| {name} | `{entry.package}` | {entry.license} |" for name, entry in FAMILIES.items()]
    assert [row for row in rows if row not in text] == []
    assert [package for package in fonts.EXTRA_FILES if f"`{package}`" not in text] == []


def test_effects_name_existing_families() -> None:
    for name in ("text.fs", "progress.fs", "player.fs"):
        line = next(
            row for row in (BUILT_IN / name).read_text("utf-8").split("\n") if '["Inter' in row
        )
        labels = line.partition("[")[2].partition("]")[0].replace('"', "").split(", ")
        assert set(labels) <= FAMILIES.keys()
