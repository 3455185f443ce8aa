from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rofi.errors import RofiError
from rofi.evaluation.readers.candidates import candidates_of


@given(people=st.integers(2, 40), count=st.integers(2, 10), seed=st.integers(0, 20), turn=st.integers(0, 20))
def test_the_person_is_among_different_people_and_everybody_equally_often(people, count, seed, turn):
    count = min(count, people)
    rows = candidates_of(people, count, seed, turn)
    assert all(person in row and len(set(row)) == count for person, row in enumerate(rows))
    assert Counter(one for row in rows for one in row) == dict.fromkeys(range(people), count)


def test_the_person_is_at_every_place_equally_often():
    rows = candidates_of(20, 5, 3, 0)
    assert Counter(row.index(person) for person, row in enumerate(rows)) == dict.fromkeys(range(5), 4)


def test_another_turn_is_other_company():
    assert candidates_of(20, 5, 3, 0) != candidates_of(20, 5, 3, 1)


@pytest.mark.parametrize("count", [1, 5])
def test_too_few_people_or_candidates_are_an_error(count):
    with pytest.raises(RofiError, match="among 4 people"):
        candidates_of(4, count, 0, 0)
