"""Warnings about a request that was accepted nevertheless.

A warning is ``{"code", "field", "values"}``: a worker reports it and the job stores it. A client
receives it as ``{"code", "field", "error"}``, the sentence in its language.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from server.error_catalogue.field_titles import field_title

WARNINGS: dict[str, tuple[str, str]] = {
    "photo_cut_off": (
        "The file of “{name}” is truncated: the lower {percent} % of the image are missing, and "
        "the rest is used.",
        "Файл «{name}» обрезан: нижних {percent} % картинки нет, взята остальная часть.",
    ),
    "photo_unfinished": (
        "The file of “{name}” is truncated: the image may be coarse or lack its lower part.",
        "Файл «{name}» обрезан: картинка может быть грубой или без нижней части.",
    ),
    "photo_damaged": (
        "The file of “{name}” is damaged: a part of the image may be wrong.",
        "Файл «{name}» повреждён: часть картинки может быть неверной.",
    ),
    "blank_photo": (
        "The image in “{name}” is a single colour: {colour}.",
        "Картинка в «{name}» вся одного цвета: {colour}.",
    ),
    "characters_not_drawn": (
        "No installed font has these characters of “{name}”; they are omitted: {characters}.",
        "Этих символов поля «{name}» нет ни в одном установленном шрифте, они пропущены: "
        "{characters}.",
    ),
    "photo2_not_shown": (
        "“{name}” is not used: this effect shows a single photo.",
        "«{name}» не используется: этот эффект показывает одно фото.",
    ),
    "blank_film": (
        "The whole video is a single colour: {colour}. Nothing can be seen in it.",
        "Всё видео одного цвета: {colour}. На нём ничего не видно.",
    ),
}
"""Sentences in English and Russian, by code."""

WarningData = dict[str, Any]


def warning(code: str, field: str | None = None, **values: object) -> WarningData:
    """Create a warning.

    Args:
        code: a key of WARNINGS.
        field: the request field in question; the sentence's ``{name}``.
        values: values of the sentence's other names in braces.

    Raises:
        KeyError: the code is unknown, or a value of the sentence is missing.
    """
    WARNINGS[code][0].format_map({"name": field, **values})
    return {"code": code, "field": field, "values": values}


def localize_warnings(warnings: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return `warnings` as a client gets them, with sentences in `language` (``en`` or ``ru``)."""
    return [_localize(data, language) for data in warnings if data["code"] in WARNINGS]


def _localize(data: Mapping[str, Any], language: str) -> dict[str, Any]:
    english, russian = WARNINGS[data["code"]]
    title = field_title(data["field"] or "").localize(language)
    values = {"name": title, **data["values"]}
    sentence = (russian if language == "ru" else english).format_map(values)
    return {"code": data["code"], "field": data["field"], "error": sentence}
