"""Times of the attempts to deliver a webhook."""

MAX_AGE_MS = 86_400_000
"""Age of a webhook after which it is given up."""
_DELAYS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800)
"""Seconds from a failed attempt to the next, before jitter: 21.7 hours together."""
_JITTER = 0.2
"""Share by which a delay is longer or shorter, so that a receiver that was down is not met by all
messages at once."""


def retry_at(
    created_at: int, attempts: int, now: int, retry_after_s: int, random: float
) -> int | None:
    """Return the time of the next attempt; None if there is none.

    Args:
        created_at: of the webhook; times are milliseconds since 1970.
        attempts: failed ones so far.
        now: the time.
        retry_after_s: seconds that the receiver asked for.
        random: from 0 to 1, for the jitter.
    """
    deadline = created_at + MAX_AGE_MS
    if attempts > len(_DELAYS_S) or now >= deadline:
        return None
    delay_s = _DELAYS_S[attempts - 1] * (1 + _JITTER * (2 * random - 1))
    return min(deadline, now + round(1000 * max(delay_s, retry_after_s)))
