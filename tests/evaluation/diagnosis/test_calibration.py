import numpy as np
import pytest
import scipy.special

from rofi.evaluation.diagnosis.calibration import Calibration, calibrate
from rofi.evaluation.diagnosis.targets import OUTPUTS, UNTOLD, Targets


def logits(health, sign):
    made = np.zeros((len(health), OUTPUTS))
    made[:, 0], made[:, -4] = health, sign
    return made


def targets(diseased, sign):
    signs = np.zeros((len(diseased), 4), int)
    signs[:, 0] = sign
    return Targets(np.array(diseased), np.full(len(diseased), UNTOLD), signs)


LEARNING = logits([-4.0, 4.0], [-4.0, 4.0]), targets([0, 1], [0, 1])


def test_thresholds_lie_between_the_two_kinds():
    tuning = logits([-3, -1, 1, 3], [-2, 2, -2, 2]), targets([0, 0, 1, 1], [0, 1, UNTOLD, 1])
    found = calibrate(tuning, LEARNING)
    assert found.threshold == pytest.approx((scipy.special.expit(-1) + scipy.special.expit(1)) / 2)
    assert found.tuning_auroc == 1
    assert found.sign_thresholds == pytest.approx((0.5, 0.5, 0.5, 0.5))


def test_tuning_images_of_one_kind_are_no_help():
    tuning = logits([1, 3], [1, 2]), targets([1, 1], [0, 1])
    found = calibrate(tuning, LEARNING)
    assert found.threshold == pytest.approx(0.5)
    assert found.tuning_auroc is None


@pytest.mark.parametrize("area", [0.75, None])
def test_a_calibration_comes_back_from_the_store(area):
    kept = Calibration(0.25, (0.1, 0.2, 0.3, 0.4), area)
    assert Calibration.from_arrays(kept.as_arrays()) == kept
