import re

import pytest

from server.errors import CATALOGUE, ToqiboxError, localize


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_both_sentences_with_the_same_placeholders(code: str) -> None:
    entry = CATALOGUE[code]
    assert re.findall(r"{(\w+)}", entry.en) == re.findall(r"{(\w+)}", entry.ru)
    assert re.search("[а-яё]", entry.ru)
    assert entry.en.endswith(("}", "."))
    assert entry.status is None or 400 <= entry.status < 600


def test_values_fill_the_sentence() -> None:
    error = ToqiboxError("missing_field", name="photo", field="photo")
    assert localize(error.code, "en", error.values) == "The field “photo” is missing."
    assert localize(error.code, "ru", error.values) == "Не хватает поля «photo»."


def test_a_value_with_braces_is_only_text() -> None:
    assert "{name}" in localize("missing_field", "en", {"name": "{name}"})


def test_a_sentence_without_its_value_does_not_fail() -> None:
    assert "?" in localize("missing_field", "en")


def test_detail_is_for_the_log_only() -> None:
    error = ToqiboxError("internal", detail="/secret/path")
    assert "/secret/path" in str(error)
    assert "/secret" not in localize(error.code, "en", error.values)
