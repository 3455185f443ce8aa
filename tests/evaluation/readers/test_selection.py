from collections import Counter

import pytest

from rofi.cohort.diseases import Disease
from rofi.cohort.row import Label, Row, Split
from rofi.errors import CohortError
from rofi.evaluation.bench import Case
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.selection import select_cases


def case(number, disease=None, person=None, diseased=None):
    ill = disease is not None if diseased is None else diseased
    row = Row(f"{number}.png", f"P{number}", "here", Split.INTERNAL, Label.DISEASED if ill else Label.HEALTHY)
    return Case(row, disease, (), None, person or row.patient)


MANY = [case(number, disease) for number, disease in enumerate([None] * 20 + [*Disease] * 4)]


def test_a_limit_is_spread_over_healthy_and_diseases():
    chosen, left_out = select_cases(MANY, Kind.HEALTH, 28, 0)
    counts = Counter(one.disease for one in chosen)
    assert counts.pop(None) == 7
    assert sorted(counts.values()) == [1, *[2] * 10]
    assert left_out == ("36 people, since 28 were asked for",)


def test_a_person_comes_once():
    cases = [case(number, Disease.PTOSIS if number % 2 else None, person=f"F{number // 2}") for number in range(40)]
    chosen, left_out = select_cases(cases, Kind.HEALTH, None, 0)
    assert len({one.person for one in chosen}) == len(chosen) == 20
    assert Counter(one.diseased for one in chosen) == {True: 10, False: 10}
    assert left_out == ("20 further images of the same people",)


def test_a_study_of_diseases_takes_patients_whose_disease_is_known():
    cases = [*MANY, case(900, diseased=True)]
    chosen, left_out = select_cases(cases, Kind.DISEASE, None, 0)
    assert all(one.disease for one in chosen)
    assert len(chosen) == 44
    assert left_out == ("1 images of patients whose disease nobody tells",)


def test_seed_decides():
    drawn = [select_cases(MANY, Kind.SIGNS, 10, seed)[0] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_one_patient_is_no_study():
    with pytest.raises(CohortError, match="1 patients for a study of disease"):
        select_cases(MANY[:21], Kind.DISEASE, None, 0)
