"""Conversion of any pixel depth and palette to 8 bits a channel, and of colours to sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
_SUPPORTED_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "LAB")
_NEAREST = {"1": "L", "La": "LA", "RGBa": "RGBA"}
_VISIBLE_ALPHA = 16
"""8-bit alpha from which a pixel is visible."""


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert to one of the modes L, LA, RGB, RGBA, CMYK, LAB without changing colours."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return _from_16_bit(image)
    if image.mode == "F":
        return _from_float(image)
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode in ("P", "PA"):
        has_alpha = image.mode == "PA" or (image.palette and "A" in image.palette.mode)
        return image.convert("RGBA" if has_alpha else "RGB")
    if image.mode in _SUPPORTED_MODES:
        return image
    return image.convert(_NEAREST.get(image.mode, "RGB"))


def is_transparent(image: Image.Image) -> bool:
    """Return whether the alpha of an image is 0, or almost 0, everywhere."""
    return int(image.getchannel("A").getextrema()[1]) < _VISIBLE_ALPHA  # type: ignore[arg-type]


def contrast(image: Image.Image) -> int:
    """Return the range of the visible pixels in 8-bit steps; 0 if nothing is visible.

    It is the range of alpha if parts are transparent, otherwise the widest of the channels.
    """
    if image.mode.endswith("A"):
        alpha = image.getchannel("A")
        counts = alpha.histogram()
        visible = sum(counts[_VISIBLE_ALPHA:])
        if visible * 1000 < sum(counts):
            return 0
        if visible < sum(counts):
            return max(value for value, count in enumerate(counts) if count)
    return max(_ranges(image))


def is_uniform(image: Image.Image, tolerance: int) -> bool:
    """Return whether no colour channel varies by more than `tolerance` 8-bit steps."""
    return max(_ranges(image)) <= tolerance


def _ranges(image: Image.Image) -> list[int]:
    """Return the maximum minus the minimum of each channel except alpha."""
    bands = [image.getchannel(band) for band in image.getbands() if band != "A"]
    ranges = [band.getextrema() for band in bands]
    return [int(high) - int(low) for low, high in ranges]  # type: ignore[arg-type]


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Convert `image` to sRGB in mode RGB, by LittleCMS if `profile` is usable."""
    colours = image.convert(image.mode.removesuffix("A")) if image.mode.endswith("A") else image
    if isinstance(profile, bytes) and profile:
        try:
            return _apply_profile(colours, profile)
        except Exception:  # a broken or unsupported profile is ignored
            return _convert_without_profile(colours)
    return _convert_without_profile(colours)


def _convert_without_profile(colours: Image.Image) -> Image.Image:
    if colours.mode != "LAB":
        return colours.convert("RGB")
    source, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    assert converted is not None
    return converted


def _apply_profile(colours: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _SPACES[source.profile.xcolor_space]
    if mode == "RGB" and colours.mode == "L":
        colours = colours.convert("RGB")
    srgb = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(source, srgb, mode, "RGB")
    managed = ImageCms.applyTransform(colours, transform)
    assert managed is not None
    return managed


def _from_16_bit(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey, which Pillow itself would clip to 8 bits instead of scaling."""
    values = np.asarray(image)
    grey = np.empty(values.shape, np.uint8)
    for row, line in enumerate(values):  # all rows at once would need gigabytes
        grey[row] = (np.clip(line, 0, 65_535).astype(np.uint32) * 255 + 32_767) // 65_535
    transparent_value = image.info.get("transparency")
    if not isinstance(transparent_value, int):
        return Image.fromarray(grey)
    alpha = np.where(values == transparent_value, 0, 255).astype(np.uint8)
    return Image.merge("LA", (Image.fromarray(grey), Image.fromarray(alpha)))


def _from_float(image: Image.Image) -> Image.Image:
    """Convert grey floats from 0 to 1, or to the largest value if that is above 1."""
    values = np.nan_to_num(np.asarray(image), nan=0.0, posinf=0.0, neginf=0.0)
    scale = 255.0 / max(float(values.max(initial=0.0)), 1.0)
    return Image.fromarray(np.clip(values * scale + 0.5, 0, 255).astype(np.uint8))
