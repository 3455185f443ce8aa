import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from rofi.keys.derivation import derive, hkdf_sha256, key_vector, pseudonym, seal_key
from rofi.keys.secret import Secret

SECRET = Secret(bytes(range(32)))
SALT = bytes(16)

RFC_5869_SHA256 = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        42,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        82,
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "0b" * 22,
        "",
        "",
        42,
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


@pytest.mark.parametrize(("material", "salt", "info", "length", "expected"), RFC_5869_SHA256)
def test_hkdf_gives_the_vectors_of_rfc_5869_appendix_a(material, salt, info, length, expected):
    given_bytes = (bytes.fromhex(text) for text in (material, salt, info))
    assert hkdf_sha256(*given_bytes, length).hex() == expected


@given(salt=st.binary(min_size=16, max_size=16), purpose=st.text(max_size=20), length=st.integers(1, 200))
def test_derive_is_hkdf_written_out_with_hmac(salt, purpose, length):
    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, hashlib.sha256).digest()

    pseudo_random_key = mac(salt, SECRET.material)
    info, block, stream = b"rofi/v1/" + purpose.encode(), b"", b""
    for counter in range(1, 9):
        block = mac(pseudo_random_key, block + info + bytes([counter]))
        stream += block
    assert derive(SECRET, salt, purpose, length) == stream[:length]


def test_seal_key_is_frozen():
    assert seal_key(SECRET, SALT).hex() == "a6cfc6c60f076453603b45be07c7259bd95b4bed8a069498a59f42b2a54a8843"


def test_key_vector_is_frozen_to_the_last_bit():
    vector = key_vector(SECRET, SALT)
    assert vector.dtype == np.float32
    assert vector.shape == (512,)
    assert [float(v).hex() for v in vector[:4]] == [
        "-0x1.74b7340000000p+1",
        "-0x1.a5549a0000000p+0",
        "0x1.cc8ce80000000p+0",
        "-0x1.809ab40000000p-4",
    ]
    digest = hashlib.sha256(vector.astype("<f4").tobytes()).hexdigest()
    assert digest == "eac1ec81f8fb75a5e5ae9415775997071c97a264f83dd62f593eda3e2f8a3726"


def test_key_vectors_are_standard_normal():
    numbers = np.concatenate([key_vector(SECRET, SALT, face) for face in range(40)])
    assert kstest(numbers, "norm").pvalue > 0.01


def test_another_secret_salt_or_face_gives_an_unrelated_vector():
    others = [key_vector(Secret(bytes(32)), SALT), key_vector(SECRET, b"\x01" + bytes(15)), key_vector(SECRET, SALT, 1)]
    for other in others:
        assert abs(np.corrcoef(key_vector(SECRET, SALT), other)[0, 1]) < 0.2


def test_pseudonym_is_a_safe_file_name_and_is_frozen():
    assert pseudonym(SALT) == "rofi-2ngwsfqomfx6xeh7"
    assert len({pseudonym(bytes([i]) * 16) for i in range(100)}) == 100


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17)])
def test_a_salt_of_another_length_is_an_error(salt):
    with pytest.raises(ValueError, match="16 bytes"):
        seal_key(SECRET, salt)


def test_a_negative_face_is_an_error():
    with pytest.raises(ValueError, match="0 or more"):
        key_vector(SECRET, SALT, -1)


def test_more_bytes_than_hkdf_gives_is_an_error():
    assert len(derive(SECRET, SALT, "much", 8160)) == 8160
    with pytest.raises(ValueError):
        derive(SECRET, SALT, "too much", 8161)
