"""Errors for clients: a code of the catalogue and the values of its sentence.

ToqiboxError                 has a code of CATALOGUE and the values of its sentence
├── HTTP response            codes with a status
└── end of a job             codes with status None; the job stores code and values
"""

from collections.abc import Mapping
from typing import Any

from server.error_catalogue.catalogue import CATALOGUE
from server.error_catalogue.field_titles import field_title
from server.messages import BilingualText, Message

__all__ = ["CATALOGUE", "ToqiboxError", "localize"]


class ToqiboxError(Exception):
    """Error that is reported to a client; raised anywhere, turned into a response in one place.

    Args:
        code: a key of CATALOGUE.
        field: the invalid request field, such as ``params.size``.
        diagnostics: messages of the shader compiler, each a dict of
            ``file line column severity message source``.
        retry_after: seconds for the Retry-After header.
        detail: text for the log, never shown to the client.
        values: values of the names in braces of the sentence.
    """

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        diagnostics: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
        detail: str | None = None,
        **values: object,
    ) -> None:
        self.spec = CATALOGUE[code]
        self.code = code
        self.field = field
        self.diagnostics = diagnostics
        self.retry_after = retry_after
        self.detail = detail
        self.values = values
        self.title: BilingualText | None = None
        """Label of the input at fault, for `sentence`."""
        super().__init__(localize(code, "en", values) + (f" [{detail}]" if detail else ""))

    def sentence(self, language: str) -> str:
        """Return the sentence for a person, with the title of the field instead of its name."""
        values = dict(self.values)
        if self.field is not None and values.get("name") == self.field:
            values["name"] = (self.title or field_title(self.field)).localize(language)
        return localize(self.code, language, values)


def localize(code: str, language: str, values: Mapping[str, object] | None = None) -> str:
    """Return the catalogue's sentence for `code` in ``en`` or ``ru`` with its values filled in.

    A missing value is replaced rather than raised: reporting an error must never fail.
    """
    spec = CATALOGUE[code]
    template = spec.ru if language == "ru" else spec.en
    localized = {
        name: value.localize(language) if isinstance(value, Message) else value
        for name, value in (values or {}).items()
    }
    return template.format_map(_Placeholders(localized))


class _Placeholders(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "" if key in ("why", "hint") else "?"
