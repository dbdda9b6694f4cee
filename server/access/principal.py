"""The sender of a request: its identity, and what it may see and use."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from server.access.api_key import NO_LIMITS, ApiKey, KeyLimits
from server.access.delegated_token import DelegatedToken
from server.errors import ToqiboxError
from server.messages import message
from server.settings.readers import DEFAULT_PLAN, PREMIUM_PLAN


@dataclass(frozen=True)
class Entitlement:
    """Plans and effects that a job of a sender may use."""

    plans: tuple[str, ...]
    """Plans that it may have."""
    default_plan: str
    """Plan of a request that names none."""
    premium_effects: bool
    """True if it may use effects with ``PREMIUM``."""
    custom_shaders: bool
    """True if it may send the sources of effects, on a server that takes any."""

    def check_plan(self, plan: str) -> None:
        """Refuse a plan that it may not have.

        Raises:
            ToqiboxError: plan_not_allowed.
        """
        if plan not in self.plans:
            known = ", ".join(self.plans)
            raise ToqiboxError("plan_not_allowed", field="plan", name=plan, known=known)

    def check_premium(self, effect_id: str, field: str) -> None:
        """Refuse an effect with ``PREMIUM`` unless it may use such effects.

        Args:
            effect_id: the effect.
            field: of the request, for the error.

        Raises:
            ToqiboxError: effect_not_allowed.
        """
        if not self.premium_effects:
            raise ToqiboxError("effect_not_allowed", field=field, name=effect_id)

    def check_custom(self, field: str) -> None:
        """Refuse the source of an effect unless it may send any.

        Args:
            field: of the request, for the error.

        Raises:
            ToqiboxError: effect_not_allowed.
        """
        if not self.custom_shaders:
            raise ToqiboxError("effect_not_allowed", field=field, name=message("own_source"))


@dataclass(frozen=True)
class Principal:
    """The sender of a request."""

    key: ApiKey | None = None
    """None on a server without keys, and for a signed link, which allows a single path."""
    token: DelegatedToken | None = None
    """The token that the key has signed; None if the key itself was sent."""
    is_link: bool = False
    """True for a signed link."""
    reaches: Callable[[str], bool] = lambda _owner: True
    """Return whether a sender without a key reaches what belongs to an owner."""

    @property
    def owner(self) -> str:
        """Owner of what it makes: ``KEY_ID``, ``KEY_ID.TOKEN_ID`` of a token, or empty."""
        if self.key is None:
            return ""
        return f"{self.key.id}.{self.token.id}" if self.token else self.key.id

    @property
    def limits(self) -> KeyLimits:
        return self.key.limits if self.key else NO_LIMITS

    @property
    def may_send_shaders(self) -> bool:
        """True if it may send the sources of effects, on a server that takes any."""
        return self.key is None or self.key.custom_shaders

    def owns(self, owner: str) -> bool:
        """Return whether what belongs to `owner` belongs to the sender.

        What belongs to a token belongs to its key too.
        """
        if self.key is None:
            return self.reaches(owner)
        return owner == self.owner or owner.startswith(f"{self.owner}.")

    def entitlement(self, plans: Iterable[str]) -> Entitlement:
        """Return what its jobs may use.

        Args:
            plans: of the server, the smallest first.
        """
        offered = tuple(plans)
        if self.key is None:
            return Entitlement(offered, DEFAULT_PLAN, premium_effects=True, custom_shaders=True)
        custom = self.may_send_shaders
        allowed = offered[: offered.index(self.key.plan) + 1]
        if self.token is None:
            return Entitlement(allowed, DEFAULT_PLAN, PREMIUM_PLAN in allowed, custom)
        if self.token.plan in allowed:
            allowed = allowed[: allowed.index(self.token.plan) + 1]
        return Entitlement(allowed, self.token.plan, PREMIUM_PLAN in allowed, custom)


EVERYBODY = Principal()
"""The sender of any request on a server without keys."""
