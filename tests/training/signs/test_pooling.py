import math

import pytest
import torch

from rofi.model.sign_detector import SignDetector
from rofi.training.signs.pooling import ImageScorer, pool, soft_maximum

LOGITS = torch.tensor([[[[0.0, math.log(3)], [0.0, 0.0]]], [[[-1.0, -2.0], [-3.0, -4.0]]]])


def test_the_maximum_is_the_logit_of_region_score_max():
    expected = SignDetector.image_score(torch.sigmoid(LOGITS))
    torch.testing.assert_close(torch.sigmoid(pool(LOGITS, "max", 0.5, 1)), expected)


def test_top_is_the_mean_of_the_highest():
    torch.testing.assert_close(pool(LOGITS, "top", 0.5, 1), torch.tensor([math.log(3) / 2, -1.5]))
    torch.testing.assert_close(pool(LOGITS, "top", 0.01, 1), pool(LOGITS, "max", 1, 1))


def test_log_sum_exp_by_hand():
    torch.testing.assert_close(pool(LOGITS, "log-sum-exp", 1, 1.0)[0], torch.tensor(math.log(6 / 4)))
    torch.testing.assert_close(pool(LOGITS, "log-sum-exp", 1, 2.0)[0], torch.tensor(math.log(12 / 4) / 2))


def test_log_sum_exp_lies_between_mean_and_maximum():
    torch.testing.assert_close(pool(LOGITS, "log-sum-exp", 1, 1e-4), LOGITS.flatten(1).mean(1), atol=1e-3, rtol=0)
    torch.testing.assert_close(pool(LOGITS, "log-sum-exp", 1, 1e3), LOGITS.flatten(1).amax(1), atol=2e-3, rtol=0)


def test_the_soft_maximum_by_hand_and_in_the_limit():
    torch.testing.assert_close(soft_maximum(LOGITS, 1.0)[0], torch.tensor(math.log(6 / 4)))
    torch.testing.assert_close(soft_maximum(LOGITS, 1e3), LOGITS.flatten(1).amax(1), atol=2e-3, rtol=0)


def test_the_soft_maximum_teaches_every_region():
    logits = torch.zeros(1, 1, 2, 2, requires_grad=True)
    soft_maximum(logits, 1.0).sum().backward()
    torch.testing.assert_close(logits.grad, torch.full((1, 1, 2, 2), 0.25))


def test_scores_too_large_for_an_exponential_stay_finite():
    assert torch.isfinite(soft_maximum(torch.full((1, 1, 4, 4), 200.0), 50.0)).all()


@pytest.mark.parametrize("begun", [0.0, 0.5, 1.0])
def test_a_scorer_sharpens_its_maximum_as_the_start_goes_by(begun):
    torch.manual_seed(0)
    detector = SignDetector(8).eval()
    face = torch.rand(2, 3, 64, 64)
    logits = detector.logits(face)
    expected = logits.flatten(1).amax(1) if begun == 1 else soft_maximum(logits, 1 / (1 - begun))
    torch.testing.assert_close(ImageScorer(detector, "max", 0.1, 1)(face, begun), expected)
