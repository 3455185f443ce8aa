import struct

import numpy as np
import pytest

from rofi.errors import HeaderDamaged, SealDamaged
from rofi.imaging.container import attach, extract
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.header import FaceRecord, Header
from rofi.imaging.protected_file import pack, unpack
from rofi.imaging.seal import open_seal, seal

FORMATS = ["png", "jpeg", "tiff", "webp"]
KEY = bytes(range(32))
FACE = FaceRecord((0.5, -0.1, 12.25, 0.1, 0.5, -3.0), b"region", (1, 2, 30, 40))
HEADER = Header(1, "0123456789abcdef", bytes(range(16)), (64, 48), (FACE,))


@pytest.fixture(scope="module")
def images(face):
    return {image_format: encode(face, image_format) for image_format in FORMATS}


@pytest.fixture(scope="module")
def sealed():
    return seal(np.random.default_rng(0).bytes(3_000), "original.jpg", KEY, HEADER.to_bytes())


@pytest.mark.parametrize("image_format", FORMATS)
def test_header_seal_and_pixels_come_back(images, sealed, image_format):
    file = pack(images[image_format], HEADER, sealed)
    read = unpack(file)
    assert read.header == HEADER
    assert read.header_bytes == HEADER.to_bytes()
    assert open_seal(read.sealed, KEY, read.header_bytes).data == np.random.default_rng(0).bytes(3_000)
    np.testing.assert_array_equal(decode(file, "file").pixels, decode(images[image_format], "image").pixels)


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_seal_can_be_left_out(images, image_format):
    read = unpack(pack(images[image_format], HEADER, None))
    assert read.header == HEADER
    assert read.sealed is None


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_photograph_is_no_protected_file(images, image_format):
    assert unpack(images[image_format]) is None


def test_the_layout_is_frozen(images):
    head = HEADER.to_bytes()
    payload = extract(pack(images["png"], HEADER, b"x" * 40))
    assert payload[:9] == b"ROFI\1" + struct.pack(">I", len(head))
    assert payload[9 : 9 + len(head)] == head
    assert payload[9 + len(head) + 4 :] == struct.pack(">Q", 40) + b"x" * 40


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_flipped_byte_of_the_header_is_found(images, sealed, image_format):
    file = pack(images[image_format], HEADER, sealed)
    start = file.index(b"ROFI\1")
    for at in range(start, start + 9 + len(HEADER.to_bytes()) + 4):
        changed = bytearray(file)
        changed[at] ^= 0x10
        with pytest.raises(HeaderDamaged):
            unpack(bytes(changed))


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_flipped_byte_of_the_seal_breaks_the_seal_and_leaves_the_header(images, sealed, image_format):
    file = pack(images[image_format], HEADER, sealed)
    start = file.index(sealed)
    for at in range(start, start + len(sealed), 97):
        changed = bytearray(file)
        changed[at] ^= 0x10
        read = unpack(bytes(changed))
        assert read.header == HEADER
        with pytest.raises(SealDamaged):
            open_seal(read.sealed, KEY, read.header_bytes)


def test_a_flipped_byte_in_the_seals_length_costs_nothing(images, sealed):
    file = bytearray(pack(images["png"], HEADER, sealed))
    file[file.index(sealed) - 1] ^= 0x10
    assert unpack(bytes(file)).sealed == sealed


def test_the_seal_of_another_file_does_not_open_in_this_one(images):
    other = seal(b"other", "other.jpg", KEY, HEADER.to_bytes() + b" ")
    read = unpack(pack(images["png"], HEADER, other))
    with pytest.raises(SealDamaged):
        open_seal(read.sealed, KEY, read.header_bytes)


HEAD = HEADER.to_bytes()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"ROFI",
        b"ROFI\1\0\0\0\0",
        b"ROFI\1\xff\xff\xff\xff" + HEAD,
        b"ROFI\1" + struct.pack(">I", len(HEAD)) + HEAD,
        b"ROFI\1" + struct.pack(">I", len(HEAD)) + HEAD + bytes(12),
        b"ROFI\2" + struct.pack(">I", len(HEAD)) + HEAD + bytes(12),
        b"ROFI\1" + bytes(4) + bytes(12),
        b"elsewhere's chunk of the same name",
    ],
    ids=["none", "short", "bare", "absurd length", "cut", "wrong checksum", "later version", "no header", "foreign"],
)
def test_a_payload_that_is_no_header_is_damage(images, payload):
    with pytest.raises(HeaderDamaged):
        unpack(attach(images["png"], payload))


def test_nothing_of_the_payload_shows_in_a_repr(images, sealed):
    assert len(repr(unpack(pack(images["png"], HEADER, sealed)))) < 500
