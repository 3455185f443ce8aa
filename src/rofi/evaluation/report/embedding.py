"""Pictures inside the page, so that it is one file."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from PIL import Image

from rofi.errors import RofiError

_SCREEN = 100.0
"""Dots an inch that a picture is shown at, if its file says how large it is."""
_LARGE = 250_000
_QUALITY = 88


@dataclass(frozen=True)
class Embedded:
    """A picture as an address that holds it whole.

    Attributes:
        address: a data URI.
        width, height: as shown, CSS pixels.
    """

    address: str
    width: int
    height: int


def embed(name: str, png: bytes) -> Embedded:
    """A PNG file as WebP: bit for bit, or, where a sheet of photographs would swell the page, nearly so.

    Args:
        name: for messages.
        png: the file's bytes.

    Raises:
        RofiError: it is no picture.
    """
    try:
        with Image.open(io.BytesIO(png)) as opened:
            inch = float(opened.info.get("dpi", (_SCREEN, _SCREEN))[0]) or _SCREEN
            picture = opened.convert("RGB")
    except (OSError, ValueError) as error:
        raise RofiError(f"picture {name!r}: not a PNG file; mend the chapter that drew it") from error
    data = _webp(picture, lossless=True)
    if len(data) > _LARGE:
        data = min(data, _webp(picture, lossless=False), key=len)
    address = f"data:image/webp;base64,{base64.b64encode(data).decode()}"
    return Embedded(address, round(picture.width * _SCREEN / inch), round(picture.height * _SCREEN / inch))


def _webp(picture: Image.Image, lossless: bool) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "webp", lossless=lossless, quality=_QUALITY, method=4)
    return buffer.getvalue()
