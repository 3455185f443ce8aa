"""How far several readers agree beyond chance: Fleiss' kappa."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as kappa_of_counts

from rofi.errors import RofiError
from rofi.evaluation.intervals import Interval, bootstrap


def fleiss_kappa(
    answers: Sequence[Sequence[Hashable]], confidence: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval | None:
    """Fleiss' kappa (1971) with its BCa bootstrap interval over the cases.

    Args:
        answers: of each of N independent cases the answers of the R readers; N and R at least two.
        confidence: in (0, 1).
        resamples, seed: of the bootstrap.

    Returns:
        None where all answers are one and the same: chance would agree as well.

    Raises:
        RofiError: fewer than two cases or readers, or a case that has not R answers.
    """
    readers = {len(of_case) for of_case in answers}
    if len(answers) < 2 or len(readers) != 1 or min(readers) < 2:
        raise RofiError(
            f"{len(answers)} cases of {sorted(readers)} answers: give two or more of the same two or more readers"
        )
    codes = {answer: code for code, answer in enumerate(dict.fromkeys(one for of_case in answers for one in of_case))}
    if len(codes) == 1:
        return None
    counts, _ = aggregate_raters(np.array([[codes[one] for one in of_case] for of_case in answers]), len(codes))

    def statistic(cases: npt.NDArray[np.int64]) -> float:
        drawn = counts[cases]
        return float("nan") if drawn.any(0).sum() < 2 else float(kappa_of_counts(drawn))

    return bootstrap(statistic, np.arange(len(answers)), confidence=confidence, resamples=resamples, seed=seed)
