"""Preset: a named chain of effects, read from a JSON file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.jobs.model.requested_effect import MAX_CHAIN_BYTES, RequestedEffect, read_chain
from server.jobs.submission.fields import ASPECTS, FITS
from server.jobs.submission.plain_json import read_json
from server.jobs.submission.refusal import invalid_field
from server.messages import BilingualText, message
from server.suggestions import explain_unknown_key

KEYS = (
    *("title", "title_ru", "description", "description_ru"),
    *("genres", "chain", "fit", "aspects"),
)
"""Keys of a preset's file."""
_REQUIRED = ("title", "description", "genres", "chain")
_MAX_TITLE, _MAX_DESCRIPTION, _MAX_GENRE = 60, 300, 30
_MAX_GENRES = 8

Changes = Mapping[str, Mapping[str, Any]]
"""Params by the id of their effect."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Chain of effects with their params and a description for people."""

    id: str
    file: str
    title: BilingualText
    description: BilingualText
    genres: tuple[str, ...]
    """Genres that it was made for."""
    chain: tuple[RequestedEffect, ...]
    """First to last, in the form of the field ``effect``."""
    fit: str | None
    """Fit of the photo if the request has none; None for the default."""
    aspects: Mapping[str, Changes]
    """Params that differ, by aspect."""

    def chain_for(self, aspect: str) -> tuple[RequestedEffect, ...]:
        """Return the chain for frames of that aspect."""
        changes = self.aspects.get(aspect, {})
        return tuple(
            effect._replace(params={**effect.params, **changes.get(effect.id, {})})
            for effect in self.chain
        )

    def describe(self, language: str = "en") -> dict[str, Any]:
        """Return the JSON object of ``GET /presets``, its texts in ``en`` or ``ru``."""
        return {
            "id": self.id,
            "title": self.title.localize(language),
            "description": self.description.localize(language),
            "genres": list(self.genres),
            "chain": [{"id": effect.id, "params": effect.params} for effect in self.chain],
            "fit": self.fit,
            "aspects": {aspect: dict(changes) for aspect, changes in self.aspects.items()},
        }


def read_preset(preset_id: str, file: str, text: str) -> Preset:
    """Read a preset from the text of a file.

    Args:
        preset_id: file name without suffix.
        file: file name.
        text: a JSON object with the keys of `KEYS`.

    Raises:
        ToqiboxError: ``invalid_parameter``; its field is the location in the file, such as
            ``chain[1].params``.
    """
    data = read_json("preset", text, MAX_CHAIN_BYTES)
    if not isinstance(data, dict):
        raise invalid_field("preset", message("object"))
    for key in data.keys() - set(KEYS):
        raise invalid_field(key[:64], explain_unknown_key(key, KEYS))
    for key in _REQUIRED:
        if key not in data:
            raise invalid_field(key, message("required"))
    chain = read_chain(data["chain"], "chain")
    return Preset(
        id=preset_id,
        file=file,
        title=_read_text(data, "title", _MAX_TITLE),
        description=_read_text(data, "description", _MAX_DESCRIPTION),
        genres=_genres(data["genres"]),
        chain=chain,
        fit=_fit(data.get("fit")),
        aspects=_aspects(data.get("aspects", {}), [effect.id for effect in chain]),
    )


def _read_text(data: Mapping[str, Any], key: str, max_length: int) -> BilingualText:
    """Read a text and its translation, which may be missing."""
    english, russian = data[key], data.get(f"{key}_ru")
    return BilingualText(
        _read_line(english, key, max_length),
        "" if russian is None else _read_line(russian, f"{key}_ru", max_length),
    )


def _read_line(value: object, field: str, max_length: int) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise invalid_field(field, message("one_line"))
    if len(value) > max_length:
        raise invalid_field(field, message("characters", maximum=max_length))
    return value.strip()


def _genres(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_GENRES:
        raise invalid_field("genres", message("list", maximum=_MAX_GENRES))
    return tuple(_read_line(genre, f"genres[{at}]", _MAX_GENRE) for at, genre in enumerate(value))


def _fit(value: object) -> str | None:
    if value is not None and value not in FITS:
        raise invalid_field("fit", message("one_of", known=", ".join(FITS)))
    return None if value is None else str(value)


def _aspects(value: object, ids: list[str]) -> dict[str, Changes]:
    return {
        aspect: {
            effect_id: _object(params, f"aspects.{aspect}.{effect_id}")
            for effect_id, params in _object(
                changes, f"aspects.{aspect}", _unambiguous(ids)
            ).items()
        }
        for aspect, changes in _object(value, "aspects", list(ASPECTS)).items()
    }


def _unambiguous(ids: list[str]) -> list[str]:
    """Return the ids that occur only once in the chain."""
    return [effect_id for effect_id in ids if ids.count(effect_id) == 1]


def _object(value: object, field: str, known: list[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid_field(field, message("object"))
    for key in value:
        if known is not None and key not in known:
            raise invalid_field(f"{field}.{key[:64]}", explain_unknown_key(key, known))
    return value
