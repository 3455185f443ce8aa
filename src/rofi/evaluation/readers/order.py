"""Who sees what, and in which order: balanced over readers, methods and patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.errors import RofiError


@dataclass(frozen=True, order=True)
class Showing:
    """One picture in a reader's order, by numbers of patient and treatment."""

    patient: int
    treatment: int


def williams_square(treatments: int) -> tuple[tuple[int, ...], ...]:
    """Sequences in which every treatment stands once at every place and follows every other equally often.

    A Latin square for an even number of treatments, two of them for an odd one (Williams 1949).

    Args:
        treatments: at least one.
    """
    zigzag = [place // 2 if place % 2 == 0 else treatments - (place + 1) // 2 for place in range(treatments)]
    rows = [tuple((start + step) % treatments for step in zigzag) for start in range(treatments)]
    if treatments % 2 == 1 and treatments > 1:
        rows += [row[::-1] for row in rows]
    return tuple(rows)


def reading_order(patients: int, treatments: int, rounds: int, reader: int, seed: int) -> tuple[Showing, ...]:
    """What a reader sees, one after the other.

    The reader sees every patient once in every round, each time after another treatment. Which one is by a Williams
    square, so that in every round the patients are divided among the treatments, and over as many readers as there are
    treatments every patient comes once after each of them in every round. Half of the patients stay in the first half
    of all rounds: this keeps showings of one patient apart.

    Args:
        patients: at least two.
        treatments: methods, the originals being one.
        rounds: 1 to `treatments`; with all of them the reader sees every picture.
        reader: number, from 0; another row of the square.
        seed: of the study.

    Returns:
        `patients * rounds` showings; between two of one patient are at least `patients // 2` of others.

    Raises:
        RofiError: numbers out of these ranges.
    """
    if patients < 2 or not 1 <= rounds <= treatments:
        raise RofiError(
            f"{patients} patients, {rounds} rounds, {treatments} methods: a study needs two patients or more, and 1 to "
            f"{treatments} rounds"
        )
    square = williams_square(treatments)
    common = np.random.default_rng([seed, 0])
    names = common.permutation(treatments).tolist()
    place = common.permutation(patients).tolist()
    own = np.random.default_rng([seed, 1, reader])
    halves = np.array_split(own.permutation(patients), 2)
    order: list[Showing] = []
    for turn in range(rounds):
        for half in halves:
            for patient in own.permutation(half).tolist():
                block, row = divmod(place[patient] % len(square), treatments)
                sequence = square[block * treatments + (row + reader) % treatments]
                order.append(Showing(patient, names[sequence[turn]]))
    return tuple(order)
