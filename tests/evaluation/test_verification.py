import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from rofi.errors import RofiError, TooFewPairs
from rofi.evaluation.verification import equal_error_rate, threshold_at_far, true_accept_rate

TEN = torch.tensor([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def test_hand_worked_rate():
    """One impostor of ten may pass, 0.9; the threshold is 0.8, and 0.8 itself is not above it."""
    assert threshold_at_far(TEN, 0.1) == pytest.approx(0.8)
    assert true_accept_rate(torch.tensor([0.7, 0.8, 0.85, 1.0]), TEN, 0.1) == 0.5


def test_tied_impostors_do_not_pass_together_beyond_the_rate():
    tied = torch.tensor([0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert true_accept_rate(torch.tensor([0.9, 0.95]), tied, 0.1) == 0.5


def test_a_rate_that_is_not_exact_in_binary_counts_right():
    """0.29 * 100 is 28.999999999999996 in floating point."""
    scores = torch.arange(100, dtype=torch.float64)
    assert (scores > threshold_at_far(scores, 0.29)).sum() == 29


def test_agrees_with_the_normal_distribution():
    """Scores N(0, 1) and N(3, 1): the true accept rate at a false accept rate f is sf(isf(f) - 3)."""
    quantiles = (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
    scores = torch.from_numpy(scipy.stats.norm.ppf(quantiles.numpy()))
    for far in (1e-3, 1e-2, 0.1):
        expected = scipy.stats.norm.sf(scipy.stats.norm.isf(far) - 3)
        assert true_accept_rate(scores + 3, scores, far) == pytest.approx(expected, abs=1e-3)
    assert equal_error_rate(scores + 3, scores) == pytest.approx(scipy.stats.norm.sf(1.5), abs=1e-4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(20, 200), st.sampled_from([0.05, 0.1, 0.3]))
def test_it_is_the_best_rate_among_all_thresholds_within_the_false_accept_rate(
    seed, genuine_count, impostor_count, far
):
    """The definition, tried out: every score as a threshold, in coarse steps so that ties abound."""
    random = np.random.default_rng(seed)
    genuine = random.integers(0, 20, genuine_count) / 10
    impostor = random.integers(-10, 15, impostor_count) / 10
    thresholds = np.concatenate([genuine, impostor])
    allowed = [t for t in thresholds if (impostor > t).mean() <= far + 1e-12]
    expected = max((genuine > t).mean() for t in allowed)
    assert true_accept_rate(torch.from_numpy(genuine), torch.from_numpy(impostor), far) == pytest.approx(expected)


def test_hand_worked_equal_error_rate():
    """Above 0.5 lies one impostor of four, and one genuine pair of four does not."""
    genuine = torch.tensor([0.4, 0.7, 0.8, 0.9])
    impostor = torch.tensor([0.1, 0.2, 0.5, 0.75])
    assert equal_error_rate(genuine, impostor) == 0.25
    assert equal_error_rate(genuine + 1, impostor) == 0.0
    assert equal_error_rate(genuine - 1, impostor) == 1.0


def test_too_few_impostors_is_an_error_not_a_number():
    with pytest.raises(TooFewPairs, match="at least 1000"):
        true_accept_rate(torch.ones(5), torch.zeros(999), far=1e-3)
    assert true_accept_rate(torch.ones(5), torch.zeros(1000), far=1e-3) == 1.0


def test_no_genuine_pair_is_an_error():
    with pytest.raises(TooFewPairs, match="0 genuine"):
        true_accept_rate(torch.ones(0), TEN, far=0.1)
    with pytest.raises(TooFewPairs, match="0 genuine and 10 impostor"):
        equal_error_rate(torch.ones(0), TEN)


@pytest.mark.parametrize("far", [0.0, 1.0, -0.1])
def test_an_impossible_rate_is_an_error(far):
    with pytest.raises(RofiError, match=r"not in \(0, 1\)"):
        true_accept_rate(TEN, TEN, far)


@pytest.mark.parametrize("place", ["genuine", "impostor"])
def test_a_score_that_is_not_a_number_is_an_error(place):
    broken = torch.cat([TEN, torch.tensor([float("nan")])])
    scores = {"genuine": TEN, "impostor": TEN} | {place: broken}
    with pytest.raises(RofiError, match=f"1 {place} scores are not numbers"):
        true_accept_rate(**scores, far=0.1)
    with pytest.raises(RofiError, match=f"1 {place} scores are not numbers"):
        equal_error_rate(**scores)
