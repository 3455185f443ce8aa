"""JPEG artefacts."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as Pillow

from rofi.cohort.face import Face

_WORST, _BEST = 40, 95
_WHOLE_COLOUR, _QUARTER_COLOUR = 0, 2


def jpeg(face: Face, generator: np.random.Generator) -> Face:
    """Encode the picture as JPEG at a quality between 40 and 95 and decode it again.

    Args:
        face: to encode.
        generator: of quality and colour subsampling.
    """
    quality = int(generator.integers(_WORST, _BEST + 1))
    subsampling = _QUARTER_COLOUR if generator.random() < 0.7 else _WHOLE_COLOUR
    buffer = io.BytesIO()
    Pillow.fromarray(face.to_bytes()).save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    buffer.seek(0)
    with Pillow.open(buffer) as decoded:
        return face.painted(np.asarray(decoded.convert("RGB"), np.float32))
