import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from rofi.errors import TooFewPairs
from rofi.evaluation.course_comparer import judge_courses

VERDICTS = ["better", "same", "worse"] * 20
PATIENTS = [f"patient {number}" for number in range(60)]


def changes(noise, seed=0):
    generator = np.random.default_rng(seed)
    planted = np.array([{"better": -1.0, "same": 0.0, "worse": 1.0}[verdict] for verdict in VERDICTS])
    return planted[:, None] * np.ones(20) + generator.normal(0, noise, (60, 20))


def test_a_change_that_shows_is_judged_right():
    assert accuracy_score(VERDICTS, judge_courses(changes(0.3), VERDICTS, PATIENTS, changes(0.3))) > 0.95


def test_nothing_to_see_is_judged_at_chance():
    nothing = np.random.default_rng(1).normal(0, 1, (60, 20))
    assert accuracy_score(VERDICTS, judge_courses(nothing, VERDICTS, PATIENTS, nothing)) < 0.6


def test_what_is_asked_decides_not_what_is_known():
    turned = judge_courses(changes(0.1), VERDICTS, PATIENTS, -changes(0.1))
    assert accuracy_score([{"better": "worse", "worse": "better"}.get(v, v) for v in VERDICTS], turned) > 0.95


def test_no_patient_is_learned_from_and_judged():
    generator = np.random.default_rng(2)
    own = np.repeat(generator.normal(0, 1, (12, 20)), 5, axis=0)  # five pairs of each patient, alike, of one verdict
    verdicts = list(np.repeat(["better", "worse"] * 6, 5))
    patients = list(np.repeat([f"patient {n}" for n in range(12)], 5))
    judged = judge_courses(own, verdicts, patients, own)
    assert accuracy_score(verdicts, judged) < 0.8  # it would be 1 by recognising the patient


def test_too_few_patients_are_an_error():
    with pytest.raises(TooFewPairs, match="add pairs"):
        judge_courses(changes(1)[:9], VERDICTS[:9], PATIENTS[:9], changes(1)[:9])
    with pytest.raises(TooFewPairs, match="two verdicts"):
        judge_courses(changes(1), ["same"] * 60, PATIENTS, changes(1))
