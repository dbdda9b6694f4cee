"""Which frame of an animated picture stands for it."""

from PIL import Image

from server.media.photos.pixel_modes import contrast, eight_bits

_MOST_FRAMES = 60
_MOST_PIXELS = 200_000_000
"""Pixels of the frames that are looked at together."""
_SHOWS, _FULL = 128, 200
"""Contrast, of 255, with which the first frame, and a later one, stands for the whole."""
_MUCH_MORE = 1.25
"""So many times the contrast makes a later frame the better one: of a fade its end."""


def first_shown(image: Image.Image) -> Image.Image:
    """Return the first frame that shows something, of 8 bits a channel.

    Many animations begin with an empty frame, or fade in from one colour. Where the first
    has little contrast a later one with much more is taken. Frames of another size, such as
    thumbnails, do not count.
    """
    first = best = eight_bits(_owned(image))
    most = contrast(first)
    if most >= _SHOWS or getattr(image, "n_frames", 1) == 1:
        return first
    count = min(_MOST_FRAMES, max(1, _MOST_PIXELS // (image.width * image.height)))
    for number in range(1, count):
        try:
            image.seek(number)
            if image.size != first.size:
                continue
            frame = eight_bits(_owned(image))
        except (EOFError, OSError):  # the last one, or one that the file does not hold whole
            break
        if (found := contrast(frame)) > most * _MUCH_MORE:
            best, most = frame, found
        if most >= _FULL:
            break
    return best


def _owned(image: Image.Image) -> Image.Image:
    """The present frame, untouched by a later `seek`."""
    image.load()
    return image.copy() if getattr(image, "n_frames", 1) > 1 else image
