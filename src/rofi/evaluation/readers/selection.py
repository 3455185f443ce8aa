"""Which patients of a bench are in a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from rofi.errors import CohortError
from rofi.evaluation.bench import Case
from rofi.evaluation.readers.kinds import Kind


def select_cases(
    cases: Sequence[Case], kind: Kind, most: int | None, seed: int
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """One photograph of each person, spread over healthy patients and diseases.

    Of a person with several photographs, or several synthetic patients on one face, a reader would remember the one
    when seeing the other; and the answers would not be independent.

    Args:
        cases: of a bench.
        kind: a study of diseases takes patients whose disease is known, and no healthy ones.
        most: patients; None for all. A quarter of them healthy, if there are so many, the others evenly from the
            diseases.
        seed: which ones.

    Returns:
        The cases in the order of the bench, and what was left out, a sentence each.

    Raises:
        CohortError: fewer than two patients are left.
    """
    left_out: list[str] = []
    fitting = [case for case in cases if kind is not Kind.DISEASE or (case.diseased and case.disease is not None)]
    unknown = sum(case.diseased and case.disease is None for case in cases)
    if kind is Kind.DISEASE and unknown:
        left_out.append(f"{unknown} images of patients whose disease nobody tells")
    generator = np.random.default_rng([seed, 3])
    shuffled = [fitting[number] for number in generator.permutation(len(fitting))]
    by_person = _one_each(shuffled)
    if len(by_person) < len(fitting):
        left_out.append(f"{len(fitting) - len(by_person)} further images of the same people")
    chosen = by_person if most is None else _spread(by_person, most)
    if len(chosen) < len(by_person):
        left_out.append(f"{len(by_person) - len(chosen)} people, since {most} were asked for")
    if len(chosen) < 2:
        raise CohortError(f"{len(chosen)} patients for a study of {kind}: needs two or more; take more of the cohort")
    numbers = {case.row.image for case in chosen}
    return tuple(case for case in fitting if case.row.image in numbers), tuple(left_out)


def _one_each(cases: Sequence[Case]) -> list[Case]:
    """One case of each person, healthy patients and diseases as frequent as in all the cases, as far as can be."""
    of_person: dict[str, list[Case]] = {}
    for case in cases:
        of_person.setdefault(case.person, []).append(case)
    all_of, taken = Counter(map(_class_of, cases)), Counter[str]()
    chosen = []
    for several in sorted(of_person.values(), key=len):
        case = min(several, key=lambda one: taken[_class_of(one)] / all_of[_class_of(one)])
        taken[_class_of(case)] += 1
        chosen.append(case)
    return chosen


def _spread(cases: Sequence[Case], most: int) -> list[Case]:
    classes: dict[str, list[Case]] = {}
    for case in cases:
        classes.setdefault(_class_of(case), []).append(case)
    healthy = classes.pop("", [])
    ill = sum(map(len, classes.values()))
    chosen = healthy[: max(round(most / 4), most - ill)]
    turns = zip_longest(*(several for _, several in sorted(classes.items())))
    by_turns = [case for turn in turns for case in turn if case is not None]
    return chosen + by_turns[: most - len(chosen)]


def _class_of(case: Case) -> str:
    """Empty of a healthy patient."""
    return "" if not case.diseased else case.disease or "unknown"
