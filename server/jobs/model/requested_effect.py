"""Effects as requests name them: by an id of the library, or by a source of their own."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from server.effects.budget.budget_check import read_custom_effect
from server.effects.effect import Effect
from server.errors import ToqiboxError
from server.jobs.model.effect_source import EffectSource
from server.messages import Message, message
from server.protocol.scene import EffectInstance
from server.suggestions import explain_unknown_key

MAX_CHAIN_LENGTH = 8
MAX_CHAIN_BYTES = 65_536
CUSTOM_CHAIN_BYTES = 262_144
"""Maximum size of a chain on a server that takes sources."""
MAX_PARAMS_BYTES = 16_384
MAX_SOURCE_BYTES = 65_536
"""Maximum size of a source in UTF-8."""
CUSTOM = "custom"
"""Name that all custom effects share where the number of names is limited."""
_FILE = "source"
"""Name of a source in diagnostics."""
_ID_DIGITS = 12


class RequestedEffect(NamedTuple):
    """Requested effect of a chain."""

    id: str
    params: dict[str, Any]
    source: str | None = None
    """Source of a custom effect."""


def check_id(text: str, field: str) -> str:
    """Return an id that an effect may have.

    Raises:
        ToqiboxError: unknown_effect.
    """
    if not text or len(text) > 64 or not text.isprintable():
        raise ToqiboxError("unknown_effect", field=field, name=text[:64])
    return text


def read_chain(entries: object, field: str, *, custom: bool = False) -> tuple[RequestedEffect, ...]:
    """Read a chain from decoded JSON: a list of objects with an ``id`` and ``params``.

    Args:
        entries: the list.
        field: its name in errors.
        custom: True allows a ``source`` instead of an ``id``.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`, or of the place in it: ``field[1].params``.
    """
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_CHAIN_LENGTH:
        raise _invalid(field, message("chain", maximum=MAX_CHAIN_LENGTH))
    return tuple(
        _read_entry(entry, f"{field}[{at}]", custom=custom) for at, entry in enumerate(entries)
    )


def _read_entry(entry: object, field: str, *, custom: bool) -> RequestedEffect:
    if isinstance(entry, dict) and "source" in entry:
        return read_custom(entry, field, ("source", "params"), custom=custom)
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise _invalid(field, message("step"))
    params = _read_params(entry, field, ("id", "params"))
    return RequestedEffect(check_id(entry["id"], field), params)


def read_custom(
    entry: dict[str, Any], field: str, keys: Sequence[str], *, custom: bool
) -> RequestedEffect:
    """Read an object with a ``source``.

    Args:
        entry: the object.
        field: its name in errors.
        keys: names that it may have.
        custom: True if the server takes sources.

    Raises:
        ToqiboxError: ``invalid_parameter``.
    """
    if not custom:
        raise _invalid(field, message("by_id_only"))
    source = entry["source"]
    if not isinstance(source, str) or not source.strip():
        raise _invalid(f"{field}.source", message("custom_source"))
    if len(source.encode("utf-8", "surrogatepass")) > MAX_SOURCE_BYTES:
        raise _invalid(f"{field}.source", message("bytes", maximum=MAX_SOURCE_BYTES))
    return RequestedEffect(_custom_id(source), _read_params(entry, field, keys), source)


def _read_params(entry: dict[str, Any], field: str, keys: Sequence[str]) -> dict[str, Any]:
    """Return the params of an effect; other names than `keys` are refused."""
    for name in entry.keys() - {*keys}:
        raise _invalid(f"{field}.{name[:64]}", explain_unknown_key(name, keys))
    params = entry.get("params", {})
    if not isinstance(params, dict):
        raise _invalid(f"{field}.params", message("object"))
    if len(json.dumps(params, ensure_ascii=False).encode("utf-8", "replace")) > MAX_PARAMS_BYTES:
        raise _invalid(f"{field}.params", message("bytes", maximum=MAX_PARAMS_BYTES))
    return params


def _invalid(name: str, why: Message) -> ToqiboxError:
    return ToqiboxError("invalid_parameter", field=name, name=name, reason=why)


def named_effects(
    chain: Sequence[RequestedEffect], field: str
) -> list[tuple[str, RequestedEffect]]:
    """Return each effect of a chain with its name in errors, such as ``effect[0]``."""
    return [(f"{field}[{at}]", effect) for at, effect in enumerate(chain)]


def requested_effects(
    effect: str | RequestedEffect | Sequence[RequestedEffect],
) -> list[tuple[str, RequestedEffect]]:
    """Return each effect of the field ``effect`` with its name in errors."""
    if isinstance(effect, str):
        return [("effect", RequestedEffect(effect, {}))]
    if isinstance(effect, RequestedEffect):
        return [("effect", effect)]
    return named_effects(effect, "effect")


def source_digest(text: str) -> str:
    """Return the SHA-256 of a source in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _custom_id(text: str) -> str:
    """Return the id of a source: it has the form of any other, with a part of its SHA-256."""
    return f"{CUSTOM}-{source_digest(text)[:_ID_DIGITS]}"


def unread_source(text: str) -> EffectSource:
    """Return a source that has not been read, for its validation in a confined worker."""
    return EffectSource(id=_custom_id(text), file=_FILE, text=text, custom=True)


def read_custom_source(text: str) -> tuple[Effect, EffectSource]:
    """Read a source that is known to be valid.

    Raises:
        ToqiboxError: shader_compile_failed or shader_rejected, with diagnostics.
    """
    source = unread_source(text)
    effect = read_custom_effect(source.id, _FILE, text)
    return effect, replace(source, sequential=effect.sequential, title=effect.title)


def chain_digests(effects: Iterable[EffectInstance]) -> list[str]:
    """Return the SHA-256 of each source of a chain, then that of the chain with its params.

    Empty for a chain without sources. Who sends the source of another client with other params, or
    several times, can have only that chain refused.
    """
    chain = list(effects)
    sources = sorted({source_digest(effect.source) for effect in chain if effect.custom})
    if not sources:
        return []
    work = [[effect.source, effect.params] for effect in chain]
    return [*sources, source_digest(json.dumps(work, sort_keys=True))]
