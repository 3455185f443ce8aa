import math

import cv2
import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.classification import binary_auroc

from rofi.errors import RofiError
from rofi.evaluation.sign_detection import auroc, auroc_interval, coverage, false_area, pointing_game

LEVELS = st.lists(st.integers(0, 8).map(lambda level: level / 8), min_size=1, max_size=30)


@settings(deadline=None, max_examples=100)
@given(LEVELS, LEVELS)
def test_auroc_agrees_with_torchmetrics_ties_included(diseased, healthy):
    scores = torch.tensor(diseased + healthy)
    labels = torch.tensor([1] * len(diseased) + [0] * len(healthy))
    assert auroc(diseased, healthy) == pytest.approx(float(binary_auroc(scores, labels)), abs=1e-6)


def test_auroc_is_the_mann_whitney_statistic():
    generator = np.random.default_rng(0)
    diseased, healthy = generator.normal(1, 1, 40), generator.normal(0, 1, 60)
    statistic = scipy.stats.mannwhitneyu(diseased, healthy).statistic
    assert auroc(diseased, healthy) == pytest.approx(statistic / 2400)


def delong_variance(diseased, healthy):
    """Of its definition: variances of the structural components, DeLong et al. 1988, equations 4 to 6."""
    kernel = np.array([[1.0 if x > y else 0.5 if x == y else 0.0 for y in healthy] for x in diseased])
    return kernel.mean(1).var(ddof=1) / len(diseased) + kernel.mean(0).var(ddof=1) / len(healthy)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_interval_is_delongs_on_the_logits_scale(confidence):
    generator = np.random.default_rng(1)
    diseased, healthy = np.round(generator.normal(1, 1, 30), 1), np.round(generator.normal(0, 1, 50), 1)
    found = auroc_interval(diseased, healthy, confidence)
    area = auroc(diseased, healthy)
    spread = math.sqrt(delong_variance(diseased, healthy)) / (area * (1 - area))
    reach = scipy.stats.norm.ppf(0.5 + confidence / 2) * spread
    assert found.estimate == area
    low, high = scipy.special.logit([found.low, found.high])
    assert (low, high) == pytest.approx((scipy.special.logit(area) - reach, scipy.special.logit(area) + reach))


def test_the_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(2)
    truth = scipy.stats.norm.cdf(1 / math.sqrt(2))
    held = 0
    for _ in range(400):
        found = auroc_interval(generator.normal(1, 1, 40), generator.normal(0, 1, 40))
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_without_overlap_the_interval_is_newcombes():
    """Two against two by hand: (1 - a)^2 = z^2 a (1 - a) (1 + (1 - a) / (2 - a) + a / (1 + a)) / 4 at a = 0.3856."""
    found = auroc_interval([0.8, 0.9], [0.1, 0.2])
    a = found.low
    z = scipy.stats.norm.ppf(0.975)
    assert (found.estimate, found.high) == (1, 1)
    assert (1 - a) ** 2 == pytest.approx(z**2 * a * (1 - a) * (1 + (1 - a) / (2 - a) + a / (1 + a)) / 4)
    turned = auroc_interval([0.1, 0.2], [0.8, 0.9])
    assert (turned.estimate, turned.low) == (0, 0)
    assert turned.high == pytest.approx(1 - a)


def test_more_images_without_overlap_say_more():
    lows = [auroc_interval(np.arange(n) + 100, np.arange(n)).low for n in (2, 5, 20, 100)]
    assert lows == sorted(lows)
    assert 0.05 < lows[0] < 0.5
    assert 0.98 < lows[-1] < 1


def test_equal_scores_have_an_interval_too():
    found = auroc_interval([0.5, 0.5], [0.5, 0.5])
    assert found.low < found.estimate == 0.5 < found.high


def test_the_interval_covers_as_often_where_many_samples_do_not_overlap():
    generator = np.random.default_rng(3)
    truth = scipy.stats.norm.cdf(2.5 / math.sqrt(2))
    held = 0
    for _ in range(400):
        found = auroc_interval(generator.normal(2.5, 1, 8), generator.normal(0, 1, 8))
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.93


