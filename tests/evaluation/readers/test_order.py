"""Balance and distance in the readers' orders."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rofi.errors import RofiError
from rofi.evaluation.readers.order import Showing, reading_order, williams_square


@pytest.mark.parametrize("treatments", range(1, 10))
def test_every_treatment_stands_and_follows_equally_often(treatments):
    square = williams_square(treatments)
    for stage in zip(*square, strict=True):
        assert set(Counter(stage).values()) == {len(square) // treatments}
    followed = Counter(pair for row in square for pair in pairwise(row))
    assert len(followed) == treatments * (treatments - 1)
    assert len(set(followed.values())) <= 1


def test_square_of_four_is_williams():
    assert williams_square(4) == ((0, 3, 1, 2), (1, 0, 2, 3), (2, 1, 3, 0), (3, 2, 0, 1))


@given(patients=st.integers(2, 30), treatments=st.integers(1, 8), reader=st.integers(0, 9), seed=st.integers(0, 99))
def test_every_picture_once_and_a_patient_never_soon_again(patients, treatments, reader, seed):
    order = reading_order(patients, treatments, treatments, reader, seed)
    assert set(order) == {Showing(p, t) for p in range(patients) for t in range(treatments)}
    assert len(order) == patients * treatments
    last = {}
    for place, showing in enumerate(order):
        between = place - last.get(showing.patient, -patients) - 1
        assert between >= patients // 2
        last[showing.patient] = place


@pytest.mark.parametrize("treatments", [3, 4])
def test_each_round_shares_the_patients_among_the_treatments(treatments):
    order = reading_order(24, treatments, treatments, 0, 5)
    for turn in range(treatments):
        counts = Counter(showing.treatment for showing in order[24 * turn : 24 * (turn + 1)])
        assert set(counts.values()) == {24 // treatments}


@pytest.mark.parametrize("treatments", [3, 4, 5])
def test_one_round_of_as_many_readers_as_treatments_shows_every_picture_once(treatments):
    shown = Counter(one for reader in range(treatments) for one in reading_order(20, treatments, 1, reader, 7))
    assert len(shown) == 20 * treatments
    assert set(shown.values()) == {1}


def test_order_is_another_for_another_reader_and_seed_and_the_same_again():
    assert reading_order(9, 3, 3, 1, 2) == reading_order(9, 3, 3, 1, 2)
    assert len({reading_order(9, 3, 3, reader, seed) for reader in range(3) for seed in range(3)}) == 9


@pytest.mark.parametrize(("patients", "rounds"), [(1, 1), (5, 0), (5, 4)])
def test_numbers_out_of_range_are_an_error(patients, rounds):
    with pytest.raises(RofiError, match="1 to 3 rounds"):
        reading_order(patients, 3, rounds, 0, 0)
