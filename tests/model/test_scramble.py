import hashlib

import numpy as np
import pytest
import torch

from rofi.model.scramble import KeyedRotation

SIZES = [1, 63, 64, 65, 1000]


def key(seed=0):
    return torch.randn(512, generator=torch.Generator().manual_seed(seed))


def numbers(size, seed=1):
    return torch.randn(size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", SIZES)
def test_inverting_gives_the_numbers_again(size):
    values, rotation = numbers(size), KeyedRotation(key(), size)
    torch.testing.assert_close(rotation.invert(rotation.apply(values)), values, atol=1e-6, rtol=0)
    torch.testing.assert_close(rotation.apply(rotation.invert(values)), values, atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", SIZES)
def test_the_matrix_is_orthogonal(size):
    if size > 100:
        values, rotation = numbers(size), KeyedRotation(key(), size)
        assert float(rotation.apply(values).norm()) == pytest.approx(float(values.norm()), rel=1e-6)
        return
    rotation = KeyedRotation(key(), size)
    matrix = torch.stack([rotation.apply(row) for row in torch.eye(size, dtype=torch.float64)])
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(size, dtype=torch.float64), atol=1e-6, rtol=0)


def test_the_permutations_of_a_key_never_change():
    """Another hash here means that nothing hidden by earlier versions can be revealed."""
    rotation = KeyedRotation(torch.linspace(-3, 3, 512), 1000)
    drawn = b"".join(t.numpy().astype("<i8").tobytes() for t in (rotation.inward, rotation.outward))
    assert hashlib.sha256(drawn).hexdigest() == "86a6125ac689ea0682c24c8ad006a0ae7a0cdbc4b7518e513ca894dd5baf54cc"
    signs = b"".join(t.numpy().astype("<i1").tobytes() for t in (rotation.inward_signs, rotation.outward_signs))
    assert hashlib.sha256(signs).hexdigest() == "e35aca0aecd1519a832ed6432bfcb4c4cbb91fda4101b724bb94c39d794e13ff"


def test_the_permutation_is_shake_256_over_the_keys_bits():
    linear = torch.linspace(-3, 3, 512)
    seed = hashlib.sha256(linear.numpy().astype("<f4").tobytes()).digest()
    stream = hashlib.shake_256(b"rofi/v1/rotation/inward" + seed).digest(8 * 100)
    words = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(100)]
    assert KeyedRotation(linear, 100).inward.tolist() == sorted(range(100), key=words.__getitem__)


def test_the_same_key_is_the_same_map():
    values = numbers(1000)
    assert torch.equal(KeyedRotation(key(), 1000).apply(values), KeyedRotation(key().clone(), 1000).apply(values))


@pytest.mark.parametrize("place", [0, 255, 511])
def test_one_bit_of_one_number_is_another_map(place):
    near = key().numpy().copy()
    near[place] = np.nextafter(near[place], np.float32(9), dtype=np.float32)
    values = numbers(20_000)
    mixed, other = (KeyedRotation(k, 20_000).apply(values) for k in (key(), torch.from_numpy(near)))
    assert abs(float(torch.corrcoef(torch.stack([mixed, other]))[0, 1])) < 5 / 20_000**0.5


def test_what_is_mixed_looks_like_noise():
    """A message of one number over and over comes out normal in its first four moments, and white."""
    mixed = KeyedRotation(key(), 64 * 300).apply(torch.ones(64 * 300, dtype=torch.float64))
    assert abs(float(mixed.mean())) < 0.03
    assert float(mixed.square().mean()) == pytest.approx(1, rel=1e-5)
    assert float(mixed.pow(4).mean()) == pytest.approx(3, abs=0.2)
    assert abs(float((mixed[1:] * mixed[:-1]).mean())) < 0.03


def test_the_key_has_no_gradient():
    assert not KeyedRotation(key().requires_grad_(), 64).apply(torch.ones(64)).requires_grad
