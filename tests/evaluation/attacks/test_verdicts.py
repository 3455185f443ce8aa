import numpy as np
import pytest

from rofi.evaluation.attacks.verdicts import Verdict, identified, view_psnr
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS


def test_shares_count_what_is_over_the_threshold():
    verdict = Verdict("judge", np.array([0.1, 0.5, 0.4, 0.9]), 0.4, np.array([True, False, False, True]))
    assert verdict.share_accepted.estimate == 0.5  # at the threshold is not over it
    assert verdict.share_protected.estimate == 0.5
    assert verdict.share_identified.estimate == 0.5
    assert verdict.mean_similarity(200).estimate == pytest.approx(0.475)


def test_one_picture_has_a_mean_without_interval():
    assert Verdict("judge", np.array([0.3]), 0.4, np.array([True])).mean_similarity(200) == 0.3


def test_identified_is_who_is_nearest_to_his_own_row():
    judge = Recogniser(SPECS["mobilefacenet512"], threads=1)
    gallery = np.eye(3, dtype=np.float32)
    probes = np.array([[1, 0, 0], [1, 0.5, 0], [0, 0.7, 0.7]], np.float32)  # own, another's, a tie
    assert identified(judge, probes, gallery).tolist() == [True, False, False]


def test_psnr_of_one_level_off_is_48_decibels():
    views = np.full((1, 4, 4, 3), 100, np.uint8)
    assert view_psnr(views + 1, views) == pytest.approx(20 * np.log10(255), abs=1e-3)
    assert view_psnr(views, views) == 100
