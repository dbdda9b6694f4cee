"""Warnings about an accepted request have two languages."""

import pytest

from server.warnings import WARNINGS, localize_warnings, warning

VALUES = {"percent": 20, "colour": "#102030", "characters": "U+0378"}


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_becomes_a_sentence_in_both_languages(code: str) -> None:
    row = warning(code, "photo", **VALUES)
    (english,), (russian,) = localize_warnings([row], "en"), localize_warnings([row], "ru")
    assert (english["code"], english["field"]) == (code, "photo")
    assert english["error"].isascii() != russian["error"].isascii() or "“" in english["error"]
    assert "{" not in english["error"] + russian["error"]


def test_a_warning_lacks_no_value() -> None:
    with pytest.raises(KeyError):
        warning("photo_cut_off", "photo")
    with pytest.raises(KeyError):
        warning("nothing")


def test_a_warning_of_a_newer_server_is_omitted() -> None:
    assert localize_warnings([{"code": "unheard_of", "field": None, "values": {}}], "en") == []
