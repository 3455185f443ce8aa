import numpy as np
import pytest

from rofi.cohort.painting import changed, check_severity
from rofi.errors import CohortError


@pytest.mark.parametrize("severity", [0, 0.3, 1])
def test_a_severity_within_0_and_1_is_one(severity):
    assert check_severity(severity) == severity


@pytest.mark.parametrize("severity", [-0.01, 1.01, float("nan"), float("inf")])
def test_any_other_number_is_refused_with_its_value(severity):
    with pytest.raises(CohortError, match=str(severity).replace(".", r"\.")):
        check_severity(severity)


@pytest.fixture
def before():
    return np.full((40, 40, 3), 128, np.float32)


def test_what_changed_in_one_colour_only_is_found_and_no_more(before):
    after = before.copy()
    after[10:20, 12:25, 2] += 4
    found = changed(before, after, 2.0)
    expected = np.zeros((40, 40), bool)
    expected[10:20, 12:25] = True
    assert (found != expected).sum() <= 4  # corners are rounded off


def test_changes_too_faint_to_see_do_not_count(before):
    assert not changed(before, before + 2.9, 2.0).any()


def test_single_pixels_are_removed(before):
    after = before.copy()
    after[5, 5] += 50
    assert not changed(before, after, 2.0).any()


def test_gaps_narrower_than_a_millimetre_are_closed(before):
    after = before.copy()
    after[10:30, 10:30] += 20
    after[:, 19:21] = before[:, 19:21]
    assert changed(before, after, 4.0)[14:26, 14:26].all()
