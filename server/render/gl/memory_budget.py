"""Device memory of a chain of effects, counted before it is allocated."""

from server.effects.effect import Effect
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError

MAX_BYTES = 512 << 20
"""Most memory that the targets and textures of a chain may take."""


class MemoryBudget:
    """The memory of one effect and of the effects before it in its chain.

    Args:
        effect: the effect that claims memory.
        limit_bytes: limit of all claims together.
        max_cube_edge: largest edge in pixels of a cube that passes draw.
        previous: the budget of the effect before it; both claim from the same memory.
    """

    def __init__(
        self,
        effect: Effect,
        limit_bytes: int = MAX_BYTES,
        max_cube_edge: int | None = None,
        previous: "MemoryBudget | None" = None,
    ) -> None:
        self.max_cube_edge = max_cube_edge
        self._effect = effect
        self._limit_bytes = limit_bytes
        self._claims: dict[tuple[int, str], int] = previous._claims if previous else {}
        self._index: int = previous._index + 1 if previous else 0

    def claim(self, name: str, size: int) -> None:
        """Set the bytes that `name` takes from now on.

        Raises:
            ToqiboxError: ``shader_rejected`` if the total exceeds the limit.
        """
        self._claims[self._index, name] = size
        total = sum(self._claims.values())
        if total > self._limit_bytes:
            others = " and those of the effects before it" if self._index else ""
            message = f"its targets and textures{others} would take {total >> 20} MiB"
            raise rejection_error(
                self._effect, f"{message}: at most {self._limit_bytes >> 20} MiB are allowed"
            )


def rejection_error(effect: Effect, reason: str) -> ToqiboxError:
    """Return the error for a valid effect that is not drawn: ``shader_rejected``."""
    rejection = diagnostic(effect.file, effect.source, None, None, reason)
    return ToqiboxError("shader_rejected", detail=reason, diagnostics=[rejection])
