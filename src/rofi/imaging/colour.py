"""From any pixel mode and colour profile to 8-bit sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

from rofi.errors import UnreadablePhoto

_LATTICE = 17
_UNSEEN_DIFFERENCE = 2


def to_rgb(image: Image.Image, name: str, white_is_zero: bool = False) -> Image.Image:
    """A loaded image as mode RGB, sRGB, with any transparency laid on white.

    Args:
        image: of any of Pillow's modes.
        name: how messages call it.
        white_is_zero: its 16-bit grey levels run from white to black, which Pillow leaves as it is.

    Raises:
        UnreadablePhoto: its numbers are floats or wider than 16 bits, so what is black and white is anyone's guess.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = _eight_bit_grey(image, name, white_is_zero)
    elif image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    elif image.mode in ("RGBa", "La"):
        image = image.convert(image.mode.upper())
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if alpha is not None:
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    converted = _from_profile(image, profile) if profile else None
    colours = image.convert("RGB") if converted is None else converted
    if alpha is None:
        return colours
    white = Image.new("RGB", colours.size, "white")
    white.paste(colours, mask=alpha)
    return white


def _eight_bit_grey(image: Image.Image, name: str, white_is_zero: bool) -> Image.Image:
    levels = np.asarray(image)
    if image.mode == "F" or levels.min() < 0 or levels.max() > 65535:
        raise UnreadablePhoto(f"{name}: its pixels are neither 8 nor 16 bits; save it with 8 or 16 bits a channel")
    top = (levels >> 8).astype(np.uint8)  # as Pillow does with 16-bit colours
    return Image.fromarray(255 - top if white_is_zero else top)


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The image in sRGB; None where the profile is sRGB, broken, or meant for another kind of image."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), image.mode, "RGB")
        if image.mode in ("RGB", "L") and _changes_nothing(transform, image.mode):
            return None
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a lattice of colours stays where it is.

    A profile's name says little, and converting from sRGB to sRGB would round every pixel once more for nothing.
    """
    if mode == "L":
        colours = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
        probe = Image.fromarray(colours[..., 0])
    else:
        steps = np.linspace(0, 255, _LATTICE).round().astype(np.uint8)
        colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
        probe = Image.fromarray(colours)
    moved = ImageCms.applyTransform(probe, transform)
    return moved is not None and np.abs(np.asarray(moved, np.int16) - colours).max() <= _UNSEEN_DIFFERENCE
