import numpy as np
import pytest

from rofi.evaluation.intervals import bootstrap_mean
from rofi.evaluation.patients import mean_over_patients, paired_test, patient_means
from rofi.evaluation.tests_of_difference import wilcoxon_signed_rank


def test_a_patients_images_count_as_one():
    assert patient_means([("a", 1.0), ("b", 5.0), ("a", 3.0)]) == {"a": 2.0, "b": 5.0}


def test_images_without_a_figure_do_not_count():
    assert patient_means([("a", 1.0), ("a", np.nan), ("b", np.inf)]) == {"a": 1.0}


def test_mean_is_bootstrapped_over_patients():
    means = {"a": 1.0, "b": 4.0, "c": 7.0}
    assert mean_over_patients(means, resamples=199, seed=3) == bootstrap_mean([1, 4, 7], resamples=199, seed=3)


def test_one_patient_has_no_interval():
    assert mean_over_patients({"a": 1.0}) is None


def test_patients_are_paired_by_name():
    first = {"a": 1.0, "b": 2.0, "c": 3.0, "x": 9.0}
    second = {"c": 30.0, "a": 11.0, "b": 21.0, "y": 0.0}
    assert paired_test(first, second) == wilcoxon_signed_rank([1, 2, 3], [11, 21, 30])


@pytest.mark.parametrize("second", [{}, {"a": 1.0}, {"x": 1.0, "y": 2.0}])
def test_fewer_than_two_shared_patients_are_no_test(second):
    assert paired_test({"a": 1.0, "b": 2.0}, second) is None
