import numpy as np
import pytest
import torch

from rofi.evaluation.attacks.random_keys import (
    affordable_tries,
    one_bit_off,
    random_secrets,
    try_keys,
    vectors_one_bit_off,
)
from rofi.keys.secret import Secret
from rofi.model.residue import ResidueCodec


def test_counts_the_keys_that_fit():
    keys = [np.full(4, value, np.float32) for value in (1, 9, 8, 8.5)]
    tries = try_keys(lambda key: float(key[0]), keys)
    assert (tries.tried, tries.fitted, tries.highest) == (4, 2, 9.0)  # 8 is the threshold and does not pass


def test_no_key_is_no_try():
    assert try_keys(lambda key: 1.0, []).tried == 0


def test_each_turned_secret_differs_in_one_bit():
    secret = Secret(bytes(range(32)))
    turned = [other.material for other in one_bit_off(secret, range(256))]
    differing = [sum((a ^ b).bit_count() for a, b in zip(secret.material, other, strict=True)) for other in turned]
    assert differing == [1] * 256
    assert len(set(turned)) == 256


def test_each_turned_vector_differs_in_one_bit_the_first_in_a_lowest_one():
    key = np.random.default_rng(0).standard_normal(512).astype(np.float32)
    turned = list(vectors_one_bit_off(key, 50, np.random.default_rng(1)))
    bits = [np.unpackbits((key.view(np.uint32) ^ other.view(np.uint32)).view(np.uint8)).sum() for other in turned]
    assert bits == [1] * 50
    assert (key.view(np.uint32) ^ turned[0].view(np.uint32)).max() == 1


def test_random_secrets_are_told_by_the_seed():
    first, again = ([s.material for s in random_secrets(3, np.random.default_rng(7))] for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_fewer_tries_where_faces_are_large():
    class Face:
        carrying = torch.ones(100, 100)

    assert affordable_tries([Face()], 3.0, 1000) == 10  # 10,000 blocks, 0.3 s a try
    assert affordable_tries([Face()], 1e6, 1000) == 1000


@pytest.fixture(scope="module")
def hidden():
    """A picture hidden under a key, and everything but the key that revealing takes."""
    generator = np.random.default_rng(0)
    carrier, original = (torch.from_numpy(generator.uniform(60, 190, (3, 64, 64)).astype(np.float32)) for _ in range(2))
    key = generator.standard_normal(512).astype(np.float32)
    codec, blocks = ResidueCodec(), torch.ones(8, 8, dtype=torch.bool)
    picture = codec.hide(carrier, original, blocks, torch.from_numpy(key)).round()
    return lambda guess: codec.reveal(picture, blocks, torch.from_numpy(guess)).score, key


def test_the_real_lock_opens_for_its_key_and_for_none_one_bit_off(hidden):
    score, key = hidden
    assert try_keys(score, [key]).fitted == 1
    wrong = try_keys(score, vectors_one_bit_off(key, 30, np.random.default_rng(0)))
    assert wrong.fitted == 0
    assert wrong.highest < 5
