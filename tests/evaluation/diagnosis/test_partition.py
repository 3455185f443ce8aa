from collections import Counter

import numpy as np
import pytest

from rofi.cohort.diseases import Disease
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import write_table
from rofi.errors import CohortError
from rofi.evaluation.bench import Case
from rofi.evaluation.diagnosis.partition import divide
from sign_cohort import write_cohort

DISEASES = (Disease.PTOSIS, Disease.PTERYGIUM)


def hospital(folder, patients=60, images=2, disease=True):
    """A table without a truth: two photographs of each patient, all in the internal split."""
    rows = []
    for number in range(patients):
        of = None if number % 2 else DISEASES[number // 2 % 2]
        label = Label.HEALTHY if of is None else Label.DISEASED
        for image in range(images):
            name = f"images/{number:03d}-{image}.png"
            rows.append(Row(name, f"p{number}", "here", Split.INTERNAL, label, of if disease else None))
    folder.mkdir(exist_ok=True)
    write_table(folder, rows)
    return rows


def test_the_made_cohorts_own_splits_are_used(tmp_path):
    write_cohort(tmp_path, {Split.TRAIN: 40, Split.SELECTION: 20, Split.INTERNAL: 4})
    partition = divide(tmp_path, 20, 10, seed=0)
    assert {case.row.split for case in partition.learning} == {Split.TRAIN}
    assert {case.row.split for case in partition.tuning} == {Split.SELECTION}
    assert Counter(case.diseased for case in partition.learning) == {True: 10, False: 10}
    assert len(partition.tuning) == 10
    assert partition.tested is None


def test_a_hospitals_internal_split_is_divided_by_patients(tmp_path):
    rows = hospital(tmp_path / "cohort")
    partition = divide(tmp_path / "cohort", 1000, 1000, seed=1)
    by_image = {row.image: row for row in rows}
    parts = [{case.row.patient for case in part} for part in (partition.learning, partition.tuning)]
    parts.append({by_image[image].patient for image in partition.tested})
    assert [len(part) for part in parts] == [36, 6, 18]
    assert len(set.union(*parts)) == 60  # nobody twice
    tested = Counter(by_image[image].disease for image in partition.tested)
    assert tested == {None: 18, Disease.PTOSIS: 10, Disease.PTERYGIUM: 8} or max(tested.values()) <= 20
    assert all(4 <= count / 2 <= 10 for count in tested.values())  # each kind has its share


def test_only_what_was_not_learnt_from_may_be_tested(tmp_path):
    rows = hospital(tmp_path / "cohort")
    partition = divide(tmp_path / "cohort", 1000, 1000, seed=1)
    cases = [Case(row, row.disease, (), None, row.patient) for row in rows]
    assert {case.row.image for case in cases if partition.may_test(case)} == partition.tested
    inside = Row("there.png", "y", "here", Split.TRAIN, Label.HEALTHY)
    assert not partition.may_test(Case(inside, None, (), None, "y"))
    outside = Row("elsewhere.png", "x", "there", Split.EXTERNAL_1, Label.HEALTHY)
    assert partition.may_test(Case(outside, None, (), None, "x"))


def test_the_same_seed_divides_alike(tmp_path):
    hospital(tmp_path / "cohort")
    assert divide(tmp_path / "cohort", 10, 10, seed=1) == divide(tmp_path / "cohort", 10, 10, seed=1)
    assert divide(tmp_path / "cohort", 10, 10, seed=1) != divide(tmp_path / "cohort", 10, 10, seed=2)


def test_too_few_healthy_leave_their_places_to_the_diseased(tmp_path):
    rows = [
        Row(f"images/{number}.png", f"p{number}", "here", split, label, disease)
        for split in (Split.TRAIN, Split.SELECTION)
        for number, (label, disease) in enumerate(
            [(Label.HEALTHY, None)] * 8 + [(Label.DISEASED, Disease.PTOSIS)] * 30, 100 * list(Split).index(split)
        )
    ]
    write_table(tmp_path, rows)
    learning = divide(tmp_path, 30, 10, seed=0).learning
    assert Counter(case.diseased for case in learning) == {False: 8, True: 22}


def test_untold_diseases_leave_nothing_to_learn_from(tmp_path):
    hospital(tmp_path / "cohort", disease=False)
    with pytest.raises(CohortError, match="column disease"):
        divide(tmp_path / "cohort", 10, 10, seed=0)


def test_drawing_is_at_random(tmp_path):
    write_cohort(tmp_path, {Split.TRAIN: 40, Split.SELECTION: 16})
    drawn = [{case.row.image for case in divide(tmp_path, 16, 8, seed).learning} for seed in range(3)]
    assert len({frozenset(images) for images in drawn}) == 3
    assert np.mean([len(images) for images in drawn]) == 16
