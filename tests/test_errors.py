import re

import pytest

from server.effects.dialects import load
from server.error_catalogue.field_titles import FIELD_TITLES
from server.errors import CATALOGUE, ToqiboxError, localize
from server.jobs.previews import preview_form
from server.jobs.submission.fields import FILE_FIELDS, TEXT_FIELDS
from server.messages import MESSAGES, message
from server.warnings import WARNINGS


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


@pytest.mark.parametrize(
    ("field", "english", "russian"),
    [
        ("duration", "Length", "Длительность"),
        ("effect[1]", "Effect 2", "Эффект 2"),
        ("params.title", "Title", "Название"),
        ("params.sise", "sise", "sise"),
        ("Idempotency-Key", "Idempotency-Key", "Idempotency-Key"),
        ("effect[0].params.keys[3]", "keys", "keys"),
        ("§", "§", "§"),
    ],
)
def test_a_sentence_has_the_title_of_the_field(field: str, english: str, russian: str) -> None:
    error = ToqiboxError("invalid_parameter", field=field, name=field, reason=message("number"))
    assert error.sentence("en") == f"The field “{english}” is not valid: must be a number."
    assert error.sentence("ru") == f"Поле «{russian}» заполнено неверно: нужно число."
    assert field in str(error), "for programs and logs"


def test_every_field_of_a_request_has_a_title() -> None:
    assert FIELD_TITLES.keys() == {*FILE_FIELDS, *TEXT_FIELDS, *preview_form.TEXT_FIELDS}


def test_a_sentence_about_an_input_has_its_label() -> None:
    header = '{"INPUTS": [{"NAME": "x", "TYPE": "float", "LABEL": "Size", "LABEL_RU": "Размер"}]}'
    effect = load("a", "a.fs", f"/*{header}*/\nvoid main() {{}}")
    for params, russian in (({"x": 9}, "«Размер»"), ({"x": {"bind": "kik"}}, "«Размер (bind)»")):
        with pytest.raises(ToqiboxError) as caught:
            effect.param_values(params)
        assert russian in caught.value.sentence("ru")
        assert "x" not in caught.value.sentence("en").split("”")[0]


def test_no_sentence_has_the_name_of_a_field() -> None:
    """The person who reads it sees a form, whose fields have titles."""
    names = {*FIELD_TITLES, "params"} - {"photo", "plan", "effect", "preset", "title", "artist"}
    names -= {"audio", "codec", "quality", "tempo", "start"}  # plain words too
    names -= {"time", "frame", "width", "height", "format"}
    pattern = re.compile(rf"[“«](?:{'|'.join(FIELD_TITLES)})[”»]|\b(?:{'|'.join(names)})\b")
    sentences = [text for spec in CATALOGUE.values() for text in (spec.en, spec.ru)]
    sentences += [text for pair in (*MESSAGES.values(), *WARNINGS.values()) for text in pair]
    allowed = ("multipart/form-data", "chain must be an object", "каждый эффект цепочки — объект")
    matching = [text for text in sentences if pattern.search(text)]
    assert [text for text in matching if not any(word in text for word in allowed)] == []
