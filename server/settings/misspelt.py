"""Environment variables that are not settings, but were probably meant as one."""

import re
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

_PREFIX = re.compile(r"TOQI_?BOX_?|TOQI_")
_ENDINGS = {"S", "SEC", "SECS", "SECONDS", "MS", "MIN", "MINUTES", "MB", "BYTES", "FILE"}
"""Units, and the kind of a value, which are easily forgotten."""
_MIN_LENGTH = 7
"""Length below which another name differs from a setting by a letter too often."""
_MIN_SIMILARITY = 0.9
"""Two times the number of equal letters, divided by all: one wrong letter in ten."""


class MisspeltSetting(NamedTuple):
    """An environment variable without effect."""

    name: str
    likely: str | None
    """The setting that was probably meant; None if the name only has the program's prefix."""

    @property
    def advice(self) -> str:
        """The sentence for the operator."""
        if self.likely is None:
            return "settings have no prefix; docs/operations.md lists them"
        return f"it has no effect: the setting is {self.likely}"


def find_misspelt(environ: Mapping[str, str], known: Collection[str]) -> list[MisspeltSetting]:
    """Return the variables of `environ` that were probably meant as settings, by name.

    Variables that Kubernetes sets for a service, such as TOQIBOX_PORT, are not among them.

    Args:
        environ: the environment.
        known: the names of all settings.
    """
    services = _service_prefixes(environ)
    misspelt = []
    for name in sorted(set(environ).difference(known)):
        if name.startswith(services):
            continue
        likely = _likely_setting(name, known)
        if likely or _PREFIX.match(name.upper()):
            misspelt.append(MisspeltSetting(name, likely))
    return misspelt


def _service_prefixes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return how the variables of the services begin that Kubernetes announces."""
    services = [name.removesuffix("_SERVICE_HOST") for name in environ if "_SERVICE_HOST" in name]
    return tuple(f"{service}_{part}" for service in services for part in ("SERVICE_", "PORT"))


def _likely_setting(name: str, known: Collection[str]) -> str | None:
    """Return the setting that `name` is most similar to; None if none is similar enough."""
    similarity = {setting: _similarity(name, setting) for setting in known}
    best = max(similarity, key=similarity.__getitem__)
    return best if similarity[best] >= _MIN_SIMILARITY else None


def _similarity(name: str, setting: str) -> float:
    """Return a number up to 1 for names that are spelt alike, or are equal without their forms."""
    stems = _stem(name), _stem(setting)
    if stems[0] == stems[1] or _letters(name) == _letters(setting):
        return 1.0
    if min(map(len, stems)) < _MIN_LENGTH:
        return 0.0
    pairs = (stems, (_PREFIX.sub("", name.upper(), count=1), setting))
    return max(SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in pairs)


def _stem(name: str) -> str:
    """Return a name without prefix, separators, plurals and ending: what is easily mistaken."""
    parts = re.split(r"[_.-]+", _PREFIX.sub("", name.upper(), count=1))
    if len(parts) > 1 and parts[-1] in _ENDINGS:
        parts = parts[:-1]
    return "".join(_singular(word) for word in parts)


def _letters(name: str) -> str:
    return re.sub(r"[_.-]", "", name.upper())


def _singular(word: str) -> str:
    if word.endswith("IES"):
        return word.removesuffix("IES") + "Y"
    return word.removesuffix("S") if len(word) > len("FPS") else word
