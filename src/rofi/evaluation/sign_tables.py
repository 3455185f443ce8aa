"""What a sign detector does on a split, by disease and by threshold (the paper's Table 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rofi.errors import CohortError
from rofi.evaluation.intervals import Interval, bootstrap_mean, exact_binomial
from rofi.evaluation.sign_detection import auroc_interval
from rofi.evaluation.sign_study import ALL, ImageFigures, SplitFigures


@dataclass(frozen=True)
class DiseaseFigures:
    """A disease in a split; an interval is None where there are too few images for it.

    Attributes:
        disease: its name, or ALL.
        images: how many.
        area: AUROC against the split's healthy images.
        pointing: share of the images whose highest region shows the sign.
        covered: mean share of the sign's area above the threshold.
        beyond: mean share of the rest of the view above it.
    """

    disease: str
    images: int
    area: Interval | None
    pointing: Interval | None
    covered: Interval | None
    beyond: Interval | None


@dataclass(frozen=True)
class ThresholdFigures:
    """A split at one threshold, as a row of the paper's Table 1; None where nothing was measured.

    Attributes:
        threshold: of the regions' scores.
        found, false_alarms: share of the diseased and of the healthy images with a region above it.
        covered: mean share of the signs' area above it.
        beyond, healthy_area: mean share of the view above it, beyond the signs and of healthy faces.
    """

    threshold: float
    found: Interval | None
    false_alarms: Interval | None
    covered: Interval | None
    beyond: Interval | None
    healthy_area: Interval | None


SKIN_GROUPS = (("dark", -np.inf, 10.0), ("middle", 10.0, 41.0), ("light", 41.0, np.inf))
"""By individual typology angle, degrees: brown and dark; tan and intermediate; light and very light (Chardon 1991)."""


def by_skin(figures: SplitFigures, threshold: float = 0.5) -> dict[str, tuple[int, DiseaseFigures | None]]:
    """How many healthy images each group of skin has, and all its diseases in one row; None where it has none.

    The angle is that of the photograph, so a dim picture of light skin counts as darker than the patient is.

    Raises:
        CohortError: the split was not measured at `threshold`.
    """
    groups = {}
    for name, low, high in SKIN_GROUPS:
        group = replace(figures, images=tuple(image for image in figures.images if low <= image.skin < high))
        of_all = summarise(group, threshold)[-1] if group.of(ALL) else None
        groups[name] = (len(group.healthy), of_all)
    return groups


def summarise(figures: SplitFigures, threshold: float = 0.5) -> list[DiseaseFigures]:
    """A row for every disease of the split, and one for all.

    Args:
        figures: of the split.
        threshold: one of the split's.

    Raises:
        CohortError: the split was not measured at `threshold`.
    """
    at = _index(figures, threshold)
    healthy = [image.score for image in figures.healthy]
    rows = []
    for disease in figures.diseases:
        images = figures.of(disease)
        scores = [image.score for image in images]
        pointed = [image.hit for image in images if image.hit is not None]
        rows.append(
            DiseaseFigures(
                disease,
                len(images),
                auroc_interval(scores, healthy) if min(len(scores), len(healthy)) > 1 else None,
                exact_binomial(sum(pointed), len(pointed)) if pointed else None,
                mean_by_patient((image.patient, image.covered[at]) for image in images if image.covered),
                mean_by_patient((image.patient, image.beyond[at]) for image in images if image.beyond),
            )
        )
    return rows


def by_threshold(figures: SplitFigures) -> list[ThresholdFigures]:
    """A row for every threshold."""
    diseased, healthy = figures.of(ALL), figures.healthy

    def above(images: Sequence[ImageFigures], threshold: float) -> Interval | None:
        return exact_binomial(sum(image.score > threshold for image in images), len(images)) if images else None

    return [
        ThresholdFigures(
            threshold,
            above(diseased, threshold),
            above(healthy, threshold),
            mean_by_patient((image.patient, image.covered[i]) for image in diseased if image.covered),
            mean_by_patient((image.patient, image.beyond[i]) for image in diseased if image.beyond),
            mean_by_patient((image.patient, image.beyond[i]) for image in healthy),
        )
        for i, threshold in enumerate(figures.thresholds)
    ]


def mean_by_patient(values: Iterable[tuple[str, float]]) -> Interval | None:
    """Mean over patients of each one's mean, for a patient's images are not independent; None for fewer than two."""
    grouped: dict[str, list[float]] = defaultdict(list)
    for patient, value in values:
        grouped[patient].append(value)
    means = [float(np.mean(of)) for of in grouped.values()]
    return bootstrap_mean(means) if len(means) > 1 else None


def _index(figures: SplitFigures, threshold: float) -> int:
    try:
        return figures.thresholds.index(threshold)
    except ValueError:
        raise CohortError(f"threshold {threshold}: measured were {figures.thresholds}; choose one of them") from None
