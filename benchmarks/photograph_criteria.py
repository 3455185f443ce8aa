"""What the least resolution, sharpness and visibility of `rofi cohort check` mean (rofi.cohort.quality).

    python benchmarks/photograph_criteria.py --faces DIR --portraits 24

Portraits of each set are made smaller, and the height of the palpebral fissure is compared with that at full size; they
are blurred in steps, with noise added; and the visibility of both eyes is told as they are and with the eyes covered.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from archives import read_set
from machine import describe
from rofi.cohort.face import Face, FaceMeasurer, Side
from rofi.cohort.quality import LEAST_VISIBILITY, sharpness, visibility
from rofi.errors import NoFaceFound
from rofi.faces.landmarks import IrisDetector, outer_corner_distance
from rofi.imaging.decode import decode

Bytes = npt.NDArray[np.uint8]

SIZED = ("london", "canada")
BLURRED = ("london", "canada", "val-00", "lfw_eval")
WIDTHS = (40, 60, 80, 120)
"""Pixels between the outer corners of the eyes."""
BLURS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
"""Standard deviations, millimetres on the face."""
NOISE = 6.0
"""Levels."""
COVERS = ((0, 0, 0), (235, 235, 230))
MILLIMETRES_BETWEEN_CORNERS = 90.0
"""About, in adults, from outer corner to outer corner."""


def portraits(folder: Path, name: str, count: int) -> Iterator[Bytes]:
    """The first of a set, one of each person."""
    seen: set[str] = set()
    for image in read_set(folder, name):
        if image.identity not in seen and len(seen) < count:
            seen.add(image.identity)
            yield decode(image.data, image.name).pixels


def measured(measurer: FaceMeasurer, photo: Bytes) -> Face | None:
    """None where no face is found."""
    try:
        return measurer.measure(photo, "portrait")
    except NoFaceFound:
        return None


def five_points(face: Face) -> npt.NDArray[np.float64]:
    """Eyes, nose tip and mouth corners off the mesh."""
    mesh, marks = face.landmarks.mesh[:, :2], face.landmarks
    return np.array([marks.left_iris[0], marks.right_iris[0], mesh[4], mesh[61], mesh[291]], np.float64)


def fissures(face: Face) -> npt.NDArray[np.float64]:
    """(2,) millimetres."""
    return np.array([face.eye(side).height for side in Side])


def resolution(folder: Path, count: int, measurer: FaceMeasurer) -> None:
    """How far the fissure's height is off in smaller pictures."""
    off: dict[int, list[float]] = {width: [] for width in WIDTHS}
    for name in SIZED:
        for photo in portraits(folder, name, count):
            full = measured(measurer, photo)
            if full is None:
                continue
            for width in WIDTHS:
                scale = width / outer_corner_distance(full.landmarks)
                small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                seen = measured(measurer, np.asarray(small, np.uint8))
                if seen is not None:
                    off[width] += np.abs(fissures(seen) - fissures(full)).tolist()
    print("\n| pixels between the outer corners | eyes | fissure off by, mm: median | 95 % | 99 % |")
    print("|---|---|---|---|---|")
    for width, values in off.items():
        cells = " | ".join(f"{np.quantile(values, share):.2f}" for share in (0.5, 0.95, 0.99))
        print(f"| {width} | {len(values)} | {cells} |")


def blur(folder: Path, count: int, measurer: FaceMeasurer) -> None:
    """Sharpness by blur."""
    print(f"\n| set | {' | '.join(f'{sigma} mm' for sigma in BLURS)} | least as it is |")
    print("|---" * (len(BLURS) + 2) + "|")
    generator = np.random.default_rng(0)
    for name in BLURRED:
        found = []
        for photo in portraits(folder, name, count):
            face = measured(measurer, photo)
            if face is None:
                continue
            millimetre = outer_corner_distance(face.landmarks) / MILLIMETRES_BETWEEN_CORNERS
            row = []
            for sigma in BLURS:
                soft = cv2.GaussianBlur(photo, (0, 0), sigma * millimetre) if sigma else photo
                noisy = soft + generator.normal(0, generator.uniform(0, NOISE), photo.shape) * bool(sigma)
                row.append(sharpness(np.clip(noisy, 0, 255).astype(np.uint8), five_points(face)))
            found.append(row)
        cells = " | ".join(f"{value:.2f}" for value in np.median(found, axis=0))
        print(f"| {name}, {len(found)} | {cells} | {min(row[0] for row in found):.2f} |")


def visible(folder: Path, count: int, measurer: FaceMeasurer) -> None:
    """Visibility of the better eye, open and covered."""
    print("\n| eyes | portraits | better eye: least | 5 % | median | below the limit |\n|---|---|---|---|---|---|")
    found: dict[str, list[float]] = {"as they are": [], "covered in black": [], "covered in white": []}
    iris = IrisDetector()
    for photo in portraits(folder, "val-00", count):
        face = measured(measurer, photo)
        if face is None:
            continue
        for name, colour in zip(found, (None, *COVERS), strict=True):
            shown = photo.copy()
            if colour is not None:
                radius = int(0.3 * outer_corner_distance(face.landmarks))
                for eye in five_points(face)[:2]:
                    cv2.circle(shown, np.rint(eye).astype(int).tolist(), radius, colour, -1)
            found[name].append(max(visibility(shown, face, side, iris) for side in Side))
    for name, values in found.items():
        below = np.mean(np.array(values) < LEAST_VISIBILITY)
        cells = " | ".join(f"{np.quantile(values, share):.1f}" for share in (0, 0.05, 0.5))
        print(f"| {name} | {len(values)} | {cells} | {below:.0%} |")


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--portraits", type=int, default=24, help="of each set")
    arguments = parser.parse_args()
    print(describe())
    measurer = FaceMeasurer()
    for table in (resolution, blur, visible):
        table(arguments.faces, arguments.portraits, measurer)


if __name__ == "__main__":
    main()
