"""A sign detector on a split of a cohort: the figures of every image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rofi.cohort.diseases import FACTS
from rofi.cohort.layout import TRUTH
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.errors import CohortError
from rofi.evaluation.cohort_views import CohortReader
from rofi.evaluation.sign_detection import THRESHOLDS, coverage, false_area, pointing_game
from rofi.faces.skin_tone import typology_angles
from rofi.model.config import STRIDE
from rofi.model.sign_detector import SignDetector, enlarge

ALL = "all"
LOCAL = "local signs"
"""All diseases whose sign has a place of its own on the face, see `DiseaseFacts.local`."""
_LOCAL: frozenset[str] = frozenset(disease for disease, facts in FACTS.items() if facts.local)
UNKNOWN = "unknown"
"""Disease of an image that neither the table nor the truth tells."""


@dataclass(frozen=True)
class ImageFigures:
    """One image.

    Attributes:
        image, patient: as in the cohort's table.
        disease: its name, UNKNOWN, or None of a healthy image.
        score: of the highest region, in (0, 1).
        hit: whether that region shows the sign; None where no mask is known or the sign lies beyond the view.
        covered: by threshold, share of the sign's area above it; empty where `hit` is None.
        beyond: by threshold, share of the rest of the view above it; of a healthy face, of the whole view; empty where
            a diseased image has no mask.
        skin: individual typology angle of the cheeks, degrees; see `rofi.faces.skin_tone`.
    """

    image: str
    patient: str
    disease: str | None
    score: float
    hit: bool | None
    covered: tuple[float, ...]
    beyond: tuple[float, ...]
    skin: float = float("nan")


@dataclass(frozen=True)
class SplitFigures:
    """A whole split.

    Attributes:
        images: those in which a face was found.
        no_face: names of the others.
        thresholds: of `covered` and `beyond`.
    """

    images: tuple[ImageFigures, ...]
    no_face: tuple[str, ...]
    thresholds: tuple[float, ...]

    @property
    def healthy(self) -> list[ImageFigures]:
        """The images without a disease."""
        return [image for image in self.images if image.disease is None]

    def of(self, disease: str) -> list[ImageFigures]:
        """The images of a disease, or of any for ALL, or of those with a local sign for LOCAL."""
        wanted = {disease: {disease}, LOCAL: _LOCAL, ALL: {image.disease for image in self.images if image.disease}}
        return [image for image in self.images if image.disease in wanted[disease]]

    @property
    def diseases(self) -> list[str]:
        """Those that the split has, in alphabetical order, then LOCAL where it has any of these, then ALL."""
        found = sorted({image.disease for image in self.images if image.disease})
        return [*found, *([LOCAL] if _LOCAL & set(found) else []), ALL]


def study_split(
    detector: SignDetector,
    cohort: Path,
    split: Split,
    view: int = 256,
    thresholds: Sequence[float] = THRESHOLDS,
    reach: int = 0,
    batch: int = 16,
    progress: Callable[[str], None] = lambda image: None,
) -> SplitFigures:
    """Look at every image of a split.

    Args:
        detector: in evaluation mode, on any device.
        cohort: its folder; truth/ tells diseases and masks, and may be missing.
        split: which.
        view: side of the aligned face.
        thresholds: at which areas are measured.
        reach: view pixels by which they are widened.
        batch: images at a time.
        progress: called with every image.

    Raises:
        CohortError: the table cannot be read or has no image of that split, or a mask does not fit.
        PhotoError: an image is missing or damaged.
    """
    rows = [row for row in read_table(cohort) if row.split is split]
    if not rows:
        raise CohortError(f"{cohort}: no image of the split {split}; name one that its table has")
    truths = {truth.image: truth.disease for truth in read_truth(cohort)} if (cohort / TRUTH).is_file() else {}
    reader = CohortReader(cohort, view)
    images: list[ImageFigures] = []
    no_face: list[str] = []
    for start in range(0, len(rows), batch):
        chosen, views, masks = [], [], []
        for row in rows[start : start + batch]:
            progress(row.image)
            aligned = reader.read(row)
            if aligned is None:
                no_face.append(row.image)
                continue
            chosen.append(row)
            views.append(aligned.view)
            masks.append(reader.read_mask(row, aligned) if row.label is Label.DISEASED else None)
        if chosen:
            highest, maps = _look(detector, np.stack(views))
            skins = typology_angles(np.stack(views)).tolist()
            for row, mask, score, sign_map, skin in zip(chosen, masks, highest.tolist(), maps, skins, strict=True):
                disease = row.disease or truths.get(row.image) or UNKNOWN
                known = disease if row.label is Label.DISEASED else None
                figures = _figures(row, known, mask, score, sign_map[None], view, thresholds, reach)
                images.append(replace(figures, skin=skin))
    return SplitFigures(tuple(images), tuple(no_face), tuple(thresholds))


@torch.inference_mode()
def _look(detector: SignDetector, views: NDArray[np.uint8]) -> tuple[torch.Tensor, torch.Tensor]:
    """(N,) the highest region's score, and (N, 1, V, V) the sign maps."""
    device = next(detector.parameters()).device
    faces = torch.from_numpy(views).to(device).permute(0, 3, 1, 2).float() / 255
    scores = detector(faces)
    maps = enlarge(scores, (views.shape[1], views.shape[2]), detector.evidence_offset)
    return detector.image_score(scores).float().cpu(), maps.cpu()


def _figures(
    row: Row,
    disease: str | None,
    mask: NDArray[np.bool_] | None,
    score: float,
    sign_map: torch.Tensor,
    view: int,
    thresholds: Sequence[float],
    reach: int,
) -> ImageFigures:
    """Of one image; `sign_map` is (1, 1, V, V)."""
    hit, covered, beyond = None, (), ()
    if mask is not None or disease is None:
        area = torch.zeros(1, 1, view, view, dtype=torch.bool)
        if mask is not None:
            area[0, 0] = torch.from_numpy(mask)
        beyond = tuple(false_area(sign_map, area, thresholds, reach)[0].tolist())
        if bool(area.any()):
            hit = bool(pointing_game(sign_map, area, tolerance=STRIDE)[0])
            covered = tuple(coverage(sign_map, area, thresholds, reach)[0].tolist())
    return ImageFigures(row.image, row.patient, disease, score, hit, covered, beyond)
