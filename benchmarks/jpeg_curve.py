"""The protected photograph as others pass it on: as JPEG, without the metadata."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

QUALITIES = (95, 90, 75)
CHROMA = {"4:4:4": 0, "4:2:0": 2}
"""Pillow's numbers; 4:2:0 is what Pillow and most software write unless told otherwise."""

STAGES = tuple(f"JPEG {quality}, {chroma}" for chroma in CHROMA for quality in QUALITIES)


def re_encoded(pixels: npt.NDArray[np.uint8]) -> dict[str, bytes]:
    """The file at every quality, with colour at full and at half resolution, by `STAGES`."""
    files = {}
    steps = [(quality, subsampling) for subsampling in CHROMA.values() for quality in QUALITIES]
    for stage, (quality, subsampling) in zip(STAGES, steps, strict=True):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=subsampling)
        files[stage] = file.getvalue()
    return files
