"""Protects and restores the astronaut portrait of scikit-image (NASA, public domain) with the shipped weights.

    python tools/demo.py --out demo

The portrait is of the astronaut Eileen Collins; photographs of patients are handled by the command `rofi`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw

from rofi.imaging.decode import decode

CAPTIONS = ("original", "protected", "restored", "restored with a wrong key", "restored after JPEG 75")
CLOSE_UP = (140, 0, 332, 240)
"""Left, top, right, bottom of the face in the 512-pixel portrait."""


def rofi(*arguments: str | Path) -> None:
    """Run the command line program, as its user would."""
    program = Path(sys.executable).parent / "rofi"
    subprocess.run([program, *map(str, arguments)], check=True)


def make(out: Path) -> list[Path]:
    """The five pictures of the demo, in the order of `CAPTIONS`."""
    out.mkdir(parents=True, exist_ok=True)
    results = [out / f"{caption.replace(' ', '-')}.png" for caption in CAPTIONS]
    original, protected, restored, wrong, compressed = results
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        Image.fromarray(skimage.data.astronaut()).save(original)
        for key in ("clinic.key", "stranger.key"):
            rofi("keys", "new", work / key)
        rofi(
            "protect",
            original,
            "--key",
            work / "clinic.key",
            "--out",
            work / "protected",
            "--names",
            "keep",
            "--log",
            work / "owner.log",
        )
        (work / "protected" / original.name).replace(protected)
        for key, result in (("clinic.key", restored), ("stranger.key", wrong)):
            rofi("restore", protected, "--key", work / key, "--out", work / key[:-4], "--tier", "neural")
            (work / key[:-4] / protected.name).replace(result)
        jpeg = work / "passed-on.jpeg"  # as others pass a photograph on: compressed, without metadata
        Image.open(protected).convert("RGB").save(jpeg, quality=75)
        rofi("restore", jpeg, "--key", work / "clinic.key", "--out", work / "jpeg", "--log", work / "owner.log")
        (work / "jpeg" / "passed-on.png").replace(compressed)
    return results


def side_by_side(pictures: list[Path], height: int = 480) -> Image.Image:
    """The faces next to one another, captioned."""
    tiles = []
    for path, caption in zip(pictures, CAPTIONS, strict=True):
        face = Image.fromarray(decode(path.read_bytes(), path.name).pixels).crop(CLOSE_UP)
        face = face.resize((round(face.width * height / face.height), height), Image.Resampling.LANCZOS)
        ImageDraw.Draw(face).text(
            (10, height - 28), caption, fill="white", stroke_fill="black", stroke_width=2, font_size=18
        )
        tiles.append(np.asarray(face))
    return Image.fromarray(np.hstack(tiles))


def main() -> None:
    """Make the demo folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("demo"))
    out: Path = parser.parse_args().out
    pictures = make(out)
    side_by_side(pictures).save(out / "side-by-side.png")
    print(f"{out}: look at side-by-side.png")


if __name__ == "__main__":
    main()
