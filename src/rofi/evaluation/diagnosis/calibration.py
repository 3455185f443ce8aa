"""Where a trained reader draws the lines between healthy and diseased, and between sign and none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rofi.evaluation.diagnosis.targets import SIGNS, UNTOLD, Scores, Targets
from rofi.evaluation.diagnosis.told_apart import best_threshold
from rofi.evaluation.sign_detection import auroc


@dataclass(frozen=True)
class Calibration:
    """Of one reader.

    Attributes:
        threshold: probability of disease from which on an image is called diseased, see `best_threshold`.
        sign_thresholds: likewise of each of `SIGNS`; 0.5 where no image to tune on shows the sign, or all do.
        tuning_auroc: of health on the tuning images; None where they are of one kind.
    """

    threshold: float
    sign_thresholds: tuple[float, ...]
    tuning_auroc: float | None

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For the store."""
        area = np.nan if self.tuning_auroc is None else self.tuning_auroc
        return {"calibration": np.array([self.threshold, *self.sign_thresholds, area])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Calibration:
        """Back from the store."""
        threshold, *signs, area = arrays["calibration"].tolist()
        return cls(threshold, tuple(signs), None if np.isnan(area) else area)


def calibrate(tuning: tuple[npt.ArrayLike, Targets], learning: tuple[npt.ArrayLike, Targets]) -> Calibration:
    """The thresholds by the tuning images, or by those learnt from where there are too few of these.

    Args:
        tuning, learning: (N, OUTPUTS) logits, and the truth of the images.
    """
    scores, targets = Scores.from_logits(tuning[0]), tuning[1]
    ill = targets.diseased == 1
    area = auroc(scores.diseased[ill], scores.diseased[~ill]) if ill.any() and not ill.all() else None
    if area is None:
        scores, targets = Scores.from_logits(learning[0]), learning[1]
    lines = []
    for place in range(len(SIGNS)):
        told = targets.signs[:, place] != UNTOLD
        shown = targets.signs[told, place] == 1
        both = shown.any() and not shown.all()
        lines.append(best_threshold(scores.signs[told, place], shown) if both else 0.5)
    return Calibration(best_threshold(scores.diseased, targets.diseased == 1), tuple(lines), area)
