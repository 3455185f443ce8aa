"""The pixels of a photograph that were changed, as the header carries them."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from rofi.errors import HeaderDamaged
from rofi.faces.blocks import BLOCK
from rofi.faces.compositing import Window

Mask = npt.NDArray[np.bool_]


def pack_region(changed: Mask) -> bytes:
    """(H, W) pixels of a window as a compressed bitmap."""
    return zlib.compress(np.packbits(changed).tobytes(), 9)


def unpack_region(region: bytes, window: Window) -> Mask:
    """The inverse, for the window that the header names.

    Raises:
        HeaderDamaged: not a bitmap of that window's size.
    """
    rows, columns = window.shape
    expected = -(-rows * columns // 8)
    if any(edge % BLOCK for edge in (window.left, window.top, window.right, window.bottom)):
        raise HeaderDamaged("header: a face's window is not on the 8-pixel grid; use an intact copy of the file")
    try:
        inflater = zlib.decompressobj()
        bits = inflater.decompress(region, expected + 1)
    except zlib.error as error:
        raise HeaderDamaged("header: a face's region cannot be read; use an intact copy of the file") from error
    if len(bits) != expected:
        raise HeaderDamaged("header: a face's region has another size than its window; use an intact copy of the file")
    flags = np.unpackbits(np.frombuffer(bits, np.uint8), count=rows * columns)
    return flags.reshape(rows, columns).astype(np.bool_)
