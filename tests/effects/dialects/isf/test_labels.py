"""Labels in both languages."""

from tests.effects.dialects.isf.test_parser import read_one


def test_labels_have_a_translation_if_the_file_has_one() -> None:
    russian = read_one(TYPE="long", LABEL_RU=" Вид ", LABELS=["a", "b"], LABELS_RU=["один"])
    assert russian.title.localize("ru") == "Вид"
    assert russian.title.localize("en") == russian.name
    shown = [(value, label.localize("ru")) for value, label in russian.choices]
    assert shown == [(0, "один"), (1, "b")]
    english = read_one(TYPE="long", LABELS=["a", "b"])
    assert (english.label_ru, english.labels_ru) == ("", ())
    assert english.choices[1][1].localize("ru") == "b"
