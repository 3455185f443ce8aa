"""Whose photographs an attacker may learn from, and whose he attacks: never the same person's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rofi.cohort.layout import TRUTH
from rofi.cohort.row import Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.open_bench import to_case


@dataclass(frozen=True)
class People:
    """Two sets of people, one photograph each.

    Attributes:
        learnt_from: the attacker's own patients, in random order.
        attacked: other people, of the bench's cases, in random order.
        source: where the attacker's come from, for the report.
    """

    learnt_from: tuple[Case, ...]
    attacked: tuple[Case, ...]
    source: str


def divide(bench: Bench) -> People:
    """The cohort's train split is the attacker's; without one, half of the bench's people are.

    A cohort may paint several patients on one face: by `Case.person` nobody is on both sides.
    """
    truths = {truth.image: truth for truth in read_truth(bench.cohort)} if (bench.cohort / TRUTH).is_file() else {}
    train = [to_case(row, truths.get(row.image)) for row in read_table(bench.cohort) if row.split is Split.TRAIN]
    tested = [case for case in bench.cases if case.row.split is not Split.TRAIN]
    attacked = _one_each(tested, bench.settings.seed)
    persons = {case.person for case in tested}
    learnt_from = _one_each((case for case in train if case.person not in persons), bench.settings.seed)
    if learnt_from and attacked:
        return People(learnt_from, attacked, "people of the train split")
    everybody = _one_each(bench.cases, bench.settings.seed)
    half = len(everybody) // 2
    return People(everybody[:half], everybody[half:], "half of the people measured on (there is no train split)")


def _one_each(cases: Iterable[Case], seed: int) -> tuple[Case, ...]:
    """One photograph of every person."""
    first: dict[str, Case] = {}
    for case in cases:
        first.setdefault(case.person, case)
    found = list(first.values())
    return tuple(found[number] for number in np.random.default_rng(seed).permutation(len(found)).tolist())
