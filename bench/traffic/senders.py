"""Senders of requests: API keys, and the tokens that they sign."""

import random
from dataclasses import dataclass
from pathlib import Path

from server.access.api_key import ApiKey, hash_secret
from server.access.delegated_token import issue_token
from tests.harness.api_keys import write_keys

_TOKEN_S = 3600
_PLANS = {"first": "free", "second": "premium", "third": "free"}
"""Plans of the keys by their ids."""


@dataclass(frozen=True)
class Sender:
    """The sender of requests."""

    owner: str = ""
    """Owner of its jobs: the id of a key, or ``KEY_ID.TOKEN_ID``; empty on an open server."""
    credentials: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that name it."""
        return {"Authorization": f"Bearer {self.credentials}"} if self.credentials else {}

    def may_see(self, owner: str) -> bool:
        """Return whether the jobs of an owner exist for it."""
        return owner == self.owner or owner.startswith(f"{self.owner}.") or not self.owner


class Senders:
    """The senders of a server.

    Args:
        keys_file: written with some keys; None for a server without keys.
    """

    def __init__(self, keys_file: Path | None) -> None:
        self._keys: dict[str, str] = {}
        """Credentials by id."""
        if keys_file is not None:
            entries = {key_id: {"plan": plan} for key_id, plan in _PLANS.items()}
            self._keys = write_keys(keys_file, **entries)

    @property
    def have_keys(self) -> bool:
        return bool(self._keys)

    def secrets(self) -> set[str]:
        """Return what the log of the server must not have."""
        return {credentials.partition(".")[2] for credentials in self._keys.values()}

    def any_key(self) -> Sender:
        """Return one of the keys, or the one sender of an open server."""
        if not self._keys:
            return Sender()
        return Sender(*random.choice(list(self._keys.items())))

    def new_token(self) -> Sender:
        """Return a token for one job, signed by one of the keys."""
        signer = self.any_key()
        secret = signer.credentials.partition(".")[2]
        key = ApiKey(id=signer.owner, plan="free", secret_hashes=(hash_secret(secret),))
        token = issue_token(key, "free", _TOKEN_S)
        return Sender(f"{signer.owner}.{token.split('.')[4]}", token)

    def other_than(self, owner: str) -> Sender:
        """Return a key that does not see the jobs of an owner."""
        others = [key_id for key_id in self._keys if key_id != owner.partition(".")[0]]
        key_id = random.choice(others)
        return Sender(key_id, self._keys[key_id])
