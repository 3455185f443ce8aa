"""Contact sheets of every sign at three severities, one PNG a disease, and one of the confounders.

    python tools/sign_sheets.py --out docs/signs
    python tools/sign_sheets.py PHOTOS... --out sheets --native

A row is a face: as it is, the three severities, and where the strongest was painted. Without photographs the faces are
scikit-image's astronaut (NASA, public domain), as photographed and with more melanin in the skin.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import skimage.data
from PIL import Image

from rofi.cohort.confounders import CONFOUNDERS
from rofi.cohort.diseases import PAINTERS, Disease
from rofi.cohort.face import Face, FaceMeasurer, Side
from rofi.cohort.frame import ramp
from rofi.cohort.optics import MELANIN, absorb
from rofi.errors import PhotoError
from rofi.faces import topology
from rofi.imaging.decode import decode
from rofi.imaging.photo_source import read_photos

SEVERITIES = (0.15, 0.5, 1.0)
WIDE = (Disease.SQUAMOUS_CELL_CARCINOMA,)
"""May lie beyond the eye's surroundings."""
NARROW_REACH, WIDE_REACH = (62.0, 30.0), (75.0, 75.0)
"""Millimetres from between the eyes to a tile's borders."""
PIXELS_PER_MILLIMETRE = 2.4
COLUMNS = 7
DARKER = 0.45
"""Absorbance of the melanin that makes the darker astronaut."""

Tile = npt.NDArray[np.uint8]


def tile(picture: npt.NDArray[np.float32], face: Face, reach: tuple[float, float], native: bool) -> Tile:
    """The surroundings of both eyes, at the same size for every face; or at 256-px-view resolution first."""
    origin = (face.eye(Side.OD).frame.origin + face.eye(Side.OS).frame.origin) / 2
    scales = [PIXELS_PER_MILLIMETRE] if native else [1.14, PIXELS_PER_MILLIMETRE]
    middle, scale = origin, face.millimetre
    for target in scales:
        size = round(2 * reach[0] * target), round(2 * reach[1] * target)
        factor = target / scale
        if factor < 1:
            picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / factor)
        matrix = np.array([[factor, 0, 0], [0, factor, 0.0]])
        matrix[:, 2] = np.array(size) / 2 - factor * middle
        picture = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        middle, scale = np.array(size) / 2, target
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def sheet(disease: Disease, faces: list[Face], seed: int, native: bool) -> Tile:
    """All faces with one disease; the painted side alternates."""
    reach = WIDE_REACH if disease in WIDE else NARROW_REACH
    rows = []
    for number, face in enumerate(faces):
        tiles = [tile(face.picture, face, reach, native)]
        for severity in SEVERITIES:
            generator = np.random.default_rng((seed, number))
            painted = PAINTERS[disease](face, severity, tuple(Side)[number % 2], generator)
            tiles.append(tile(painted.face.picture, face, reach, native))
        shown = painted.face.picture.copy()
        shown[painted.mask] = 0.5 * shown[painted.mask] + np.float32([0, 127, 0])
        rows.append(np.hstack([*tiles, tile(shown, face, reach, native)]))
    return np.vstack(rows)


def confounder_sheet(faces: list[Face], seed: int, native: bool) -> Tile:
    """Every face as it is and with each confounder, in rows of `COLUMNS`."""
    blocks = []
    for number, face in enumerate(faces):
        pictures = [face.picture]
        for index, confounder in enumerate(CONFOUNDERS.values()):
            pictures.append(confounder(face, np.random.default_rng((seed, number, index))).picture)
        tiles = [tile(picture, face, WIDE_REACH, native)[::2, ::2] for picture in pictures]
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
        blocks += [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    return np.vstack(blocks)


def darker(face: Face) -> Face:
    """The same face with more melanin in the skin, the eyes as they are."""
    picture = face.picture
    skin = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(skin, [np.rint(face.landmarks.mesh[list(topology.FACE_OVAL), :2]).astype(np.int32)], 1)
    amount = cv2.GaussianBlur(cv2.dilate(skin, np.ones((9, 9))).astype(np.float32), (0, 0), 3)
    for side in Side:
        patch = face.eye(side).patch(picture)
        amount[patch.slices] *= ramp(face.eye(side).opening(patch.x, patch.y), 0.6, -0.6)
    return face.painted(absorb(picture, MELANIN, DARKER * amount))


def load(photos: list[Path]) -> list[Face]:
    """The faces to paint on; photographs without a face are left out."""
    measurer = FaceMeasurer()
    if not photos:
        astronaut = measurer.measure(skimage.data.astronaut(), "astronaut")
        return [astronaut, darker(astronaut)]
    faces = []
    for name, data in read_photos(photos):
        try:
            faces.append(measurer.measure(decode(data, name).pixels, name))
        except PhotoError as error:
            print(f"left out: {error}")
    return faces


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="*", help="photographs, folders or tar archives")
    parser.add_argument("--out", type=Path, default=Path("docs/signs"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, default=8, help="faces at most")
    parser.add_argument("--native", action="store_true", help="the photographs' own resolution, not the model's")
    parser.add_argument("--only", type=Disease, choices=list(Disease), help="one disease")
    given = parser.parse_args()
    faces = load(given.photos)[: given.limit]
    given.out.mkdir(parents=True, exist_ok=True)
    for disease in Disease if given.only is None else (given.only,):
        Image.fromarray(sheet(disease, faces, given.seed, given.native)).save(given.out / f"{disease}.jpg", quality=88)
    if given.only is None:
        sheet_of_all = confounder_sheet(faces, given.seed, given.native)
        Image.fromarray(sheet_of_all).save(given.out / "confounders.jpg", quality=88)
    print(f"{given.out}: {len(faces)} faces")


if __name__ == "__main__":
    main()
