"""What a chain of effects may take of the device's memory: counted before it is allocated."""

from server.effects.effect import Effect
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError

MOST_BYTES = 512 << 20
"""Most memory that the targets and textures of a chain may take."""


class Budget:
    """The memory of one effect, and of those before it in its chain.

    Args:
        effect: whose memory it is.
        most: bytes that all claims together may be.
        edge: most pixels that the edge of a cube which passes draw is given, whatever it asks for.
        before: the budget of the effect before it; both claim from the same memory.
    """

    def __init__(
        self,
        effect: Effect,
        most: int = MOST_BYTES,
        edge: int | None = None,
        before: "Budget | None" = None,
    ) -> None:
        self.edge = edge
        self._effect = effect
        self._most = most
        self._claims: dict[tuple[int, str], int] = before._claims if before else {}
        self._place: int = before._place + 1 if before else 0

    def claim(self, what: str, size: int) -> None:
        """Set the bytes that `what` takes from now on.

        Raises:
            ToqiboxError: ``shader_rejected`` when it all becomes too much.
        """
        self._claims[self._place, what] = size
        total = sum(self._claims.values())
        if total > self._most:
            beside = " and those of the effects before it" if self._place else ""
            words = f"its targets and textures{beside} would take {total >> 20} MiB"
            raise refused(self._effect, f"{words}; at most {self._most >> 20} MiB are allowed")


def refused(effect: Effect, reason: str) -> ToqiboxError:
    """The error for an effect that is understood and not drawn: ``shader_rejected``."""
    found = diagnostic(effect.file, effect.source, None, None, reason)
    return ToqiboxError("shader_rejected", detail=reason, diagnostics=[found])
