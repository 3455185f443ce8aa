import numpy as np
import pytest
import scipy.stats

from rofi.errors import HeaderDamaged, NotProtected
from rofi.evaluation.methods.face_code import FaceCode
from rofi.keys.secret import Secret

PASSWORD, OTHER = Secret(bytes(32)), Secret(bytes(31) + b"\1")


def code(count=460):
    generator = np.random.default_rng(0)
    points = generator.uniform(0, 4000, (5, 2)).astype(np.float32).astype(np.float64)
    return FaceCode(bytes(range(16)), points, generator.standard_normal(count))


def test_numbers_come_back_to_the_nearest_of_256_quantiles():
    sent = code()
    got = FaceCode.from_bits(sent.to_bits(PASSWORD), PASSWORD, "a.png")
    assert got.salt == sent.salt
    assert (got.points == sent.points).all()
    places = scipy.stats.norm.cdf(got.numbers) - scipy.stats.norm.cdf(sent.numbers)
    assert np.abs(places).max() <= 0.5 / 256 + 1e-9


def test_numbers_too_large_come_back_as_the_largest():
    sent = FaceCode(bytes(16), np.zeros((5, 2)), np.array([50.0, -50.0]))
    got = FaceCode.from_bits(sent.to_bits(PASSWORD), PASSWORD, "a.png")
    largest = scipy.stats.norm.ppf(255.5 / 256)
    assert got.numbers == pytest.approx([largest, -largest])


def test_a_wrong_password_gives_other_numbers_of_the_normal_distribution():
    sent = code(4000)
    got = FaceCode.from_bits(sent.to_bits(PASSWORD), OTHER, "a.png")
    assert abs(np.corrcoef(got.numbers, sent.numbers)[0, 1]) < 0.06
    assert scipy.stats.kstest(got.numbers, "norm").pvalue > 0.001


def test_the_message_has_the_length_that_is_told():
    assert len(code(7).to_bits(PASSWORD)) == FaceCode.bits(7)


def test_a_damaged_message_is_told_from_none():
    damaged = code().to_bits(PASSWORD)
    damaged[3000] ^= 1
    with pytest.raises(HeaderDamaged, match=r"a\.png: the hidden face code is damaged"):
        FaceCode.from_bits(damaged, PASSWORD, "a.png")
    nothing = np.zeros(FaceCode.bits(460), np.uint8)
    with pytest.raises(NotProtected, match=r"a\.png: no hidden face code"):
        FaceCode.from_bits(nothing, PASSWORD, "a.png")
