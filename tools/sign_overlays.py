"""What the sign detector sees: every sign painted on a face, and the regions that are found and kept.

    python tools/sign_overlays.py --out docs/sign-overlays.jpg
    python tools/sign_overlays.py PHOTOS... --out overlays.jpg --severity 0.6

Green: where the sign was painted; red: how high the detector scores a region, outlined from 0.5 on; blue: what
`rofi protect` keeps. A row is a face, a column a disease, the first column the healthy face. Without photographs the
faces are scikit-image's astronaut (NASA, public domain), as photographed and with more melanin in the skin.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from rofi.cohort.diseases import PAINTERS, Disease
from rofi.cohort.face import Face, Side
from rofi.errors import PhotoError
from rofi.pipeline.found_face import FaceFinder
from rofi.pipeline.networks import Networks
from sign_sheets import load

SIDE = 256
MIDDLE = slice(16, 240), slice(16, 240)
GREEN, BLUE, WHITE = (40, 200, 40), (60, 110, 255), (255, 255, 255)

Picture = npt.NDArray[np.uint8]


def overlay(finder: FaceFinder, face: Face, mask: npt.NDArray[np.bool_] | None, name: str) -> Picture:
    """The aligned face with everything drawn in."""
    photo = face.to_bytes()
    found = finder.find(photo, name)[0]
    scores = finder.networks.sign_scores(found.view)
    red = np.array([255, 30, 30])
    tinted = found.view + (0.6 * scores[..., None]) * (red - found.view)
    picture = np.ascontiguousarray(np.clip(np.rint(tinted), 0, 255).astype(np.uint8))
    outline(picture, scores >= 0.5, WHITE)
    outline(picture, found.signs, BLUE)
    if mask is not None:
        seen = cv2.warpAffine(mask.astype(np.float32), found.alignment.matrix, (SIDE, SIDE), flags=cv2.INTER_AREA)
        outline(picture, seen > 0.3, GREEN)
    return picture[MIDDLE]


def outline(picture: Picture, area: npt.NDArray[np.bool_], colour: tuple[int, int, int]) -> None:
    """Draw an area's border into the picture."""
    contours, _ = cv2.findContours(area.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, colour, 1, cv2.LINE_AA)


def captioned(picture: Picture, caption: str) -> Picture:
    """With its disease's name."""
    image = Image.fromarray(picture)
    ImageDraw.Draw(image).text((4, 3), caption, fill="white", stroke_fill="black", stroke_width=2, font_size=13)
    return np.asarray(image)


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="*", help="photographs, folders or tar archives")
    parser.add_argument("--out", type=Path, default=Path("docs/sign-overlays.jpg"))
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--severity", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, default=4, help="faces at most")
    given = parser.parse_args()
    finder = FaceFinder(Networks.load(given.weights), 30)
    blocks = []
    for number, face in enumerate(load(given.photos)[: given.limit]):
        tiles = [captioned(overlay(finder, face, None, "healthy"), "healthy")]
        for disease in Disease:
            generator = np.random.default_rng((given.seed, number))
            painted = PAINTERS[disease](face, given.severity, tuple(Side)[number % 2], generator)
            try:
                tile = overlay(finder, painted.face, painted.mask, disease)
            except PhotoError as error:
                print(f"left out: {error}")
                tile = np.zeros_like(tiles[0])
            tiles.append(captioned(tile, disease.replace("_", " ")))
        half = len(tiles) // 2
        blocks += [np.hstack(tiles[:half]), np.hstack(tiles[half:])]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.vstack(blocks)).save(given.out, quality=88)


if __name__ == "__main__":
    main()
