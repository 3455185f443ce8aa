import numpy as np
import pytest
from scipy.stats import norm

from rofi.keys.normal import natural_log, normal_quantile, standard_normal


def test_quantile_agrees_with_scipy_in_centre_shoulder_and_tail():
    probabilities = np.concatenate(
        [
            np.linspace(0.001, 0.999, 999),
            10.0 ** -np.arange(1, 17, 0.25),
            0.5 + np.array([-1, 1])[:, None].repeat(8, 1).ravel() * np.tile(10.0 ** -np.arange(1, 9), 2),
            [2.0**-54, 1 - 2.0**-53],
        ]
    )
    ours = np.array([normal_quantile(float(p)) for p in probabilities])
    np.testing.assert_allclose(ours, norm.ppf(probabilities), rtol=1e-12, atol=1e-15)


def test_log_agrees_with_numpy_to_the_last_places():
    x = np.concatenate([np.geomspace(2.0**-54, 1.0, 501)[:-1], np.linspace(0.5, 1.0, 100)[:-1]])
    np.testing.assert_allclose([natural_log(float(v)) for v in x], np.log(x), rtol=1e-15)


@pytest.mark.parametrize("bits", [0, 1, 12345, 2**51, 2**52 - 1])
def test_the_two_halves_mirror_each_other_exactly_and_stay_finite(bits):
    assert standard_normal(2**53 - 1 - bits) == -standard_normal(bits)
    assert abs(standard_normal(bits)) == pytest.approx(abs(norm.ppf((bits + 0.5) / 2**53)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("bits", [-1, 2**53])
def test_more_than_53_bits_is_an_error(bits):
    with pytest.raises(ValueError, match="53 bits"):
        standard_normal(bits)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.5, float("nan")])
def test_a_probability_outside_the_open_interval_is_an_error(probability):
    with pytest.raises(ValueError, match=r"\(0, 1\)"):
        normal_quantile(probability)
