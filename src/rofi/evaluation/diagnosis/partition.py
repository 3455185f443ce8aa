"""Which photographs readers learn from, which choose their settings, and which are left to test them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rofi.cohort.layout import TRUTH
from rofi.cohort.row import Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.errors import CohortError
from rofi.evaluation.bench import Case
from rofi.evaluation.open_bench import to_case

_FEWEST = 8
"""Of healthy and of diseased photographs, below which a split is not learnt from."""
_TENTHS = "LLTLCLTLLT"
"""Of ten patients six are to learn from, one to choose settings on, three to test on (paper section 4.5)."""


@dataclass(frozen=True)
class Partition:
    """What is for what; no patient is in two parts.

    Attributes:
        learning: to train on.
        tuning: to choose the epoch and the threshold on.
        tested: names of the images of the internal split left to test on; None if that is all of them.
    """

    learning: tuple[Case, ...]
    tuning: tuple[Case, ...]
    tested: frozenset[str] | None

    def may_test(self, case: Case) -> bool:
        """Whether it is a case of the test splits that readers have not learnt from."""
        if case.row.split in (Split.TRAIN, Split.SELECTION):
            return False
        return self.tested is None or case.row.split is not Split.INTERNAL or case.row.image in self.tested


def divide(cohort: Path, most_learning: int, most_tuning: int, seed: int) -> Partition:
    """Photographs of a cohort whose disease is told, by its table or its truth.

    The split `train` is learnt from and `selection` chooses. Where they tell no diseases, as in the paper, the internal
    split is divided 60 : 10 : 30 by patients (section 4.5).

    Args:
        cohort: its folder.
        most_learning, most_tuning: photographs taken at most, half of them healthy.
        seed: of the drawing.

    Raises:
        CohortError: neither way are there enough photographs of healthy and diseased patients.
    """
    truths = {truth.image: truth for truth in read_truth(cohort)} if (cohort / TRUTH).is_file() else {}
    cases = [to_case(row, truths.get(row.image)) for row in read_table(cohort)]
    told = [case for case in cases if not case.diseased or case.disease is not None]
    generator = np.random.default_rng(seed)
    of = {split: [case for case in told if case.row.split is split] for split in Split}
    if _enough(of[Split.TRAIN]) and _enough(of[Split.SELECTION]):
        return Partition(
            _draw(of[Split.TRAIN], most_learning, generator), _draw(of[Split.SELECTION], most_tuning, generator), None
        )
    parts = _by_patients(of[Split.INTERNAL], generator)
    if not _enough(parts["L"]):
        raise CohortError(
            f"{cohort}: fewer than {_FEWEST} healthy or diseased photographs to train readers on; "
            "give the column disease in the split train and in selection, or in internal"
        )
    return Partition(
        _draw(parts["L"], most_learning, generator),
        _draw(parts["C"], most_tuning, generator),
        frozenset(case.row.image for case in parts["T"]),
    )


def _enough(cases: Sequence[Case]) -> bool:
    diseased = sum(case.diseased for case in cases)
    return min(diseased, len(cases) - diseased) >= _FEWEST


def _by_patients(cases: Sequence[Case], generator: np.random.Generator) -> dict[str, list[Case]]:
    """Divided so that each disease has its share of each part."""
    people: dict[str, list[Case]] = {}
    for number in generator.permutation(len(cases)).tolist():
        people.setdefault(cases[number].person, []).append(cases[number])
    ordered = sorted(people.values(), key=lambda of: str(of[0].disease or ""))
    parts: dict[str, list[Case]] = {part: [] for part in "LCT"}
    for number, of in enumerate(ordered):
        parts[_TENTHS[number % len(_TENTHS)]] += of
    return parts


def _draw(cases: Sequence[Case], most: int, generator: np.random.Generator) -> tuple[Case, ...]:
    shuffled = [cases[number] for number in generator.permutation(len(cases)).tolist()]
    diseased = [case for case in shuffled if case.diseased]
    healthy = [case for case in shuffled if not case.diseased]
    of_healthy = max(most // 2, most - len(diseased))
    return (*healthy[:of_healthy], *diseased[: most - min(of_healthy, len(healthy))])
