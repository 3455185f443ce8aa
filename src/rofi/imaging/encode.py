"""From pixels to the bytes of an image file that holds the pixels and nothing else."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rofi.errors import OutputError

_LARGEST_SIDE = {"jpeg": 65_535, "webp": 16_383}
_TIFF_PREDICTOR = 317
_HORIZONTAL_DIFFERENCES = 2


def encode(pixels: NDArray[np.uint8], image_format: str, quality: int = 97) -> bytes:
    """Encode sRGB pixels without any metadata: no EXIF, ICC profile, comment or thumbnail.

    PNG, TIFF (deflate) and WebP are lossless. JPEG keeps all colour samples (4:4:4), for the neural way back lives in
    the pixels.

    Args:
        pixels: (H, W, 3) uint8.
        image_format: "png", "jpeg", "tiff" or "webp".
        quality: of JPEG, 1 to 100.

    Raises:
        OutputError: another format, or one that cannot hold an image of this size.
        ValueError: `pixels` has another shape or type.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise ValueError(f"pixels must be (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}")
    options = _options(image_format, quality)
    height, width = pixels.shape[:2]
    limit = _LARGEST_SIDE.get(image_format)
    if limit is not None and max(width, height) > limit:
        raise OutputError(
            f"{width} x {height} pixels: {image_format.upper()} ends at {limit:,} a side; write PNG instead"
        )
    file = io.BytesIO()
    try:
        Image.fromarray(np.ascontiguousarray(pixels)).save(file, image_format.upper(), **options)
    except (OSError, MemoryError) as error:
        raise OutputError(f"{width} x {height} pixels: cannot be written as {image_format.upper()}; try PNG") from error
    return file.getvalue()


def _options(image_format: str, quality: int) -> dict[str, Any]:
    match image_format:
        case "png":
            return {"compress_level": 3}
        case "jpeg":
            return {"quality": quality, "subsampling": 0}
        case "tiff":
            return {"compression": "tiff_adobe_deflate", "tiffinfo": {_TIFF_PREDICTOR: _HORIZONTAL_DIFFERENCES}}
        case "webp":
            return {"lossless": True, "exact": True}
        case _:
            raise OutputError(f"{image_format}: cannot be written; choose png, jpeg, tiff or webp")
