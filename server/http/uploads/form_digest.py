"""The digest of a form, by which a repeated request is recognised."""

import hashlib
import hmac
from typing import Protocol


class Hash(Protocol):
    """Part of the interface of hashlib's objects."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class FormDigest:
    """SHA-256 of the names of all parts with their texts and the bytes of their files.

    Neither the order of the parts nor the boundary nor the names of the client's files count.
    """

    def __init__(self) -> None:
        self._parts: dict[str, Hash] = {}

    def begin(self, name: str) -> Hash:
        """Return the hash of the part `name`, to be updated with its content."""
        part = self._parts[name] = hashlib.sha256()
        return part

    def omit(self, name: str) -> None:
        """Omit the part `name`: a file input without a chosen file."""
        del self._parts[name]

    def hexdigest(self) -> str:
        """Return 64 hexadecimal digits."""
        whole = hashlib.sha256()
        for name, part in sorted(self._parts.items()):
            whole.update(f"{len(name)}:{name}={part.hexdigest()};".encode())
        return whole.hexdigest()

    def matches(self, fingerprint: str) -> bool:
        """Return whether `fingerprint` is this digest."""
        return hmac.compare_digest(self.hexdigest(), fingerprint)
