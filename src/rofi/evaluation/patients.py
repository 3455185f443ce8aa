"""From figures of images to figures of patients, for a patient's images are not independent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from rofi.evaluation.intervals import Interval, bootstrap_mean
from rofi.evaluation.tests_of_difference import Outcome, wilcoxon_signed_rank


def patient_means(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Each patient's mean over the images that have a value; what is not finite is none.

    Args:
        values: pairs of patient and figure, one an image.
    """
    grouped: dict[str, list[float]] = defaultdict(list)
    for patient, value in values:
        if np.isfinite(value):
            grouped[patient].append(value)
    return {patient: float(np.mean(of)) for patient, of in grouped.items()}


def mean_over_patients(means: Mapping[str, float], resamples: int = 2000, seed: int = 0) -> Interval | None:
    """Mean over patients with its BCa bootstrap interval; None for fewer than two patients.

    Args:
        means: by patient, see `patient_means`.
        resamples, seed: of the bootstrap.
    """
    if len(means) < 2:
        return None
    return bootstrap_mean(list(means.values()), resamples=resamples, seed=seed)


def paired_test(first: Mapping[str, float], second: Mapping[str, float]) -> Outcome | None:
    """Wilcoxon's signed-rank test over the patients that both have; None for fewer than two.

    Args:
        first, second: by patient, see `patient_means`.
    """
    shared = sorted(first.keys() & second.keys())
    if len(shared) < 2:
        return None
    return wilcoxon_signed_rank([first[patient] for patient in shared], [second[patient] for patient in shared])
