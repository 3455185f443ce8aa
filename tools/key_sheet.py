"""The sample portrait and the same under eleven keys: the picture `docs/keys.png`.

python tools/key_sheet.py --out docs/keys.png
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.data import astronaut

from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector

KEYS = 11
COLUMNS = 6
HEAD = (166, 10, 278, 180)
"""Left, top, right and bottom of what is shown, in pixels of the portrait."""
TILE = (224, 340)


def main() -> None:
    """Protect and lay out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    file = io.BytesIO()
    Image.fromarray(astronaut()).save(file, "PNG")
    protector = Protector(Networks.load(), Secret(bytes(32)), ProtectOptions(seal=False))
    pictures = [astronaut()]
    for number in range(1, KEYS + 1):
        photo = protector.under(Secret(bytes([number]) * 32)).protect(file.getvalue(), "portrait.png")
        pictures.append(decode(photo.data, "portrait.png").pixels)
    tiles = [
        np.asarray(Image.fromarray(picture).crop(HEAD).resize(TILE, Image.Resampling.LANCZOS)) for picture in pictures
    ]
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    Image.fromarray(np.vstack(rows)).save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
