from hypothesis import given
from hypothesis import strategies as st

from rofi.keys.derivation import key_vector
from rofi.keys.secret import SALT_BYTES, Secret
from rofi.pipeline.salts import candidate_salts

EXPECTED = ["0224cd2845149e15155938f1d5b6049a", "a4b42d015e4ce54d864fd3bf26b14faf"]
"""By RFC 5869 over Python's own hmac, for a secret of zeros and the file b"photo"."""
ONE, OTHER = Secret(bytes(32)), Secret(bytes([1, *bytes(31)]))


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=6, unique=True))
def test_two_files_never_share_a_salt(files):
    salts = [salt for file in files for salt in candidate_salts(ONE, file, 5)]
    assert len(set(salts)) == 5 * len(files)
    assert {len(salt) for salt in salts} == {SALT_BYTES}


def test_files_of_the_same_first_half_of_a_digest_would_not_either(monkeypatch):
    from rofi.pipeline import salts

    class Digest:
        def __init__(self, file):
            self.file = file

        def digest(self):
            return bytes(16) + self.file

    monkeypatch.setattr(salts.hashlib, "sha256", Digest)
    assert candidate_salts(ONE, b"a" * 16, 3) != candidate_salts(ONE, b"b" * 16, 3)


def test_the_same_file_gets_the_same_salts_under_the_same_secret_alone():
    assert candidate_salts(ONE, b"photo", 9) == candidate_salts(ONE, b"photo", 9)
    assert candidate_salts(ONE, b"photo", 9)[:4] == candidate_salts(ONE, b"photo", 4)
    assert not set(candidate_salts(ONE, b"photo", 9)) & set(candidate_salts(OTHER, b"photo", 9))


def test_two_files_and_two_faces_never_share_a_key_vector():
    salts = [candidate_salts(ONE, file, 1)[0] for file in (b"one", b"two")]
    vectors = {key_vector(ONE, salt, face).tobytes() for salt in salts for face in range(3)}
    assert len(vectors) == 6


def test_the_salts_are_fixed_for_good():
    # A change would make every batch begin anew, beside what it has done.
    assert [salt.hex() for salt in candidate_salts(ONE, b"photo", 2)] == EXPECTED
