"""The frame of an animated image that represents it."""

from PIL import Image

from server.media.photos.pixels.modes import contrast, to_eight_bits

_MAX_FRAMES = 60
_MAX_PIXELS = 200_000_000
"""Maximum number of pixels of all inspected frames together."""
_MIN_CONTRAST, _ENOUGH_CONTRAST = 128, 200
"""Contrast, of 255, from which the first frame, and a later one, is taken without searching on."""
_BETTER_FACTOR = 1.25
"""Ratio of contrast from which a later frame is better: the end of a fade."""


def first_visible_frame(image: Image.Image) -> Image.Image:
    """Return the first frame with visible content, with 8 bits a channel.

    Many animations begin with an empty frame, or fade in from one colour. If the first frame has
    little contrast, a later one with much more is returned. Frames of another size, such as
    thumbnails, are ignored.
    """
    first = best = to_eight_bits(_copy_frame(image))
    best_contrast = contrast(first)
    if best_contrast >= _MIN_CONTRAST or getattr(image, "n_frames", 1) == 1:
        return first
    count = min(_MAX_FRAMES, max(1, _MAX_PIXELS // (image.width * image.height)))
    for number in range(1, count):
        try:
            image.seek(number)
            if image.size != first.size:
                continue
            frame = to_eight_bits(_copy_frame(image))
        except (EOFError, OSError):  # past the last frame, or a truncated one
            break
        if (frame_contrast := contrast(frame)) > best_contrast * _BETTER_FACTOR:
            best, best_contrast = frame, frame_contrast
        if best_contrast >= _ENOUGH_CONTRAST:
            break
    return best


def _copy_frame(image: Image.Image) -> Image.Image:
    """Return the current frame, unaffected by a later `seek`."""
    image.load()
    return image.copy() if getattr(image, "n_frames", 1) > 1 else image
