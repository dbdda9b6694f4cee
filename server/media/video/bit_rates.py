"""Bit rates of videos: what YouTube recommends for uploads, and the peaks of each quality."""

_RECOMMENDED = {  # short side: megabits a second at up to 30 frames a second, and above
    240: (0.5, 0.75),
    360: (1, 1.5),
    480: (2.5, 4),
    720: (5, 7.5),
    1080: (8, 12),
    1440: (16, 24),
    2160: (45, 68),
    4320: (160, 240),
}
_HIGH_RATES_FPS = 30


def recommended_bits(size: tuple[int, int], fps: int) -> int:
    """Return the bits a second that YouTube recommends for uploads.

    From "Recommended upload encoding settings", for SDR; of a range its end. Sizes between two of
    the table have the higher rate.
    """
    short = min(size)
    rates = next((_RECOMMENDED[side] for side in _RECOMMENDED if side >= short), (160, 240))
    return round(1_000_000 * rates[fps > _HIGH_RATES_FPS])


def peak_bits(quality: str, size: tuple[int, int], fps: int) -> int:
    """Return the highest bits a second of a video, averaged over two seconds."""
    standard = 12_000_000 if min(size) <= 720 else 20_000_000
    if quality == "high":
        return max(standard, 3 * recommended_bits(size, fps))
    return standard
