import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from rofi.errors import OutputError, PhotoTooLarge, SealDamaged
from rofi.imaging.seal import SealedOriginal, open_seal, seal

KEY = bytes(range(32))
HEADER = b'{"version":1}'


def forged(name: bytes, data: bytes = b"data", length: int | None = None) -> bytes:
    """A seal made by somebody who has the key and means ill."""
    inside = (len(name) if length is None else length).to_bytes(2, "big") + name + data
    return bytes(12) + AESGCM(KEY).encrypt(bytes(12), inside, HEADER)


@given(data=st.binary(max_size=1000), header=st.binary(max_size=100))
def test_the_original_comes_back_bit_for_bit_with_its_name(data, header):
    assert open_seal(seal(data, "Foto Äuglein 01.jpg", KEY, header), KEY, header) == (
        SealedOriginal("Foto Äuglein 01.jpg", data)
    )


def test_a_name_that_is_not_utf8_comes_back():
    assert open_seal(seal(b"", "caf\udce9.jpg", KEY, b""), KEY, b"").name == "caf\udce9.jpg"


def test_the_seal_is_aes_256_gcm_with_the_nonce_in_front():
    sealed = seal(b"original", "a.jpg", KEY, HEADER)
    assert AESGCM(KEY).decrypt(sealed[:12], sealed[12:], HEADER) == b"\0\5a.jpgoriginal"


def test_a_nonce_is_never_used_twice_and_the_name_does_not_show():
    sealed = {seal(b"original", "patient.jpg", KEY, HEADER) for _ in range(50)}
    assert len({one[:12] for one in sealed}) == 50
    assert not any(b"patient" in one for one in sealed)


@pytest.mark.parametrize("at", [0, 11, 12, 13, 20, -17, -16, -1])
@pytest.mark.parametrize("bit", [1, 128])
def test_one_flipped_bit_anywhere_breaks_the_seal(at, bit):
    sealed = bytearray(seal(b"original", "a.jpg", KEY, HEADER))
    sealed[at] ^= bit
    with pytest.raises(SealDamaged, match="changed"):
        open_seal(bytes(sealed), KEY, HEADER)


def test_a_wrong_key_does_not_open():
    with pytest.raises(SealDamaged, match="key does not open"):
        open_seal(seal(b"original", "a.jpg", KEY, HEADER), bytes(32), HEADER)


def test_a_key_of_another_length_does_not_open():
    with pytest.raises(SealDamaged):
        open_seal(seal(b"original", "a.jpg", KEY, HEADER), b"short", HEADER)


def test_the_seal_of_another_header_does_not_open():
    with pytest.raises(SealDamaged):
        open_seal(seal(b"original", "a.jpg", KEY, HEADER), KEY, HEADER + b" ")


@pytest.mark.parametrize("length", [0, 1, 12, 28, 29])
def test_a_seal_cut_short_is_damaged(length):
    with pytest.raises(SealDamaged):
        open_seal(seal(b"original", "a.jpg", KEY, HEADER)[:length], KEY, HEADER)


@given(st.binary(max_size=100))
def test_random_bytes_do_not_open(data):
    with pytest.raises(SealDamaged):
        open_seal(data, KEY, HEADER)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\passwd", "..\\passwd", "C:passwd", "a/passwd/"]
)
def test_a_hostile_name_stays_in_the_folder(name):
    assert open_seal(forged(name.encode()), KEY, HEADER).name == "passwd"
    assert open_seal(seal(b"", name, KEY, HEADER), KEY, HEADER).name == "passwd"


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/..", "a\\..", "C:", "../.", "a\0b", "a\nb", "x" * 1025])
def test_a_name_that_names_no_file_is_refused_both_ways(name):
    with pytest.raises(SealDamaged, match="file name"):
        open_seal(forged(name.encode()), KEY, HEADER)
    with pytest.raises(OutputError, match="rename"):
        seal(b"", name, KEY, HEADER)


def test_a_name_longer_than_the_seal_is_refused():
    with pytest.raises(SealDamaged, match="file name"):
        open_seal(forged(b"a.jpg", b"", length=600), KEY, HEADER)


def test_a_file_over_two_gigabytes_is_refused_before_it_is_copied(monkeypatch):
    monkeypatch.setattr("rofi.imaging.seal._LARGEST_PLAINTEXT", 100)
    seal(bytes(93), "a.jpg", KEY, HEADER)
    with pytest.raises(PhotoTooLarge, match=r"a\.jpg: 2 GiB"):
        seal(bytes(94), "a.jpg", KEY, HEADER)


def test_the_bytes_do_not_show_in_a_repr():
    assert "secret" not in repr(SealedOriginal("a.jpg", b"secret"))
