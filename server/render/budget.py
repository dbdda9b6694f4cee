"""What one effect may take of the device's memory: counted before anything is allocated."""

from server.effects.diagnostics import diagnostic
from server.effects.effect import Effect
from server.errors import ToqiboxError

MOST_BYTES = 512 << 20
"""Most memory that the targets and textures of one effect may take."""


class Budget:
    """The memory of one effect.

    Args:
        effect: whose memory it is.
        most: bytes that all claims together may be.
        edge: most pixels that the edge of a cube which passes draw is given, whatever it asks for.
    """

    def __init__(self, effect: Effect, most: int = MOST_BYTES, edge: int | None = None) -> None:
        self.edge = edge
        self._effect = effect
        self._most = most
        self._claims: dict[str, int] = {}

    def claim(self, what: str, size: int) -> None:
        """Set the bytes that `what` takes from now on.

        Raises:
            ToqiboxError: ``shader_rejected`` when it all becomes too much.
        """
        self._claims[what] = size
        total = sum(self._claims.values())
        if total > self._most:
            words = f"its targets and textures would take {total >> 20} MiB"
            raise refused(self._effect, f"{words}; at most {self._most >> 20} MiB are allowed")


def refused(effect: Effect, reason: str) -> ToqiboxError:
    """The error for an effect that is understood and not drawn: ``shader_rejected``."""
    found = diagnostic(effect.file, effect.source, None, None, reason)
    return ToqiboxError("shader_rejected", detail=reason, diagnostics=[found])
