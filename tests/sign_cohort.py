"""A cohort in miniature: one face seen many ways; the diseased have a red spot beside an eye."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage.data import astronaut

from rofi.cohort.diseases import Disease
from rofi.cohort.layout import image_name, image_path, mask_path
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import write_table
from rofi.cohort.truth import Truth, write_truth
from rofi.faces.alignment import Alignment

FIVE_POINTS = np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]])
VIEW, CANVAS = 64, 80
RADIUS = 5
RED = (220, 20, 30)


def write_cohort(folder: Path, counts: dict[Split, int], side: int = CANVAS) -> list[Row]:
    """A cohort of `counts` images a split, every second of them diseased; images are canvases of `side` pixels."""
    enlargement, view = side / CANVAS, side * VIEW // CANVAS
    rows, truths = [], []
    for split, count in counts.items():
        for number in range(count):
            generator = np.random.default_rng((list(Split).index(split), number))
            points = FIVE_POINTS + generator.normal(0, 0.7, (5, 2))
            alignment = Alignment.from_points(points, view)
            margin = (side - view) / 2
            canvas = Alignment(alignment.matrix + np.array([[0, 0, margin]]), side)
            picture = np.clip(canvas.extract(astronaut()) * generator.uniform(0.7, 1.1, 3), 0, 255).astype(np.uint8)
            spots = canvas.to_view(points[:2]) + enlargement * (generator.uniform(-4, 4, (2, 2)) + np.array([0, 6]))
            diseased = number % 2 == 1
            row = Row(
                image_name(split, f"{number:03d}.png"),
                f"{split}-{number}",
                "here",
                split,
                Label.DISEASED if diseased else Label.HEALTHY,
                points=tuple(map(tuple, np.round(canvas.to_view(points), 2).tolist())),
            )
            mask = np.zeros((side, side), np.uint8)
            if diseased:
                centre = np.rint(spots[generator.integers(2)]).astype(int).tolist()
                cv2.circle(mask, centre, round(RADIUS * enlargement), 255, -1)
                picture[mask > 0] = RED
                _save(mask, mask_path(folder, row))
            _save(picture, image_path(folder, row))
            rows.append(row)
            truths.append(Truth(row.image, Disease.CONJUNCTIVAL_MELANOMA if diseased else None))
    write_table(folder, rows)
    write_truth(folder, truths)
    return rows


def _save(pixels: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
