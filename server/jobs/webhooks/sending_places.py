"""Places of webhooks that are being sent: bounded in all, for each party and for each host."""

from collections import Counter
from collections.abc import Iterator, Sequence

from server.jobs.model.webhook import Webhook

PLACES, PLACES_EACH, PLACES_PER_HOST = 16, 4, 2
"""Attempts at one time: in all, of one party (Webhook.party), and to one host."""


class SendingPlaces:
    """Gives each free place to the party that has the fewest.

    A party whose receivers hang keeps its own places alone. If others hold all of them, one is free
    after a timeout at the latest, and goes to the party that has none.
    """

    def __init__(self) -> None:
        self._taken: dict[str, Webhook] = {}

    def take(self, due: Sequence[Webhook]) -> Iterator[Webhook]:
        """Yield webhooks to send now, each with a place that is kept until `release`.

        Args:
            due: the earliest first; those that have a place already are left out.
        """
        while len(self._taken) < PLACES and (webhook := self._first(due)):
            self._taken[webhook.id] = webhook
            yield webhook

    def _first(self, due: Sequence[Webhook]) -> Webhook | None:
        """Return the webhook that the next place goes to; None if it has to stay free."""
        parties = Counter(webhook.party for webhook in self._taken.values())
        hosts = Counter(webhook.host for webhook in self._taken.values())
        allowed = [
            webhook
            for webhook in due
            if webhook.id not in self._taken
            and parties[webhook.party] < PLACES_EACH
            and hosts[webhook.host] < PLACES_PER_HOST
        ]
        return min(allowed, key=lambda webhook: parties[webhook.party], default=None)

    def release(self, webhook: Webhook) -> None:
        """Give up the place of a webhook."""
        del self._taken[webhook.id]
