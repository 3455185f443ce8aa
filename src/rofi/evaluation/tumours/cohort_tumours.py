"""Photographs of tumours in a cohort, with their masks: those to train on, and those of a bench."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rofi.cohort.diseases import Disease
from rofi.cohort.layout import TRUTH, mask_path
from rofi.cohort.row import Row, Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.cohort_views import AlignedImage, CohortReader
from rofi.evaluation.tumours.eye_halves import VIEW

TUMOURS = (Disease.BASAL_CELL_CARCINOMA, Disease.SQUAMOUS_CELL_CARCINOMA)


@dataclass(frozen=True)
class TrainingRows:
    """What a segmenter can be trained on.

    Attributes:
        tumours: rows with a mask.
        others: rows of other patients, healthy or not: what is no tumour.
    """

    tumours: tuple[Row, ...]
    others: tuple[Row, ...]

    @property
    def images(self) -> list[str]:
        """Their names."""
        return [row.image for row in self.tumours + self.others]


def training_rows(cohort: Path, most: int, most_others: int, seed: int = 0) -> TrainingRows:
    """Rows of the train split, drawn at random where there are more.

    Args:
        cohort: its folder; the diseases are the table's or the truth's.
        most: tumours.
        most_others: other patients.
        seed: of the draw.
    """
    rows = [row for row in read_table(cohort) if row.split is Split.TRAIN]
    truths = {truth.image: truth.disease for truth in read_truth(cohort)} if (cohort / TRUTH).is_file() else {}
    ill = {row.image: row.disease or truths.get(row.image) for row in rows}
    tumours = [row for row in rows if ill[row.image] in TUMOURS and mask_path(cohort, row).is_file()]
    others = [row for row in rows if row.disease not in TUMOURS and ill[row.image] not in TUMOURS]
    random = np.random.default_rng(seed)
    return TrainingRows(_drawn(tumours, most, random), _drawn(others, most_others, random))


def read_training(
    cohort: Path, rows: TrainingRows, progress: Callable[[str], None] = lambda doing: None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Their aligned faces (N, 256, 256, 3) and masks (N, 256, 256); images without a face are left out.

    Raises:
        PhotoError: an image is missing or damaged.
        CohortError: a mask has not its image's size.
    """
    reader = CohortReader(cohort, VIEW)
    views, masks = [], []
    for number, row in enumerate(rows.tumours + rows.others):
        progress(f"tumours to learn from: {row.image}")
        image = reader.read(row)
        if image is None:
            continue
        mask = reader.read_mask(row, image) if number < len(rows.tumours) else None
        views.append(image.view)
        masks.append(np.zeros((VIEW, VIEW), np.bool_) if mask is None else mask)
    if not views:
        return np.zeros((0, VIEW, VIEW, 3), np.uint8), np.zeros((0, VIEW, VIEW), np.bool_)
    return np.stack(views), np.stack(masks)


def true_masks(bench: Bench, cases: Sequence[Case]) -> dict[str, npt.NDArray[np.bool_]]:
    """By image, the masks (256, 256) of those cases that have one.

    Raises:
        PhotoError: an image is missing or damaged.
        CohortError: a mask has not its image's size.
    """
    reader = CohortReader(bench.cohort, VIEW)
    found = {}
    for case in cases:
        photo = bench.original(case)
        mask = reader.read_mask(case.row, AlignedImage(photo.pixels, photo.alignment(VIEW)))
        if mask is not None:
            found[case.row.image] = mask
    return found


def _drawn(rows: Sequence[Row], most: int, random: np.random.Generator) -> tuple[Row, ...]:
    if len(rows) <= most:
        return tuple(rows)
    return tuple(rows[number] for number in sorted(random.permutation(len(rows))[:most].tolist()))
