"""Access to a server: its API keys and the signer of its links, or neither."""

from server.access.key_ring import KeyRing
from server.access.signed_links import LinkSigner
from server.access.signing_secrets import load_secrets
from server.config import Config


class AccessControl:
    """Keys and links of a server. Without API_KEYS_FILE there are none: everybody may use it.

    Raises:
        ConfigError: the file of API keys, or of the secrets that sign links, is not valid.
    """

    def __init__(self, config: Config) -> None:
        self.keys: KeyRing | None = None
        self.links: LinkSigner | None = None
        if config.api_keys_file is not None:
            self.keys = KeyRing(config.api_keys_file, tuple(config.plans))
            self.links = LinkSigner(load_secrets(config), config.link_ttl_sec)

    def has_owner(self, owner: str) -> bool:
        """Return whether the key that owns something exists; True without keys."""
        return self.keys is None or self.keys.get(owner.partition(".")[0]) is not None