def test_the_highest_region_points_at_a_sign_or_beside_it():
    masks = torch.zeros(4, 1, 32, 32, dtype=torch.bool)
    masks[..., 9, 9] = True  # in region 1, 1 of 4 x 4
    scores = torch.zeros(4, 1, 4, 4)
    for i, (y, x) in enumerate([(1, 1), (2, 2), (1, 3), (3, 1)]):
        scores[i, 0, y, x] = 0.3
    assert pointing_game(scores, masks).tolist() == [True, True, False, False]
    assert pointing_game(scores, masks, tolerance=0).tolist() == [True, False, False, False]
    assert pointing_game(scores, masks, tolerance=2).tolist() == [True, True, True, True]


def test_coverage_and_false_area_by_hand():
    scores = torch.full((1, 1, 4, 4), 0.6)
    masks = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    masks[..., 4:8, 4:12] = True
    assert coverage(scores, masks, (0.5, 0.7)).tolist() == [[1, 0]]
    assert false_area(scores, masks, (0.5, 0.7)).tolist() == [[1, 0]]


def test_scores_are_enlarged_as_opencv_does_it():
    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(3, 1, 8, 8, generator=generator)
    masks = torch.rand(3, 1, 64, 64, generator=generator) < 0.1
    thresholds = (0.3, 0.5, 0.7)
    for i, (score, mask) in enumerate(zip(scores[:, 0].numpy(), masks[:, 0].numpy(), strict=True)):
        enlarged = cv2.resize(score, (64, 64), interpolation=cv2.INTER_LINEAR)
        inside = [float((enlarged[mask] > t).mean()) for t in thresholds]
        outside = [float((enlarged[~mask] > t).mean()) for t in thresholds]
        assert coverage(scores, masks, thresholds)[i].tolist() == pytest.approx(inside, abs=1e-3)
        assert false_area(scores, masks, thresholds)[i].tolist() == pytest.approx(outside, abs=1e-3)


def test_what_is_widened_reaches_that_many_pixels_further():
    scores = torch.zeros(1, 1, 8, 8)
    scores[..., :4] = 1.0  # above 0.5 left of column 32
    masks = torch.zeros(1, 1, 64, 64, dtype=torch.bool)
    masks[..., 30:34, 32:42] = True
    assert coverage(scores, masks, (0.5,)).tolist() == [[0]]
    assert coverage(scores, masks, (0.5,), reach=5).tolist() == [[0.5]]


def test_a_healthy_face_has_only_false_area():
    scores = torch.zeros(1, 1, 4, 4)
    scores[..., 0, 0] = 1
    empty = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    assert 0.02 < float(false_area(scores, empty, (0.5,))) < 0.08


@pytest.mark.parametrize(
    ("diseased", "healthy"), [([], [0.1]), ([0.1], []), ([float("nan")], [0.1]), ([0.1], [float("nan")])]
)
def test_scores_that_are_none_are_refused(diseased, healthy):
    with pytest.raises(RofiError, match="at least one of each"):
        auroc(diseased, healthy)


def test_an_interval_of_one_score_is_refused():
    with pytest.raises(RofiError, match="two or more of each"):
        auroc_interval([0.5], [0.1, 0.2])


def test_a_confidence_of_one_is_refused():
    with pytest.raises(RofiError, match="not in"):
        auroc_interval([0.5, 0.6], [0.1, 0.2], 1.0)


@pytest.mark.parametrize("metric", [pointing_game, coverage, false_area])
@pytest.mark.parametrize(
    ("scores", "masks", "message"),
    [
        (torch.zeros(2, 1, 4, 4), torch.ones(1, 1, 32, 32, dtype=torch.bool), r"\(2, 1, 4, 4\)"),
        (torch.zeros(1, 2, 4, 4), torch.ones(1, 1, 32, 32, dtype=torch.bool), r"\(1, 2, 4, 4\)"),
        (torch.zeros(4, 4), torch.ones(32, 32, dtype=torch.bool), r"\(4, 4\)"),
        (torch.zeros(1, 1, 4, 4), torch.ones(1, 1, 32, 32), "float32"),
    ],
)
def test_other_shapes_and_types_are_refused(metric, scores, masks, message):
    with pytest.raises(RofiError, match=message):
        metric(scores, masks)


@pytest.mark.parametrize("metric", [pointing_game, coverage])
def test_an_empty_mask_is_refused(metric):
    with pytest.raises(RofiError, match="a mask is empty"):
        metric(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 32, 32, dtype=torch.bool))


def test_a_mask_of_the_whole_view_is_refused():
    with pytest.raises(RofiError, match="covers the whole view"):
        false_area(torch.zeros(1, 1, 4, 4), torch.ones(1, 1, 32, 32, dtype=torch.bool))
