"""Language negotiation (RFC 9110 section 12.5.4, RFC 4647 basic filtering)."""

import re

LANGUAGES = ("en", "ru")
_RANGE = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*[qQ]=([01](?:\.[0-9]{0,3})?))?"
)


def preferred_language(accept_language: str) -> str:
    """Return the one of LANGUAGES with the highest weight; English where none is named.

    A range that names a language counts before ``*``; of equal weights the first one named wins.
    """
    weights: dict[str, float] = {}
    for part in accept_language[:1000].split(","):
        match = _RANGE.fullmatch(part.strip())
        if match:
            language = match[1].lower().split("-")[0]
            weight = min(1.0, float(match[2])) if match[2] else 1.0
            weights[language] = max(weight, weights.get(language, 0.0))
    default_weight = weights.get("*", 0.0)
    named = [language for language in weights if language in LANGUAGES]
    candidates = [*named, *(language for language in LANGUAGES if language not in named)]
    best = max(candidates, key=lambda language: weights.get(language, default_weight))
    return best if weights.get(best, default_weight) > 0 else LANGUAGES[0]
