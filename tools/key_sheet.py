"""One portrait under eleven keys, in docs/keys.png: different keys are different people, the eyes stay.

    python tools/key_sheet.py --out docs/keys.png

The portrait is scikit-image's astronaut (NASA, public domain).
"""

from __future__ import annotations

import argparse
import hashlib
import io
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import Protector

FACE = (168, 20, 280, 190)
"""Left, top, right, bottom in the 512-pixel portrait."""
COLUMNS, ROWS, SCALE = 6, 2, 2


def main() -> None:
    """Draw the sheet: the original first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/keys.png"))
    out: Path = parser.parse_args().out
    portrait = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(portrait, "png")
    networks = Networks.load()
    photos = [portrait.getvalue()]
    for number in range(1, COLUMNS * ROWS):
        secret = Secret(hashlib.sha256(f"key sheet {number}".encode()).digest())
        photos.append(Protector(networks, secret).protect(portrait.getvalue(), "astronaut.png").data)
    tiles = [face(photo) for photo in photos]
    rows = [np.hstack(tiles[i * COLUMNS : (i + 1) * COLUMNS]) for i in range(ROWS)]
    Image.fromarray(np.vstack(rows)).save(out)


def face(photo: bytes) -> np.ndarray:
    """The face of a photograph, enlarged."""
    crop = Image.fromarray(decode(photo, "photograph").pixels).crop(FACE)
    return np.asarray(crop.resize((crop.width * SCALE, crop.height * SCALE), Image.Resampling.LANCZOS))


if __name__ == "__main__":
    main()
