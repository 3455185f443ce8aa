"""Whom readers choose among in a study of recognition."""

from __future__ import annotations

import numpy as np

from rofi.errors import RofiError


def candidates_of(people: int, count: int, seed: int, turn: int) -> tuple[tuple[int, ...], ...]:
    """For every person the people to choose among, the person being one of them.

    Everybody is a candidate equally often, so that who comes often tells nothing; so is the person at every place.

    Args:
        people: in the study.
        count: candidates, 2 to `people`.
        seed: of the study.
        turn: another one gives other company.

    Returns:
        (people, count) numbers of people, without repetition within a row.

    Raises:
        RofiError: too few people, or fewer than two candidates.
    """
    if not 2 <= count <= people:
        raise RofiError(
            f"{count} candidates among {people} people with a face: give at least 2, and no more than there are people"
        )
    generator = np.random.default_rng([seed, 2, turn])
    ring = generator.permutation(people)
    steps = np.r_[0, 1 + generator.permutation(people - 1)[: count - 1]]
    places = generator.permutation(np.arange(people) % count)
    chosen = np.zeros((people, count), np.int64)
    for position, person in enumerate(ring):
        others = generator.permutation(ring[(position + steps[1:]) % people])
        chosen[person] = np.insert(others, places[position], person)
    return tuple(tuple(row) for row in chosen.tolist())
