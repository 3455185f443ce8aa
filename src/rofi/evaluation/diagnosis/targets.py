"""What a reader is asked of a photograph, and what it answers: health, disease, signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.cohort.diseases import FACTS, Disease, Sign
from rofi.evaluation.bench import Case

DISEASES = tuple(Disease)
SIGNS = (Sign.CONJUNCTIVAL_DISORDER, Sign.LACRIMAL_DISORDER, Sign.EYELID_DISORDER, Sign.IRIS_DISORDER)
"""The four that the paper has people judge (section 2.3): Conj-Dis, LA-Dis, Eyelid-Dis, Iris-Dis."""
OUTPUTS = 1 + len(DISEASES) + len(SIGNS)
"""Logits of a reader: diseased or not, which disease if so, and each sign."""
HEALTHY = "healthy"
UNTOLD = -1


@dataclass(frozen=True, eq=False)
class Targets:
    """The truth of N images.

    Attributes:
        diseased: (N,) 1 or 0.
        diseases: (N,) place in `DISEASES`; `UNTOLD` of the healthy, and where nobody tells.
        signs: (N, 4) 1 or 0; `UNTOLD` where nobody tells.
    """

    diseased: npt.NDArray[np.int64]
    diseases: npt.NDArray[np.int64]
    signs: npt.NDArray[np.int64]

    def take(self, places: npt.NDArray[np.int64]) -> Targets:
        """Those of some of the images."""
        return Targets(self.diseased[places], self.diseases[places], self.signs[places])


def targets_of(cases: Sequence[Case]) -> Targets:
    """The truth of cases; signs that a case does not name are those of its disease."""
    signs = np.full((len(cases), len(SIGNS)), UNTOLD, np.int64)
    for row, case in zip(signs, cases, strict=True):
        if case.signs or case.disease is not None or not case.diseased:
            shown = case.signs or (FACTS[case.disease].signs if case.disease is not None else ())
            row[:] = [sign in shown for sign in SIGNS]
    diseases = [UNTOLD if case.disease is None else DISEASES.index(case.disease) for case in cases]
    return Targets(np.array([case.diseased for case in cases], np.int64), np.array(diseases, np.int64), signs)


def loss(logits: Tensor, targets: Targets) -> Tensor:
    """Cross entropy of health, plus that of the diseases of the diseased, plus that of each sign.

    The first two together are the cross entropy of healthy and eleven diseases.

    Args:
        logits: (N, OUTPUTS).
        targets: of N images; what is not told does not count.
    """
    diseased, diseases, signs = (
        torch.from_numpy(part).to(logits.device) for part in (targets.diseased, targets.diseases, targets.signs)
    )
    health = F.binary_cross_entropy_with_logits(logits[:, 0], diseased.float())
    of_disease = F.cross_entropy(logits[:, 1 : 1 + len(DISEASES)], diseases, ignore_index=UNTOLD, reduction="sum")
    told = signs != UNTOLD
    of_signs = F.binary_cross_entropy_with_logits(
        logits[:, 1 + len(DISEASES) :], signs.clamp(min=0).float(), told.float(), reduction="sum"
    )
    return health + (of_disease + of_signs) / len(logits)


@dataclass(frozen=True, eq=False)
class Scores:
    """A reader's answers on N images.

    Attributes:
        diseased: (N,) probability of any disease.
        diseases: (N, 11) of each disease, `diseased` in sum.
        signs: (N, 4) of each sign.
    """

    diseased: npt.NDArray[np.float64]
    diseases: npt.NDArray[np.float64]
    signs: npt.NDArray[np.float64]

    @classmethod
    def from_logits(cls, logits: npt.ArrayLike) -> Scores:
        """Of (N, OUTPUTS) logits."""
        numbers = torch.as_tensor(np.asarray(logits, np.float64))
        diseased = numbers[:, 0].sigmoid()
        diseases = numbers[:, 1 : 1 + len(DISEASES)].softmax(1) * diseased[:, None]
        return cls(diseased.numpy(), diseases.numpy(), numbers[:, 1 + len(DISEASES) :].sigmoid().numpy())

    def take(self, places: npt.NDArray[np.int64]) -> Scores:
        """Those of some of the images."""
        return Scores(self.diseased[places], self.diseases[places], self.signs[places])

    def shown(self, thresholds: Sequence[float]) -> npt.NDArray[np.bool_]:
        """(N, 4) whether each sign is seen.

        Args:
            thresholds: of each sign, from which on it is.
        """
        return np.asarray(self.signs >= np.asarray(thresholds), np.bool_)

    def answers(self, threshold: float) -> list[str]:
        """Healthy, or the likeliest disease, by image.

        The paper's two questions (section 2.4): first whether there is a disease, then which one of a list.

        Args:
            threshold: of `diseased`, from which on an image is called diseased.
        """
        likeliest = self.diseases.argmax(1)
        return [
            DISEASES[place].value if score >= threshold else HEALTHY
            for place, score in zip(likeliest.tolist(), self.diseased.tolist(), strict=True)
        ]
