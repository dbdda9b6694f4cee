"""Which frame of an animated picture stands for it."""

from PIL import Image

from server.media.picture.modes import eight_bits, shows

_MOST_FRAMES = 60
_MOST_PIXELS = 200_000_000
"""Pixels of the frames that are looked at together."""


def first_shown(image: Image.Image) -> Image.Image:
    """The first frame that shows something, of 8 bits a channel; the first one where none does.

    Many animations begin with an empty frame, or fade in from one colour.
    """
    first = eight_bits(_owned(image))
    if shows(first) or not getattr(image, "is_animated", False):
        return first
    most = min(_MOST_FRAMES, max(1, _MOST_PIXELS // (image.width * image.height)))
    for number in range(1, most):
        try:
            image.seek(number)
            frame = eight_bits(_owned(image))
        except (EOFError, OSError):  # the last one, or one that the file does not hold whole
            break
        if shows(frame):
            return frame
    return first


def _owned(image: Image.Image) -> Image.Image:
    """The present frame, untouched by a later `seek`."""
    image.load()
    return image.copy() if getattr(image, "is_animated", False) else image
