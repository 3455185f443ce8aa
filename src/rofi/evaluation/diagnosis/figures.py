"""Figures of one reader on one method's output, and of two methods against each other.

A figure that too few images can give is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.stats

from rofi.errors import RofiError
from rofi.evaluation.agreement import cohen_kappa, matthews, sensitivity
from rofi.evaluation.diagnosis.readings import Reading
from rofi.evaluation.diagnosis.targets import DISEASES, HEALTHY, UNTOLD, targets_of
from rofi.evaluation.diagnosis.told_apart import macro_auroc
from rofi.evaluation.intervals import Interval, bootstrap
from rofi.evaluation.sign_detection import auroc_interval
from rofi.evaluation.tests_of_difference import mcnemar_exact

CLASSES = (HEALTHY, *(disease.value for disease in DISEASES))
_RESAMPLES = 500
"""At most: areas under eleven curves a resample; more change the third decimal only."""


def answers(reading: Reading) -> list[str]:
    """Healthy or a disease, by image."""
    return reading.scores.answers(reading.reader.calibration.threshold)


def called_diseased(reading: Reading) -> npt.NDArray[np.bool_]:
    """(N,) bool."""
    return np.asarray(reading.scores.diseased >= reading.reader.calibration.threshold, np.bool_)


def truth(reading: Reading) -> list[str | None]:
    """Likewise what is so; None where nobody tells the disease."""
    return [
        HEALTHY if not case.diseased else None if case.disease is None else case.disease.value for case in reading.cases
    ]


def health_area(reading: Reading) -> Interval | None:
    """Area under the curve of health, with DeLong's interval."""
    ill = targets_of(reading.cases).diseased == 1
    return _or_none(lambda: auroc_interval(reading.scores.diseased[ill], reading.scores.diseased[~ill]))


def found(reading: Reading) -> Interval | None:
    """Sensitivity of the health state."""
    ill = targets_of(reading.cases).diseased == 1
    return _or_none(lambda: sensitivity(ill, called_diseased(reading)))


def cleared(reading: Reading) -> Interval | None:
    """Its specificity."""
    well = targets_of(reading.cases).diseased == 0
    return _or_none(lambda: sensitivity(well, ~called_diseased(reading)))


def disease_area(reading: Reading, place: int) -> Interval | None:
    """Area under the curve of one disease of `DISEASES` against all other images."""
    scores, labels = _told(reading)
    has = labels == place
    return _or_none(lambda: auroc_interval(scores[has, place], scores[~has, place]))


def diseases_area(reading: Reading, resamples: int, seed: int) -> Interval | None:
    """Mean of these areas over the diseases, with its BCa bootstrap interval over patients."""
    scores, labels = _told(reading)
    return _or_none(
        lambda: bootstrap(
            lambda chosen, axis: macro_auroc(scores[chosen], labels[chosen]),
            np.arange(len(labels)),
            vectorized=True,
            resamples=min(resamples, _RESAMPLES),
            seed=seed,
        )
    )


def kappa(original: Reading, reading: Reading, only: str | None = None) -> Interval | None:
    """Agreement of a reader with itself: on the original and on what a method makes of it.

    Args:
        original: the reader on originals.
        reading: the same reader on some or all of these cases.
        only: a class; whether it is given or not is compared then.
    """
    one, other = answers(original.on(reading.cases)), answers(reading)
    if only is not None:
        if only not in one and only not in other:
            return None
        return _or_none(lambda: cohen_kappa([answer == only for answer in one], [answer == only for answer in other]))
    return _or_none(lambda: cohen_kappa(one, other))


def matthews_of(reading: Reading, resamples: int, seed: int) -> Interval | None:
    """Matthews correlation of the answers with the truth, over healthy and eleven diseases."""
    pairs = [(so, said) for so, said in zip(truth(reading), answers(reading), strict=True) if so is not None]
    told, said = [so for so, _ in pairs], [answer for _, answer in pairs]
    if len({*told, *said}) < 2:
        return None
    return _or_none(lambda: matthews(told, said, resamples=min(resamples, 4 * _RESAMPLES), seed=seed))


@dataclass(frozen=True)
class Difference:
    """ROFI against another method, by one reader on the same images.

    Attributes:
        images: that both methods gave.
        area: difference of the mean area under the curves of the diseases, ROFI minus the other.
        area_p: two-sided permutation test of it.
        agreed, other_agreed: images on which the reader answers as on the original with this method alone.
        agreed_p: McNemar's exact test.
    """

    images: int
    area: Interval | None
    area_p: float | None
    agreed: int
    other_agreed: int
    agreed_p: float


def difference(original: Reading, own: Reading, other: Reading, resamples: int, seed: int) -> Difference | None:
    """ROFI against another method; None if they have no image in common."""
    read = {case.row.image for case in other.cases}
    cases = [case for case in own.cases if case.row.image in read]
    if not cases:
        return None
    before, ours, theirs = original.on(cases), own.on(cases), other.on(cases)
    right = [np.array(answers(of)) == np.array(answers(before)) for of in (ours, theirs)]
    area = area_p = None
    scores, labels = np.stack([_told(of)[0] for of in (ours, theirs)]), _told(ours)[1]
    if np.isfinite(macro_auroc(scores[0], labels)) and len(labels) > 1:
        area, area_p = _area_difference(scores, labels, min(resamples, _RESAMPLES), seed)
    return Difference(
        len(cases),
        area,
        area_p,
        int((right[0] & ~right[1]).sum()),
        int((~right[0] & right[1]).sum()),
        mcnemar_exact(*right).p_value,
    )


def _area_difference(
    scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], resamples: int, seed: int
) -> tuple[Interval | None, float]:
    places = np.arange(len(labels))

    def resampled(chosen: npt.NDArray[np.int64], axis: int) -> Any:
        return macro_auroc(scores[0][chosen], labels[chosen]) - macro_auroc(scores[1][chosen], labels[chosen])

    def exchanged(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], axis: int) -> Any:
        # which of the two methods' scores each image has; exchanged at random if there were no difference
        there = np.broadcast_to(labels, first.shape)
        return macro_auroc(scores[first, places], there) - macro_auroc(scores[second, places], there)

    interval = _or_none(
        lambda: bootstrap(resampled, places, vectorized=True, resamples=resamples, seed=seed),
    )
    test = scipy.stats.permutation_test(
        (np.zeros(len(labels), np.int64), np.ones(len(labels), np.int64)),
        exchanged,
        permutation_type="samples",
        vectorized=True,
        n_resamples=2 * resamples - 1,
        batch=_RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    return interval, float(test.pvalue)


def _told(reading: Reading) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Scores and labels of the images whose disease is told, the healthy among them."""
    targets = targets_of(reading.cases)
    told = (targets.diseased == 0) | (targets.diseases != UNTOLD)
    return reading.scores.diseases[told], targets.diseases[told]


def _or_none(figure: Callable[[], Interval]) -> Interval | None:
    try:
        return figure()
    except RofiError:
        return None
