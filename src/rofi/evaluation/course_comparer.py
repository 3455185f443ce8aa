"""What became of a disease between two visits, read off the shape of the eyes (paper section 2.6, Figure 5e)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from rofi.errors import TooFewPairs

Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]

FOLDS = 5
_COMPONENTS, _PAIRS_A_COMPONENT = 16, 8
"""At most so many, and fewer where there are few pairs to learn from."""


def judge_courses(
    known: Floats, verdicts: Sequence[str], patients: Sequence[str], asked: Floats, seed: int = 0
) -> Names:
    """The verdict on every pair by a classifier that has not seen its patient.

    Logistic regression on at most 16 principal components; the pairs are divided into five parts, and each part is
    judged by what the other four taught.

    Args:
        known: (N, d) features of the pairs to learn from, such as the difference between two visits' eye shapes.
        verdicts: (N,) of these pairs.
        patients: (N,) whose they are; nobody is learned from and judged at once.
        asked: (N, d) features of the same pairs as they are to be judged.
        seed: of the division.

    Returns:
        (N,) verdicts.

    Raises:
        TooFewPairs: fewer than five patients with some verdict, or only one verdict.
    """
    of_verdict = {
        verdict: len({p for p, v in zip(patients, verdicts, strict=True) if v == verdict}) for verdict in verdicts
    }
    if len(of_verdict) < 2 or min(of_verdict.values()) < FOLDS:
        raise TooFewPairs(
            f"pairs of {len(set(patients))} patients, by verdict {of_verdict}: comparing needs two verdicts or "
            f"more and {FOLDS} patients with each; add pairs to follow_up.csv"
        )
    labels, judged = np.array(verdicts), np.empty(len(verdicts), object)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for learned, held_out in folds.split(known, labels, np.array(patients)):
        judged[held_out] = (
            _comparer(len(learned), known.shape[1]).fit(known[learned], labels[learned]).predict(asked[held_out])
        )
    return judged.astype(str)


def _comparer(pairs: int, features: int) -> Pipeline:
    components = max(1, min(_COMPONENTS, features, pairs // _PAIRS_A_COMPONENT))
    return make_pipeline(PCA(components, random_state=0), StandardScaler(), LogisticRegression(C=0.3, max_iter=1000))
